"""Numbers of things, as sentences say them."""


def counted(number: int, unit: str, several: str = "") -> str:
    """`1 exchange`, `1,200 exchanges`: `number` of `unit`, or of `several` where that is more than a further `s`."""
    return f"{number:,} {unit if number == 1 else several or unit + 's'}"
