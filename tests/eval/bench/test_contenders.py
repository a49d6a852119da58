import re
from pathlib import Path

import pytest

from embeddings.model_files import bundled_minilm
from eval.bench.contenders import PEERS, PEERS_FOLDER, Takes, chosen_peers, footnote_contender
from eval.errors import EvaluationError


def test_peers_are_chosen_by_name() -> None:
    assert [peer.name for peer in chosen_peers(" langchain,txtai,langchain ")] == ["langchain", "txtai"]
    assert chosen_peers("") == ()
    with pytest.raises(EvaluationError, match=r"no peer 'solr'; choose among txtai, "):
        chosen_peers("txtai,solr")


@pytest.mark.parametrize("name", PEERS)
def test_each_peer_has_a_script_and_pinned_requirements(name: str) -> None:
    peer = PEERS[name]
    command = peer.contender(Path("bin/python"), Path("model")).command_over(Path("index"))
    assert (PEERS_FOLDER / f"run_{name}.py").is_file() and str(PEERS_FOLDER / f"run_{name}.py") in command
    assert command[0] == "env" and "HF_HUB_OFFLINE=1" in command and command[-2:] == ("--index", "index")
    lines = peer.requirements.read_text(encoding="utf-8").splitlines()[1:]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    assert not any(line.lower().startswith(("torch==", "nvidia")) for line in lines)


def test_scripts_ask_only_for_the_protocol_of_this_project() -> None:
    for script in PEERS_FOLDER.glob("run_*.py"):
        own = re.findall(
            r"^from (bench_protocol|(?:bot|eval|embeddings|knowledge|prompts)\b.*) import", script.read_text(), re.M
        )
        assert own == ["bench_protocol"]


def test_footnote_gets_documents_and_the_same_model(tmp_path: Path) -> None:
    contender = footnote_contender(bundled_minilm(), tmp_path)
    assert contender.takes is Takes.DOCUMENTS and "all-MiniLM-L6-v2" in contender.command
    assert "eval.bench.footnote_builder" in contender.command
    assert "eval.bench.footnote_server" in contender.serving().command and contender.serving().name == contender.name
