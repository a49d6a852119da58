"""Attack strings as what the application is handed: messages, articles and replies that hold them in every field."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.models import Answer, Citation, Clarify, Notice
from bot.web.schemas import well_formed
from knowledge.models import Action, Article


def whole(text: str) -> str:
    """As the server's interface takes it: what UTF-8 cannot hold is replaced."""
    return cast(str, well_formed(text))


def together(strings: Iterable[str], joint: str, most: int) -> Iterator[str]:
    """The strings, as many in one as fit into so many characters; a longer one stands alone."""
    joined = ""
    for text in strings:
        if joined and len(joined) + len(joint) + len(text) > most:
            yield joined
            joined = ""
        joined = f"{joined}{joint}{text}" if joined else text
    if joined:
        yield joined


def one_line(text: str) -> str:
    return " ".join(whole(text).split()) or "a"


def body_of(strings: Sequence[str]) -> str:
    """The body of an article, or an answer, with each string in every kind of block."""
    lines = [one_line(text) for text in strings]
    steps = "\n".join(f"{number}. Enter {line}" for number, line in enumerate(lines, start=1))
    rows = "\n".join(f"| {line} | b |" for line in lines)
    return "\n\n".join(
        (
            *(f"Say {line} here." for line in lines),
            *(f"## {line}\n\nIts text." for line in lines),
            steps,
            f"| a | b |\n| --- | --- |\n{rows}",
            *(f"> **Warning:** {line}" for line in lines),
            *(f"- [a]({line}) ![b]({line}) <{line}> [{line}](https://www.corvane.example/)" for line in lines),
            *("- " + whole(text).replace("\n", "\n  ") for text in strings),
            *(whole(text) for text in strings if not {"```", "~~~"} & {text[at : at + 3] for at in range(len(text))}),
        )
    )


def unchecked_articles(strings: Sequence[str]) -> Iterator[Article]:
    """Articles as no source would let them through: whatever a field is for, it holds the strings."""
    lines = [one_line(text) for text in strings]
    every = " ".join(lines)
    actions = tuple(Action(line, line) for line in lines)
    actions += tuple(Action(line, f"https://www.corvane.example/{line}") for line in lines)
    yield Article(
        id="long", title=every, body=body_of(strings), section=every, url=lines[0], actions=actions, locale=every
    )
    yield Article(
        id="next", title=every, body="A.", section="faq", supersedes=("old",), url=f"https://a.example/{every}"
    )
    yield Article(id="old", title=f"Old {every}", body="A.", section="faq")
    for number, line in enumerate(lines):
        yield Article(id=f"{number} {line}", title=f"{line}?", body=line, section="faq", url=line, views=number)
    for line in lines[:20]:
        yield Article(id=f"in {line}", title=f"{line}", body=line, section=line, url=line)


def hostile_replies(strings: Sequence[str]) -> tuple[Answer, Clarify, Notice]:
    """A reply of each kind, as a composer may give it that knows nothing of safety."""
    lines = [one_line(text) for text in strings]
    marks = " ".join(f"[{number}]" for number in range(1, len(lines) + 1))
    text = f"{marks}\n\n{body_of(strings)}"
    citations = tuple(
        Citation(
            number=number,
            article_id=line,
            title=line,
            heading=line,
            url=line,
            quote=f"{whole(string)}\n\n[a]({line})",
            start=0,
            end=1,
            updated_at=cast(Any, Day(line)),
        )
        for number, (line, string) in enumerate(zip(lines, strings, strict=True), start=1)
    )
    actions = tuple((Action(line, line), line) for line in lines)
    return (
        Answer(text=text, citations=citations, actions=actions, confidence=0.9),
        Clarify(text="\n\n".join(lines), options=tuple(lines), confidence=0.4),
        Notice(text="\n".join(lines), confidence=1.0),
    )


@dataclass(frozen=True)
class Day:
    """A date that says what it likes."""

    text: str

    def isoformat(self) -> str:
        return self.text
