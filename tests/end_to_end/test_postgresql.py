"""The whole chain with conversations on PostgreSQL: index, ask, doctor, serve, a conversation, and the server again."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.end_to_end.conftest import GOOD, Done, own_process, own_server
from tests.postgresql import running_postgresql

PASSWORD = "sim-sala-bim"


@pytest.fixture
def variables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment that names a data directory and an empty database, with a password."""
    with running_postgresql().database("template0") as url:
        known = conninfo_to_dict(url.get_secret_value())
        address = f"postgresql://postgres:{PASSWORD}@/{known['dbname']}?host={known['host']}"
        yield {"FOOTNOTE_DATA_DIR": str(tmp_path / "data"), "FOOTNOTE_DATABASE_URL": address}


def done(*arguments: str, **variables: str) -> Done:
    outcome = own_process(*arguments, **variables)
    assert outcome.code == 0, outcome
    assert PASSWORD not in outcome.out + outcome.err
    return outcome


def test_index_and_ask(variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    counts = done("index", str(tmp_path / "good.md"), "--json", **variables).json
    assert (counts["articles"]["added"], counts["generation"]) == (1, 1)
    reply = done("ask", "How do I reset my password?", "--json", **variables).json["reply"]
    assert {citation["article_id"] for citation in reply["citations"]} == {"good"}
    again = done("index", "--json", **variables).json
    assert (again["articles"]["unchanged"], again["generation"]) == (1, 1)
    assert "Conversations are kept by PostgreSQL 18" in done("doctor", **variables).out
    done("settings", **variables)
    assert not list((tmp_path / "data").glob("*.db*"))


def test_a_conversation_outlives_the_server(variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    done("index", str(tmp_path / "good.md"), **variables)
    log = tmp_path / "log"
    with own_server(tmp_path / "data", log, **variables) as server:
        started = httpx2.post(f"{server.address}/api/v1/conversations", json={"site_key": "site_demo"}).json()
        place = f"/api/v1/conversations/{started['conversation_id']}"
        headers = {"Authorization": f"Bearer {started['token']}"}
        sent = {"text": "How do I reset my password? \U0001f600 汉字 \0", "client_message_id": "m1"}
        first = httpx2.post(f"{server.address}{place}/messages", json=sent, headers=headers).json()
        assert first["reply"]["kind"] == "answer", first
    with own_server(tmp_path / "data", log, **variables) as server:
        transcript = httpx2.get(f"{server.address}{place}", headers=headers).json()
        assert [message["reply"] for message in transcript["messages"]] == [first["reply"]]
        assert "\U0001f600 汉字 \N{REPLACEMENT CHARACTER}" in transcript["messages"][0]["text"]
        again = httpx2.post(f"{server.address}{place}/messages", json=sent, headers=headers).json()
        assert again == first
    assert PASSWORD not in log.read_text()
