"""Words with a meaning of their own for the check of a sentence: networks, platforms, opposites, negators."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NETWORKS = {
    **dict.fromkeys(("erc20", "ethereum"), "ethereum"),
    **dict.fromkeys(("trc20", "tron"), "tron"),
    **dict.fromkeys(("bep20", "bsc"), "bsc"),
    **dict.fromkeys(("bitcoin", "brc20"), "bitcoin"),
    **{name: name for name in ("solana", "arbitrum", "polygon", "optimism", "avalanche", "lightning", "cardano")},
}
"""Word (lower case) to network: a token standard stands for the blockchain that it is of."""

COINS = {
    "bitcoin": "btc",
    "ethereum": "eth",
    "ether": "eth",
    "tether": "usdt",
    "ripple": "xrp",
    "euro": "eur",
    "euros": "eur",
    "dollar": "usd",
    "dollars": "usd",
    "pound": "gbp",
    "pounds": "gbp",
}
"""Spelled name (lower case) to ticker."""

PLATFORMS = {
    **dict.fromkeys(("app", "apps"), "app"),
    **dict.fromkeys(("web", "website", "browser"), "web"),
}
OTHER_APPS = _words("authenticator authentication bank banking wallet messaging chat")
"""Before "app", these mean somebody else's."""

_GROUPS: dict[str, tuple[str, str]] = {
    "bound": (
        "atleast minimum min ormore least exceeding exceeds exceed smallest lowest",
        "atmost maximum max upto within orless most largest highest",
    ),
    "comparison": ("morethan over above", "lessthan below under fewer"),
    "order": ("before until till prior earlier beforehand", "after once afterwards since later"),
    "transfer": ("deposit deposits deposited depositing", "withdraw withdrawal withdrawals withdrawn withdrawing"),
    "trade": ("buy buys bought buying buyer purchase", "sell sells sold selling seller sale sales"),
    "fees": ("maker makers", "taker takers"),
    "margin": ("isolated", "cross"),
    "term": ("flexible", "fixed"),
    "switch": ("turnedon enable enabled enables enabling activate activated",
               "turnedoff disable disabled disables disabling deactivate deactivated"),
    "lock": ("lock locks locked locking", "unlock unlocks unlocked unlocking"),
    "freeze": ("freeze freezes frozen freezing", "unfreeze unfreezes unfreezing"),
    "direction": ("send sends sent sending sender", "receive receives received receiving receiver recipient"),
    "end": ("first", "last"),
    "change": ("increase increases increased increasing raise raises raised rise rises",
               "decrease decreases decreased decreasing lower lowers lowered reduce reduces reduced fall falls"),
    "manner": ("automatic automatically", "manual manually"),
    "answer": ("accept accepts accepted approve approves approved", "reject rejects rejected refuse refuses refused"),
    "content": ("add adds added adding", "remove removes removed removing"),
    "run": ("start starts started starting begin begins", "stop stops stopped stopping"),
    "likeness": ("same", "different another"),
    "side": ("long", "short"),
    "kind": ("virtual", "physical"),
    "market": ("spot", "futures"),
    "duration": ("permanent permanently", "temporary temporarily"),
    "audience": ("public", "private"),
    "vertical": ("top upper", "bottom"),
    "horizontal": ("left", "right"),
}  # fmt: skip
OPPOSITES: dict[str, tuple[str, int]] = {
    word: (group, side)
    for group, sides in _GROUPS.items()
    for side, words in enumerate(sides)
    for word in words.split()
} | {
    word: ("frequency", number)
    for number, word in enumerate(("hourly", "daily", "weekly", "monthly", "yearly", "annually"))
}
"""Word (lower case) to a group in which another side says something else, and its side."""

BEFORE_NUMBERS = {"after": ("bound", 0), "before": ("bound", 1)}
"""What these say when a number comes next."""

WAYS = frozenset(("bound", "comparison", "order", "frequency"))
"""Groups whose words say how, not what: each by itself can be swapped."""

NEGATORS = _words("not never no without neither nor nothing none nobody unable impossible")
PASSED_OVER = _words("able possible yet ever need needs have has had get gets be been being one")
"""A negator speaks of what comes after these."""
SOFT_DENIALS = _words(
    "lose loses losing lost forfeit forfeited except refuse refused reject rejected unsupported free stop stops "
    "prevent prevents until before unless only rather instead fail fails failed"
)
"""Words that may say in another way what a negator says."""

STRICT = {
    "only": _words("only solely exclusively just except unless until alone while"),
    "always": _words("always every each all any automatically never whenever"),
    "free": _words("free gratis no not nothing none without 0"),
}
"""Words that say more than a sentence without them: what may stand in the passage for each."""
STRICT_WORDS = {"only": "only", "solely": "only", "exclusively": "only", "always": "always", "free": "free"}

LABELS = _words("note warning tip important not never only must no do")
"""Marked spans that begin with these are said loudly, and name nothing on the screen."""
SHOUTED = _words("not never only must all any no and or do note warning tip important ok faq id ids yes")
"""Words that are put in capitals to be seen."""

_SYNONYMS = {
    "fee": "fee fees cost costs charge charges charged charging pay pays paid paying price prices",
    "select": "select selects choose chooses tap taps click clicks press pick picks",
    "minimum": "minimum min atleast least smallest lowest ormore",
    "maximum": "maximum max atmost most upto highest largest limit limited limits",
    "website": "web website browser",
    "credit": "credit credited credits arrive arrives arrived",
    "duration": "take takes last lasts lasting",
    "stop": "stop stopped end ends ended ending finish finishes",
    "amount": "amount amounts sum value",
    "close": "close closes closed closing closure",
    "verification": "verify verified verification verifying",
    "request": "request requests call calls",
    "cancel": "cancel cancelled canceled cancels cancelling cancellation",
    "code": "code codes",
    "withdraw": "withdraw withdraws withdrawal withdrawals withdrawn withdrawing withdrew",
    "need": "need needs require requires required requirement must",
}
SYNONYMS = {word: key for key, words in _SYNONYMS.items() for word in words.split()}
NAMED = _words("level vip tier step version ios android macos windows error code status section no")
"""Before a number, these make a name of it: "Level 2", "iOS 16"."""
