"""`list-without-pages`: a list is given as a whole, and grows with everything that is made."""

from collections.abc import Iterator
from typing import Final

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check, Disturbs
from garrison.assess.checks.asking import again
from garrison.assess.checks.resources.lists import is_paged, items, tells_pages
from garrison.assess.probe import Exchange
from garrison.assess.target import Target
from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding

_LONG: Final = 200
"""Items at once that hardly anybody means as a page."""


def _each(a: Assessment, target: Target) -> Iterator[Finding]:
    if target.method != "GET" or is_paged(target) or not _may_grow(a, target):
        return
    for known in a.survey.baselines(target):
        found = items(known.answer)
        if found is None or tells_pages(known.answer):
            continue
        if len(found) >= _LONG:
            long = known.says_that(f"{len(found):,} items come at once, and nothing is said of more")
            yield _finding(a, target, [long], len(found), Confidence.HIGH)
            return
        proof = _growth(a, target, known)
        if proof:
            yield _finding(a, target, proof, len(found), Confidence.MEDIUM)
            return


def _may_grow(a: Assessment, target: Target) -> bool:
    """Whether the contract leaves the list's length open."""
    description = a.api.description
    for response in target.described.responses:
        for body in response.bodies if response.status.startswith("2") else ():
            for schema in description.parts(body.schema) if body.schema is not None else ():
                if "maxItems" in schema.value:
                    return False
    return True


def _growth(a: Assessment, target: Target, known: Exchange) -> list[Exchange]:
    """Before, one more thing made, after: empty where the list does not grow by it."""
    makers = [
        made
        for each in a.api.targets
        if each.method == "POST" and each.template == target.template
        for made in a.survey.baselines(each)
        if made.identity is not None
    ]
    if not makers:
        return []
    before = a.probe.send(known.request, known.identity)
    made = again(a, makers[0], "one more is made")
    after = a.probe.send(known.request, known.identity)
    one, two = items(before.answer), items(after.answer)
    if one is None or two is None or not made.is_success or len(two) <= len(one):
        return []
    return [
        before.says_that(f"the list has {len(one)} items"),
        made,
        after.says_that(f"now it has {len(two)}, and nothing tells of pages"),
    ]


def _finding(a: Assessment, target: Target, proof: list[Exchange], count: int, confidence: Confidence) -> Finding:
    return a.found(
        CHECK,
        proof,
        target=target,
        confidence=confidence,
        says=f"{target.method} {target.template} gives all {count:,} items at once, takes no parameter for pages, "
        "and the contract sets no `maxItems`",
    )


CHECK = Check(
    id=CheckId("list-without-pages"),
    title="a list is given as a whole and grows without bound",
    family="resources",
    severity=Severity.LOW,
    tags=("owasp.api4", "cwe.770", "rec.14"),
    looks="Looks at lists for which neither the contract nor the answer knows pages. Proven where 200 items or more "
    "came at once; with medium confidence where one more item appears in the list as soon as one is made.",
    why="The answer grows with the data until it takes seconds and megabytes, and one request copies everything.",
    mend="Give the list pages with a bounded length, and set `maxItems` in the contract.",
    samples={
        "fastapi": '@app.get("/orders")\n'
        'async def orders(after: str = "", limit: Annotated[int, Query(le=100)] = 20): ...',
        "django": 'REST_FRAMEWORK = {"DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination", '
        '"PAGE_SIZE": 20}',
    },
    each=_each,
    most=6,
    disturbs=Disturbs.OBJECTS,
)
