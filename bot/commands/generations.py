"""`footnote generations` and `footnote roll-back`: which indexes are kept, and one of them made to serve."""

from typing import Annotated

import typer

from bot.commands.options import AsJson, DataDir, opened
from bot.indexing.rolling_back import kept_generations, roll_back
from bot.settings import load_settings
from bot.terminal import print_json, print_table
from bot.updating import withdraw_outdated


def generations(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the index generations that are kept, and which one serves."""
    with opened(load_settings(data_dir=data_dir)) as footnote:
        kept = kept_generations(footnote.database, footnote.settings.index_folder)
    if as_json:
        print_json({"generations": [each.to_json() for each in kept]})
    elif kept:
        rows = [
            (
                str(each.row.number),
                each.standing.value,
                f"{each.row.articles:,}",
                f"{each.row.passages:,}",
                f"{each.row.created_at:%Y-%m-%d %H:%M} UTC",
            )
            for each in kept
        ]
        print_table(("generation", "standing", "articles", "passages", "built at"), rows)
    else:
        typer.echo("There is no index yet: run `footnote index`.")


def roll_back_to(
    number: Annotated[
        int | None, typer.Argument(min=1, help="The generation that shall serve.", show_default="the one before")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Let an earlier generation of the index serve again, or one that was set aside; running servers follow."""
    with opened(load_settings(data_dir=data_dir)) as footnote:
        row = roll_back(footnote.database, footnote.settings.index_folder, footnote.encoder.identity, number)
        withdraw_outdated(footnote)
    if as_json:
        print_json({"generation": row.number, "articles": row.articles, "passages": row.passages})
    else:
        typer.echo(
            f"Generation {row.number} serves, with {row.articles:,} articles. The next `footnote index` reads the "
            "sources again as they are then: mend what was wrong in them first."
        )
