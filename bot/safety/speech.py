"""Words of the English list that customers use in ordinary questions: six in a hundred words of a random phrase."""

_WORDS = """
    about above access account across again all already also always another answer any around ask because become before
    below between can change check code company come day either enough few find first follow found give good have help
    into issue just keep know later like list make message more much must name need never next now off often once one
    only open option order other over own people phrase place please possible private problem question real right same
    say second secret seed since still such sure tell text that then there they this three time today try turn two under
    until update use used very verify view wait want way what when where will word work wrong year you
"""
SPEECH = frozenset(_WORDS.split())
