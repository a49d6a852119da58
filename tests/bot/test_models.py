import pytest

from bot.models import Answer


def test_an_answer_without_a_citation_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="citation"):
        Answer(text="Trust me.", citations=(), confidence=1.0)
