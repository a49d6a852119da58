"""API keys and tokens that show what they are by their own form, whoever issued them."""

import re

from bot.safety.findings import Span

_FORMS = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",  # AWS
    r"gh[pousr]_[A-Za-z0-9]{30,255}",  # GitHub
    r"github_pat_[A-Za-z0-9_]{22,255}",
    r"gl(?:pat|dt|rt|cbt|ptt)-[A-Za-z0-9_-]{20,255}",  # GitLab
    r"xox[a-z]{1,2}-[A-Za-z0-9-]{10,255}",  # Slack
    r"xapp-\d-[A-Za-z0-9-]{10,255}",
    r"hooks\.slack\.com/services/[A-Za-z0-9/]{20,255}",
    r"sk-(?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{20,512}",  # OpenAI, Anthropic and others
    r"[sr]k_(?:live|test)_[A-Za-z0-9]{10,255}",  # Stripe
    r"whsec_[A-Za-z0-9+/=]{16,255}",
    r"AIza[A-Za-z0-9_-]{30,60}",  # Google
    r"ya29\.[A-Za-z0-9_-]{20,2048}",
    r"GOCSPX-[A-Za-z0-9_-]{20,60}",
    r"eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,2048}",  # JSON Web Token, RFC 7519
    r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}",  # SendGrid
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[A-Za-z0-9_-]{40,512}",
    r"hf_[A-Za-z]{30,64}",  # Hugging Face
    r"do[opr]_v1_[a-f0-9]{64}",  # DigitalOcean
    r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}",  # Shopify
    r"\d{8,10}:[A-Za-z0-9_-]{35}",  # Telegram
)
_KEY = re.compile(rf"(?<![0-9A-Za-z_])(?:{'|'.join(_FORMS)})(?![0-9A-Za-z_])")
_PLACED = re.compile(
    r"otpauth://[^\s\"'<>]{1,512}(?<![.,;:!?)])"
    r"|(?<=://)[^\s/:@\[\]]{1,64}:[^\s/@\[\]]{3,128}(?=@[A-Za-z0-9])"
    r"|(?<=bearer )[A-Za-z0-9._~+/-]{16,4096}=*(?![A-Za-z0-9])",
    re.IGNORECASE,
)
"""Secrets known by where they stand: a TOTP enrolment link, a password in a URL, an Authorization header."""


def api_keys(text: str) -> list[Span]:
    """Where keys and tokens of known forms stand in a folded text, in no order."""
    return [match.span() for pattern in (_KEY, _PLACED) for match in pattern.finditer(text)]
