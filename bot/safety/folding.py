"""One plain spelling for text that may be dressed up, with a way back to the original offsets.

Compatibility forms are taken apart (Unicode NFKD: full-width, mathematical, circled, ligatures), accents and invisible
characters are dropped, several blanks become one, foreign digits become 0–9, and letters that look like Latin ones
become them (a short table in the manner of Unicode Technical Standard 39). Case is kept, and so are the voicing marks
of kana: they tell words apart.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.safety.findings import Span

VOICING_MARKS = "\u3099\u309a"

_LOOKALIKES: dict[str, str] = {
    **dict(zip("АВЕЅІЈКМНОРСТУХҮԌԚԜаеѕіјорсухүԁԛԝвкмнт", "ABESIJKMHOPCTYXYGQWaesijopcyxydqwbkmht", strict=True)),
    **dict(zip("ӀӏҺһ", "Ilhh", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβεηικμνορτυχγω", "ABEZHIKMNOPTYXabenikmvoptuxyw", strict=True)),
    **dict(zip("օոսհցզԱՏՕ", "onuhgqUSO", strict=True)),
    **dict(zip("ıɑɡɩɪʟɴʀʏᴀʙᴄᴅᴇɢʜᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜱłŁøØđĐħĦŧŦɨʉƅƒ", "iagiilnryabcdeghjkmoptuvwzslLoOdDhHtTiubf", strict=True)),
}
_SQUARED_CAPITALS = (0x1F150, 0x1F170, 0x1F1E6)
"""Where the alphabets of negative circled, negative squared and flag letters begin, which NFKD leaves as they are."""
_FILLERS = "\u115f\u1160"
_NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|[ \t]{2}")
_DROPPED = {"Cf", "Mn", "Me", "Cs", "Cc"}


@dataclass(frozen=True, slots=True)
class Folded:
    """A plain spelling; `text[i]` came from `original[starts[i]:ends[i]]`, which holds what was dropped after it."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original_span(self, span: Span) -> Span:
        """The place in the original text of a non-empty span of the folded one."""
        return self.starts[span[0]], self.ends[span[1] - 1]


def fold(text: str) -> Folded:
    """The plain spelling of a text; time and size grow with the text's length."""
    if text.isascii() and not _NOT_PLAIN.search(text):
        return Folded(text, range(len(text)), range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    before = ""
    for offset, character in enumerate(text):
        plain = fold_character(character)
        if plain == " " == before:
            plain = ""
        before = plain or before
        pieces.append(plain)
        starts.extend([offset] * len(plain))
        ends.extend([offset + 1] * len(plain))
        if not plain and ends:
            ends[-1] = offset + 1
    return Folded("".join(pieces), starts, ends)


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """The plain spelling of one code point: often itself, sometimes several characters, sometimes none."""
    if character.isspace():
        return "\n" if character in "\n\r\v\f\x85\u2028\u2029" else " "
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    for first in _SQUARED_CAPITALS:
        if first <= ord(character) < first + 26:
            return chr(ord("A") + ord(character) - first)
    return "".join(
        _LOOKALIKES.get(part, part)
        for part in unicodedata.normalize("NFKD", character)
        if part in VOICING_MARKS or not (unicodedata.category(part) in _DROPPED or part in _FILLERS)
    )
