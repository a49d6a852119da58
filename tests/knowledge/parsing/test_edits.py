from knowledge.parsing.edits import Edit, Lines, apply_edits, continued


def test_edits_are_made_together() -> None:
    assert apply_edits("abcdef", [Edit(4, 5, ""), Edit(0, 1, "A"), Edit(2, 2, "-")]) == "Ab-cdf"


def test_of_overlapping_edits_the_first_and_longest_is_made() -> None:
    assert apply_edits("abcdef", [Edit(1, 2, "x"), Edit(1, 4, "y"), Edit(3, 5, "z")]) == "ayef"


def test_lines_are_replaced_and_removed() -> None:
    text = "a\nb\nc"
    lines = Lines.of(text)
    assert apply_edits(text, [lines.replace(1, 2, ["x", "y"])]) == "a\nx\ny\nc"
    assert apply_edits(text, [lines.replace(0, 2, [])]) == "c"
    assert apply_edits(text, [lines.replace(2, 3, [])]) == "a\nb\n"


def test_a_block_goes_on_under_its_marker() -> None:
    assert continued("> 10. ") == ">     "
