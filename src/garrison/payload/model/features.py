"""What the model knows of a window: the runs of marks in it."""

from typing import Final

COARSE: Final = (1, 2, 3, 4)
FINE: Final = (1, 2)


def features_of(coarse: str, fine: str) -> set[str]:
    """Each run of marks, behind a letter that says of which line it is; those of `g` begin fine, of `h` end so."""
    size = len(coarse)
    found = {"c" + coarse[at : at + n] for n in COARSE for at in range(size - n + 1)}
    found.update(["f" + fine[at : at + n] for n in FINE for at in range(size - n + 1)])
    found.update(["g" + fine[at] + coarse[at + 1 : at + 3] for at in range(size - 2)])
    found.update(["h" + coarse[at - 2 : at] + fine[at] for at in range(2, size)])
    return found
