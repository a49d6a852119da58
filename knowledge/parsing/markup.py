"""Pieces of Markdown written so that they read back as what they are."""

import html
import re

_SPECIAL = re.compile(
    r"(?P<star>\*)"
    r"|(?P<low>_+)"
    r"|(?P<tick>`)"
    r"|(?P<tilde>~~)"
    r"|(?P<slash>\\(?=[!-/:-@\[-`{-~]|\Z))"
    r"|(?P<tag><(?=[A-Za-z/!?]))"
    r"|(?P<entity>&(?=#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};))"
    r"|(?P<label>!?\[(?=[^\]\n]*\][(\[:]))"
)
_LINE_START = re.compile(r"^(#{1,6}(?=\s|$)|[>+](?=\s|$)|>)")
_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_RAISABLE = frozenset("0123456789+-−()n")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def escape_text(text: str) -> str:
    """Plain text as Markdown: only what would read as markup gets a backslash."""
    return _SPECIAL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    found, text = match.group(), match.string
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    if match["low"] and before.isalnum() and after.isalnum():
        return found
    if match["star"] and before == " " and after == " ":
        return found
    return "".join("\\" + char for char in found)


def guard_line(text: str) -> str:
    """A paragraph's text with a backslash where its first character would start a heading, a quote or a list."""
    return _LINE_START.sub(r"\\\1", text)


def code_span(text: str) -> str:
    """The text as inline code, in backticks that it does not contain."""
    text = " ".join(text.split("\n"))
    if not text.strip():
        return ""
    runs = {len(run) for run in re.findall("`+", text)}
    fence = "`" * next(size for size in range(1, len(runs) + 2) if size not in runs)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_block(text: str, language: str = "") -> str:
    """The text as a fenced block, in a fence that it does not contain."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def emphasis(marker: str, text: str, before: str, after: str) -> str:
    """`text` between markers, with a space where the neighbouring character would keep them from being read."""
    inner = text.strip()
    if not inner or "\n\n" in inner:
        return text
    lead = text[: len(text) - len(text.lstrip())]
    tail = text[len(text.rstrip()) :]
    if not lead and _stops(inner[0], before):
        lead = " "
    if not tail and _stops(inner[-1], after):
        tail = " "
    return f"{lead}{marker}{inner}{marker}{tail}"


def _stops(edge: str, outside: str) -> bool:
    return not edge.isalnum() and not edge.isspace() and outside != "" and outside.isalnum()


def raised(text: str, before: str) -> str:
    """A superscript: raised digits after a digit (10⁶), the plain text elsewhere (I2C)."""
    if before.isdigit() and text and set(text) <= _RAISABLE:
        return text.translate(_RAISED)
    return text


def link_target(url: str | None) -> str | None:
    """The URL as it stands in a Markdown link; None for one that leads nowhere from here (a script, an anchor)."""
    url = html.unescape(url or "").strip()
    if not url or url.startswith("#"):
        return None
    if url.startswith("//"):
        url = f"https:{url}"
    scheme = _SCHEME.match(url)
    if scheme and scheme.group().lower() not in {"http:", "https:", "mailto:", "tel:"}:
        return None
    return re.sub(
        r"[\s()<>\\|`*\[\]]", lambda found: f"%{ord(found.group()):02X}" if found.group().isascii() else "", url
    )


def media_link(label: str, url: str | None) -> str:
    """A link to a film or a recording, or nothing when its address is not on the web."""
    target = link_target(url)
    return f"[{label}]({target})" if target and target.lower().startswith(("http://", "https://")) else ""
