"""Charts as SVG text that needs no colour to be read and no style: bars with their values in words. Pure."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH = 720
HEIGHT = 120
AXIS = 18
"""Units of the drawing: the room for the words under the bars."""
LABEL_WIDTH, VALUE_WIDTH, ROW = 190, 90, 26


def columns(name: str, points: Sequence[tuple[str, int]]) -> Markup:
    """One column for each point, in their order, the highest value and the ends named. Every column tells its value to
    whoever points at it; a reader of the page gets the table beside it."""
    most = max((value for _, value in points), default=0)
    step = WIDTH / max(1, len(points))
    bars = Markup("").join(
        Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"><title>{}</title></rect>').format(
            number * step + step * 0.1,
            AXIS + HEIGHT - height,
            max(step * 0.8, 0.5),
            height,
            f"{label}: {value:,}",
        )
        for number, (label, value) in enumerate(points)
        for height in (HEIGHT * value / most if most else 0,)
    )
    ends = (points[0][0], points[-1][0]) if points else ("", "")
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        '<text x="0" y="12">{most}</text><line x1="0" x2="{width}" y1="{top}" y2="{top}"/>{bars}'
        '<line x1="0" x2="{width}" y1="{base}" y2="{base}"/>'
        '<text x="0" y="{under}">{first}</text><text x="{width}" y="{under}" text-anchor="end">{last}</text></svg>'
    ).format(
        width=WIDTH,
        height=HEIGHT + 2 * AXIS,
        label=f"{name}: {_summary(points)}",
        most=f"most: {most:,}",
        top=AXIS,
        base=AXIS + HEIGHT,
        under=AXIS + HEIGHT + 14,
        bars=bars,
        first=ends[0],
        last=ends[1] if len(points) > 1 else "",
    )


def bars(name: str, rows: Sequence[tuple[str, int]]) -> Markup:
    """One bar for each row with its words before it and its value behind it."""
    most = max((value for _, value in rows), default=0)
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    drawn = Markup("").join(
        Markup(
            '<text x="{}" y="{}" text-anchor="end">{}</text><rect x="{}" y="{}" width="{:.2f}" height="16"/>'
            '<text x="{:.2f}" y="{}">{}</text>'
        ).format(
            LABEL_WIDTH - 8,
            number * ROW + 17,
            _short(label),
            LABEL_WIDTH,
            number * ROW + 4,
            length,
            LABEL_WIDTH + length + 8,
            number * ROW + 17,
            f"{value:,}",
        )
        for number, (label, value) in enumerate(rows)
        for length in (room * value / most if most else 0,)
    )
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, max(ROW, len(rows) * ROW), f"{name}: {_summary(rows)}", drawn
    )


def _short(label: str) -> str:
    return label if len(label) <= 26 else f"{label[:25]}…"


def _summary(points: Sequence[tuple[str, int]]) -> str:
    if not points:
        return "nothing to show"
    if len(points) <= 8:
        return ", ".join(f"{label} {value:,}" for label, value in points)
    label, most = max(points, key=lambda each: each[1])
    return f"{sum(value for _, value in points):,} in all, the most ({most:,}) at {label}; the table has every value"
