"""Lists: how long the list in an answer is, and which parameters say how long it should be."""

from collections.abc import Mapping
from typing import Any, Final

from garrison.assess.call import NOT_JSON, Answer
from garrison.assess.request import Slot
from garrison.assess.target import Target
from garrison.exposure.types.rule import words

_SIZES: Final = frozenset(
    {"limit", "pagesize", "perpage", "size", "count", "first", "take", "top", "rows", "maxresults", "results",
     "pagelimit", "itemsperpage", "num", "maxitems", "length"}
)  # fmt: skip
_PAGES: Final = frozenset(
    {"page", "offset", "cursor", "after", "before", "skip", "start", "token", "next", "from", "since", "pagenumber",
     "pagetoken", "continuation", "marker"}
)  # fmt: skip
_TOLD: Final = frozenset(
    {"next", "cursor", "nextpage", "nextcursor", "page", "pages", "total", "totalpages", "totalcount", "hasmore",
     "hasnext", "pagination", "paging", "links", "limit", "offset", "perpage", "pagesize", "previous", "prev",
     "lastpage", "pageinfo"}
)  # fmt: skip


def size_slot(target: Target) -> Slot | None:
    """The query parameter that says how many items are wanted; None where none is declared."""
    return next(
        (
            Slot("query", each.name)
            for each in target.described.parameters
            if each.location == "query" and "".join(words(each.name)) in _SIZES
        ),
        None,
    )


def is_paged(target: Target) -> bool:
    """Whether a parameter for pages, or for the length of one, is declared."""
    return size_slot(target) is not None or any(
        each.location in ("query", "header") and not _PAGES.isdisjoint({"".join(words(each.name)), *words(each.name)})
        for each in target.described.parameters
    )


def tells_pages(answer: Answer) -> bool:
    """Whether an answer itself says that it is one page of several."""
    value = answer.json()
    told = set(value) if isinstance(value, Mapping) else set()
    return bool(answer.header("link")) or any("".join(words(str(name))) in _TOLD for name in told)


def items(answer: Answer) -> list[Any] | None:
    """The longest list in an answer's first two levels; None where there is none."""
    value = answer.json()
    if value is NOT_JSON:
        return None
    if isinstance(value, list):
        return value
    found: list[list[Any]] = []
    for inner in value.values() if isinstance(value, Mapping) else ():
        if isinstance(inner, list):
            found.append(inner)
        elif isinstance(inner, Mapping):
            found.extend(each for each in inner.values() if isinstance(each, list))
    return max(found, key=len, default=None)


def echoes(answer: Answer, slot: Slot, number: int) -> bool:
    """Whether the answer says that it goes by this length: `{"limit": 100000}`."""
    rest: list[Any] = [answer.json()]
    wanted = "".join(words(slot.name))
    while rest:
        value = rest.pop()
        if isinstance(value, Mapping):
            if any("".join(words(str(name))) == wanted and inner == number for name, inner in value.items()):
                return True
            rest.extend(inner for inner in value.values() if isinstance(inner, Mapping))
    return False
