"""`graphql-suggestions`: errors name fields that were nearly asked for."""

import re
from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.graphql import endpoint, errors
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding

_NEARLY: Final = (
    "usr", "usrs", "userz", "mee", "accountz", "ordr", "ordrs", "orderz", "producs", "produt", "itemz", "itms", "postz",
    "pots", "articls", "commentz", "mesages", "custmers", "nods", "nde", "serch", "sttus", "helth", "versio", "profle",
    "logn", "sesion", "rols", "filez", "invoics", "paymnts", "teas", "boks", "boook", "authrs", "storez", "typs",
)  # fmt: skip
_HINT: Final = re.compile(r"did you mean|perhaps you meant|maybe you meant", re.IGNORECASE)
_NAME: Final = re.compile(r"""["'`]([A-Za-z_]\w*)["'`]""")


def _run(a: Assessment) -> Iterator[Finding]:
    place = endpoint(a)
    if place is None:
        return
    control = place.ask("{" + a.api.sampler.word() + "}", "a made-up field is unknown, and no other is named")
    if any(_HINT.search(each) for each in errors(control.answer)):
        control = control.says_that("even for a made-up field others are named")
    sent = place.ask("{" + " ".join(_NEARLY) + "}", "for fields that are nearly right the right ones are named")
    named = {
        name
        for message in errors(sent.answer)
        if (hint := _HINT.search(message))
        for name in _NAME.findall(message[hint.end() :])
        if name not in _NEARLY
    }
    if named:
        yield a.found(
            CHECK,
            [sent, control],
            template=place.path,
            says=f"errors of {place.path} name fields that were not asked for: {', '.join(sorted(named)[:5])}",
        )


CHECK = Check(
    id=CheckId("graphql-suggestions"),
    title="GraphQL errors name fields that were nearly asked for",
    family="configuration",
    severity=Severity.INFORMATIONAL,
    tags=("owasp.api8", "cwe.200", "rec.24"),
    looks="Asks for misspelt names of fields. Proven where the errors name fields that were not sent.",
    why="The schema can be put together word by word though introspection is off.",
    mend="Replace the messages of errors in production by texts of your own, or switch suggestions off.",
    samples={
        "fastapi": "strawberry.Schema(Query, extensions=[MaskErrors()])",
        "apollo": "hideSchemaDetailsFromClientErrors: true",
    },
    run=_run,
    most=14,
)
