"""What can go wrong while measuring.

EvaluationError
├── DatasetError       a data set's folder or one of its files cannot be used
├── GateShut           a run misses what the gate demands
├── CalibrationError   a threshold cannot be calibrated on what is given
├── ContenderError     a contender of the bench died, did not answer in time, or answered with an error
└── NoEnvironment      a peer's environment cannot be made
"""


class EvaluationError(Exception):
    """A sentence for a person: what happened, which input, what to do."""


class DatasetError(EvaluationError):
    """A data set cannot be used."""


class GateShut(EvaluationError):
    """Not good enough: which figure, and what was demanded."""


class CalibrationError(EvaluationError):
    """A threshold cannot be calibrated."""


class ContenderError(EvaluationError):
    """A contender of the bench does not do what it is asked."""


class NoEnvironment(EvaluationError):
    """A peer's environment cannot be made."""
