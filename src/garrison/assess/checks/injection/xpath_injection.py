"""XPath injection: a value becomes a part of a query over an XML document."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bench import bench_of
from garrison.assess.checks.injection.truth import is_told, truth_of
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    for place in bench.open_places("sql-injection") if bench is not None else ():
        truth = truth_of(bench, place) if bench is not None else None
        if bench is None or truth is None:
            continue
        told = is_told(bench, place, truth, "count(/*)=1", "count(/*)=2")
        if told is not None:
            bench.prove(place, CHECK.id)
            says = f"what stands in `{place.slot.text}` is a part of an XPath query: conditions in it are computed"
            yield a.found(CHECK, (*truth.proof, *told), says=says, target=target, slot=place.slot)


CHECK: Final = Check(
    id=CheckId("xpath-injection"),
    title="a value is run as XPath",
    family="injection",
    severity=Severity.HIGH,
    tags=("owasp.api8", "cwe.643"),
    looks=(
        "A condition is put behind the value. Two true and two false ones of the same characters must be told apart, "
        "and so must two that only XPath knows: that the document has one root, and that it has two."
    ),
    why="The whole document can be read, passwords in it included; a log-in over it is passed without one.",
    mend="Pass values as variables of the query, or compare them in code. Allow no quotes where none are needed.",
    samples={
        "fastapi": 'tree.xpath("//user[name = $name]", name=name)',
        "django": 'tree.xpath("//user[name = $name]", name=name)',
        "flask": 'tree.xpath("//user[name = $name]", name=name)',
    },
    each=each,
    most=60,
    disturbs=Disturbs.OBJECTS,
)
