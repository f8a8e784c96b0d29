"""How reports write moments and sentences."""

import datetime as dt


def moment(seconds: float) -> str:
    """Seconds since the epoch as RFC 3339 writes them: `2027-01-15T08:00:00.000Z`."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sentence(text: str) -> str:
    """A message of Garrison as a sentence: with a capital in front, unless it begins with a name, and a full stop."""
    if not text:
        return text
    head = text.partition(" ")[0]
    begins = text[0] if any(mark in head for mark in "/`_.") else text[0].upper()
    return f"{begins}{text[1:]}{'' if text.endswith(('.', '?', '!', ':')) else '.'}"


def day(seconds: float) -> str:
    """The day of a moment, UTC: `2027-01-15`."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
