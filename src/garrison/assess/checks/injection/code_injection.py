"""Code injection: a value is evaluated as an expression of the server's own language."""

from collections.abc import Callable, Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.products import Product, product_for
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

Shape = Callable[[Product, str], str]

_BARE: Final[dict[str, Shape]] = {
    "Python": lambda p, _: f"__import__('math').prod([{p.left},{p.right}])",
    "JavaScript": lambda p, _: f"[{p.left},{p.right}].reduce((x,y)=>x*y)",
    "Java (SpEL)": lambda p, _: f"T(java.lang.Math).multiplyExact({p.left},{p.right})",
    "Java (OGNL, MVEL)": lambda p, _: f"@java.lang.Math@multiplyExact({p.left},{p.right})",
    "Ruby": lambda p, _: f"[{p.left},{p.right}].inject(:*)",
    "PHP": lambda p, _: f"array_product([{p.left},{p.right}])",
}
"""A product that a function of the language computes: a calculator that knows numbers alone does not."""
_QUOTED: Final[dict[str, Shape]] = {
    "Python": lambda p, w: f"{w}'+str(__import__('math').prod([{p.left},{p.right}]))+'",
    "JavaScript or Python": lambda p, w: f'{w}"+str({p.left}*{p.right})+"',
    "JavaScript": lambda p, w: f"{w}'+({p.left}*{p.right})+'",
}
"""The same out of a text in quotes."""

_MISSING: Final = frozenset({401, 403, 404, 410})
"""Answers that say that nothing has the value, not that it cannot be evaluated."""


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    for place in (
        bench.open_places("template-injection", "sql-injection", "xpath-injection", "ldap-injection")
        if bench is not None
        else ()
    ):
        if bench is None:
            return
        for language, shape in _shapes(bench, place):
            proof = _proof(bench, place, shape)
            if proof:
                bench.prove(place, CHECK.id)
                says = f"what stands in `{place.slot.text}` is evaluated as an expression of {language}"
                yield a.found(CHECK, proof, says=says, target=target, slot=place.slot)
                break


def _shapes(bench: Bench, place: Place) -> Iterator[tuple[str, Shape]]:
    """Bare ones where a word fails; after a quote where that changes the answer."""
    control = bench.control(place)
    fails = not bench.is_success(control) and control.answer.status not in _MISSING
    if fails and bench.is_success(bench.plain(place)):
        yield from _BARE.items()
    if bench.is_touchy(place):
        yield from _QUOTED.items()


def _proof(bench: Bench, place: Place, shape: Shape) -> tuple[Exchange, ...]:
    found = []
    for salt in ("one", "two"):
        numbers = product_for(place.slot.text, salt)

        def payload(word: str, numbers: Product = numbers) -> str:
            return shape(numbers, word)

        sent = bench.send(place, payload, f"the answer holds {numbers.text}, which the expression computes")
        if numbers.text not in sent.answer.text:
            return ()
        found.append(sent)
    return tuple(found)


CHECK: Final = Check(
    id=CheckId("code-injection"),
    title="a value is evaluated as code",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.94", "cwe.95", "cwe.917"),
    looks=(
        "Expressions of the usual languages that compute a product with a function are sent, bare and out of quotes. "
        "It is a finding only where two different products come out. "
        "Plain arithmetic is not enough: that may be meant."
    ),
    why="Whoever can send this request runs any code in the server's process.",
    mend="Never evaluate what clients send. "
    "Parse it with a grammar that knows just what is meant, or compare it with a list.",
    samples={
        "fastapi": "ast.literal_eval(value)  # values alone",
        "django": "ast.literal_eval(value)",
        "flask": "ast.literal_eval(value)",
    },
    each=each,
    most=60,
    disturbs=Disturbs.OBJECTS,
)
