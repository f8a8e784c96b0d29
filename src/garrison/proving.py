"""Proofs of virtual patches made again: whether a patch still does what it did, and whether it is still needed.

In continuous assessment at most once a day for each, within what a run may send and how long it may take.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from garrison.adapters.store.files import make_directory
from garrison.adapters.store.findings import Findings, Kept
from garrison.assess.probe import INTERRUPTED
from garrison.assessing import Wanted, perform
from garrison.config.address import parse_listen
from garrison.config.model import Settings
from garrison.config.notify import NotifySettings
from garrison.config.respond import RespondSettings
from garrison.config.virtual_patch import is_over
from garrison.core.detection import Confidence, Detection, RuleId, Severity
from garrison.core.errors import ConfigError, DescriptionError, GatewayError
from garrison.core.findings_report import Report
from garrison.core.patch import Patch
from garrison.core.picture import Held, ProofState, Proven
from garrison.patches import Asked, outlook, prove
from garrison.reported import CHECK as REPORTED
from garrison.responding import Responder, Response

DAILY: Final = 20 * 3600.0
"""Seconds after which a proof is made again: a run a day may begin a little earlier than the one before."""
LATE: Final = 7 * 86400.0
"""Seconds after which somebody is told that there was no time for a proof."""
SHARE: Final = 0.25
"""Of a run's time and requests, what is kept for proofs."""
_RULE: Final = RuleId("patch-proof")
"""What incidents about proofs are named after."""
_NO_TIME: Final = "there was no time for it"
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Standing(msgspec.Struct, frozen=True):
    """What became of a patch that was proven before."""

    patch: Patch
    """With its new proof where it holds."""
    state: Literal["holds", "removable", "fails", "untested"]
    """`untested`: its check could not be made, so nothing is known."""
    why: str = ""


def stands(asked: Asked, patch: Patch) -> Standing:
    """Whether a patch is still needed and still does what it did; `asked.settings` are without it.

    Raises GatewayError, ConfigError, DescriptionError.
    """
    known = outlook(asked)
    match known.state:
        case "mended":
            return Standing(patch, "removable", "the API does not have the finding any more")
        case "refused":
            return Standing(patch, "removable", "the gateway's policy refuses it without the patch")
        case "untested":
            return Standing(patch, "untested", "its check could not be made where the finding was")
        case "unseen":
            return Standing(
                patch, "fails", "its check does not see the finding through the gateway, with or without it"
            )
    attempt = prove(asked, patch, known.report)
    if attempt.state != "proven":  # once more, before somebody is called out of bed
        attempt = prove(asked, patch, known.report)
    return Standing(attempt.patch, "holds") if attempt.state == "proven" else Standing(patch, "fails", attempt.why)


def without(settings: Settings, patch: Patch) -> Settings:
    """The gateway's settings as they are without one patch."""
    own = settings.controls.virtual_patch
    left = tuple(each for each in own.patches if each.id != patch.id)
    return replace(settings, controls=replace(settings.controls, virtual_patch=replace(own, patches=left)))


def title_of(name: str, why: str) -> str:
    """What the incident about a patch is called."""
    return f"the virtual patch `{name}` does not hold any more: {why}"


def raise_incident(data: Path, notify: NotifySettings, name: str, title: str, now: float) -> None:
    """A proof that does not hold any more is an incident, and who is told of those is told; once for the same moment.
    Raises RecordError."""
    detection = Detection(
        id=hashlib.sha256(f"patch-proof\0{name}\0{now}".encode()).hexdigest()[:32],
        time=now,
        since=now,
        rule=_RULE,
        title=title,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        group=(("patch", name),),
    )
    responder = Responder(make_directory(data), Response(RespondSettings(mode="off"), notify))
    try:
        responder.take([detection])
    finally:
        responder.close()


# -- again and again


class Budget:
    """What proofs of one run may still spend. Runs assessments with it."""

    def __init__(self, until: float, requests: int, clock: Callable[[], float] = time.time) -> None:
        self.until = until
        self.requests = requests
        self.sent = 0
        self.is_spent = False
        """Whether something could not be done for want of it."""
        self._clock = clock

    def is_over(self) -> bool:
        """Whether nothing is left; then something could not be done."""
        self.is_spent |= self._clock() >= self.until or self.sent >= self.requests
        return self.is_spent

    def __call__(self, wanted: Wanted) -> Report:
        """As `perform`, within what is left. Raises GatewayError where it does not suffice, KeyboardInterrupt where it
        was broken off: what an unfinished run did not find is no proof."""
        if self.is_over():
            raise GatewayError(_NO_TIME)
        seconds, requests = self.until - self._clock(), self.requests - self.sent
        limits = replace(wanted.limits, in_all=requests)
        report = perform(replace(wanted, minutes=min(seconds / 60, 1440), limits=limits, data=None))
        self.sent += report.requests
        if report.stopped == INTERRUPTED:
            raise KeyboardInterrupt
        if report.stopped:
            self.is_spent = True
            raise GatewayError(_NO_TIME)
        return report


class Proving:
    """Proves the patches of a gateway again and again."""

    def __init__(self, wanted: Wanted, data: Path, opened: Callable[[], Settings]) -> None:
        """`wanted` says how proofs are made, `opened` gives the gateway's settings as they are now, without what
        patches change of the policy."""
        self._wanted = replace(wanted, data=None, seed=1)
        self._data = data
        self._opened = opened

    def patches(self) -> tuple[Settings, tuple[Patch, ...]]:
        """The settings, and the patches that are there. Raises ConfigError."""
        settings = self._opened()
        return settings, settings.controls.virtual_patch.patches

    def due(self, known: Mapping[str, Held], now: float) -> list[Patch]:
        """Those whose proofs are to be made again, the one first that waits longest. Raises ConfigError."""
        settings, patches = self.patches()
        digest = policy_digest(settings)
        waiting = [each for each in patches if not is_over(each, now) and _is_due(known.get(each.id), digest, now)]
        return sorted(waiting, key=lambda each: known.get(each.id, Held()).at)

    def __call__(self, known: Mapping[str, Held], now: float, budget: Budget) -> dict[str, Proven]:
        """What came of the patches that have ended or are due. Raises ConfigError, KeyboardInterrupt."""
        settings, patches = self.patches()
        digest = policy_digest(settings)
        found = {
            each.id: Proven(ProofState.ENDED, f"its time was over on {each.expires}", digest)
            for each in patches
            if is_over(each, now)
        }
        for patch in self.due(known, now):
            over = Proven(ProofState.UNPROVEN, _NO_TIME, digest)
            proven = over if budget.is_over() else self._proven(settings, patch, digest, budget)
            last = known[patch.id].at if patch.id in known else now
            if not budget.is_spent or now - last > LATE:
                found[patch.id] = proven
            if budget.is_spent:
                break
        return found

    def _proven(self, settings: Settings, patch: Patch, digest: str, budget: Budget) -> Proven:
        try:
            asked = self._asked(settings, patch, budget)
            if isinstance(asked, str):
                return Proven(ProofState.UNPROVEN, asked, digest)
            standing = stands(asked, patch)
        except (GatewayError, ConfigError, DescriptionError) as error:
            return Proven(ProofState.UNPROVEN, str(error).partition("\n")[0], digest)
        return Proven(_STATES[standing.state], standing.why, digest)

    def _asked(self, settings: Settings, patch: Patch, budget: Budget) -> Asked | str:
        """What it is proven with; why it cannot be where it cannot."""
        if patch.check == REPORTED:
            return "it was reported from outside: `garrison patches prove --attack FILE`"
        with Findings(self._data, is_read=True) as history:
            kept = _kept(history, patch)
            if kept is None:
                return f"`{self._data}` does not hold its finding"
            run = history.last_report(kept.target, "assessment")
        target = patch.proof.target if patch.proof is not None and patch.proof.target else kept.target
        contract = self._wanted.contract or settings.contract.file or (run.contract if run is not None else "")
        return Asked(
            finding=kept.listed.finding,
            wanted=replace(self._wanted, url=behind(settings, target), contract=contract),
            settings=without(settings, patch),
            benign=run.benign if run is not None else (),
            now=time.time(),
            assess=budget,
        )


_STATES: Final = {
    "holds": ProofState.HOLDS,
    "removable": ProofState.NEEDLESS,
    "fails": ProofState.FAILS,
    "untested": ProofState.UNPROVEN,
}


def _kept(history: Findings, patch: Patch) -> Kept | None:
    """The patch's finding, of the target that it was proven in front of where that is known."""
    every = history.kept(time.time(), beginning=patch.finding) if patch.finding else []
    target = patch.proof.target if patch.proof is not None else ""
    return next((each for each in every if each.target == target), every[0] if every else None)


def _is_due(held: Held | None, digest: str, now: float) -> bool:
    """Whether a proof is to be made: a day after the last one, where the policy is another, and where the last one
    came to something else than was known, of which one is not sure yet."""
    return held is None or held.policy != digest or held.seen is not held.state or now - held.at >= DAILY


def policy_digest(settings: Settings) -> str:
    """Tells one policy from another, as far as settings say it."""
    told = (settings.mode, settings.contract, settings.controls, settings.operations, settings.upstream.url)
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()[:16]


def behind(settings: Settings, target: str) -> str:
    """Where the API is: an address that is the gateway's own stands for what is behind it."""
    parts = urlsplit(target)
    own = parse_listen(settings.listen.address)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    is_own = port == own.port and parts.hostname in {*_HERE, own.host}
    return f"{settings.upstream.url.rstrip('/')}{parts.path}" if is_own and settings.upstream.url else target
