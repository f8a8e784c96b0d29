"""When an exception ends, as operators write it."""

from datetime import UTC, datetime, timedelta


def expiry(text: str) -> float:
    """`2026-12-31` (its last second, in UTC) or ISO 8601 with a time, in seconds since the epoch.

    Raises ValueError whose text says what is wrong.
    """
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-12-31"):
            moment += timedelta(days=1)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise ValueError("is no time") from error
