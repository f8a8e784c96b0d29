"""The assessment: what every check works with, and where what it says is collected."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from garrison.assess.call import Listener
from garrison.assess.check import Check
from garrison.assess.doors import Account, Doors
from garrison.assess.evidence import secrets_of, step_of
from garrison.assess.explore import Explorer
from garrison.assess.identity import Identity
from garrison.assess.keeper import Keeper, Left
from garrison.assess.probe import Exchange, Probe
from garrison.assess.progress import Moment, Progress
from garrison.assess.request import Request, Slot
from garrison.assess.survey import Survey
from garrison.assess.target import Api, Target
from garrison.assess.tools import Tools
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import Finding, Untested, fingerprint_of

_ACCOUNTS = 2
"""Accounts that are registered before anything else, where the API lets one."""
MOST_ACCOUNTS = 24
"""Accounts that one assessment registers at most."""


class Options(msgspec.Struct, frozen=True):
    """What the operator wants."""

    is_safe: bool = False
    """Send no unsafe method but to what the assessment made itself."""
    words: tuple[str, ...] = ()
    """More words for guessing weak secrets."""
    origin: str = ""
    """The target's origin."""
    insecure: bool = False
    """Whether any certificate of the target will do."""


class Assessment:
    """One assessment of one API. Checks read from it, send through its probe, and tell what they find."""

    def __init__(  # noqa: PLR0913 - the parts that checks need, made by the composition
        self,
        api: Api,
        probe: Probe,
        survey: Survey,
        doors: Doors,
        explorer: Explorer,
        keeper: Keeper,
        *,
        options: Options = Options(),  # noqa: B008 - frozen
        listener: Listener | None = None,
        traffic: Sequence[str] = (),
        tools: Tools = Tools(),  # noqa: B008 - frozen
    ) -> None:
        self.api = api
        self.probe = probe
        self.survey = survey
        self.doors = doors
        self.options = options
        self.listener = listener
        self.traffic = traffic
        """Paths that recorded traffic went to: `GET /v1/old`."""
        self.tools = tools
        """Programs and libraries that some checks use, where they are installed."""
        self._explorer = explorer
        self._keeper = keeper
        self.given: tuple[Identity, ...] = ()
        """Identities that the operator named and that work."""
        self.accounts: list[Account] = []
        """Accounts that the assessment registered; checks may spoil all but the first two."""
        self.untested: list[Untested] = []
        self.shared: dict[str, Any] = {}
        """What the checks of a family keep for one another, by the family's name."""

    @property
    def identities(self) -> tuple[Identity, ...]:
        """Everybody in whose name requests are sent: those that were named, then the assessment's own."""
        return (*self.given, *(account.identity for account in self.accounts))

    @property
    def pair(self) -> tuple[Identity, Identity] | None:
        """Two ordinary identities, neither above the other; None where there are none."""
        ordinary = [each for each in self.given if not _is_high(each)]
        people = [*ordinary, *(account.identity for account in self.accounts)]
        working = [each for each in people if each.name not in self.probe.lost]
        return (working[0], working[1]) if len(working) > 1 else None

    @property
    def low(self) -> Identity | None:
        """The identity with the least rights: an account that anybody may register, else the last one named."""
        given = [each for is_high in (False, True) for each in reversed(self.given) if _is_high(each) is is_high]
        people = [*(account.identity for account in self.accounts), *given]
        return next((each for each in people if each.name not in self.probe.lost), None)

    @property
    def high(self) -> Identity | None:
        """The identity whose role stands above the others'; None where no roles were given."""
        return next((each for each in self.given if _is_high(each) and each.name not in self.probe.lost), None)

    def new_account(self, more: Mapping[Slot, Any] | None = None) -> Account | None:
        """Register one more account, which may be spoiled, with `more` in the request; None where the API does not let
        one, or enough were made."""
        if len(self.accounts) >= MOST_ACCOUNTS:
            return None
        account = self._explorer.register(more)
        if account is not None:
            self.accounts.append(account)
        return account

    def explore(self, identities: Sequence[Identity], progress: Progress) -> None:
        """Log in those that were named, register accounts, and walk through the API."""
        self.given = tuple(each for each in identities if self._explorer.introduce(each))
        while len(self.accounts) < _ACCOUNTS and self.new_account() is not None:
            pass
        accounts = tuple(account.identity for account in self.accounts)
        readers = self.given if len(self.given) > 1 else (*self.given, *accounts)

        def tell(what: str) -> None:
            progress(Moment(what, self.probe.total))

        self._explorer.walk(readers, self.identities, tell)
        # walking through an API may spoil an account, with a name or a right that it does not bear: another takes over
        spoiled = [each for each in self.accounts if each.identity.name in self.probe.lost]
        for new in [account for _ in spoiled if (account := self.new_account()) is not None]:
            self._explorer.walk((new.identity,), (), tell)
        self.untested.extend(self._explorer.untested)

    def is_reached(self, target: Target) -> bool:
        """Whether an operation was answered as its contract says, or is one by which people come in and go out."""
        return self.survey.baseline(target) is not None or target.id in self.doors.targets

    def clean(self) -> tuple[Left, ...]:
        """Take away what was made; gives what stays."""
        return self._keeper.clean(self.high)

    def fitted(self, request: Request, identity: Identity | None) -> Request:
        """The request with what is known wherever its body or query names an object, or whoever sends it."""
        return self._explorer.fitted(request, identity)

    def found(  # noqa: PLR0913 - what a finding says beside its check
        self,
        check: Check,
        steps: Sequence[Exchange],
        *,
        says: str,
        target: Target | None = None,
        slot: Slot | str | None = None,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        kind: str = "",
        title: str = "",
        tags: Sequence[str] = (),
        template: str = "",
    ) -> Finding:
        """The finding that these exchanges prove.

        `says` is what is wrong here. `kind` tells findings of one check at one place apart. `template` is the path
        where nothing is described.
        """
        location = slot.text if isinstance(slot, Slot) else slot or ""
        place = target.id if target is not None else template
        names = secrets_of(steps, self.identities)
        return Finding(
            check=check.id,
            title=title or check.title,
            severity=severity or check.severity,
            confidence=confidence,
            says=_named(says, names),
            fingerprint=fingerprint_of(check.id, place, location, kind),
            operation=target.id if target is not None else None,
            method=target.method if target is not None else (steps[-1].call.method if steps else ""),
            template=target.template if target is not None else template,
            location=location,
            identities=tuple(dict.fromkeys(each.identity.name for each in steps if each.identity is not None)),
            proof=tuple(step_of(each, names) for each in steps),
            tags=tuple(dict.fromkeys((*check.tags, *tags))),
        )

    def skip(self, check: Check, why: str, target: Target | None = None) -> None:
        """Note that a check could not be made, and why."""
        note = Untested(why, check.id, target.id if target is not None else None)
        if note not in self.untested:
            self.untested.append(note)


HIGH_ROLES = frozenset({"admin", "administrator", "root", "superuser", "staff", "manager", "operator", "owner"})
"""Names of roles, and of identities, that stand above those of ordinary people."""


def _is_high(identity: Identity) -> bool:
    named = {role.lower() for role in identity.roles} or {identity.name.lower()}
    return not named.isdisjoint(HIGH_ROLES)


def _named(text: str, names: Mapping[str, str]) -> str:
    for secret, name in names.items():
        if len(secret) >= 8:
            text = text.replace(secret, name)
    return text
