"""A key of which the beginning, the end or the case does not matter; two credentials of which one suffices."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import BEARER, KEY_HEADER, answer, contract, operation, problem, serving, thing

from garrison.assess.identity import Credential

CONTRACT = contract(
    {
        "GET /account": operation(gives=thing("owner"), security=[{"key": []}]),
        "GET /vault": operation(gives=thing("gold"), security=[{"key": [], "bearer": []}]),
    },
    BEARER | KEY_HEADER,
)
KEY, TOKEN = "kQ7xZp2mW9vTr4Ls", "bH3nY8cJd5Fg6Ka1"
IDENTITIES = [("alice", Credential(headers=(("x-auth-token", KEY), ("authorization", f"Bearer {TOKEN}"))))]


def build(same: Callable[[str], bool] = lambda given: given == KEY, *, both: bool = True) -> Starlette:
    def has_key(request: Request) -> bool:
        return same(request.headers.get("x-auth-token", ""))

    def has_token(request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {TOKEN}"

    async def account(request: Request) -> Response:
        return answer({"owner": "alice"}) if has_key(request) else problem(401, "Unauthorized")

    async def vault(request: Request) -> Response:
        shown = (has_key(request), has_token(request))
        return answer({"gold": "much"}) if all(shown) or (any(shown) and not both) else problem(401, "Unauthorized")

    return serving({"GET /account": account, "GET /vault": vault})


def app(*, vulnerable: bool) -> Starlette:
    return build((lambda given: bool(given) and KEY.startswith(given)) if vulnerable else lambda given: given == KEY)


VARIANTS = {
    "the end does not matter": lambda: build(lambda given: given.startswith(KEY)),
    "the case does not matter": lambda: build(lambda given: given.lower() == KEY.lower()),
    "one of two suffices": lambda: build(both=False),
}
