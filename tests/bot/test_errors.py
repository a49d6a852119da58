import bot.errors as errors
from bot.errors import FootnoteError


def descendants(parent: type[FootnoteError]) -> list[type[FootnoteError]]:
    return [
        each
        for child in parent.__subclasses__()
        if child.__module__ == "bot.errors"
        for each in (child, *descendants(child))
    ]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = {
        word
        for line in (errors.__doc__ or "").splitlines()
        for word in line.replace("─", " ").split()
        if word[0].isupper()
    }
    for error in (FootnoteError, *descendants(FootnoteError)):
        assert error.__name__ in drawn, f"{error.__name__} is missing in the docstring of bot/errors.py"


def test_every_error_has_its_own_code_and_a_status() -> None:
    found = [error for error in descendants(FootnoteError) if "code" in vars(error)]
    codes = [error.code for error in found]
    assert len(codes) == len(set(codes))
    assert all(400 <= error.status < 600 and error.code == error.code.lower() for error in found)
