"""`footnote` over the LetterEncoder, in a forked child for every line that it reads: the modules are loaded once, so a
server is there in no time and a kill falls into its work and not into imports.

A line is JSON: {"arguments": […], "log": file} starts a child and is answered with its process id, {"wait": id} waits
for the end of a child and is answered with its exit code. Killing is left to whoever gives the orders.
"""

import json
import os
import sys
from functools import partial
from typing import Any

from bot import assembly, assembly_desks, cli
from bot.handoff.delivery import Courier
from tests.fakes import LetterEncoder

CLAIM_SECONDS = 2.0
"""Instead of half a minute, for which a delivery is left alone whose process has died."""


def obey(order: dict[str, Any]) -> int:
    if "wait" in order:
        _, status = os.waitpid(order["wait"], 0)
        return os.waitstatus_to_exitcode(status)
    child = os.fork()
    if child == 0:
        os._exit(run(order["arguments"], order["log"]))
    return child


def run(arguments: list[str], log: str) -> int:
    nothing, told = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for opened, standard in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(opened, standard)
    sys.argv = ["footnote", *arguments]
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    assembly.open_encoder = lambda settings: LetterEncoder()
    assembly_desks.Courier = partial(Courier, claim_seconds=CLAIM_SECONDS)  # type: ignore[assignment, misc]
    for line in sys.stdin:
        sys.stdout.write(f"{obey(json.loads(line))}\n")
        sys.stdout.flush()
