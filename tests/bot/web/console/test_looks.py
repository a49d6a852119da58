import threading

from bot.errors import StorageError
from bot.surveying import SurveyStopped
from bot.web.console.looks import FAILED, Look


def test_a_result_is_kept_for_its_key() -> None:
    look: Look[int] = Look("test")
    assert look.result("a") is None and look.last() is None
    look.begin("a", lambda: 4)
    assert look.wait(5)
    assert (look.result("a"), look.result("b"), look.last(), look.problem("a")) == (4, None, 4, None)


def test_one_look_goes_on_at_a_time() -> None:
    look: Look[int] = Look("test")
    gate = threading.Event()
    look.begin("a", lambda: int(gate.wait(5)))
    look.begin("b", lambda: 2)
    assert look.running and not look.wait(0.01)
    gate.set()
    assert look.wait(5)
    assert look.result("b") is None and look.result("a") == 1


def raising(error: Exception) -> Look[int]:
    def work() -> int:
        raise error

    look: Look[int] = Look("test")
    look.begin("a", work)
    assert look.wait(5)
    return look


def test_why_a_look_failed() -> None:
    assert raising(StorageError("The disk is full.")).problem("a") == "The disk is full."
    assert raising(RuntimeError("boom")).problem("a") == FAILED
    assert raising(SurveyStopped()).problem("a") is None
