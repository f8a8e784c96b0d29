"""Texts from outside as they may be shown: what somebody sent may hold whatever moves a terminal's cursor."""


def printable(text: str, instead: str = "?") -> str:
    """`text` with `instead` for each character that is not printable, line ends included."""
    return "".join(character if character.isprintable() else instead for character in text)
