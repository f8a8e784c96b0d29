"""Conformance: requests made up by `schemathesis` from the contract, as requests of the assessment."""

import importlib.util
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from garrison.assess.request import NOTHING, Request
from garrison.assess.target import Api, Target
from garrison.assess.tools import HINT, Unusable

_FRAMING: Final = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "authorization"}
)
"""Headers that are the transport's or the probe's own business."""
_LONGEST: Final = 6_000
"""Characters of an address that servers take."""


class Schemathesis:
    """Makes requests up for the operations of one API. The same seed makes the same ones."""

    def __init__(self, api: Api, seed: int) -> None:
        self._api = api
        self._seed = seed
        self._schema: Any = None

    def cases(self, target: Target, count: int, *, valid: bool) -> tuple[Request, ...]:
        """At most `count` different requests. Raises Unusable."""
        operation = self._operation(target)
        found: list[Request] = []
        for case in self._generated(operation, count, valid=valid):
            request = _request(target, case)
            if request is not None and request not in found and _can_be_sent(request):
                found.append(request)
        return tuple(found[:count])

    def _operation(self, target: Target) -> Any:
        if importlib.util.find_spec("schemathesis") is None:
            raise Unusable(f"requests are made up by `schemathesis`, which is not there: {HINT}")
        _keep_out_of_the_way()
        import schemathesis

        try:
            if self._schema is None:
                self._schema = schemathesis.openapi.from_dict(self._api.description.root.value)
            return self._schema[target.described.path][target.method]
        except Exception as error:
            raise Unusable(f"`schemathesis` cannot read the operation: {type(error).__name__}") from error

    def _generated(self, operation: Any, count: int, *, valid: bool) -> list[Any]:
        from hypothesis import HealthCheck, Phase, given, seed, settings
        from hypothesis.errors import Unsatisfiable
        from schemathesis import GenerationMode

        found: list[Any] = []

        def keep(case: Any) -> None:
            found.append(case)

        mode = GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                strategy: Any = operation.as_strategy(generation_mode=mode)
                tried_with: Any = given(strategy)
                collect: Any = tried_with(keep)
                quiet = settings(
                    max_examples=count,
                    database=None,
                    deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )
                run: Any = seed(self._seed)(quiet(collect))
                run()
            except Unsatisfiable:
                return found  # nothing is wrong that could be: it takes no values
            except Exception as error:
                if not found:
                    raise Unusable(f"`schemathesis` makes up no request: {type(error).__name__}") from error
        return found


def _keep_out_of_the_way() -> None:
    """What Hypothesis remembers goes to the folder for temporary files, not to where the operator happens to be."""
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "garrison-hypothesis"))


def _request(target: Target, case: Any) -> Request | None:
    body = case.body
    has_body = type(body).__name__ != "NotSet"
    raw = body if isinstance(body, bytes) else None
    try:
        path = {name: unquote(_text(value)) for name, value in (case.path_parameters or {}).items()}
        return Request(
            operation=target.id,
            method=target.method,
            template=target.template,
            path=path,
            query=tuple(_pairs(case.query or {})),
            headers=tuple((n.lower(), str(v)) for n, v in (case.headers or {}).items() if n.lower() not in _FRAMING),
            cookies=tuple((str(name), str(value)) for name, value in (case.cookies or {}).items()),
            body=body if has_body and raw is None else NOTHING,
            media_type=str(case.media_type or "application/json"),
            raw_body=raw,
        )
    except (TypeError, ValueError):
        return None


def _pairs(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        for each in value if isinstance(value, list) else (value,):
            yield str(name), _text(each)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _can_be_sent(request: Request) -> bool:
    """Whether it can be written as HTTP."""
    try:
        call = request.call()
        for name, value in call.headers:
            name.encode("ascii")
            value.encode("latin-1")
    except (UnicodeError, ValueError, TypeError, OverflowError, RecursionError):
        return False
    is_clean = all(c not in value for _, value in call.headers for c in "\r\n\0")
    return is_clean and len(call.target) <= _LONGEST
