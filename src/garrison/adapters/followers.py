"""What works beside the policy and follows the settings: credentials, countermeasures, keys, issuers, budgets.

followers = Followers(state, say)
followers.apply(settings, policy.operations, time.time())     # before the policy is in force, the first or another
followers.complete(settings, policy.operations, time.time())  # after a changed one is
"""

from collections.abc import Callable, Iterator, Sequence

from garrison.adapters.credentials import Credentials
from garrison.adapters.ledger_keys import LedgerKeys
from garrison.adapters.lookups.lookups import Lookups
from garrison.adapters.lookups.secrets import apply_secrets
from garrison.adapters.store.budget_memory import BudgetMemory
from garrison.adapters.store.measures import MeasuresInForce
from garrison.adapters.store.releases import ReleasesInForce
from garrison.config.model import Settings
from garrison.core.operation import Operation
from garrison.engine.state import State


class Followers:
    """Keeps a gateway's state as its settings want it, from when they are applied until it is closed."""

    def __init__(self, state: State, say: Callable[[str], None]) -> None:
        """`say` is told, also on threads beside the traffic, of what cannot be used."""
        self._state, self._say = state, say
        self._credentials = Credentials(state.identity, say)
        self._measures = MeasuresInForce(state, say)
        self._releases = ReleasesInForce(state, say)
        self._ledger_keys = LedgerKeys(state, say)
        self._memory = BudgetMemory(state, say)
        self.lookups = Lookups(state.identity, say, self._credentials.local)

    def apply(self, settings: Settings, operations: Sequence[Operation], now: float) -> None:
        """Follow `settings` from now on, before a policy of them that is made of `operations` is in force.

        Raises ConfigError where a file that they need cannot be had, and RecordError where budgets are enforced and
        the record cannot be read, or a gateway that enforces would begin without its countermeasures.
        """
        for each in (self._credentials, self._measures, self._releases):
            each.apply(settings)
        apply_secrets(self._state, settings, self._say)
        self._ledger_keys.apply(settings, now)
        # Late: what happens from here until the policy is in force is read once more by `complete`.
        self._memory.apply(settings, operations, now)
        # After all that may fail, for it forgets issuers: those of the policy that would then stay in force.
        self.lookups.apply(settings)

    def complete(self, settings: Settings, operations: Sequence[Operation], now: float) -> None:
        """After a changed policy came in force: what happened under the old one meanwhile counts for new budgets."""
        self._memory.complete(settings, operations, now)

    def lost_keys(self) -> Iterator[str]:
        """One line for each key that the ledger's rows are named under and that is gone."""
        return self._ledger_keys.lost()

    def close(self) -> None:
        """Follow no more; what is in force stays so."""
        for each in (self.lookups, self._credentials, self._measures, self._releases, self._ledger_keys):
            each.close()
