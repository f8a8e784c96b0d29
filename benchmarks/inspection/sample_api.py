"""The sample API that the set's rows with a `field_type` are requests to, described as its author would have done.

Each value that a row varies has the type that its field has there: an `id` is an identifier of at most 64 characters, a
`name` one line of at most 100, a `path` a relative file name, a `url` a URL, and `ft` text of any kind. Everything else
is typed by what it always is.
"""

from collections.abc import Mapping
from typing import Any, Final

JSON, FORM, PARTS = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
Schema = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string"}
IDENTIFIER: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_.@-]{1,64}$"}
NAME: Final[Schema] = {"type": "string", "maxLength": 100, "pattern": "^[^\\n]+$"}
FILE: Final[Schema] = {"type": "string", "maxLength": 255, "pattern": "^[\\w ,()-]+(\\.[\\w ,()-]+)*$"}
URL: Final[Schema] = {"type": "string", "format": "uri"}
WORD: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z_.:-]{1,40}$"}
NUMBER: Final[Schema] = {"type": "number"}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_FILTER: Final = _object(field=WORD, op={"enum": ["eq", "gte"]}, value=IDENTIFIER)
_ITEM: Final = _object(sku=IDENTIFIER, qty=NUMBER, price=NUMBER)
_LINE: Final = _object(desc=TEXT, hours=NUMBER, rate=NUMBER)

_JSON_BODIES: Final[Mapping[tuple[str, str], Schema]] = {
    ("post", "/v3/tickets"): _object(
        ticket=_object(
            subject=TEXT,
            comment=_object(body=TEXT),
            priority=WORD,
            requester=_object(name=NAME, email={"type": "string", "format": "email"}),
        )
    ),
    ("post", "/v1/search"): _object(query=TEXT, page=NUMBER, per_page=NUMBER, sort=WORD),
    ("post", "/api/v2/users"): _object(email={"type": "string", "format": "email"}, name=NAME, role=WORD, locale=WORD),
    ("post", "/api/v1/comments"): _object(post_id=NUMBER, text=TEXT, notify={"type": "boolean"}),
    ("put", "/v1/products/{id}"): _object(
        title=NAME, description=TEXT, tags=_list(WORD), price=_object(amount=NUMBER, currency=WORD)
    ),
    ("post", "/api/v1/checkout/address"): _object(
        first_name=NAME, last_name=NAME, street=NAME, city=NAME, zip=IDENTIFIER, country=WORD
    ),
    ("post", "/api/messages"): _object(to=_list(IDENTIFIER), subject=TEXT),
    ("patch", "/api/v2/users/{id}"): _object(profile=_object(bio=TEXT)),
    ("post", "/v1/orders"): _object(customer_id=IDENTIFIER, items=_list(_ITEM), currency=WORD),
    ("post", "/v1/invoices"): _object(
        invoice=_object(number=IDENTIFIER, due={"type": "string", "format": "date"}, lines=_list(_LINE))
    ),
    ("post", "/v1/reports/run"): _object(report=IDENTIFIER, filters=_list(_FILTER)),
    ("post", "/auth/login"): _object(username=IDENTIFIER, password=TEXT, remember={"type": "boolean"}),
    ("post", "/rpc"): _object(
        jsonrpc=IDENTIFIER, id=NUMBER, method=IDENTIFIER, params=_object(account=IDENTIFIER, include=_list(WORD))
    ),
    ("post", "/api/v1/webhooks"): _object(url=URL, events=_list(WORD), active={"type": "boolean"}),
    ("post", "/api/v1/files"): _object(filename=FILE, folder_id=IDENTIFIER, size=NUMBER, content_type=TEXT),
}
_FORMS: Final[Mapping[str, Schema]] = {
    "/v1/notes": _object(content=TEXT),
    "/api/v1/feedback": _object(message=TEXT),
    "/v1/contacts": _object(name=NAME),
    "/login": _object(username=IDENTIFIER),
    "/oauth/token": _object(client_id=IDENTIFIER),
    "/api/export": _object(filename=FILE),
}
_QUERIES: Final[Mapping[str, Schema]] = {
    "/v1/search": {"query": TEXT},
    "/api/v1/items": {"q": TEXT},
    "/api/v3/events": {"filter": TEXT},
    "/api/v1/users": {"name": NAME},
    "/api/products": {"category": IDENTIFIER},
    "/v2/orders": {"id": IDENTIFIER},
    "/v1/customers": {"email": IDENTIFIER},
    "/v1/reports": {"sort": IDENTIFIER},
    "/v1/files/download": {"file": FILE},
    "/v1/proxy": {"url": URL},
    "/api/v1/me": {},
}
_PATHS: Final = ("/api/v1/items/{id}", "/api/v1/items/{id}/details")


def description() -> Schema:
    """As an OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), schema in _JSON_BODIES.items():
        paths.setdefault(path, {})[method] = _operation(path, {}, (JSON, schema))
    for path, schema in _FORMS.items():
        whole = {**schema, "properties": {**schema["properties"], "lang": WORD, "ts": NUMBER}}
        paths.setdefault(path, {})["post"] = _operation(path, {}, (FORM, whole))
    paths["/api/v1/uploads"] = {
        "post": _operation("/api/v1/uploads", {}, (PARTS, _object(title=NAME, description=TEXT)))
    }
    for path, query in _QUERIES.items():
        paths.setdefault(path, {})["get"] = _operation(path, {**query, "page": NUMBER, "limit": NUMBER}, None)
    for path in _PATHS:
        paths[path] = {"get": _operation(path, {}, None)}
    return {"openapi": "3.1.0", "info": {"title": "sample", "version": "1"}, "paths": paths}


def _operation(path: str, query: Mapping[str, Schema], body: tuple[str, Schema] | None) -> dict[str, Any]:
    parameters: list[Schema] = [{"name": name, "in": "query", "schema": schema} for name, schema in query.items()]
    if "{id}" in path:
        variable: Schema = {"name": "id", "in": "path", "required": True, "schema": IDENTIFIER}
        parameters.append(variable)
    operation: dict[str, Any] = {"parameters": parameters, "responses": {"200": {"description": "done"}}}
    if body is not None:
        operation["requestBody"] = {"content": {body[0]: {"schema": body[1]}}}
    return operation
