"""Which characters an article may hold: everything a reader sees, nothing a reader cannot."""

import re
import unicodedata

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_INVISIBLE = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc"
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NO_CHARACTERS = "\ud800-\udfff\ufffe\uffff"
_TAGS = "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
_NEVER = re.compile(f"[{_CONTROLS}{_INVISIBLE}{_DIRECTIONS}{_NO_CHARACTERS}{_TAGS}]")

_PICTURE = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_CURSIVE = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f"
_LOOSE_JOINER = re.compile(
    f"(?<![{_PICTURE}\ufe0f{_CURSIVE}])\u200d|\u200d(?![{_PICTURE}{_CURSIVE}])|(?<![{_CURSIVE}])\u200c|\u200c(?![{_CURSIVE}])"
)


def clean_characters(text: str) -> str:
    """The text in NFC with LF line ends, without hidden characters.

    Removed are control characters other than LF and tab, the byte order mark, soft hyphens, zero-width and
    direction characters, the tag block (U+E0000 and on), lone surrogates. Joiners stay where they shape what is
    seen: inside an emoji sequence and between letters of cursive and Indic scripts.
    """
    text = _NEVER.sub("", _LINE_BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", _LOOSE_JOINER.sub("", text))
