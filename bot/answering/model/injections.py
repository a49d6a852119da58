"""Text that speaks to a language model instead of a customer.

One layer of three, and the weakest: such a passage is not shown to the model. What slips through is marked as data
(prompts/marked_data.py), and what the model makes of it must stand in the passages like everything it writes.
"""

import re

_SPEAKS = re.compile(
    r"""
      \b(?:ignore|disregard|forget|override|bypass)\b [^.!?\n]{0,40}
      \b(?:instructions?|prompts?|rules|guidelines|directions)\b
    | \b(?:system|developer)\s+prompt\b
    | \byou\s+are\s+(?:now|no\s+longer)\b [^.!?\n]{0,40} \b(?:ai|assistant|bot|chatbot|language\s+model)\b
    | \bas\s+an?\s+(?:ai|language)\s+(?:model|assistant)\s*,?\s*(?:you|do|say|answer|reply|tell)\b
    | <\|?\s*/?\s*(?:im_start|im_end|system|assistant|user|endoftext|start_header_id|end_header_id)\s*\|?>
    | ^\s*\[?/?(?:INST|SYS)\]?\s*$
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


def speaks_to_a_model(text: str) -> bool:
    """Whether `text` holds what is written to steer a language model. Takes any string."""
    return _SPEAKS.search(text) is not None
