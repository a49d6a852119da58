"""Templates by name, rendered with exactly the variables they use."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, meta

from prompts.errors import TemplateError

FOLDER = Path(__file__).parent
SUFFIX = ".j2"

_environment = Environment(  # noqa: S701 - plain text and Markdown; what becomes HTML is escaped where it does
    loader=FileSystemLoader(FOLDER),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def names() -> tuple[str, ...]:
    """Every template, as `render` takes it: `replies/low_confidence.txt`."""
    return tuple(
        sorted(path.relative_to(FOLDER).as_posix().removesuffix(SUFFIX) for path in FOLDER.rglob("*" + SUFFIX))
    )


@cache
def source(name: str) -> str:
    """Template `name` as it is written. Raises TemplateError when there is no such template."""
    try:
        return (FOLDER / (name + SUFFIX)).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TemplateError(f"There is no template {name!r}; there are: {', '.join(names())}.") from error


@cache
def variables(name: str) -> frozenset[str]:
    """The variables that template `name` uses. Raises TemplateError when there is no such template."""
    return frozenset(meta.find_undeclared_variables(_environment.parse(source(name))))


def render(name: str, **values: object) -> str:
    """Template `name` with `values`, which must be exactly its variables; without the final newline."""
    declared = variables(name)
    if declared != values.keys():
        raise TemplateError(f"Template {name!r} takes {sorted(declared)}, but was given {sorted(values)}.")
    try:
        template = _environment.get_template(name + SUFFIX)
    except TemplateNotFound as error:
        raise TemplateError(f"Template {name!r} includes {error.name!r}, which does not exist.") from error
    return template.render(**values).rstrip("\n")
