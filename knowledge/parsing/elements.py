"""HTML's elements: which there are, which are never shown, and what hides one."""

import re
from collections.abc import Mapping

DROPPED = frozenset(
    "script style nav footer form noscript template head title svg object canvas textarea select datalist input "
    "area map track param xmp plaintext noembed noframes frame frameset".split()
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
OPTIONAL_END = frozenset("p li td th tr thead tbody tfoot dt dd option optgroup colgroup rt rp html head body".split())
BLOCKS = frozenset(
    "address article aside blockquote body details dialog dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 "
    "h6 header hgroup hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul caption".split()
)
KNOWN = (
    DROPPED
    | VOID
    | OPTIONAL_END
    | BLOCKS
    | frozenset(
        "a abbr acronym audio b bdi bdo big button center cite code data del dfn em font i iframe ins kbd label legend mark "
        "math menu meter output picture pre progress q ruby s samp search slot small span strike strong sub sup time tt u var "
        "video".split()
    )
)
_HIDING = re.compile(r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|font-size:(?:0+\.?0*|\.0+)[a-z%]*(?=[;!]|$))")
_BLANKS = re.compile(r"\s+|/\*.*?\*/", re.DOTALL)


def hides(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element with these attributes (names in lower case) is hidden from a reader."""
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").strip().lower() == "true":
        return True
    style = attributes.get("style")
    return bool(style) and _HIDING.search(_BLANKS.sub("", style or "").lower()) is not None
