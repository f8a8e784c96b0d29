"""Security schemes: the ways to prove who asks that a description declares (OpenAPI 3.2, section 4.27)."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from garrison.contract.documents import Documents, Node
from garrison.contract.place import Place, Problems, excerpt
from garrison.core.operation import SecurityScheme

_TYPES = ("apiKey", "http", "mutualTLS", "oauth2", "openIdConnect")
_LOCATIONS = ("query", "header", "cookie")


def read_schemes(
    documents: Documents, source: str, root: Mapping[str, Any], problems: Problems
) -> dict[str, SecurityScheme]:
    """The schemes of the description's components by name; one that is not sound is a problem and left out."""
    components = root.get("components")
    declared = components.get("securitySchemes") if isinstance(components, dict) else None
    schemes = {}
    for name, value in declared.items() if isinstance(declared, dict) else ():
        place = Place(source, ("components", "securitySchemes", name))
        found = documents.follow(Node(place, value))
        scheme = found.value if found is not None and isinstance(found.value, dict) else {}
        faults = tuple(_faults(scheme))
        for fault in faults:
            problems.add(place, fault)
        if not faults:
            schemes[name] = _scheme(name, scheme)
    return schemes


def _faults(scheme: Mapping[str, Any]) -> Iterator[str]:
    kind = scheme.get("type")
    if kind not in _TYPES:
        yield f"a security scheme's `type` must be one of {', '.join(_TYPES)}"
    elif kind == "apiKey" and scheme.get("in") not in _LOCATIONS:
        yield f"an API key's `in` must be one of {', '.join(_LOCATIONS)}"
    elif kind == "apiKey" and not _is_text(scheme.get("name")):
        yield "an API key must have a `name`"
    elif kind == "http" and not _is_text(scheme.get("scheme")):
        yield f"{excerpt(kind)} must say its `scheme`"


def _scheme(name: str, value: Mapping[str, Any]) -> SecurityScheme:
    kind = value["type"]
    location: Literal["query", "header", "cookie", ""] = value["in"] if kind == "apiKey" else ""
    parameter: str = value["name"] if kind == "apiKey" else ""
    return SecurityScheme(
        name,
        kind,
        location,
        parameter.lower() if location == "header" else parameter,
        value["scheme"].lower() if kind == "http" else "",
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
