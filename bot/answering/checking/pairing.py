"""Which name belongs to which number where a sentence lists first the one and then the other: "TRC20 and ERC20 cost 1.5
and 3.5 USDT"."""

from collections.abc import Sequence

from bot.answering.checking.lexemes import Lexeme

_JOINS = {",", "and", "or", "&", "/"}


def paired(
    found: Sequence[Lexeme], names: Sequence[tuple[int, int, int, str]], numbers: Sequence[tuple[int, int, int]]
) -> tuple[tuple[int, int], ...]:
    """(index of a name, index of its number) where one list of names and one list of as many numbers, two at least,
    stand in the sentence.

    `names` are (first lexeme, last lexeme, index, kind), `numbers` (first lexeme, last lexeme, index), in order.
    """
    kinds = {kind for *_, kind in names}
    lists = [run for kind in sorted(kinds) for run in _runs(found, [name[:3] for name in names if name[3] == kind])]
    of_numbers = _runs(found, numbers)
    if len(of_numbers) != 1:
        return ()
    fitting = [run for run in lists if len(run) == len(of_numbers[0])]
    return tuple(zip(fitting[0], of_numbers[0], strict=True)) if len(fitting) == 1 else ()


def _runs(found: Sequence[Lexeme], entries: Sequence[tuple[int, int, int]]) -> list[list[int]]:
    """Lists of two or more entries with nothing but joining words between them, by index."""
    runs: list[list[int]] = []
    before: int | None = None
    for first, last, index in entries:
        between = [lexeme.text.lower() for lexeme in found[before + 1 : first]] if before is not None else []
        if between and all(text in _JOINS for text in between):
            runs[-1].append(index)
        else:
            runs.append([index])
        before = last
    return [run for run in runs if len(run) > 1]
