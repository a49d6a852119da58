"""A program for test_server.py: serves a stage in a folder on a port until it gets a signal."""

import sys
from pathlib import Path

from bot.web.app import create_app
from bot.web.logs import configure_logs
from bot.web.server import listening_socket, run_until_stopped
from tests.bot.web.stage import ScriptedAssistant, open_stage


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    configure_logs("info")
    stage = open_stage(Path(sys.argv[1]), ScriptedAssistant())
    listener = listening_socket("127.0.0.1", 0)
    tell(str(listener.getsockname()[1]))
    run_until_stopped(create_app(stage.settings, stage), listener)
    stage.close()
    tell("stopped")
