import pytest

from knowledge.parsing.elements import hides


@pytest.mark.parametrize(
    "attributes",
    [
        {"hidden": ""},
        {"hidden": None},
        {"aria-hidden": "TRUE"},
        {"style": "color: red; DISPLAY : none"},
        {"style": "visibility:hidden"},
        {"style": "font-size: 0px"},
        {"style": "font-size:0"},
        {"style": "font-size:.0em;"},
        {"style": "display:/* x */none !important"},
    ],
)
def test_hidden(attributes: dict[str, str | None]) -> None:
    assert hides(attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"style": None},
        {"aria-hidden": "false"},
        {"style": "font-size:0.8em"},
        {"style": "font-size:large"},
        {"style": "display: block"},
        {"style": "x-display:none-such"},
    ],
)
def test_shown(attributes: dict[str, str | None]) -> None:
    assert not hides(attributes)
