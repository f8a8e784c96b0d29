"""Who guesses is locked out for a while, whatever is presented next (`guesses.py` says for how long)."""

from collections.abc import Callable

from msgspec.structs import replace

from garrison.config.authentication import LockoutSettings
from garrison.core.networks import peer_of
from garrison.core.principal import Principal
from garrison.identity.outcome import Attempt, Authenticate, Failure, Outcome


def guarded(
    authenticate: Authenticate,
    account_of: Callable[[Attempt], str | None],
    settings: LockoutSettings,
    name_of: Callable[[Attempt], str | None] | None = None,
) -> Authenticate:
    """`authenticate` for those who are not locked out. `account_of` says whose credential is presented: None where none
    is, empty where the credential does not say; `name_of`, where it is another, by what name a failure tells of it."""
    name_of = name_of or account_of

    def check(attempt: Attempt) -> Outcome:
        account = account_of(attempt)
        if account is None:
            return None
        by_account = f"account {account}" if account else ""
        by_peer = f"peer {peer_of(attempt.request.peer.address)}"
        guesses = attempt.memory.guesses
        wait = guesses.wait(attempt.now, by_account, by_peer)
        if wait > 0:
            return Failure("locked-out", "", (("retry-after", str(int(wait) + 1)),), name_of(attempt) or "")
        found = authenticate(attempt)
        if isinstance(found, Principal):
            guesses.succeeded(by_account)
        elif isinstance(found, Failure) and found.is_guess:
            guesses.failed(attempt.now, by_peer, settings.free_of_peer, settings)
            if account:
                guesses.failed(attempt.now, by_account, settings.free, settings)
        return replace(found, account=name_of(attempt) or "") if isinstance(found, Failure) else found

    return check
