"""`footnote sites`: whose pages may open conversations, and what they put into them."""

from typing import Any

import typer

from bot.commands.options import AsJson, DataDir
from bot.settings import load_settings
from bot.sites import Site, open_sites, snippet
from bot.terminal import print_json, print_table


def sites(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the sites whose pages may open conversations, each with the line to paste into them."""
    settings = load_settings(data_dir=data_dir)
    found = open_sites(settings)
    if as_json:
        print_json({"sites": [_to_json(site, settings.links_start_with) for site in found]})
        return
    print_table(("key", "name", "pages", "customers are identified by"), map(_row, found))
    for site in found:
        typer.echo(
            f"\n{site.name}: paste this into its pages, before </body>:\n{snippet(site, settings.links_start_with)}"
        )


def _to_json(site: Site, links_start_with: str) -> dict[str, Any]:
    return {
        "key": site.key,
        "name": site.name,
        "origins": list(site.origins),
        "requires_origin": site.requires_origin,
        "identity": {algorithm: len(keys) for algorithm, keys in site.identity.by_algorithm.items()},
        "snippet": snippet(site, links_start_with),
    }


def _row(site: Site) -> tuple[str, ...]:
    identity = ", ".join(f"{len(keys)} × {name}" for name, keys in site.identity.by_algorithm.items())
    return site.key, site.name, " ".join(site.origins) or "this server's own only", identity or "nothing: all anonymous"
