"""Links for a forgotten password that lead where the sender of the request says."""

from collections.abc import Iterator
from typing import Final

import msgspec

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.authentication.entering import people, reset_request, resets
from garrison.assess.compare import holds
from garrison.assess.identity import ANONYMOUS
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_HEADERS: Final = ("x-forwarded-host", "x-host", "x-original-host", "host")


def run(a: Assessment) -> Iterator[Finding]:
    """Ask for a forgotten password under another host name, and look for it in the answer."""
    known = people(a)[:1] if a.accounts else ()
    for reset in resets(a) if known else ():
        if reset.sets or not reset.door.names:
            continue
        request = reset_request(a, reset, known[0])
        for name in _HEADERS:
            mark = f"{a.api.sampler.word()}.example"
            moved = msgspec.structs.replace(request, headers=(*request.headers, (name, mark)))
            asked = a.probe.send(moved, credential=ANONYMOUS, says=f"the host named in `{name}` stands in the answer")
            if asked.is_success and holds(asked.answer, mark):
                says = f"the link for a forgotten password leads to the host that the request names in `{name}`"
                yield a.found(CHECK, [asked], says=says, target=reset.door.target, slot=f"header.{name}")
                break


CHECK = Check(
    id=CheckId("reset-link-poisoned"),
    title="the link that resets a password leads to any host",
    family="authentication",
    severity=Severity.HIGH,
    tags=("owasp.api2", "cwe.640", "cwe.644"),
    looks="A forgotten password is asked for with headers that name another host. Proof is that this host stands in "
    "the answer. A link that is only sent by mail cannot be seen from outside.",
    why="Somebody asks for your forgotten password; the link in your mail leads to their host and hands them the "
    "token.",
    mend="Build links from the service's own address in the settings, and refuse requests for hosts that are not "
    "yours.",
    samples={
        "django": 'ALLOWED_HOSTS = ["api.example.com"]  # and USE_X_FORWARDED_HOST = False',
        "fastapi": 'link = f"{settings.public_url}/reset?token={token}"  # not request.url_for(...)',
        "flask": 'app.config["SERVER_NAME"] = "api.example.com"',
    },
    run=run,
    most=12,
    disturbs=Disturbs.ACCOUNTS,
    needs=("account",),
)
