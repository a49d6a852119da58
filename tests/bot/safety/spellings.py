"""The many ways in which a person may write down the words of a seed phrase, each a function of the words."""

from collections.abc import Callable, Sequence

Spelling = Callable[[Sequence[str]], str]

_CYRILLIC = str.maketrans("aeopcxyABCEHKMOPTX", "аеорсхуАВСЕНКМОРТХ")
_GREEK = str.maketrans("oνAEHIKMNOT", "ονΑΕΗΙΚΜΝΟΤ")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
_BOLD = {ord("a") + place: 0x1D41A + place for place in range(26)}
ROMAN = [
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "x",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
    "xvi",
    "xvii",
    "xviii",
    "xix",
    "xx",
    "xxi",
    "xxii",
    "xxiii",
    "xxiv",
]


def joined(separator: str) -> Spelling:
    return lambda words: separator.join(words)


def marked(mark: str, separator: str = " ") -> Spelling:
    """Each word in `mark`, where {n} is its number and {w} the word."""
    return lambda words: separator.join(mark.format(n=n, w=word) for n, word in enumerate(words, start=1))


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10 if number not in (11, 12, 13) else 0, 'th') }"


SEPARATED: dict[str, Spelling] = {
    "spaces": joined(" "),
    "many spaces": joined("   "),
    "commas": joined(", "),
    "tight commas": joined(","),
    "semicolons": joined("; "),
    "lines": joined("\n"),
    "windows lines": joined("\r\n"),
    "pipes": joined(" | "),
    "tabs": joined("\t"),
    "dashes": joined("-"),
    "underscores": joined("_"),
    "slashes": joined(" / "),
    "bullets": marked("• {w}", "\n"),
    "stars": marked("* {w}", "\n"),
    "full stops": joined(". "),
    "quoted": marked('"{w}"', ", "),
    "JSON": lambda words: '["' + '","'.join(words) + '"]',
    "no-break spaces": joined("\u00a0"),
    "ideographic spaces": joined("\u3000"),
    "arrows": joined(" -> "),
    "emoji": joined(" 🔑 "),
    "1. a": marked("{n}. {w}"),
    "1.a": marked("{n}.{w}", "\n"),
    "1) a": marked("{n}) {w}", "\n"),
    "(1) a": marked("({n}) {w}"),
    "[1] a": marked("[{n}] {w}"),
    "1: a": marked("{n}: {w}", ", "),
    "#1 a": marked("#{n} {w}"),
    "1 a": marked("{n} {w}"),
    "1a": marked("{n}{w}"),
    "1 - a": marked("{n} - {w}", "\n"),
    "a 1": marked("{w} {n}"),
    "word 1: a": marked("word 1: {w}".replace("1", "{n}"), "\n"),
    "Word #1 = a": marked("Word #{n} = {w}", ", "),
    "palabra 1: a": marked("palabra {n}: {w}", "\n"),
    "no. 1 a": marked("no. {n} {w}"),
    "w1=a": marked("w{n}={w}", "&"),
    '"word1": "a"': marked('"word{n}": "{w}"', ",\n"),
    "1st a": lambda words: ", ".join(f"{_ordinal(n)} {word}" for n, word in enumerate(words, start=1)),
    "a) a": lambda words: " ".join(f"{chr(96 + n)}) {word}" for n, word in enumerate(words, start=1)),
    "i. a": lambda words: "\n".join(f"{numeral}. {word}" for numeral, word in zip(ROMAN, words, strict=False)),
    "circled numbers": lambda words: (
        " ".join(f"{chr(0x245F + n)} {word}" for n, word in enumerate(words[:20], 1))
        + "".join(f" {word}" for word in words[20:])
    ),
    "keycaps": marked("{n}\ufe0f\u20e3 {w}"),
    "list items": marked("<li>{w}</li>", ""),
    "table rows": marked("<tr><td>{n}</td><td>{w}</td></tr>", "\n"),
    "Markdown table": marked("| {n} | {w} |", "\n"),
    "and": joined(" and "),
    "zero-width between": joined(" \u200b"),
}

DRESSED: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "mixed": lambda text: "".join(c.upper() if place % 2 else c.lower() for place, c in enumerate(text)),
    "zero-width": lambda text: "".join(f"{c}\u200b" if c.isalpha() else c for c in text),
    "soft hyphens": lambda text: "".join(f"{c}\u00ad" if c.isalpha() else c for c in text),
    "Cyrillic letters": lambda text: text.translate(_CYRILLIC),
    "Cyrillic capitals": lambda text: text.upper().translate(_CYRILLIC),
    "Greek letters": lambda text: text.translate(_GREEK),
    "Greek capitals": lambda text: text.upper().translate(_GREEK),
    "full width": lambda text: text.translate(_FULL_WIDTH),
    "bold": lambda text: text.translate(_BOLD),
}
