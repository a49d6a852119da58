"""Articles that are nothing but a list, such as a card of what customers ask: each item is a name that the article goes
by. Pure."""

import re

from knowledge.structure import BlockKind, outline
from knowledge.units import unit_text, units_of

LEAST_ITEMS = 2
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])\s")


def listed_names(body: str) -> tuple[str, ...]:
    """The texts of the items of a body that is one list, as a browser shows them; none of any other body."""
    if not _ITEM.match(body):
        return ()
    blocks = outline(body)
    is_list = {block.kind for block in blocks} <= {BlockKind.BULLET, BlockKind.STEP}
    if not is_list or len(blocks) < LEAST_ITEMS or len({block.group for block in blocks}) > 1:
        return ()
    texts = (unit_text(unit, body, blocks) for block in blocks for unit in units_of(block, body))
    return tuple(dict.fromkeys(filter(None, map(str.strip, texts))))
