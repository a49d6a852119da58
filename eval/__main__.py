"""`python -m eval` is the command `footnote-eval`."""

from eval.cli import main

main()
