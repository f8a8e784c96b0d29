"""A command that is put together from a text, bare and in quotes; a service that answers late is a trap."""

import shlex
import subprocess
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, serving, thing

CONTRACT = contract(
    {
        "GET /lines": operation(query=["text"], gives=thing("state"), public=True),
        "POST /words": operation(takes=thing("text"), gives=thing("state"), public=True),
    }
)


def run(command: str) -> Response:
    done = subprocess.run(command, shell=True, capture_output=True, timeout=9, check=False)
    return answer({"state": "done" if done.returncode == 0 else "failed"})


def build(*, weak: bool, waits: bool = False, quote: str = "") -> Starlette:
    async def lines(request: Request) -> Response:
        text = request.query_params.get("text", "")
        if waits and "sleep 2" in text and "#" in text:
            time.sleep(0.5)
        return run(f"echo {quote}{text}{quote} | wc -l" if weak else f"echo {shlex.quote(text)} | wc -l")

    async def words(request: Request) -> Response:
        text = str((await body_of(request)).get("text"))
        return run(f'echo "{text}" | wc -w' if weak else f"echo {shlex.quote(text)} | wc -w")

    return serving({"GET /lines": lines, "POST /words": words})


def app(*, vulnerable: bool) -> Starlette:
    return build(weak=vulnerable)


VARIANTS = {"in single quotes": lambda: build(weak=True, quote="'")}
TRAPS = {"a filter that takes its time": lambda: build(weak=False, waits=True)}
