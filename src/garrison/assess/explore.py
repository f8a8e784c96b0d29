"""Exploration: a walk through the API as its own clients would go, so that checks have something to compare with.

Lists first, then what can be made, then what is there to read, then changes of what the assessment made itself. What
might wipe data, ends sessions or changes accounts is left to the checks that are about it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from garrison.assess.compare import leaves, name_of
from garrison.assess.doors import Account, Doors, logging_in, name_for, registration, sets_password
from garrison.assess.facts import as_number, selves_in
from garrison.assess.identity import Identity
from garrison.assess.probe import Exchange, Probe, Stop
from garrison.assess.request import Request, Slot
from garrison.assess.survey import Survey
from garrison.assess.target import Api, Target
from garrison.core.finding import Untested
from garrison.exposure.types.rule import words

_TRIES: Final = 4
"""Objects that one operation is asked for, and variants of a request that makes one."""
_WHOSE_LISTS: Final = 3
"""Identities whose lists are read once more after something was made."""
SELVES: Final = frozenset(
    {"username", "userid", "login", "accountid", "customerid", "memberid", "accountnumber", "account", "customer",
     "tenant", "org", "organization", "organisation", "workspace", "company"}
)  # fmt: skip
"""Names under which a request says who sends it."""
_SHARE: Final = 24
"""Requests that exploration spends on one operation."""


class Explorer:
    """Walks through an API in the name of some identities."""

    def __init__(self, api: Api, probe: Probe, survey: Survey, doors: Doors) -> None:
        self._api = api
        self._probe = probe
        self._survey = survey
        self._doors = doors
        self.untested: list[Untested] = []
        """Operations that were not reached, and why."""

    def introduce(self, identity: Identity) -> bool:
        """Log an identity in and learn who it is; whether that works."""
        try:
            credential = self._probe.credential(identity)
        except Stop as stop:
            self.untested.append(Untested(str(stop)))
            return False
        self._survey.knows_token(identity, credential.token)
        self._survey.knows(identity, dict(identity.owns))
        if identity.name in self._probe.welcomes:
            self._survey.knows(identity, dict(selves_in(self._probe.welcomes[identity.name])))
        if identity.secret is not None and self._doors.log_in is not None and self._doors.log_in.names:
            self._survey.knows(identity, {self._doors.log_in.names[0].leaf: identity.secret[0]})
        me = self._doors.me
        if me is not None and (exchange := self._try(me.target, self._api.request(me.target), identity)) is not None:
            self._survey.knows(identity, self._own_fields(exchange))
        return True

    def register(self, more: Mapping[Slot, Any] | None = None) -> Account | None:
        """Register somebody new, with `more` in the request; None where the API does not let one."""
        register, log_in = self._doors.register, self._doors.log_in
        if register is None or log_in is None:
            return None
        request, _, password = registration(self._api, register)
        for slot, value in (more or {}).items():
            request = request.put(slot, value)
        with self._probe.allowance(register.target.id, 6):
            try:
                exchange = self._probe.send(request)
            except Stop:
                return None
        if not self._survey.note(exchange):
            return None
        name = name_for(log_in, register, request)
        log = logging_in(self._api, log_in, name, password)
        identity = Identity(f"throwaway-{name}", log, is_throwaway=True, secret=(name, password))
        self._probe.own(name)
        self._survey.knows(identity, {slot.leaf: str(request.value(slot)) for slot in register.names})
        self._survey.knows(identity, dict(selves_in(exchange.answer)))
        return Account(identity, name, password, request) if self.introduce(identity) else None

    def walk(self, readers: tuple[Identity, ...], changers: tuple[Identity, ...], step: Callable[[str], None]) -> None:
        """Explore everything in the name of `readers`, and of nobody; `changers` change what is their own, and `step`
        is told what comes next."""
        plain = [target for target in self._api.targets if not self._is_left_alone(target)]
        lists = [each for each in plain if each.is_safe and not each.variables]
        single = [each for each in plain if each.is_safe and each.variables]
        for title, targets, visit, people in (
            ("lists", lists, self._read, readers),
            ("what can be made", [each for each in plain if each.method == "POST"], self._make, readers),
            ("what is there", single, self._read, readers),
            ("what was made, once more", lists, self._again, readers),
            ("changes", [each for each in plain if each.method in ("PUT", "PATCH")], self._change, changers),
        ):
            step(f"exploring: {title}")
            for target in targets:
                self._visit(target, people, visit)

    def _visit(
        self, target: Target, identities: tuple[Identity, ...], visit: Callable[[Target, tuple[Identity, ...]], None]
    ) -> None:
        with self._probe.allowance(target.id, _SHARE):
            try:
                visit(target, identities)
            except Stop as stop:
                self.untested.append(Untested(str(stop), operation=target.id))

    def _is_left_alone(self, target: Target) -> bool:
        if sets_password(self._api, target):
            return True
        if target.method in ("PUT", "PATCH") and self._api.gives_rights(target):
            return True
        return target.id in self._doors.targets or target.method in ("DELETE", "TRACE", "CONNECT")

    def _read(self, target: Target, identities: tuple[Identity, ...]) -> None:
        for identity in (*identities, None):
            found: list[Request] = []
            for request in self._requests(target, identity):
                if (exchange := self._try(target, request, identity)) is not None:
                    found.append(exchange.request)
                    if identity is not None:
                        self._probe.keeps_alive(identity, exchange.request)
                # what the assessment made itself may hold less than what others made: one of theirs is read too
                if found and (self._probe.is_own(found[0]) is False or len(found) > 1):
                    break

    def _again(self, target: Target, identities: tuple[Identity, ...]) -> None:
        for identity in identities[:_WHOSE_LISTS]:
            if self._survey.baseline(target, identity) is not None:
                self._survey.note(self._probe.send(self._api.request(target), identity))

    def _make(self, target: Target, identities: tuple[Identity, ...]) -> None:
        nobody = (None,) if target.is_declared_public else ()
        for identity in identities[:2] or nobody:
            for request in self._requests(target, identity):
                if target.is_ending and not self._is_ours(request, identity):
                    continue
                made = self._try(target, request, identity)
                if made is None and len(request.slots()) > 0:
                    least = self.fitted(self._api.request(target), identity).about(request.path)
                    made = self._try(target, least, identity)
                if made is not None:
                    break

    def _is_ours(self, request: Request, identity: Identity | None) -> bool:
        """Whether a request is about something that the assessment made, or about an account of its own."""
        return self._probe.is_own(request) if request.path else identity is not None and identity.is_throwaway

    def _change(self, target: Target, identities: tuple[Identity, ...]) -> None:
        for identity in identities:
            if self._survey.baseline(target) is not None:
                return
            mine = [each.values for each in self._survey.objects(target) if each.owner == identity and each.is_own]
            if not target.variables and identity.is_throwaway:
                mine = [{}]  # without an id it changes whoever sends it
            for values in mine[:1]:
                for every in (True, False):
                    plain = self._api.request(target, every=every).about(values)
                    request = self._survey.as_it_is(self.fitted(plain, identity), values, identity)
                    if self._try(target, request, identity) is not None:
                        self._probe.still_works(identity)
                        break

    def _requests(self, target: Target, identity: Identity | None) -> Iterator[Request]:
        """Requests to try, the likeliest first: about what is `identity`'s own, then about anything known."""
        request = self.fitted(self._api.request(target, every=not target.is_safe), identity)
        if not target.variables:
            yield request
            return
        objects = sorted(self._survey.objects(target), key=lambda each: each.owner != identity)
        for owned in objects[:_TRIES]:
            yield request.about(owned.values)
        if not objects:
            yield request

    def fitted(self, request: Request, identity: Identity | None) -> Request:
        """The request with what is known wherever its body or query names an object, or whoever sends it."""
        for slot in request.slots("body", "query", "header"):
            known = self._known_id(slot.leaf, request.value(slot), identity)
            if known is not None:
                request = request.put(slot, known)
        return request

    def _known_id(self, name: str, value: object, identity: Identity | None) -> object:
        said = words(name)
        said = said[1:] if said[:1] == ("x",) and len(said) > 1 else said  # `X-Tenant-Id`
        is_self = "".join(said) in SELVES or (len(said) > 1 and said[-1] in ("id", "uuid", "number"))
        own = self._survey.of(identity).get(said) if identity is not None and is_self else None
        if own is not None:
            return as_number(own) if isinstance(value, int) else own
        if len(said) < 2 or said[-1] not in ("id", "uuid", "number"):
            return None
        noun = said[-2]
        for fact in reversed(self._survey.facts()):
            source = words(fact.exchange.request.template.replace("/", " "))
            if fact.name == said or (fact.name == said[-1:] and (noun in source or f"{noun}s" in source)):
                return as_number(fact.value) if isinstance(value, int) else fact.value
        return None

    def _try(self, target: Target, request: Request, identity: Identity | None) -> Exchange | None:
        exchange = self._probe.send(request, identity)
        return exchange if self._survey.note(exchange) else None

    def _own_fields(self, exchange: Exchange) -> dict[str, str]:
        """What somebody's own profile says of them; of two values of a name the outer one, and none that is in lists,
        which are of other things."""
        value = exchange.answer.json()
        found = leaves(value) if isinstance(value, Mapping) else ()
        return {
            name_of(way): str(leaf)
            for way, leaf in sorted(found, key=lambda each: -each[0].count("/"))
            if "*" not in way.split("/") and isinstance(leaf, str | int) and not isinstance(leaf, bool)
        }
