"""Objects that are built from what clients send: as a pickle, and as YAML."""

import base64
import binascii
import json
import pickle

import yaml
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing

CONTRACT = contract(
    {
        "GET /cart": operation(query=["state"], gives=thing("done"), public=True),
        "PUT /settings": operation(takes=thing("config"), gives=thing("done"), public=True),
        "POST /files": operation(
            takes=thing(file={"type": "string", "format": "binary"}),
            gives=thing("done"),
            media_type="multipart/form-data",
            public=True,
        ),
        "POST /import": operation(takes={"type": "string"}, media_type="application/yaml", public=True),
    }
)


def build(*weak: str) -> Starlette:
    async def cart(request: Request) -> Response:
        try:
            raw = base64.b64decode(request.query_params.get("state", ""), validate=True)
            pickle.loads(raw) if "pickle" in weak else json.loads(raw)  # noqa: S301 - the weakness
        except (binascii.Error, ValueError, pickle.UnpicklingError, EOFError, IndexError, KeyError):
            return problem(400, "Bad Request")
        return answer({"done": "yes"})

    def load(text: str, place: str = "yaml") -> Response:
        try:
            yaml.load(text, yaml.UnsafeLoader if place in weak else yaml.SafeLoader)  # noqa: S506 - the weakness
        except yaml.YAMLError:
            return problem(400, "Bad Request")
        return answer({"done": "yes"})

    async def settings(request: Request) -> Response:
        return load(str((await body_of(request)).get("config")))

    async def whole(request: Request) -> Response:
        return load((await request.body()).decode())

    async def upload(request: Request) -> Response:
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                return problem(400, "Bad Request")
            return load((await file.read()).decode(), "upload")

    return serving({"GET /cart": cart, "PUT /settings": settings, "POST /import": whole, "POST /files": upload})


def app(*, vulnerable: bool) -> Starlette:
    return build(*(["pickle", "yaml"] if vulnerable else []))


VARIANTS = {kind: lambda kind=kind: build(kind) for kind in ("pickle", "yaml", "upload")}
