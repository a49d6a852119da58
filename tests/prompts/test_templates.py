import pytest

from prompts.errors import TemplateError
from prompts.templates import names, render, source, variables

DECLARED = {
    "answer.md": frozenset({"most_sentences"}),
    "dialogue.md": frozenset({"conversation", "mark", "message"}),
    "evidence.md": frozenset({"articles", "mark", "question", "where"}),
    "judge.md": frozenset(),
    "judged.md": frozenset({"mark", "message", "reply"}),
    "replies/about_versions.txt": frozenset({"other", "outdated", "own", "unfit"}),
    "replies/called_already.txt": frozenset({"unsure"}),
    "replies/contact_noted.txt": frozenset({"address", "expectation"}),
    "replies/clarify.txt": frozenset({"platform"}),
    "replies/greeting.txt": frozenset(),
    "replies/low_confidence.txt": frozenset(),
    "replies/more_steps.txt": frozenset({"count"}),
    "replies/nothing_to_read.txt": frozenset(),
    "replies/secret_seen.txt": frozenset({"secret"}),
    "replies/still_waiting.txt": frozenset({"expectation", "open_now"}),
    "replies/acknowledge.txt": frozenset({"expectation", "unhelpful"}),
    "replies/customer_mail.txt": frozenset({"answers_are_read", "link", "text"}),
    "replies/customer_mail_subject.txt": frozenset(),
    "replies/expectation.txt": frozenset(
        {"by_email", "closes_at", "contact_known", "open_now", "opens_at", "place", "wait"}
    ),
    "replies/thanks.txt": frozenset(),
    "replies/user_request.txt": frozenset(),
    "replies/waiting.txt": frozenset({"expectation", "thanked"}),
    "replies/loop.txt": frozenset(),
    "replies/negative_feedback.txt": frozenset(),
    "replies/policy.txt": frozenset(),
    "replies/sensitive_account_taken_over.txt": frozenset(),
    "replies/sensitive_complaint.txt": frozenset(),
    "replies/sensitive_fraud.txt": frozenset(),
    "replies/sensitive_funds_missing.txt": frozenset(),
    "replies/sensitive_law_enforcement.txt": frozenset(),
    "replies/sensitive_legal.txt": frozenset(),
    "replies/sensitive_self_harm.txt": frozenset(),
    "rewrite.md": frozenset(),
    "summary.md": frozenset({"most_characters"}),
    "transcript.md": frozenset({"conversation", "mark"}),
}
"""Every template with its contract. A template that is not here, or uses anything else, fails the test."""


def test_every_template_has_its_contract() -> None:
    assert {name: variables(name) for name in names()} == DECLARED


@pytest.mark.parametrize("name", DECLARED)
def test_templates_render(name: str) -> None:
    text = render(name, **dict.fromkeys(DECLARED[name], "a seed phrase"))
    assert text.strip() == text
    assert "{{" not in text and len(text) > 20


def test_a_template_as_it_is_written() -> None:
    assert "{{ secret }}" in source("replies/secret_seen.txt")
    with pytest.raises(TemplateError, match=r"no template 'replies/none\.txt'"):
        source("replies/none.txt")


def test_a_missing_or_unknown_variable_is_refused() -> None:
    with pytest.raises(TemplateError, match="secret"):
        render("replies/secret_seen.txt")
    with pytest.raises(TemplateError, match="surplus"):
        render("replies/thanks.txt", surplus="x")


def test_an_unknown_template_names_the_known_ones() -> None:
    with pytest.raises(TemplateError, match=r"replies/thanks\.txt"):
        render("replies/no_such.txt")
