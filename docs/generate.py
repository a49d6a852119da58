"""Write the generated reference pages: `make docs`. A test compares them with what this would write now."""

from pathlib import Path
from typing import Any

import typer

from bot.cli import app as footnote
from bot.settings import Settings, describe
from eval.cli import app as footnote_eval

FOLDER = Path(__file__).resolve().parent


def settings_page() -> str:
    """docs/settings.md."""
    rows = describe(Settings.model_construct())
    lines = [
        f"| `{row.variable}` | `{row.name}` | {f'`{row.default}`' if row.default else ''} | {row.help} |"
        for row in rows
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Written by `make docs`. A setting comes from the command line, else from its environment variable, else",
            "from `footnote.toml` in the working directory, else it has its default. `footnote settings` shows the",
            "values in force and where each comes from.",
            "",
            "| variable | in footnote.toml | default | help |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


def commands_page() -> str:
    """docs/cli.md."""
    parts = [
        "# Commands",
        "",
        "Written by `make docs`. Exit codes: 0 done; 1 it could not be done (one sentence on standard error);",
        "2 wrong usage.",
        "",
    ]
    for name, program in (("footnote", footnote), ("footnote-eval", footnote_eval)):
        group = typer.main.get_group(program)
        context = typer.Context(group, info_name=name, terminal_width=100)
        parts += [f"## {name}", "", *_help(group, context), *_commands(group, context)]
    return "\n".join(parts).rstrip() + "\n"


PAGES = {"settings.md": settings_page, "cli.md": commands_page}


def _commands(group: Any, context: typer.Context) -> list[str]:
    """A part for each command of a group, and for each of theirs."""
    parts = []
    for command in group.commands.values():
        inner = typer.Context(command, info_name=command.name, parent=context, terminal_width=100)
        parts += [f"### {inner.command_path}", "", *_help(command, inner)]
        if hasattr(command, "commands"):
            parts += _commands(command, inner)
    return parts


def _help(command: Any, context: typer.Context) -> list[str]:
    return ["```", *(line.rstrip() for line in command.get_help(context).splitlines()), "```", ""]


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
