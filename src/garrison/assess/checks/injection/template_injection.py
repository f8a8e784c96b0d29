"""Template injection: a value becomes a part of a template that the server then renders."""

from collections.abc import Callable, Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.injection.bases import Place
from garrison.assess.checks.injection.bench import Bench, bench_of
from garrison.assess.checks.injection.products import Product, product_for
from garrison.assess.checks.injection.stored import read_back
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

Shape = Callable[[Product], str]

SYNTAXES: Final[dict[str, Shape]] = {
    "`{{...}}` (Jinja, Twig, Nunjucks, Tornado)": lambda p: f"{{{{{p.left}*{p.right}}}}}",
    "`${...}` (FreeMarker, Mako, EL, Thymeleaf)": lambda p: f"${{{p.left}*{p.right}}}",
    "`#{...}` (Ruby, Pug, JSF)": lambda p: f"#{{{p.left}*{p.right}}}",
    "`@(...)` (Razor)": lambda p: f"@({p.left}*{p.right})",
    "`{...}` (Smarty, f-strings)": lambda p: f"{{{p.left}*{p.right}}}",
    "`<%= %>` (ERB, EJS)": lambda p: f"<%= {p.left}*{p.right} %>",
    "`#set` (Velocity)": lambda p: f"#set($g={p.left}*{p.right})$g",
}
"""How a computation is written, by the languages that write it so."""
_AT_ONCE: Final = tuple(SYNTAXES)[:5]


def look(a: Assessment, bench: Bench, check: Check, where: str = "") -> Iterator[Finding]:
    """Every open place of one operation; `check` is whose findings these are, `where` how the place is called."""
    for place in bench.open_places():
        named = where or place.slot.text
        for syntax in _promising(a, bench, place):
            proof = _proof(a, bench, place, SYNTAXES[syntax])
            if proof:
                bench.prove(place, check.id)
                says = f"what stands in `{named}` is rendered as a template: it computes what stands in {syntax}"
                yield a.found(check, proof, says=says, target=bench.target, slot=named)
                break


def each(a: Assessment, target: Target) -> Iterator[Finding]:
    """Look at one operation."""
    bench = bench_of(a, target)
    if bench is not None:
        yield from look(a, bench, CHECK)


def _promising(a: Assessment, bench: Bench, place: Place) -> tuple[str, ...]:
    """The syntaxes to try one by one: first one request with several; all where breaking characters matter."""
    numbers = product_for(place.slot.text)
    sent = bench.behind(place, "".join(SYNTAXES[each](numbers) for each in _AT_ONCE))
    if any(numbers.text in each.answer.text for each in (sent, *read_back(a, bench, sent))):
        return _AT_ONCE
    return tuple(SYNTAXES) if _is_upset(bench, place, sent) else ()


def _is_upset(bench: Bench, place: Place, sent: Exchange) -> bool:
    control = bench.control(place).answer.status
    broken = 0 if bench.is_explained(place) else bench.broken(place).answer.status
    return control < 500 <= max(sent.answer.status, broken)


def _proof(a: Assessment, bench: Bench, place: Place, shape: Shape) -> tuple[Exchange, ...]:
    """Two products in two answers, neither of which stands in the other."""
    found: list[Exchange] = []
    for salt in ("one", "two"):
        numbers = product_for(place.slot.text, salt)
        says = f"{numbers.left}*{numbers.right} is sent as a template writes it"

        sent = bench.behind(place, shape(numbers), says)
        shown = [each for each in (sent, *read_back(a, bench, sent)) if numbers.text in each.answer.text]
        if not shown:
            return ()
        seen = f"the answer holds {numbers.text}, the product of both numbers"
        found += [shown[0].says_that(f"{says}, and {seen}")] if shown[0] is sent else [sent, shown[0].says_that(seen)]
    return tuple(found)


CHECK: Final = Check(
    id=CheckId("template-injection"),
    title="a value is rendered as a template",
    family="injection",
    severity=Severity.CRITICAL,
    tags=("owasp.api8", "cwe.1336", "cwe.94"),
    looks=(
        "The product of two numbers of four digits is sent in the syntaxes of the usual template engines. It is a "
        "finding only where two different products come out, at once or where the value is read later."
    ),
    why="Templates reach the objects of the server, and with most engines from there any code can be run.",
    mend=(
        "Give values to a template that is fixed; never build the template out of them. Use a sandboxed engine where "
        "clients write templates."
    ),
    samples={
        "fastapi": 'Template("hello {{ name }}").render(name=name)',
        "django": 'render(request, "hello.html", {"name": name})',
        "flask": 'render_template_string("hello {{ name }}", name=name)',
    },
    each=each,
    most=60,
    disturbs=Disturbs.OBJECTS,
)
