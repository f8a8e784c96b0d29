"""What authentication remembers from one exchange to the next. Bounded; takes the time as an argument."""

from garrison.core.kept import Keep, Kept
from garrison.identity import guesses, replays
from garrison.identity.guesses import Guesses
from garrison.identity.key_ring import EMPTY
from garrison.identity.keys import KeyBook
from garrison.identity.replays import Replays
from garrison.identity.token_cache import TokenCache
from garrison.identity.users import NOBODY


class Memory:
    """Everything that authentication remembers. Empty at first."""

    __slots__ = ("api_keys", "guesses", "keys", "proofs", "secret", "tokens", "users")

    def __init__(self, secret: bytes = b"") -> None:
        """`secret` is of this gateway alone: nonces are made with it, and without it none can be."""
        self.secret = secret
        self.keys = KeyBook()
        self.tokens = TokenCache()
        self.proofs = Replays()
        self.guesses = Guesses()
        self.api_keys = EMPTY
        """Replaced whole when the file of keys changes."""
        self.users = NOBODY
        """Replaced whole when the file of users changes."""

    def keep_with(self, keep: Keep) -> None:
        """Tell `keep` from now on what a restart must not forget: guesses, and what was used once."""
        self.guesses.keep_with(keep)
        self.proofs.keep_with(keep)

    def restore(self, kept: Kept) -> None:
        """Take over what an earlier process kept."""
        if kept.shelf == guesses.SHELF:
            self.guesses.restore(kept)
        elif kept.shelf == replays.SHELF:
            self.proofs.restore(kept)
