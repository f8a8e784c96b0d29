"""Space: the keys of all budgets that count alike, looked at one after the other so that what is void goes."""

from collections.abc import Iterator

from garrison.engine.seen import Seen


class Space:
    """The keys of all budgets that count alike: the same subjects per the same."""

    __slots__ = ("horizon", "is_tight", "keep", "least", "most", "old", "reach", "young")

    def __init__(self) -> None:
        self.least = 1 << 31
        """The tightest limit at which anybody is refused."""
        self.is_tight = False
        """Whether any key may have come so far."""
        self.horizon = 0
        """Length of the longest window, in seconds."""
        self.keep = 0
        """Subjects of a key that matter: one more than its widest limit."""
        self.reach = 0
        """For how many seconds anybody is remembered."""
        self.most = 0
        """How many a key may have seen while nothing of it needs a closer look."""
        self.young: dict[str, Seen] = {}
        """What is known of each key that was looked at since the last round; to be read only, as what follows."""
        self.old: dict[str, Seen] = {}
        """The same of those that were not, or not yet."""

    def __len__(self) -> int:
        return len(self.young) + len(self.old)

    def find(self, key: str) -> Seen | None:
        """What is known of `key`."""
        return self.young.get(key) or self.old.get(key)

    def items(self) -> Iterator[tuple[str, Seen]]:
        """Every key."""
        yield from self.young.items()
        yield from self.old.items()

    def put(self, key: str, seen: Seen) -> None:
        """A key that is new."""
        self.young[key] = seen

    def oldest(self) -> Seen | None:
        """One key after the other; None where there is none."""
        if not self.old:
            self.old, self.young = self.young, {}
        if not self.old:
            return None
        key, seen = self.old.popitem()
        self.young[key] = seen
        return seen

    def remove(self, gone: Seen) -> None:
        """Forget the key that `oldest` gave."""
        key, seen = self.young.popitem()
        if seen is not gone:
            self.young[key] = seen
