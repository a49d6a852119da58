"""Commands of `footnote` with a file of their own; `bot/cli.py` registers them."""
