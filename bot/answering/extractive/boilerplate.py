"""What stands in articles but answers nothing, and sentences that cannot stand first: pure, English."""

import re

_ABOUT_THE_PAGE = re.compile(
    r"^\W*(?:"
    r"(?:was|is|did) this (?:article|page|answer|guide|information)\b.{0,40}\bhelp\w*|"
    r"(?:in )?(?:this|the following) (?:article|page|guide|section|topic)\s*(?:,|explains|describes|shows|covers|lists|"
    r"will|tells|provides|contains|walks)|"
    r"in this (?:article|guide|section),? (?:we|you)\b|"
    r"(?:please )?(?:follow|see|read|check|refer to) (?:the )?(?:\w+ )?"
    r"(?:steps|instructions|articles?|sections?|topics?|list|table)(?: (?:listed|described|shown))? ?"
    r"(?:below|here|above)?\W*$|"
    r"find your .{0,60}\bin (?:this|the) list\b|"
    r"(?:the )?(?:last|page) (?:updated|reviewed|modified)\b|table of contents\b|back to top\b|thank you for reading\b"
    r")",
    re.IGNORECASE,
)
_POINTS_ELSEWHERE = re.compile(
    r"^\W*(?:"
    r"(?:see|read|refer to|visit|check out|browse|learn) (?:also|more|further)\b|"
    r"(?:for|to (?:find|learn|get|see|read)) (?:more|further|additional|other|full)\b"
    r"(?:\s(?:details?|information|help|about|on)\b)*.{0,120}\b(?:see|refer|visit|read|go to|check|consult)\b|"
    r"(?:related|similar|recommended|further|popular) (?:articles?|links?|topics?|reading|questions|content)\b|"
    r"(?:see also|learn more|read more|more information|click here)\W*$"
    r")",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"^\W*(?:(?:if you (?:still )?(?:have|need|want|require)|still (?:have|need)|(?:any|do you have)|(?:need|have)) "
    r"(?:any |some |more |other |further |additional )*(?:help|questions?|assistance|support|problems?)\b|"
    r"(?:please )?(?:contact|reach out to|get in touch with|write to|message|talk to) (?:us|our|the|corporate) ?"
    r"(?:support|customer|help|team|agents?)?(?:\W*\w+){0,6}\W*$|"
    r"(?:contact|reach) us\b)",
    re.IGNORECASE,
)
_ASKS_FOR_CONTACT = re.compile(
    r"\b(?:contact|support|agents?|human|person|help ?desk|call|phone|reach|talk|speak)\b", re.I
)
_MISSING_PICTURE = re.compile(
    r"\b(?:images?|pictures?|screenshots?|figures?|diagrams?|videos?) (?:shown |displayed )?(?:above|below)\b", re.I
)
_LINK = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]{0,300}\")?\)")
_IS_IN_A_LINK = re.compile(
    r"^.{0,160}\b(?:is|are|can be found|find|see)(?: \w+){0,3} \[[^\[\]]+\]\([^()\s]*\)\W*$", re.IGNORECASE
)
_NOTHING_HEADING = re.compile(
    r"^\W*(?:\d+[.)]\s*)?(?:(?:related|similar|recommended|further) (?:articles?|links?|topics?|reading)|see also|"
    r"(?:still )?need (?:more )?help|more (?:help|information|resources)|was this (?:article )?helpful|"
    r"table of contents|in this article|contents|references)\W*$",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(
    r"^\W*(?:it|this|that|these|those|they|he|she|its|their|his|her|both|neither|such|the (?:same|latter|former)|"
    r"however|but|and|or|so|also|too|in addition|additionally|furthermore|moreover|otherwise|then|thus|therefore|hence|"
    r"instead|in (?:this|that) case|if (?:so|not|this)|as a result|for (?:example|instance|this)|here|there(?:after)?|"
    r"afterwards?|consequently|likewise|similarly|after that|before that|alternatively|nevertheless)\b",
    re.IGNORECASE,
)


def is_boilerplate(markdown: str, text: str, question: str) -> bool:
    """Whether a sentence of an article says nothing by itself: it speaks of the page, points elsewhere, asks to get in
    touch (unless the question is about that) or has half of its words in links. `text` is what a browser shows of
    `markdown`."""
    if _ABOUT_THE_PAGE.search(text) or _POINTS_ELSEWHERE.search(text) or _MISSING_PICTURE.search(text):
        return True
    if _CONTACT.search(text) and not _ASKS_FOR_CONTACT.search(question):
        return True
    if _IS_IN_A_LINK.search(markdown):
        return True
    in_links = sum(len(found[1].split()) for found in _LINK.finditer(markdown))
    return 2 * in_links >= len(text.split())


def is_boilerplate_heading(heading: str) -> bool:
    """Whether nothing below this heading answers a question: related articles, contents, "Was this helpful?"."""
    return _NOTHING_HEADING.match(heading) is not None


def refers_back(text: str) -> bool:
    """Whether a sentence begins with a word for something that was said before it."""
    return _REFERS_BACK.match(text) is not None
