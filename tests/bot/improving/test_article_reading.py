from bot.improving.article_reading import read_articles
from knowledge.models import Article
from tests.bot.improving.words_encoder import word_vectors

BODY = "Use TRC20 with Corvane. It costs 5 EUR.\n\n| Card | Fee |\n| --- | --- |\n| Jade | 8 EUR |"


def test_sentences_keep_their_places_and_rows_their_names() -> None:
    (read,) = read_articles([Article(id="a", title="Fees in 2024", body=BODY)], word_vectors)
    assert len(read.sentences) == len(read.vectors) == 3
    assert [sentence.row for sentence in read.sentences] == [None, None, "jade"]
    for sentence in read.sentences:
        assert BODY[sentence.start : sentence.end].strip("| ").split()[-1].strip("|") in sentence.text
    assert read.years == {"2024"} and {"tron", "corvane"} <= read.names.keys()


def test_nothing_to_read() -> None:
    assert read_articles([], word_vectors) == []
    (read,) = read_articles([Article(id="a", title="", body="")], word_vectors)
    assert read.sentences == () and len(read.vectors) == 0
