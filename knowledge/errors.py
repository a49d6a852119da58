"""What can go wrong on the ground floor of knowledge.

KnowledgeError
├── SourceError     a source as a whole cannot be read (missing, empty, of no known kind)
└── ArticleError    one article cannot be read; the rest of its source goes on
"""


class KnowledgeError(Exception):
    """A sentence for a person: what happened, which input, what to do."""


class SourceError(KnowledgeError):
    """A source cannot be read at all."""


class ArticleError(KnowledgeError):
    """One article cannot be read; its source quarantines it and goes on."""
