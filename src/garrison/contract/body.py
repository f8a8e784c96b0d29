"""Bodies: one media type's schema, and what of a decoded body it demands, declares and allows."""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeGuard

import jsonschema_rs
import msgspec

from garrison.contract.marks import Marks, Part
from garrison.contract.media import Kind
from garrison.contract.pinned import NOTHING_PINNED, Pins
from garrison.contract.shape import Shape
from garrison.contract.violations import REPEATED, Violation, violations_of
from garrison.core.document import (
    Document,
    FormDocument,
    JsonDocument,
    MultipartDocument,
    TextDocument,
)

ReadForm: TypeAlias = Callable[[tuple[tuple[str, str], ...]], tuple[Any, tuple[Violation, ...]]]
"""The object that a form's fields are."""
ReadParts: TypeAlias = Callable[[MultipartDocument], tuple[Any, tuple[Violation, ...]]]
"""The object that a multipart body's parts are, and what is wrong with the parts themselves."""
ReadText: TypeAlias = Callable[[str], Any]
"""The value that a text is."""
Draw: TypeAlias = Callable[[], Part | None]
"""Draws the parts of a schema's values; None where there is no schema, or it is too large."""
Open: TypeAlias = Callable[[], tuple[str, ...]]
"""Finds properties of an object."""
FindPins: TypeAlias = Callable[[], Pins]
"""Finds what of a body is pinned down."""
FindProse: TypeAlias = Callable[[], frozenset[str]]
"""Finds where in a body prose is written."""
Rows: TypeAlias = Literal["", "lines", "table"]
"""What a body of several values is read as: `lines` of JSON, or a `table` whose head line names the columns; empty
where it is one value."""

_ROOT = "body"


class Readers(msgspec.Struct, frozen=True):
    """What makes a JSON value of a body that is not JSON."""

    form: ReadForm | None = None
    parts: ReadParts | None = None
    text: ReadText = str


class BodySchema:
    """What the contract says of a body of one media type. Immutable."""

    __slots__ = (
        "_is_valid", "_readers", "_shape", "_validator", "draw", "kind", "marks", "media_type", "open", "pins", "prose",
        "rows",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913 - what is said of a body, and what was made of it
        self,
        media_type: str,
        kind: Kind,
        *,
        validator: jsonschema_rs.Validator | None = None,
        shape: Shape | None = None,
        readers: Readers = Readers(),  # noqa: B008 - frozen
        marks: Marks | None = None,
        draw: Draw = lambda: None,
        rows: Rows = "",
        open: Open = tuple,  # noqa: A002 - as in `ParameterReader`
        pins: FindPins = lambda: NOTHING_PINNED,
        prose: FindProse = frozenset,
    ) -> None:
        self.media_type = media_type
        """The media type or range as declared: essence, lower case."""
        self.kind = kind
        self._validator = validator
        self._is_valid = validator.is_valid if validator is not None and kind == "json" else None
        self._shape = shape
        self._readers = readers
        self.marks = marks
        """Where its schema carries annotations of ours; None where nowhere."""
        self.draw = draw
        """Draws the parts of its values."""
        self.rows = rows
        """How an answer that names data subjects is read though its kind would not be inspected: its schema is that of
        one row, or of a list of rows."""
        self.open = open
        """Finds the top-level properties whose schema leaves the form of a text open."""
        self.pins = pins
        """Finds the parts in whose valid values nothing can be hidden."""
        self.prose = prose
        """Finds the places of its values that hold prose."""

    def __repr__(self) -> str:
        return f"BodySchema({self.media_type!r}, {self.kind!r})"

    def accepts(self, document: object) -> TypeGuard[Document]:
        """Whether `violations` has nothing to say of this document, for the bodies where that is quickly told."""
        is_valid = self._is_valid
        if is_valid is None or type(document) is not JsonDocument:
            return False
        try:
            return is_valid(document.value)
        except ValueError:  # a value that the validator cannot read
            return False

    def violations(self, document: Document) -> tuple[Violation, ...]:
        """What the schema demands of `document` and does not get."""
        validator = self._validator
        if validator is None or self.kind in ("opaque", "stream", "xml"):
            return ()
        if isinstance(document, JsonDocument):
            if self.kind != "json":
                return _mismatch(self.kind)
            return violations_of(validator, document.value, _ROOT)
        value, found = self._value(document)
        if value is UNREADABLE:
            return _mismatch(self.kind)
        return found + violations_of(validator, value, _ROOT)

    def undeclared(self, document: Document) -> tuple[str, ...]:
        """Pointers (`items/0/name`, from the body's root) of properties neither declared nor allowed."""
        if self._shape is None or self.kind in ("opaque", "stream", "text", "xml"):
            return ()
        value = self._value(document)[0]
        return () if value is UNREADABLE else self._shape.undeclared(value)

    def strip(self, value: Any) -> tuple[Any, tuple[str, ...]]:
        """A JSON value without its undeclared properties, and the pointers of those. The value given is
        left as it is."""
        if self._shape is None or self.kind != "json":
            return value, ()
        return self._shape.strip(value)

    def read(self, document: Document) -> Any:
        """The value that `document` stands for, of what is given twice the first, whose parts `marks` tells of;
        `UNREADABLE` where it is not of this kind."""
        return self._value(document)[0]

    def marked(self, document: Document) -> Any:
        """As `read`, for whoever decides by it who may: `UNREADABLE` also where something is given twice that may be
        given once, for which of the two counts nobody knows."""
        value, found = self._value(document)
        return UNREADABLE if found and any(each.keyword == REPEATED for each in found) else value

    def _value(self, document: Document) -> tuple[Any, tuple[Violation, ...]]:
        """The JSON value that `document` stands for, and what is wrong with its parts."""
        if isinstance(document, JsonDocument) and self.kind == "json":
            return document.value, ()
        if isinstance(document, FormDocument) and self._readers.form is not None:
            return self._readers.form(document.fields)
        if isinstance(document, MultipartDocument) and self._readers.parts is not None:
            return self._readers.parts(document)
        if isinstance(document, TextDocument) and self.kind == "text":
            return self._readers.text(document.text), ()
        return UNREADABLE, ()


class _Unreadable:
    """A body that was not decoded as its media type demands."""


UNREADABLE = _Unreadable()
"""What is no value of the body's kind."""


def _mismatch(kind: Kind) -> tuple[Violation, ...]:
    words = {"json": "JSON", "form": "a URL-encoded form", "multipart": "multipart form data", "text": "text"}
    return (Violation(_ROOT, "contentMediaType", f"must be {words.get(kind, kind)}"),)
