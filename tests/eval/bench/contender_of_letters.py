"""A contender for the tests, as a process of its own: finds the rows that share most letters with the question.

`--mood` makes it die, be silent, talk nonsense, answer with an error or answer with strange ids, at its first search.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--mood", default="good")
parser.add_argument("--index", type=Path, required=True)
given = parser.parse_args()


def answer(request: dict[str, object]) -> dict[str, object]:
    match request["op"]:
        case "load":
            return {"versions": {"letters": "1"}}
        case "index":
            (given.index / "rows.jsonl").write_text(Path(str(request["corpus"])).read_text())
            return {}
        case "describe":
            return {"passages": len(rows()), "tokens": 10 * len(rows())}
        case "search":
            return moody(str(request["text"]))
        case "state":
            return {"peak_mb": 12.5, "torch": False}
    return {}


def moody(text: str) -> dict[str, object]:
    match given.mood:
        case "dies":
            sys.stderr.write("Loading\nIt ran out of letters.\n")
            sys.stderr.flush()
            os._exit(3)
        case "silent":
            time.sleep(60)
        case "nonsense":
            say("hello")
        case "failing":
            return {"error": "ValueError: no letters"}
        case "strange":
            return {"id": 999, "found": []}
    wanted = set(text.lower())
    ranked = sorted(rows(), key=lambda row: (-len(wanted & set(f"{row['title']} {row['text']}".lower())), str(row)))
    return {"found": [row.get("id", row.get("_id")) for row in ranked]}


def rows() -> list[dict[str, str]]:
    return [json.loads(line) for line in (given.index / "rows.jsonl").read_text().splitlines()]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "quit":
        break
    say(json.dumps({"id": request["id"], **answer(request)}))
