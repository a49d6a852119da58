"""The command `footnote` over the LetterEncoder, so that no model is loaded: `python -m tests.end_to_end.lettered ask
…`."""

from bot import assembly, cli
from tests.fakes import LetterEncoder

if __name__ == "__main__":
    assembly.open_encoder = lambda settings: LetterEncoder()
    cli.main()
