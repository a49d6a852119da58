from bot.web.console.lit_article import LitArticle, lit_article, quoted_only
from bot.web.console.marked_answer import Place
from knowledge.models import Article

BODY = """First **bold** sentence. Second one.

## Fees

1. Open *Menu*.
2. Pay.

| Coin | Fee |
| --- | --- |
| BTC | 2 |"""
ARTICLE = Article(id="fees", title="Fees", body=BODY)


def place(key: int, quote: str, article_id: str = "fees") -> Place:
    start = BODY.index(quote)
    return Place(key, 1, article_id, "Fees", "", "", quote, start, start + len(quote))


def lit(*quotes: str) -> LitArticle:
    return lit_article(ARTICLE, [place(key, quote) for key, quote in enumerate(quotes)], ())


def shown(article: LitArticle) -> list[str]:
    return ["".join(piece.text for piece in block.pieces) for block in article.blocks]


def alight(article: LitArticle, key: int) -> list[str]:
    return [piece.text for block in article.blocks for piece in block.pieces if key in piece.places]


def test_an_article_as_a_browser_shows_it() -> None:
    found = lit()
    texts = ["First bold sentence. Second one.", "Fees", "Open Menu.", "Pay.", "Coin | Fee", "BTC | 2"]
    assert shown(found) == texts
    kinds = ["paragraph", "heading", "step", "step", "table_head", "table_row"]
    assert [block.kind for block in found.blocks] == kinds


def test_a_place_lights_up_to_the_letter() -> None:
    found = lit("First **bold** sentence.", "Open *Menu*.", "| BTC | 2 |")
    assert alight(found, 0) == ["First bold sentence."]
    assert alight(found, 1) == ["Open Menu."]
    assert alight(found, 2) == ["BTC", "2"]


def test_places_may_overlap_and_each_begins_once() -> None:
    found = lit("First **bold** sentence. Second one.", "Second one.")
    assert [(piece.text, piece.places, piece.begins) for piece in found.blocks[0].pieces] == [
        ("First bold sentence. ", (0,), (0,)),
        ("Second one.", (0, 1), (1,)),
    ]


def test_other_articles_places_are_not_its_own() -> None:
    assert alight(lit_article(ARTICLE, [place(0, "Pay.", "other")], ()), 0) == []


def test_the_passage_is_told_by_its_blocks() -> None:
    found = lit_article(ARTICLE, (), [(BODY.index("1. Open"), BODY.index("| Coin"))])
    assert [block.in_passage for block in found.blocks] == [False, False, True, True, False, False]


def test_of_what_is_gone_the_quotes_stay() -> None:
    found = quoted_only("fees", "Fees", [place(0, "Pay."), place(1, "Pay.", "other")], "It is gone.")
    assert (found.blocks, [each.key for each in found.quotes], found.problem) == ((), [0], "It is gone.")
