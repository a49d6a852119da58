"""What every encoder over the files of a model knows of itself before it loads anything."""

from embeddings.model_files import ModelFiles


class ModelEncoder:
    """The properties of an `Encoder` that its model's files give."""

    def __init__(self, files: ModelFiles) -> None:
        self._files = files

    @property
    def identity(self) -> str:
        """The identity of the model's files."""
        return self._files.identity

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._files.dimensions

    @property
    def max_tokens(self) -> int:
        """How many of its own tokens the model reads, the two special ones included."""
        return self._files.max_tokens
