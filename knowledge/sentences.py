"""Where sentences begin and end, in plain text and in Markdown.

The rules are those of pysbd (Sadvilkar and Neumann 2020, "PySBD: Pragmatic Sentence Boundary Disambiguation"). It takes
quadratic time and now and then returns a sentence that is not in the text, so it is only asked about short windows of a
masked copy of the same length, and a boundary that it proposes counts only where a sentence can end.
"""

import re
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

_WINDOW = 1500
"""Characters that pysbd sees at once (its time is quadratic)."""

_PREFIX = re.compile(r"[ \t]*(?:(?:>|(?:[-*+|]|#{1,6}|\d{1,9}[.)]|\[[ xX]\])(?=\s|$))[ \t]*)*")
_QUOTE = re.compile(r"[ \t>]*>[ \t]*")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_HARD_BREAK = re.compile(r"(?: {2}|\\)\Z")
_ATOMS = re.compile(
    r"""
      (?P<code>  (?<!`)(?P<ticks>`+)(?!`) [^`]+ (?<!`)(?P=ticks)(?!`) )
    | (?P<link>  !?\[(?P<label>(?:\\.|[^\[\]\\])*)\] \( [^()\s]* (?:\([^()\s]*\)[^()\s]*)* (?:\s+"[^"]{0,300}")? \) )
    | (?P<strong>(?P<stars>\*\*|__) (?P<loud>(?=\S)[^*]+(?<=\S)) (?P=stars) )
    | (?P<auto>  <[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*> )
    | (?P<url>   \b(?:https?://|www\.) [^\s<>"]* [^\s<>".,;:!?'*_)\]}’”»。！？] )
    """,
    re.VERBOSE,
)
_END = re.compile(r"""[.!?…。！？．][\])}"'’”»›*_]*(?=\s)|[。！？．][\])}"'’”»›*_]*""")
_CLOSERS = re.compile(r"""[\])}"'’”»›*_]+(?=\s)""")
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.\s?g|i\.\s?e|cf|vs|approx|Dr|Mrs?|Ms|Prof|St|Fig)|\b(?:[Nn]os?|[Vv]|[Vv]er|p|pp|Art|Sec)(?=\.\s*\d))\.\Z"
)
_FOREIGN = dict.fromkeys(map(ord, "∯♬♭☉☇☈☄ȸȹ∮☏ƪ♟♝&ᓰᓱᓳᓴᓷᓸ✂⌬⎋"), "x")
_FLAT = _FOREIGN | dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029"), " ")
