"""`debug-surface`: servers and frameworks show their inside to anybody."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import plain
from garrison.assess.checks.configuration.known import prefixes, undeclared
from garrison.assess.checks.configuration.soft import Nowhere
from garrison.assess.checks.configuration.surfaces import DEBUG, Surface
from garrison.assess.probe import Exchange
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_MOST: Final = 110


def _run(a: Assessment) -> Iterator[Finding]:
    nowhere, seen = Nowhere(a), dict[str, Exchange]()
    reported: set[str] = set()
    for prefix in prefixes(a)[:2]:
        for surface in DEBUG:
            for finding in _look(a, nowhere, surface, prefix, seen):
                if finding.template not in reported:
                    reported.add(finding.template)
                    yield finding


def _look(
    a: Assessment, nowhere: Nowhere, surface: Surface, prefix: str, seen: dict[str, Exchange]
) -> Iterator[Finding]:
    for path in undeclared(a, [prefix + each for each in surface.paths]):
        if path not in seen:
            if len(seen) >= _MOST - 25:
                return
            seen[path] = a.probe.send(plain("GET", path))
        got = seen[path]
        if surface.fits(got.answer) and nowhere.is_served(got):
            shown = got.says_that(f"{path} shows {surface.kind} to anybody")
            yield a.found(
                CHECK,
                [shown, nowhere.control(path)],
                template=path,
                kind=surface.kind,
                severity=surface.severity,
                says=f"GET {path} shows {surface.kind}, without any credential",
            )
            return


CHECK = Check(
    id=CheckId("debug-surface"),
    title="the inside of the service is shown to anybody",
    family="configuration",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.489", "cwe.538", "rec.23"),
    looks="Asks for some fifty paths at which frameworks, servers and careless deployments show settings, consoles, "
    "profiles, source and backups. Proven by what comes back (the form of an environment file, of a profile and so "
    "on), where a made-up path beside it gets something else.",
    why="Settings hold passwords and keys, consoles run code, and source and profiles show where else to look.",
    mend="Take such paths out of what is reachable from outside: bind them to another port on loopback, switch debug "
    "modes off, deploy only what is to be served.",
    samples={
        "django": "DEBUG = False",
        "flask": "app.run()  # never debug=True outside of your own machine",
        "nginx": "location ~ /\\. { return 404; }",
    },
    run=_run,
    most=_MOST,
)
