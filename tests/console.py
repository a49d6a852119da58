"""The ```console blocks of the documentation: commands behind "$ ", and below each what it prints."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>(?:.*\n)*?)```$", re.MULTILINE)
ANYTHING = "…"
"""In shown output: a part of a line, or on a line of its own any number of lines."""


@dataclass(frozen=True)
class Example:
    """One command of a block: the variables set in front of it, its words, and the lines shown below it."""

    variables: dict[str, str]
    words: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def command_line(self) -> str:
        return shlex.join(self.words)

    def require_output(self, printed: str) -> None:
        """Every shown line is printed, in order and with nothing between but where "…" stands."""
        pattern = "".join(
            r"(?:.*\n)*" if line == ANYTHING else ".*".join(map(re.escape, line.split(ANYTHING))) + r"\n"
            for line in self.shown
        )
        text = "\n".join(line.rstrip() for line in printed.rstrip("\n").split("\n")) + "\n"
        assert re.fullmatch(pattern, text), f"{self.command_line} prints something else:\n{text}"


def blocks(file: Path) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a page: (what stands behind the fence, the text)."""
    for match in BLOCK.finditer(file.read_text(encoding="utf-8")):
        yield match["info"], match["body"]


def examples(file: Path) -> tuple[Example, ...]:
    """The commands of every console block of a page."""
    return tuple(example for info, body in blocks(file) if info == "console" for example in _examples(body))


def _examples(body: str) -> Iterator[Example]:
    assert body.startswith("$ "), body
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        line, *shown = part.rstrip("\n").split("\n")
        words = shlex.split(line, comments=True)
        variables = {}
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        yield Example(variables, tuple(words), tuple(shown))
