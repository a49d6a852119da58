"""Words of the English list that customers use in ordinary questions. Six in a hundred words of a random phrase are here."""

SPEECH = frozenset(
    """
    about above access account across again all already also always another answer any around ask because become before
    below between both can change check code company come could day either enough every few find first follow found from
    give good have help here into issue just keep know later like list make message more much must name need never next
    now off often once one only open option order other over own people phrase place please possible private problem
    question real right same say second secret seed send should since some still such sure tell text that then there they
    this three time today try turn two under until update use used very verify view wait wallet want way what when where
    while will with word work wrong year you your
    """.split()
)
