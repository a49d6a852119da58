"""Time zones by their names, and what people call their clocks."""

import difflib
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


def time_zone(name: str) -> ZoneInfo:
    """The zone of the IANA time zone database that `name` names. ValueError with a sentence when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called that; {_advice(name)}") from error


def clock_name(at: datetime, zone: ZoneInfo) -> str:
    """What people call the clock of `zone` at a moment: `Vienna time` for Europe/Vienna, `UTC-05:00` for Etc/GMT+5
    (whose sign is the other way round than everybody else's)."""
    area, slash, place = zone.key.rpartition("/")
    if slash and not area.startswith("Etc"):
        return f"{place.replace('_', ' ')} time"
    offset = at.astimezone(zone).strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}" if offset.strip("+-0") else "UTC"


def _advice(name: str) -> str:
    known = {zone.casefold(): zone for zone in available_timezones()}
    if not known:
        return "this machine has no time zones at all; install the package tzdata"
    near = difflib.get_close_matches(name.casefold().replace(" ", "_"), known, n=1)
    return f"did you mean {known[near[0]]}?" if near else "names are those such as Europe/Vienna or America/New_York"
