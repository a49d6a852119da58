"""How sure an answer must be: by a calibration that was made for this index and this configuration, or by the setting.

The calibration is a file beside the index's generations, so that a new generation leaves it where it is, and stale.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.errors import ConfigurationError

CALIBRATION_FILE = "calibration.json"
MEND = "run `footnote-eval calibrate --write`"
BAR_OF_UNREADABLE = 0.9
"""How sure to be where a calibration asked for something that cannot be read any more: as sure as for sensitive topics,
the highest bar that ships."""

_SHA256 = r"^[0-9a-f]{64}$"

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Probability = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
State = Literal["none", "valid", "stale"]


class CurvePoint(BaseModel):
    """What another threshold would have done on the questions that were asked: the share of them that it answers, and
    the share of those answers that is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: Share
    coverage: Share
    risk: Share


class Calibration(BaseModel):
    """A threshold, what it promises (of the answers at most a share `alpha` is wrong, with probability 1 - `delta`),
    and for what it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    threshold: Share
    alpha: Probability
    delta: Probability
    n: int = Field(ge=1)
    """Questions asked."""
    answered: int = Field(ge=1)
    wrong: int = Field(ge=0)
    coverage: Share
    """The share of the questions that is answered."""
    bound: Share
    """The exact upper bound of the share that is wrong."""
    index_sha256: str = Field(pattern=_SHA256)
    config_hash: str = Field(pattern=r"^[0-9a-f]{16}$")
    """Of everything else that decides an answer, the setting of the threshold left out."""
    cases_sha256: str = Field(pattern=_SHA256)
    """Of the questions and their labels."""
    made_at: AwareDatetime
    curve: tuple[CurvePoint, ...] = ()
    """For people who look at it; nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """There is a file, but no calibration can be read from it, and why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """How sure an answer must be, whether a calibration says so, and a sentence about where it comes from."""

    value: float
    state: State
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """In the form of a trace's decision."""
        return {"threshold": self.value, "threshold_from": self.sentence}


def calibration_file(index_folder: Path) -> Path:
    """Where the calibration of an index lies."""
    return index_folder / CALIBRATION_FILE


def read_calibration(file: Path) -> Calibration | Unreadable | None:
    """What is in the file; None when there is none."""
    try:
        return Calibration.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        return Unreadable(f"The calibration {file} cannot be read ({error.strerror}): {MEND}.")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        return Unreadable(f"The calibration {file} is damaged ({where}: {first['msg']}): {MEND}.")


def write_calibration(file: Path, calibration: Calibration) -> None:
    """Put the calibration where the product reads it: the old one or the new one is there, never a part. Raises
    ConfigurationError when the folder does not take it."""
    beside = file.with_suffix(f".{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(calibration.model_dump_json(indent=2).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ConfigurationError(f"The calibration cannot be written to {file} ({error.strerror}).") from error


def threshold_of(
    calibration: Calibration | Unreadable | None, index_sha256: str, config_hash: str, shipped: float
) -> Threshold:
    """The threshold of a calibration that was made for this index and this configuration; of a stale one the stricter
    of its own and the shipped one; without one the shipped one."""
    if calibration is None:
        return Threshold(shipped, "none", f"Answered from the setting {shipped:.2f} on, which promises no risk.")
    if isinstance(calibration, Unreadable):
        strictest = max(shipped, BAR_OF_UNREADABLE)
        return Threshold(strictest, "stale", f"{calibration.sentence} Until then answers need {strictest:.2f}.")
    changed = [
        name
        for name, then, now in (
            ("index", calibration.index_sha256, index_sha256),
            ("configuration", calibration.config_hash, config_hash),
        )
        if then != now
    ]
    if not changed:
        return Threshold(calibration.threshold, "valid", _promise(calibration))
    strictest = max(shipped, calibration.threshold)
    return Threshold(
        strictest,
        "stale",
        f"The calibration of {calibration.made_at:%Y-%m-%d} was made for another {' and another '.join(changed)} and "
        f"promises nothing here: {MEND}. Until then answers need {strictest:.2f}, the stricter of its threshold and "
        "the setting.",
    )


def _promise(calibration: Calibration) -> str:
    return (
        f"Calibrated on {calibration.n:,} questions on {calibration.made_at:%Y-%m-%d}: answered from "
        f"{calibration.threshold:.4f} on, at most {100 * calibration.alpha:g} % of the answers are wrong, with "
        f"probability {1 - calibration.delta:g}."
    )


class CalibratedThreshold:
    """The threshold of whatever index serves, by the calibration file as it is now. Threads may share it."""

    def __init__(self, file: Path, config_hash: str, shipped: float) -> None:
        self._file = file
        self._config_hash = config_hash
        self._shipped = shipped
        self._read: tuple[tuple[int, int, int] | None, Calibration | Unreadable | None] = (None, None)

    def of(self, index_sha256: str | None) -> Threshold:
        """The threshold for an index; without one, that of the setting."""
        if index_sha256 is None:
            return Threshold(self._shipped, "none", f"Nothing was searched; the setting is {self._shipped:.2f}.")
        return threshold_of(self._calibration(), index_sha256, self._config_hash, self._shipped)

    def _calibration(self) -> Calibration | Unreadable | None:
        """What is in the file, read again when the file has changed."""
        try:
            found = self._file.stat()
        except OSError:
            return read_calibration(self._file)
        known = (found.st_mtime_ns, found.st_size, found.st_ino)
        seen, calibration = self._read
        if seen != known:
            calibration = read_calibration(self._file)
            self._read = (known, calibration)
        return calibration


def bar(threshold: float | CalibratedThreshold, index_sha256: str | None) -> Threshold:
    """How sure an answer must be: a number that was given, or what a calibration says for this index."""
    if isinstance(threshold, CalibratedThreshold):
        return threshold.of(index_sha256)
    return Threshold(threshold, "none", f"Answered from {threshold:.2f} on, a number that was given.")
