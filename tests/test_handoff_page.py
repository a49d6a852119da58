"""What docs/handoff.md shows is so."""

import base64
import time
from pathlib import Path
from typing import Any

import pytest

from bot.handoff.retries import SCHEDULE_SECONDS
from bot.handoff.signatures import key_of, signed_headers
from bot.handoff.sweeping import DELIVERED_DAYS
from bot.settings import Settings

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "handoff.md").read_text(encoding="utf-8")
BODY = b'{"id":"evt_1"}'


@pytest.fixture
def is_genuine() -> Any:
    """The receiver's check, as it stands there."""
    names: dict[str, Any] = {}
    exec(PAGE.split("```python\n", 1)[1].split("```", 1)[0], names)
    return names["is_genuine"]


def test_the_receiver_s_check_tells_what_is_genuine(is_genuine: Any) -> None:
    old, new = ("whsec_" + base64.b64encode(each * 24).decode() for each in (b"o", b"n"))
    moment = int(time.time())
    both = signed_headers("evt_1", moment, BODY, [key_of(old), key_of(new)])
    assert is_genuine(both, BODY, old)
    assert is_genuine(both, BODY, new)
    assert not is_genuine(both, BODY + b" ", new)
    assert not is_genuine({**both, "webhook-id": "evt_2"}, BODY, new)
    assert not is_genuine(signed_headers("evt_1", moment, BODY, [key_of(old)]), BODY, new)
    for away in (-400, 400):
        assert not is_genuine(signed_headers("evt_1", moment + away, BODY, [key_of(new)]), BODY, new)


def test_settings_in_examples_are_settings() -> None:
    examples = [block.split("```", 1)[0] for block in PAGE.split("```toml\n")[1:]]
    named = {line.split("=")[0].strip() for block in examples for line in block.splitlines() if "=" in line}
    assert len(named) >= 12
    assert named <= set(Settings.model_fields)


def test_numbers_are_those_of_the_code() -> None:
    waits = "5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h"
    units = {"s": 1, "min": 60, "h": 3600}
    assert waits in PAGE
    pairs = [each.split() for each in waits.replace(" and", ",").split(", ")]
    assert (0.0, *(float(number) * units[unit] for number, unit in pairs)) == SCHEDULE_SECONDS
    assert f"kept for {DELIVERED_DAYS} days" in PAGE
    for name in ("bot_patience_seconds", "queue_patience_seconds", "agent_patience_seconds"):
        assert f"| `{name}` | {Settings.model_fields[name].default:.0f} |" in PAGE
