"""What authentication remembers from one exchange to the next. Bounded; takes the time as an argument."""

from garrison.identity.keys import KeyBook


class Memory:
    """Everything that authentication remembers. Empty at first."""

    __slots__ = ("keys",)

    def __init__(self) -> None:
        self.keys = KeyBook()
