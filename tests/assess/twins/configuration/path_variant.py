"""What protects a path compares it as it was sent / operations are protected themselves."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import BEARER, answer, contract, operation, problem, thing

from garrison.assess.identity import Credential

CONTRACT = contract({"GET /admin/keys": operation(gives=thing("key"))}, BEARER)
IDENTITIES = (("ann", Credential(headers=(("authorization", "Bearer ann-1"),))),)


def service(mode: str) -> Starlette:
    async def keys(request: Request) -> Response:
        path = request.scope["path"]
        is_keys = path.rstrip("/").lower() == "/admin/keys" if mode == "compared" else path == "/admin/keys"
        guarded = path == "/admin/keys" or mode != "compared"
        if mode == "soft" and path != "/admin/keys":
            return answer({"key": "none", "message": "no such path"}) if path == "/" else answer({"error": "no"})
        if guarded and request.headers.get("authorization") != "Bearer ann-1":
            return problem(401, "Unauthorized")
        return answer({"key": "a-key-of-the-shop"}) if is_keys else problem(404, "Not Found")

    application = Starlette()
    application.add_route("/{path:path}", keys, methods=["GET"])
    return application


def app(vulnerable: bool) -> Starlette:
    return service("compared" if vulnerable else "guarded")
