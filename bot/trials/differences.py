"""What is otherwise between two runs of a question: for an agent who has asked it again, or of two sides. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.answering.receipts import canonical
from bot.answering.receipts import differences as receipt_differences
from bot.trials.run import Run
from knowledge.rendering import plain_text
from knowledge.sentences import sentence_spans

_MARK = re.compile(r"(?<!\\) ?\[\d{1,3}\](?!\()")


@dataclass(frozen=True, slots=True)
class Change:
    """What something was at the first run, and what it is at the second."""

    then: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """None of a field's kind where it is None or empty. `same_reply`: byte for byte. `circumstances` are sentences
    about index, configuration and articles."""

    same_reply: bool
    kind: Change | None
    top_article: Change | None
    confidence: Change | None
    citations_added: tuple[str, ...]
    citations_removed: tuple[str, ...]
    sentences_added: tuple[str, ...]
    sentences_removed: tuple[str, ...]
    circumstances: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What a customer would notice, in a few words each; none when nothing."""
        return tuple(self._words())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "changed": list(self.words)}

    def _words(self) -> Iterator[str]:
        if self.kind:
            yield f"{self.kind.then} → {self.kind.now}"
        if self.citations_added or self.citations_removed:
            yield "other citations"
        if self.sentences_added or self.sentences_removed:
            yield "other sentences"


def differences(then: Run, now: Run) -> Differences:
    """What is otherwise at the second run."""
    cited_then, cited_now = _places(then), _places(now)
    said_then, said_now = ((), ()) if then.reply["text"] == now.reply["text"] else (_said(then.reply), _said(now.reply))
    return Differences(
        same_reply=canonical(then.reply) == canonical(now.reply),
        kind=_change(_kind(then.reply), _kind(now.reply)),
        top_article=_change(_top(then), _top(now)),
        confidence=_change(f"{then.reply['confidence']:.2f}", f"{now.reply['confidence']:.2f}"),
        citations_added=_beyond(cited_now, cited_then),
        citations_removed=_beyond(cited_then, cited_now),
        sentences_added=_beyond(said_now, said_then),
        sentences_removed=_beyond(said_then, said_now),
        circumstances=tuple(receipt_differences(then.receipt, now.receipt)),
    )


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a reply (Markdown) as plain text, its marks left out; each row of a table is one."""
    lines = plain_text(_MARK.sub("", text)).split("\n")
    found = (" ".join(line[start:end].split()) for line in lines for start, end in sentence_spans(line))
    return tuple(sentence for sentence in found if sentence)


def _said(reply: Mapping[str, Any]) -> tuple[str, ...]:
    return sentences_of(reply["text"])


def _kind(reply: Mapping[str, Any]) -> str:
    return f"{reply['kind']} ({reply['reason']})" if reply["reason"] else str(reply["kind"])


def _top(run: Run) -> str:
    """The article of the best passage, by title and id, which alone tells two of one title apart."""
    candidates: Sequence[Mapping[str, Any]] = run.trace["candidates"]
    return f"{candidates[0]['title']} [{candidates[0]['article_id']}]" if candidates else "none"


def _places(run: Run) -> tuple[str, ...]:
    found = (
        " › ".join(filter(None, (each["title"], each["heading"]))) + f" [{each['article_id']}]"
        for each in run.reply["citations"]
    )
    return tuple(dict.fromkeys(found))


def _change(then: str, now: str) -> Change | None:
    return None if then == now else Change(then, now)


def _beyond(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Those of `some` that `others` have not, or not as often, in their order."""
    left, found = Counter(others), []
    for each in some:
        if left[each]:
            left[each] -= 1
        else:
            found.append(each)
    return tuple(found)
