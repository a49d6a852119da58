"""Weekly hours of any kind, for property tests."""

from hypothesis import strategies as st

from bot.handoff.weekly_schedule import DAY_MINUTES, Span, Week

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Hours that begin and end at rising minutes of the week, each within a day of its beginning."""
    marks = sorted(draw(st.sets(st.integers(0, 7 * DAY_MINUTES), max_size=20)))
    week: list[list[Span]] = [[] for _ in DAYS]
    for begins, ends in zip(marks[::2], marks[1::2], strict=False):
        day, minute = divmod(begins, DAY_MINUTES)
        if ends - begins <= DAY_MINUTES and not (ends - begins == DAY_MINUTES and minute):
            week[day].append(Span(minute, ends - day * DAY_MINUTES))
    return tuple(map(tuple, week))
