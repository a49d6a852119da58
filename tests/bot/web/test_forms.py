import pytest
from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request
from starlette.testclient import TestClient

from bot.web.errors import install_error_handlers
from bot.web.forms import MOST_FIELDS, read_form
from bot.web.schemas import Text, Wire

FORM = "application/x-www-form-urlencoded"


class Letter(Wire):
    to: Text = Field(max_length=10)
    text: Text = ""


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    install_error_handlers(app)

    @app.post("/letters")
    async def letters(request: Request) -> dict[str, str]:
        letter = await read_form(request, Letter)
        return {"to": letter.to, "text": letter.text}

    return TestClient(app)


def send(client: TestClient, body: str | bytes, media_type: str = FORM) -> tuple[int, dict]:  # type: ignore[type-arg]
    answer = client.post("/letters", content=body, headers={"content-type": media_type})
    return answer.status_code, answer.json()


def test_a_form_is_read(client: TestClient) -> None:
    assert send(client, "to=Mar%C3%ADa&text=a+b%0D%0A%26c") == (200, {"to": "María", "text": "a b\r\n&c"})
    assert send(client, "to=m", f"{FORM}; charset=UTF-8") == (200, {"to": "m", "text": ""})
    assert send(client, "to=m&text=%00")[1]["text"] == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "The field to is missing."),
        ("text=x", "The field to is missing."),
        ("to=m&password=secret", "The field password is not known."),
        ("to=01234567890", "The field to is not valid"),
    ],
)
def test_a_wrong_form_is_told_so_without_its_values(client: TestClient, body: str, sentence: str) -> None:
    status, told = send(client, body)
    assert (status, told["error"]["code"]) == (422, "invalid_request")
    assert sentence in told["error"]["message"]
    assert "secret" not in told["error"]["message"] and "0123" not in told["error"]["message"]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("to=m", "text/plain"),
        ("to=m", ""),
        ('{"to": "m"}', "application/json"),
        ("to=%FF", FORM),
        (b"to=\xff", FORM),
        ("&".join(f"f{n}=x" for n in range(MOST_FIELDS + 1)), FORM),
    ],
)
def test_what_is_no_form_is_refused(client: TestClient, body: str | bytes, media_type: str) -> None:
    assert send(client, body, media_type)[0] == 400
