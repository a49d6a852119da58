"""Programs of the system that a test needs: skipped by name where one is missing, a failure where CI promises it."""

import os
import shutil
from typing import NoReturn

import pytest


def required(name: str, purpose: str) -> str:
    """The path of a program. Without it the test is skipped, or with CI=true it fails."""
    path = shutil.which(name)
    if path is None:
        missing(f"{name} is not installed, and it is needed to {purpose}.")
    return path


def missing(sentence: str) -> NoReturn:
    """Skips the test, or fails it with CI=true, for the reason that `sentence` tells."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{sentence} With CI=true that is a failure.", pytrace=False)
    pytest.skip(sentence)
