"""What can go wrong on the ground floor of embeddings.

EmbeddingError
├── EncoderError    a model cannot be loaded, is not the one that was promised, or is of a refused form
│   └── LesserMode  it works, but not in the way that was meant
└── IndexFileError  an index file is missing, damaged or of another size than it says
"""


class EmbeddingError(Exception):
    """A sentence for a person: what happened, which input, what to do."""


class EncoderError(EmbeddingError):
    """An encoder cannot be used."""


class LesserMode(EncoderError):
    """An encoder works, but not in the way that was meant."""


class IndexFileError(EmbeddingError):
    """An index file cannot be used."""
