"""A directory whose filters (RFC 4515) are put together from texts."""

import re
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, things

CONTRACT = contract({"GET /people": operation(query=["uid"], gives=things("uid"), public=True)})
PEOPLE = [{"uid": "ann", "objectclass": "person"}, {"uid": "bob", "objectclass": "person"}]


def fits(entry: Mapping[str, str], text: str) -> bool:
    """Whether an entry fits a filter. Raises ValueError where that is none."""
    result, rest = _filter(entry, text)
    if rest:
        raise ValueError("something stands behind the filter")
    return result


def _filter(entry: Mapping[str, str], text: str) -> tuple[bool, str]:
    if not text.startswith("("):
        raise ValueError("no filter")
    sign, rest = text[1:2], text[1:]
    if sign in ("&", "|"):
        results, rest = [], rest[1:]
        while rest.startswith("("):
            result, rest = _filter(entry, rest)
            results.append(result)
        if not rest.startswith(")"):
            raise ValueError("the filter does not end")
        return (all(results) if sign == "&" else any(results)), rest[1:]
    matched = re.match(r"([A-Za-z]+)=([^()]*)\)", rest)
    if matched is None:
        raise ValueError("no comparison")
    parts = (re.escape(_plain(part)) for part in matched[2].split("*"))
    value = entry.get(matched[1].lower())
    return value is not None and re.fullmatch(".*".join(parts), value) is not None, rest[matched.end() :]


def _plain(text: str) -> str:
    return re.sub(r"\\([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


def escaped(text: str) -> str:
    return "".join(f"\\{ord(each):02x}" if each in "\\*()\0" else each for each in text)


def app(*, vulnerable: bool) -> Starlette:
    async def search(request: Request) -> Response:
        uid = request.query_params.get("uid", "")
        wanted = f"(&(objectClass=person)(uid={uid if vulnerable else escaped(uid)}))"
        try:
            return answer([{"uid": each["uid"]} for each in PEOPLE if fits(each, wanted)])
        except ValueError:
            return problem(500, "Internal Server Error")

    return serving({"GET /people": search})
