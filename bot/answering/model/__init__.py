"""A language model behind a protocol, and what is done with its words: used by `model_composing`."""
