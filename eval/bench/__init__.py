"""Footnote beside other retrieval libraries: quality, speed, memory, in one run."""
