"""OS command injection: a value ends one command and begins another."""

from collections.abc import Callable, Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.timing import waits
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

COMMANDS: Final = frozenset(
    {"cmd", "command", "exec", "host", "hostname", "ip", "address", "domain", "ping", "dns", "file", "filename", "path",
     "dir", "arg", "args", "option", "format", "convert", "archive", "branch", "repo", "url", "target", "daemon"}
)  # fmt: skip
"""Words of places that commands are often made of."""


def _whole(word: str, seconds: int) -> str:
    """Begins another command whether the value stands bare, in single or in double quotes."""
    return f"{word};sleep {seconds};#';sleep {seconds};#\";sleep {seconds};#"


SHAPES: Final[tuple[Callable[[str, int], str], ...]] = (
    _whole,
    lambda word, seconds: f"{word}$(sleep {seconds})",
    lambda word, seconds: f"{word}|sleep {seconds}",
    lambda word, seconds: f"{word}\nsleep {seconds}\n",
    lambda word, seconds: f"sleep {seconds}",
    lambda word, seconds: f"{word}&ping -n {seconds + 1} 127.0.0.1&",
)
"""How a shell is told to wait, the most frequent first; the last is for Windows."""


def look(a: Assessment, bench: Bench, check: Check, where: str = "") -> Iterator[Finding]:
    """Every open place of one operation; `check` is whose findings these are, `where` how the place is called."""
    for place in bench.open_places():
        named = where or place.slot.text
        likely = not COMMANDS.isdisjoint(place.said) or (bench.is_touchy(place) and not bench.is_explained(place))
        for shape in SHAPES if likely else SHAPES[:2]:
            proof = waits(bench, place, shape)
            if proof is not None:
                bench.prove(place, check.id)
                says = f"a shell of the server runs what stands in `{named}`, and waits as it is told"
                yield a.found(check, proof, says=says, target=bench.target, slot=named)
                break


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is not None:
        yield from look(a, bench, CHECK)


CHECK: Final = Check(
    id=CheckId("os-command-injection"),
    title="a value is run by a shell",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.78"),
    looks=(
        "A command that waits for two seconds is put behind the value, so that it is run whether the value stands bare "
        "or in quotes. It is a finding only where waiting for two seconds and for none, three times in turns, differ "
        "by "
        "that much each time."
    ),
    why="Whoever can send this request runs any program on the server, with all that the server may do.",
    mend=(
        "Start programs with a list of arguments and no shell, give values after `--`, and allow only the characters "
        "that the value needs. Better: use a library instead of a program."
    ),
    samples={
        "fastapi": 'subprocess.run(["ping", "-c", "1", "--", host], check=True)',
        "django": 'subprocess.run(["ping", "-c", "1", "--", host], check=True)',
        "flask": 'subprocess.run(["ping", "-c", "1", "--", host], check=True)',
    },
    each=each,
    most=70,
    disturbs=Disturbs.OBJECTS,
)
