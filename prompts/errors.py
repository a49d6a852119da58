"""What can go wrong on the ground floor of prompts.

PromptError
├── TemplateError   a template is missing, or was not given exactly the variables it declares
└── RanksError      the token ranks that ship with Footnote are damaged or cannot be unpacked
"""


class PromptError(Exception):
    """A sentence for a person: what happened, which input, what to do."""


class TemplateError(PromptError):
    """A template cannot be rendered."""


class RanksError(PromptError):
    """The token ranks cannot be used."""
