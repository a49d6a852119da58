"""Changes to a text, found in one reading of it and made together."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]` (indices into the text that was read) by `new`."""

    start: int
    end: int
    new: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made. Of two that overlap, the one that starts first, or reaches farther, is made."""
    parts = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if edit.start >= at:
            parts += [text[at : edit.start], edit.new]
            at = edit.end
    return "".join([*parts, text[at:]])


@dataclass(frozen=True, slots=True)
class Lines:
    """A text's lines and the index at which each starts; one index more for the end."""

    lines: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Lines":
        """The lines of the text, without their line feeds."""
        lines = tuple(text.split("\n"))
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        return cls(lines, tuple(starts))

    def replace(self, first: int, end: int, new: list[str]) -> Edit:
        """The edit that puts new lines in the place of the lines `first` to `end - 1`."""
        start, stop = self.starts[first], self.starts[end] - 1
        if new:
            return Edit(start, stop, "\n".join(new))
        return Edit(start, min(stop + 1, self.starts[-1] - 1), "")


def continued(prefix: str) -> str:
    """What stands before the further lines of a block: quote marks as before its first, blanks for list markers."""
    return "".join(char if char == ">" else " " for char in prefix)
