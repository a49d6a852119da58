from knowledge.parsing.tokens import parse, plain_text


def spans(text: str) -> dict[str, str]:
    token = next(token for token in parse(text) if token.type == "inline")
    return {
        child.type: token.content[slice(*child.meta["span"])] for child in token.children or [] if "span" in child.meta
    }


def test_inline_tokens_know_their_place() -> None:
    found = spans("a <b> ![i](s) [l](u){.ext} &#8203; x")
    assert found == {
        "html_inline": "<b>",
        "image": "![i](s)",
        "link_close": "[l](u)",
        "attribute_list": "{.ext}",
        "hidden_entity": "&#8203;",
    }


def test_code_holds_no_markup() -> None:
    assert spans("`<b> ![i](s) {.x} &#8203;`") == {}


def test_braces_in_a_sentence_are_text() -> None:
    assert spans("use {.name} or f(x){.y} here") == {}
    assert spans("{: .note}") == {"attribute_list": "{: .note}"}
    assert spans("{key=value}") == {}


def test_plain_text_has_no_markup() -> None:
    assert plain_text(parse("# A **b** `c`\n")[1]) == "A b c"
