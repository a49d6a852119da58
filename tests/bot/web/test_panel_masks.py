"""What the panel puts in a secret's place is what the server knows as a mask: such a message calls a person."""

import re

from bot.safety.findings import SecretKind
from bot.web.pages import STATIC_FOLDER

MASKING = STATIC_FOLDER / "widget" / "masking.js"


def test_the_masks_are_the_servers_in_their_order() -> None:
    source = MASKING.read_text(encoding="utf-8")
    written = re.search(r"export const MASKS = \{(.*?)\};", source, re.DOTALL)
    assert written is not None
    found = re.findall(r'(\w+): "([^"]+)"', written[1])
    assert found == [(kind.value, kind.mask) for kind in SecretKind]
