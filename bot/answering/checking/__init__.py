"""What a sentence claims and whether a passage says so: used by `verification`."""
