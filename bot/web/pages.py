"""HTML pages out of templates/. Every value is escaped; only what is handed over as Markup is not."""

import re
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from knowledge.models import Platform

FOLDER = Path(__file__).parent
STATIC_FOLDER = FOLDER / "static"
TEMPLATES_FOLDER = FOLDER / "templates"

_NO_HOST = re.compile(r"""[\s<>"\\^`{|}]""")
_CODE = re.compile(r"`([^`]+)`")
_SECTIONS = {"faq": "Questions and answers", "product-documents": "Product guides", "announcements": "Announcements"}
_RIGHT_TO_LEFT = {"ar", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}
_PLATFORMS = {Platform.WEB: "On the web", Platform.APP: "In the app", Platform.ANY: "Web and app"}


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page that `templates/<template>` makes of the values."""
    return HTMLResponse(_environment.get_template(template).render(**values), status)


def section_heading(section: str) -> str:
    """A section's key as a heading: `product-documents` is “Product guides”."""
    words = section.replace("-", " ").replace("_", " ").strip()
    return _SECTIONS.get(section) or words.capitalize() or "Other articles"


def section_order(section: str) -> tuple[int, str]:
    """Sorts sections: the known ones first, in their usual order, then the others by name."""
    known = list(_SECTIONS)
    return (known.index(section) if section in known else len(known), section_heading(section).casefold())


def is_web_address(url: str) -> bool:
    """Whether a URL is an absolute http(s) one, the only kind that a page links to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not _NO_HOST.search(parts.netloc)


def platform_label(platform: Platform) -> str:
    """Where an article is of use."""
    return _PLATFORMS[platform]


def direction(locale: str) -> str:
    """The value of `dir` for text in a locale: right to left by its language, else by the text itself."""
    return "rtl" if locale.replace("_", "-").split("-")[0].lower() in _RIGHT_TO_LEFT else "auto"


def _long_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _with_code(text: str) -> Markup:
    """Escaped, with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before


def _article_path(article_id: str) -> str:
    return f"/help/{quote(article_id, safe='/')}"


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["long_date"] = _long_date
_environment.filters["article_path"] = _article_path
_environment.filters["platform_label"] = platform_label
_environment.filters["direction"] = direction
_environment.filters["with_code"] = _with_code
_environment.filters["section_heading"] = section_heading
_environment.tests["web_address"] = is_web_address
