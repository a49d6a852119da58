"""What a gate demands of a run, and what fails: floors and ceilings out of a file, and no loss against a run before."""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvaluationError
from eval.metrics import Estimate
from eval.suite.cases import CORVANE_SUITE
from eval.suite.comparing import Comparison, Difference

GATES_NAME = "gates.toml"
GATES_FILE = Path(__file__).resolve().parent.parent / GATES_NAME
_TABLE = re.compile(r"\[metrics\.(?:\"(?P<quoted>[^\"]+)\"|(?P<bare>[A-Za-z0-9_-]+))\]")
_DEMAND = re.compile(r"(?P<side>at_least|at_most)\s*=\s*(?P<number>[0-9.]+)")
_Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Demand(BaseModel):
    """What one metric must be: at least, at most, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: _Share | None = None
    at_most: _Share | None = None


class Gates(BaseModel):
    """The file `gates.toml`: a table for each metric of a run, and what may not fall against another run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metrics: dict[str, Demand]
    may_not_fall: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A demand that is not met, as a sentence with its number."""

    metric: str
    sentence: str


def load_gates(file: Path = GATES_FILE) -> Gates:
    """The demands of a file. Raises EvaluationError."""
    try:
        return Gates.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise EvaluationError(f"The gates cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise EvaluationError(f"{file} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise EvaluationError(f"{file} cannot be used: {place}: {first['msg']}.") from error


def gates_file(suite: Path) -> Path:
    """The demands on a suite: those beside its cases, else those that ship."""
    own = suite / GATES_NAME
    return own if own.is_file() else GATES_FILE


def raise_demands(suite: Path, metrics: Mapping[str, Estimate]) -> None:
    """The demands on a suite made as strict as a run leaves room for, in its own file. Raises EvaluationError."""
    file = gates_file(suite)
    if file == GATES_FILE and suite != CORVANE_SUITE:
        return
    try:
        file.write_text(raised(file.read_text(encoding="utf-8"), metrics), encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"The gates cannot be renewed: {error}.") from error


def raised(text: str, metrics: Mapping[str, Estimate]) -> str:
    """A file of demands, each as strict as a run leaves room for: half-way between what was measured and the end of its
    interval, to three digits. None becomes looser, and one whose figure has no interval stays."""
    lines, metric = [], ""
    for line in text.split("\n"):
        if table := _TABLE.fullmatch(line.strip()):
            metric = table["quoted"] or table["bare"]
        lines.append(_stricter(line, metrics[metric]) if metric in metrics else line)
    return "\n".join(lines)


def _stricter(line: str, value: Estimate) -> str:
    found = _DEMAND.fullmatch(line.strip())
    if found is None or not value.low < value.high:
        return line
    now = float(found["number"])
    if found["side"] == "at_least":
        room = max(now, math.floor(500 * (value.mean + value.low)) / 1000)
    else:
        room = min(now, math.ceil(500 * (value.mean + value.high)) / 1000)
    return line if room == now else f"{found['side']} = {room:g}"


def failures(gates: Gates, metrics: Mapping[str, Estimate], *against: Comparison) -> Sequence[Failure]:
    """What fails, in the order of the file, then what fell against other runs. A metric that was measured on nothing
    fails: no number is no pass."""
    found = [failure for name, demand in gates.metrics.items() if (failure := _missed(name, demand, metrics))]
    lost = [each for comparison in against for each in comparison.differences if each.is_worse]
    return [*found, *(_fell(each) for each in lost if each.figure in gates.may_not_fall)]


def _fell(each: Difference) -> Failure:
    return Failure(
        each.figure,
        f"{each.figure} fell from {each.before:.3f} to {each.after:.3f} over {each.gain.n} cases "
        f"(p = {each.p:.2g}): {_some(each.worse)}.",
    )


def _missed(name: str, demand: Demand, metrics: Mapping[str, Estimate]) -> Failure | None:
    value = metrics.get(name)
    if value is None:
        return Failure(name, f"There is no metric {name}; see the names in a run's report.")
    if not value.n or value.mean != value.mean:
        return Failure(name, f"{name} was measured on no case at all.")
    told = f"{name} is {value.mean:.4f} over {value.n} ({value.low:.4f} – {value.high:.4f})"
    if demand.at_least is not None and value.mean < demand.at_least:
        return Failure(name, f"{told}; at least {demand.at_least:g} is demanded.")
    if demand.at_most is not None and value.mean > demand.at_most:
        return Failure(name, f"{told}; at most {demand.at_most:g} is allowed.")
    return None


def _some(ids: Sequence[str], most: int = 5) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more
