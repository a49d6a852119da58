"""Programs of the system that a test needs: skipped by name where one is missing, a failure where CI promises it."""

import os
import shutil

import pytest


def required(name: str, purpose: str) -> str:
    """The path of a program. Without it the test is skipped, or with CI=true it fails."""
    path = shutil.which(name)
    if path is not None:
        return path
    sentence = f"{name} is not installed, and it is needed to {purpose}."
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{sentence} With CI=true that is a failure.", pytrace=False)
    pytest.skip(sentence)
