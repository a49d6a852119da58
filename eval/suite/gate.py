"""What a gate demands of a run, and what fails: floors and ceilings out of a file, and no loss against a run before."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvaluationError
from eval.metrics import Estimate
from eval.suite.comparing import Comparison, Difference

GATES_FILE = Path(__file__).resolve().parent.parent / "gates.toml"
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


def failures(gates: Gates, metrics: Mapping[str, Estimate], against: Comparison | None = None) -> Sequence[Failure]:
    """What fails, in the order of the file. A metric that was measured on nothing fails: no number is no pass."""
    found = [failure for name, demand in gates.metrics.items() if (failure := _missed(name, demand, metrics))]
    lost = [each for each in against.differences if each.is_worse] if against else []
    return [*found, *(_fell(each) for each in lost if each.figure in gates.may_not_fall)]


def _fell(each: Difference) -> Failure:
    return Failure(
        each.figure,
        f"{each.figure} fell from {each.before:.3f} to {each.after:.3f} over {each.gain.n} cases "
        f"(p = {each.p:.4f}): {_some(each.worse)}.",
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
