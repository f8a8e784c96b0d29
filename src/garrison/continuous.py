"""Continuous assessment: an API is assessed again and again, and what is different is told, once.

`python -m garrison.continuous DATA --settings FILE` is started and kept running by `garrison guard`; `garrison assess
--every` does the same by itself. It may be killed at any moment: what it had not finished is done by the one after it.
"""

import argparse
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

import msgspec

from garrison.adapters.pace import own_session, rest
from garrison.adapters.probing.origin import split_url
from garrison.adapters.status import ASSESS, AssessStatus, Heartbeat
from garrison.adapters.store.assessments import AssessmentRun, Assessments
from garrison.adapters.store.only_one import BusyError, the_only_one
from garrison.assess.probe import INTERRUPTED, Limits
from garrison.assess.schedule import Schedule, next_run, time_left
from garrison.assessing import Wanted
from garrison.config.assess import AssessSettings
from garrison.config.model import Settings
from garrison.config.notify import NotifySettings
from garrison.config.quiet_hours import parse_quiet_hours
from garrison.config.respond import parse_span
from garrison.core.detection import Severity
from garrison.core.difference import DifferenceKind
from garrison.core.errors import ConfigError, DescriptionError, GarrisonError, GatewayError, RecordError
from garrison.core.picture import Picture, Sighting
from garrison.core.printable import printable
from garrison.proving import Proving, raise_incident
from garrison.report.differences import compare, not_assessed
from garrison.sighting import Looking, weaknesses

LOCK: Final = "continuous.lock"
"""In the data directory, held by whoever assesses continuously."""
WORRYING: Final = 3
"""Runs one after another that could not be made before somebody is told."""
LOOK: Final = 30.0
"""Seconds after which what time it is is looked at again: clocks are set, and machines sleep."""
AGAIN: Final = 60.0
"""Seconds before the next try where another assessment is under way, or the disk refuses."""
SHOWN: Final = 20
"""Differences of one run that are said; of more how many."""


class Looks(Protocol):
    """Looks at an API once."""

    def __call__(self, known: Picture, now: float, seconds: float) -> Sighting:
        """What there is to see, sending nothing more after so many seconds. Raises GarrisonError."""


class Interrupted(KeyboardInterrupt):
    """A run was broken off from outside: it counts as none."""


class Continuous:
    """One target, assessed again and again on one thread. Clock and pause are given from outside."""

    def __init__(  # noqa: PLR0913 - what it works with, made by the composition
        self,
        runs: Assessments,
        target: str,
        schedule: Schedule,
        look: Looks,
        tell: Callable[[AssessmentRun], None],
        *,
        clock: Callable[[], float],
        pause: Callable[[float], bool],
        say: Callable[[str], None],
    ) -> None:
        """`pause` waits for some seconds; whether it is to end. `tell` is called with every run that has differences,
        and may be called again with one where it was killed before it came back."""
        self.due = 0.0
        """When the next run begins."""
        self.since = 0.0
        """When the one under way began; 0 where none is."""
        self.trouble = ""
        """Why the last one could not be made; empty where it could."""
        self._runs = runs
        self._target = target
        self._schedule = schedule
        self._look = look
        self._tell = tell
        self._clock = clock
        self._pause = pause
        self._say = say

    def run(self) -> None:
        """Until `pause` says that it is to end, or a run is broken off."""
        self._attempt(self._tell_all)
        self.due = self._next()
        while True:
            wait = self.due - self._clock()
            if wait > 0:
                if self._pause(min(wait, LOOK)):
                    return
                continue
            try:
                self._attempt(self._once)
            except Interrupted:
                return
            self.due = self._next()

    def _next(self) -> float:
        try:
            due = next_run(self._schedule, self._runs.past(self._target), self._clock())
        except RecordError as error:
            self._fail(str(error))
            return self._clock() + AGAIN
        return due if not self.trouble else max(due, self._clock() + AGAIN)

    def _once(self) -> None:
        """One run. Raises RecordError and Interrupted."""
        now = self._clock()
        number = self._runs.begin(self._target, now)
        self.since = now
        try:
            seen = self._seen(number, now)
        finally:
            self.since = 0.0
        if seen is None:
            return
        picture, differences = compare(self._known(), seen)
        run = AssessmentRun(
            number=number, target=self._target, begun=now, ended=self._clock(), requests=seen.requests,
            stopped=seen.stopped, differences=differences,
        )  # fmt: skip
        self._runs.finish(run, picture)
        self.trouble = ""
        self._tell_all()

    def _known(self) -> Picture:
        return self._runs.picture(self._target) or Picture()

    def _seen(self, number: int, now: float) -> Sighting | None:
        """What a run saw; None where it could not be made, which is on record then."""
        try:
            seen = self._look(self._known(), now, time_left(self._schedule, now))
        except BusyError as error:
            self._runs.withdraw(number)
            self._fail(str(error))
            return None
        except (ConfigError, DescriptionError, GatewayError, RecordError) as error:
            self._failed(number, now, str(error))
            return None
        except KeyboardInterrupt:
            self._runs.withdraw(number)
            raise Interrupted from None
        if seen.stopped == INTERRUPTED:
            self._runs.withdraw(number)
            raise Interrupted
        return seen

    def _failed(self, number: int, now: float, why: str) -> None:
        """A run could not be made: that is told once, when it has happened a few times one after another."""
        row = list(itertools.takewhile(lambda run: not run.was_made, self._runs.runs(self._target)))  # this one first
        is_news = len(row) >= WORRYING and not any(run.differences for run in row)
        differences = (not_assessed(len(row), why),) if is_news else ()
        run = AssessmentRun(
            number=number, target=self._target, begun=now, ended=self._clock(), trouble=why, differences=differences
        )
        self._runs.finish(run, None)
        self._fail(why)
        self._tell_all()

    def _tell_all(self) -> None:
        for run in self._runs.untold(self._target):
            self._tell(run)
            self._runs.told(run.number)

    def _attempt(self, work: Callable[[], None]) -> None:
        """A disk that is full or broken ends nothing."""
        try:
            work()
        except RecordError as error:
            self._fail(str(error))

    def _fail(self, why: str) -> None:
        if self.trouble != why:
            self._say(f"garrison: the API was not assessed: {why}")
        self.trouble = why


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is assessed continuously, when, and who is told."""

    data: Path
    wanted: Wanted
    schedule: Schedule
    certificates: tuple[str, ...] = ()
    gateway: Callable[[], Settings] | None = None
    """The gateway's settings as they are at the moment, without what virtual patches change of the policy: its patches
    are proven again. None where there is no gateway."""
    notify: NotifySettings = NotifySettings()
    severity: Severity = Severity.INFORMATIONAL

    @property
    def target(self) -> str:
        """As the history of findings names it. Raises ConfigError."""
        origin, base = split_url(self.wanted.url)
        return f"{origin}{base}"


def plan_of(settings: Settings) -> Plan:
    """The plan that the settings of a gateway amount to."""
    return Plan(
        data=Path(settings.data),
        wanted=wanted_of(settings),
        schedule=schedule_of(settings.assess),
        certificates=certificates_of(settings),
        gateway=lambda: settings,
        notify=settings.notify,
        severity=settings.assess.severity,
    )


def schedule_of(settings: AssessSettings) -> Schedule:
    """When, by settings that hold."""
    quiet = parse_quiet_hours(settings.quiet_hours) if settings.quiet_hours else None
    return Schedule(parse_span(settings.every), quiet)


def certificates_of(settings: Settings) -> tuple[str, ...]:
    """Files of certificates that the gateway itself shows: they run out as well."""
    listen = settings.listen.tls
    files = (listen.certificate if listen is not None else "", settings.upstream.tls.certificate)
    return tuple(filter(None, files))


def wanted_of(settings: Settings) -> Wanted:
    """What is to be assessed, by the settings of a gateway."""
    own = settings.assess
    return Wanted(
        url=own.url or settings.upstream.url,
        contract=settings.contract.file,
        overlays=settings.contract.overlays,
        identity_files=own.identities,
        auth_files=own.auth,
        only=own.only,
        without=own.without,
        limits=Limits(per_operation=own.requests_each, in_all=own.requests, is_safe=own.safe),
        minutes=own.minutes,
        insecure=own.unsafe_any_certificate,
        pace=own.pace,
    )


def assess_continuously(plan: Plan, *, say: Callable[[str], None], stopping: threading.Event) -> None:
    """Assess until `stopping` is set, or a run is broken off by SIGINT.

    Raises BusyError where another process does it with the same data directory, RecordError where that cannot be used,
    ConfigError where the plan says something wrong.
    """
    from garrison.adapters.notifications.postman import Postman
    from garrison.report.incident_finding import finding_of

    says = f"another process assesses continuously with `{plan.data}`"
    with the_only_one(plan.data, LOCK, says), Assessments(plan.data) as runs:
        postman = Postman(plan.data, plan.notify, partial(finding_of, version=version("garrison")), say)
        continuous = composed(plan, runs, postman.wake, say, clock=time.time, pause=stopping.wait)
        begun = time.time()

        def status() -> AssessStatus:
            due, since = continuous.due, continuous.since
            return AssessStatus(os.getpid(), begun, time.time(), plan.target, due, since, continuous.trouble)

        heartbeat = Heartbeat(plan.data, ASSESS, status)
        try:
            continuous.run()
        finally:
            heartbeat.close()
            postman.close()


def composed(
    plan: Plan,
    runs: Assessments,
    wake: Callable[[], None],
    say: Callable[[str], None],
    *,
    clock: Callable[[], float],
    pause: Callable[[float], bool],
) -> Continuous:
    """The parts that a plan needs, put together; `wake` is called where there is something to deliver. Raises
    RecordError, ConfigError."""
    from garrison.adapters.notifications.differences import tell_differences

    def tell(run: AssessmentRun) -> None:
        for text in lines(run):
            say(text)
        failing = [each for each in run.differences if each.kind is DifferenceKind.PATCH_FAILS]
        for each in failing:  # an incident, of which those are told who are told of incidents
            raise_incident(plan.data, plan.notify, each.key, each.text, run.begun)
        others = tuple(each for each in run.differences if each not in failing)
        rest = msgspec.structs.replace(run, differences=others)
        if tell_differences(plan.data, rest, plan.notify, plan.severity, clock()) or failing:
            wake()

    seed(runs, plan.data, plan.target, clock())
    proving = Proving(plan.wanted, plan.data, plan.gateway) if plan.gateway is not None else None
    look = Looking(plan.wanted, plan.data, certificates=plan.certificates, proving=proving)
    return Continuous(runs, plan.target, plan.schedule, look, tell, clock=clock, pause=pause, say=say)


def seed(runs: Assessments, data: Path, target: str, now: float) -> None:
    """Where nothing is known of a target yet, what earlier assessments found is known. Raises RecordError."""
    if runs.picture(target) is None:
        runs.keep(target, Picture(weaknesses=weaknesses(data, target, now)))


def lines(run: AssessmentRun) -> Sequence[str]:
    """A run's differences, one a line, the gravest first."""
    said = [f"garrison: {each.severity}: {each.text}" for each in run.differences[:SHOWN]]
    more = len(run.differences) - SHOWN
    said = list(map(printable, said))  # names of fields come from whoever answered
    return [*said, f"garrison: and {more} more: `garrison findings changes` lists them"] if more > 0 else said


def main(arguments: Sequence[str] | None = None) -> int:
    """Assess until SIGTERM or SIGINT; the exit status: 1 where it cannot be done at all."""
    from garrison.adapters.watch_settings import read_settings

    parser = argparse.ArgumentParser(prog="garrison.continuous", description="Assess an API again and again.")
    parser.add_argument("settings", type=Path, help="File with the gateway's settings, as the guard writes it.")
    parser.add_argument("--digest", help="Tells one content of that file from another.")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run is broken off, and takes away what it made
    rest(own_session())
    try:
        assess_continuously(plan_of(read_settings(options.settings)), say=_say, stopping=threading.Event())
    except KeyboardInterrupt:
        return 0
    except GarrisonError as error:
        _say(f"garrison: {error}")
        return 1
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  # the guard passes it on


if __name__ == "__main__":
    sys.exit(main())
