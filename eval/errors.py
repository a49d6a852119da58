"""What can go wrong while measuring.

EvaluationError
└── DatasetError    a data set's folder or one of its files cannot be used
"""


class EvaluationError(Exception):
    """A sentence for a person: what happened, which input, what to do."""


class DatasetError(EvaluationError):
    """A data set cannot be used."""
