"""`body-size-unbounded`: a body of any size is read."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import refreshed, replaced, writable
from garrison.assess.compare import same, succeeded
from garrison.assess.probe import Exchange
from garrison.assess.request import encode
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_SIZES: Final = (1 << 20, 10 << 20)
_TARGETS: Final = 2


def _run(a: Assessment) -> Iterator[Finding]:
    for at, (target, request, identity) in enumerate(writable(a)):
        if at == _TARGETS:
            return
        control = a.probe.send(request, identity, says="an ordinary request")
        padded = control
        for size in _SIZES:
            fresh = refreshed(a, request)
            body = encode(fresh.body, fresh.media_type) or b"{}"
            raw = body + b" " * (size - len(body))
            says = f"the same with {size >> 20} MB of blanks after the body is read to its end and answered alike"
            padded = a.probe.send(replaced(fresh, raw, fresh.media_type), identity, says=says)
            if not _is_taken(control, padded):
                break
        else:
            yield a.found(
                CHECK,
                [control, padded],
                target=target,
                slot="body",
                says=f"{target.method} {target.template} reads a body of {_SIZES[-1] >> 20} MB"
                + ("" if identity is not None else ", without any credential"),
            )
            return


def _is_taken(control: Exchange, padded: Exchange) -> bool:
    if succeeded(control.answer):
        return succeeded(padded.answer, like=control.answer)
    return control.answer.status < 500 and same(control.answer, padded.answer)


CHECK = Check(
    id=CheckId("body-size-unbounded"),
    title="request bodies of any size are read",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.770", "rec.10"),
    looks="Sends one ordinary request, then the same with 1 MB and with 10 MB of blanks behind the JSON text, which "
    "mean nothing. Proven where the large one is answered as the small one is: it was read and decoded as a whole.",
    why="A few clients that send large bodies at the same time fill the memory of the service.",
    mend="Set a bound for bodies at the outermost server, such as 1 MB, and a larger one for the few operations that "
    "take files; answer 413 beyond it. Set `maxLength` and `maxItems` in the contract so that the bound can be "
    "justified.",
    samples={
        "fastapi": "class Bounded:  # as ASGI middleware: counts what `receive` gives and answers 413 beyond the "
        "bound\n"
        "    ...  # or in nginx before it: client_max_body_size 1m;",
        "django": "DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000",
        "flask": 'app.config["MAX_CONTENT_LENGTH"] = 1_000_000',
    },
    run=_run,
    most=2 * _TARGETS + 16,
    disturbs=Disturbs.SERVICE,
)
