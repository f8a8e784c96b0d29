"""Opening: the files of a description, read and with its overlays applied, for whoever makes something of them."""

import re
from collections.abc import Sequence
from typing import Any

from garrison.contract.documents import Documents, Read
from garrison.contract.overlay import apply_overlay
from garrison.contract.place import Problems, excerpt
from garrison.core.errors import DescriptionError, Problem

_VERSION = re.compile(r"3\.[012](\..*)?")


class Opened:
    """An OpenAPI description as it stands in its files. What is made of it adds to its problems."""

    def __init__(self, source: str, overlays: Sequence[str] = (), *, read: Read) -> None:
        """Raises DescriptionError where it cannot be used at all."""
        self.source = source
        self.problems = Problems()
        self.documents = Documents(read, self.problems)
        root = self.documents.open(source)
        self.version = _check_version(source, root)
        """Of OpenAPI: `3.1.0`."""
        for overlay in overlays:
            root = apply_overlay(root, overlay, self.documents.open(overlay), self.problems)
        _check_object(source, root)
        self.documents.replace(source, root)
        self.root: dict[str, Any] = root


def _check_version(source: str, root: Any) -> str:
    """The version of OpenAPI that a document declares. Raises DescriptionError where it is not ours."""
    _check_object(source, root)
    version = root.get("openapi")
    if isinstance(version, (int, float)) and not isinstance(version, bool):
        version = str(version)
    if isinstance(version, str) and _VERSION.fullmatch(version):
        return version
    if "swagger" in root:
        hint = "convert it to OpenAPI 3"
        raise _unusable(source, "swagger", f"Swagger {excerpt(root['swagger'])} is not supported", hint)
    if version is None:
        raise _unusable(source, "openapi", "not an OpenAPI description: `openapi` is missing")
    raise _unusable(source, "openapi", f"OpenAPI {excerpt(version)} is not supported", "use 3.0, 3.1 or 3.2")


def _check_object(source: str, root: Any) -> None:
    if not isinstance(root, dict):
        message = "is empty" if root is None else "not an OpenAPI description: must be an object"
        raise DescriptionError([Problem(source, "$", message)])


def _unusable(source: str, key: str, message: str, hint: str = "") -> DescriptionError:
    return DescriptionError([Problem(source, f"$.{key}", message, hint)])
