"""What the assessment made: how each thing is taken away again is worked out, and written down, as soon as it is made.

So nothing is forgotten: not what a check made in passing, and not what was made just before the assessment was killed.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from garrison.assess.doors import Door, Doors, logging_in, name_for
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange, Probe, Stop
from garrison.assess.survey import Survey
from garrison.assess.target import Api, Target
from garrison.exposure.types.rule import words


class Made(msgspec.Struct, frozen=True):
    """One thing that was made."""

    what: str
    """`POST /v1/orders`, and its id where it is known."""
    identity: str
    """Who made it; empty for nobody in particular."""
    url: str = ""
    """Where `DELETE` takes it away; empty where no operation does."""
    secret: tuple[str, str] | None = None
    """User name and password of an account of the assessment's own: with them it can be taken away later too."""


class Left(msgspec.Struct, frozen=True):
    """Something that was made and is still there."""

    what: str
    why: str


class Journal(Protocol):
    """Keeps what was made until it is gone, also over the end of this process."""

    def note(self, made: Made) -> None:
        """Something was made."""

    def gone(self, made: Made) -> None:
        """It was taken away."""


class Keeper:
    """Knows everything that was made."""

    def __init__(self, api: Api, survey: Survey, probe: Probe, doors: Doors, journal: Journal | None = None) -> None:
        self._api = api
        self._doors = doors
        self._survey = survey
        self._probe = probe
        self._journal = journal
        self.made: list[tuple[Made, Identity | None]] = []
        self._known: set[str] = set()

    def keep(self, exchange: Exchange) -> None:
        """Note what an exchange made; its ids may be changed and deleted from now on."""
        maker, register = exchange.identity, self._doors.register
        if register is not None and exchange.request.operation == register.target.id:
            self._keep_account(exchange, register)
            return
        if exchange.request.method not in ("POST", "PUT"):
            return
        url, ids = "", set[str]()
        for target in self._api.targets:
            owned = self._survey.object_in(target, exchange) if target.variables else None
            if owned is not None:
                ids.add(owned.id)
                self._probe.own(owned.id, target.collection)
                if target.method == "DELETE" and (not url or target.collection == exchange.request.template):
                    url = self._api.request(target).about(owned.values).url
        if exchange.request.method == "POST" and (ids or exchange.answer.status == 201):
            named = f" ({', '.join(sorted(ids))})" if ids else ""
            secret = maker.secret if maker is not None and maker.is_throwaway else None
            what = f"POST {exchange.request.template}{named}"
            self._note(Made(what, maker.name if maker is not None else "", url, secret), maker)

    def _keep_account(self, exchange: Exchange, register: Door) -> None:
        """Note an account that was just registered: it deletes itself where an operation lets it."""
        request = exchange.request
        names = {words(slot.leaf): str(request.value(slot)) for slot in register.names}
        password = str(request.value(register.password)) if register.password is not None else ""
        name = next(iter(names.values()), "")
        url = ""
        for target in self._api.targets:
            value = names.get(words(target.variables[0])) if self._deletes(target) else None
            if value is not None:
                url = self._api.request(target).about({target.variables[0]: value}).url
        identity = None
        if self._doors.log_in is not None:
            log_in = logging_in(
                self._api, self._doors.log_in, name_for(self._doors.log_in, register, request), password
            )
            identity = Identity(f"account-{name}", log_in, is_throwaway=True, secret=(name, password))
        self._note(Made(f"the account {name}", f"account-{name}", url, (name, password)), identity)

    def clean(self, high: Identity | None = None) -> tuple[Left, ...]:
        """Take everything away, the newest first, as `high` what its maker may not delete; gives what stays."""
        with self._probe.unbounded():
            left = self._clean(list(reversed(self.made)))
            for identity in (None, high) if high is not None else (None,):
                left = self._clean([(made, identity or maker) for (made, maker), _ in left])
        return tuple(Left(made.what, why) for (made, _), why in left)

    def _clean(self, made: Sequence[tuple[Made, Identity | None]]) -> list[tuple[tuple[Made, Identity | None], str]]:
        left = []
        for each in made:
            why = self._remove(*each)
            if why:
                left.append((each, why))
            elif self._journal is not None:
                self._journal.gone(each[0])
        return left

    def _remove(self, made: Made, identity: Identity | None) -> str:
        """Take one thing away; says why it stays, empty where it is gone."""
        if not made.url:
            return "no operation deletes it"
        try:
            answer = self._probe.delete(made.url, identity).answer
        except Stop as stop:
            return str(stop)
        if answer.is_success or answer.status in (404, 410):
            return ""
        return answer.fault or f"deleting it is answered with {answer.status}"

    def _note(self, made: Made, identity: Identity | None) -> None:
        if made.what in self._known:
            return
        self._known.add(made.what)
        self.made.append((made, identity))
        if self._journal is not None and made.url:
            self._journal.note(made)

    def _deletes(self, target: Target) -> bool:
        return target.method == "DELETE" and len(target.variables) == 1
