"""The ledger from Python: `Ledger("garrison-data").to(principal="partner-7")`.

Every answer says how complete it is (`certainty`). Times are seconds since the epoch, UTC. What the filters mean:

* `since`, `until`: from then on, that moment included; until then, that moment not included
* `principal`, `client`, `token`, `peer`, `operation`: to whom, or through what; empty: nobody that is known
* `kind`: whose: `customer`, as the contract says with `x-garrison-subject`
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict, Unpack

import msgspec

from garrison.adapters.customers import Customers
from garrison.adapters.ledger_keys import KeyRing, read_ring
from garrison.adapters.notify import notify
from garrison.adapters.status import GATEWAY, GatewayStatus, read_status
from garrison.adapters.store import ledger
from garrison.adapters.store.coverage import certainty, coverage
from garrison.adapters.store.ledger import subjects_named
from garrison.adapters.store.ledger_rows import ExposureFilter
from garrison.adapters.store.measures import read_measures
from garrison.core.ledger import (
    Breach,
    Certainty,
    Exposure,
    KindSeen,
    OperationCoverage,
    Party,
    PersonSeen,
    Rank,
    Recipient,
)

__all__ = ["Ledger", "Parties", "Filters", "To", "Of", "Top", "Coverage"]  # noqa: RUF022  # in the order of this page


class Parties(TypedDict, total=False):
    """When, to whom and through what: exposures that agree with all that is given."""

    since: float | None
    until: float | None
    principal: str | None
    client: str | None
    token: str | None
    peer: str | None
    operation: str | None


class Filters(Parties, total=False):
    """As `Parties`, and whose data."""

    kind: str | None


class To(msgspec.Struct, frozen=True):
    """Who was exposed to a party."""

    kinds: tuple[KindSeen, ...]
    """The kind with most people first."""
    certainty: Certainty

    @property
    def people(self) -> int:
        """Distinct subjects, each kind's."""
        return sum(each.people for each in self.kinds)


class Of(msgspec.Struct, frozen=True):
    """To whom a subject was exposed."""

    recipients: tuple[Recipient, ...]
    certainty: Certainty


class Top(msgspec.Struct, frozen=True):
    """Who came to most people's data."""

    ranks: tuple[Rank, ...]
    certainty: Certainty


class Coverage(msgspec.Struct, frozen=True):
    """How many answers are attributed, by operation."""

    operations: tuple[OperationCoverage, ...]
    certainty: Certainty


class Ledger:
    """The ledger in a data directory, whether or not a gateway runs on it. Every method raises RecordError where the
    record cannot be read."""

    def __init__(self, data: str | os.PathLike[str], key_file: str | os.PathLike[str] | None = None) -> None:
        """`key_file` is the key ring, by default `DATA.ledger.key` beside the directory. Who has none can count, and
        cannot name anybody."""
        self.data = Path(data)
        self.key_file = Path(key_file) if key_file is not None else Path(f"{str(data).rstrip('/')}.ledger.key")

    def keys(self) -> KeyRing:
        """The key ring. Raises ConfigError where it cannot be used."""
        return read_ring(self.key_file)

    def to(self, **filters: Unpack[Filters]) -> To:
        """Who was exposed to whom the filters name: how many, and which types of data."""
        wanted = ExposureFilter(**filters)
        return To(ledger.summary(self.data, wanted), self._certainty(wanted))

    def people(self, **filters: Unpack[Filters]) -> Iterator[PersonSeen]:
        """As `to`, each of them, by digest and in no order."""
        return ledger.people(self.data, ExposureFilter(**filters))

    def of(self, name: str, kind: str, **filters: Unpack[Parties]) -> Of:
        """To whom the subject `name` was exposed. Raises ConfigError where the key ring cannot be used."""
        wanted = ExposureFilter(**filters, kind=kind)
        subjects = subjects_named(kind, name, self.keys().pseudonyms)
        return Of(ledger.recipients(self.data, subjects, wanted), self._certainty(wanted))

    def exposures(self, name: str | None = None, **filters: Unpack[Filters]) -> Iterator[Exposure]:
        """Single rows, in no order: those of the subject `name`, whose `kind` must then be given, or all. Raises
        ConfigError as `of`."""
        wanted = ExposureFilter(**filters)
        named = subjects_named(wanted.kind or "", name, self.keys().pseudonyms) if name is not None else []
        return ledger.exposures(self.data, wanted, subjects=named)

    def top(self, by: Party = "principal", limit: int = 20, **filters: Unpack[Filters]) -> Top:
        """Who came to most people's data. People's own data does not count."""
        wanted = ExposureFilter(**filters)
        return Top(ledger.top(self.data, wanted, by=by, limit=limit), self._certainty(wanted))

    def coverage(self, **filters: Unpack[Filters]) -> Coverage:
        """Of how many answers it is known whose data they disclosed."""
        wanted = ExposureFilter(**filters)
        found = coverage(self.data, wanted)
        return Coverage(found, self._certainty(wanted, found))

    def notify(
        self,
        subjects: str | os.PathLike[str],
        kind: str,
        out: str | os.PathLike[str],
        *,
        id_column: str = "",
        **filters: Unpack[Parties],
    ) -> Breach:
        """Write the rows of the CSV file `subjects` whose people were exposed to others to `out`, readable by its owner
        alone, with what of theirs was seen; what is to be told of it.

        Raises ConfigError where the key ring, the list or `out` cannot be used.
        """
        wanted = ExposureFilter(**filters, kind=kind)
        keys = self.keys().pseudonyms
        found = notify(self.data, keys, Customers(Path(subjects), id_column), wanted, Path(out), time.time())
        return msgspec.structs.replace(
            found, certainty=self._certainty(wanted), measures=tuple(_measures(self.data, found.made))
        )

    def _certainty(self, wanted: ExposureFilter, covered: tuple[OperationCoverage, ...] | None = None) -> Certainty:
        numbers = self.keys().numbers if self.key_file.exists() else frozenset[int]()
        return certainty(self.data, numbers, wanted, covered=covered)


def _measures(data: Path, now: float) -> Iterator[str]:
    """What the gateway does, and what is done against anybody, at the moment: not what is only simulated."""
    gateway = read_status(data, GATEWAY, GatewayStatus)
    if gateway is not None:
        does = "enforces its policy" if gateway.mode == "enforce" else "monitors, and refuses nothing"
        yield f"the gateway {does} (`{gateway.policy}`)"
    for each in read_measures(data):
        if each.holds(now) and not each.simulated:
            why = f": {each.reason}" if each.reason else ""
            yield f"{each.action} of {each.scope} `{each.value}`{why}"
