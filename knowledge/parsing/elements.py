"""HTML's elements: which there are, which are never shown, and what hides one."""

import html
import re
from collections.abc import Mapping

_GONE = """
area canvas datalist footer form frame frameset head input map nav noembed noframes noscript object param plaintext
script select style svg template textarea title track xmp
"""
_BLOCKS = """
address article aside blockquote body caption dd details dialog div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul
"""
_OTHERS = """
a abbr acronym audio b bdi bdo big button center cite code data del dfn em font i iframe ins kbd label legend mark
math menu meter output picture progress q ruby s samp search slot small span strike strong sub sup time tt u var video
"""
_VOID = "area base br col embed hr img input link meta param source track wbr"
_OPTIONAL_END = "p li td th tr thead tbody tfoot dt dd option optgroup colgroup rt rp html head body"
DROPPED = frozenset(_GONE.split())
BLOCKS = frozenset(_BLOCKS.split())
VOID = frozenset(_VOID.split())
OPTIONAL_END = frozenset(_OPTIONAL_END.split())
KNOWN = DROPPED | BLOCKS | VOID | OPTIONAL_END | frozenset(_OTHERS.split())

_HIDING = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|font-size:(?:0+\.?0*|\.0+)[a-z%]*(?=[;!]|$))"
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?""")
_BLANKS = re.compile(r"\s+|/\*.*?\*/", re.DOTALL)


def hides(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element with these attributes (names in lower case) is hidden from a reader."""
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").strip().lower() == "true":
        return True
    style = attributes.get("style")
    return bool(style) and _HIDING.search(_BLANKS.sub("", style or "").lower()) is not None


def read_attributes(text: str) -> dict[str, str | None]:
    """The attributes written in a tag behind its name; None for one without a value."""
    return {
        name.lower(): html.unescape(value.strip("\"'")) if value else None for name, value in _ATTRIBUTE.findall(text)
    }
