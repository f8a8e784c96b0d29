"""Fields: named texts of a query, a form or a cookie header as one object of typed values."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from garrison.contract.styles import DELIMITERS, DeepField, builder, single
from garrison.contract.texts import Decode, Schema, decoder

Pairs: TypeAlias = Sequence[tuple[str, str]]

_NONE: tuple[str, ...] = ()


class Field(msgspec.Struct, frozen=True):
    """One declared field."""

    name: str
    schema: Schema
    style: str = "form"
    explode: bool = True
    decode: Decode | None = None
    """Reads the one text of a field whose value is written in a media type of its own."""

    @property
    def repeats(self) -> bool:
        """Whether the field's name stands once for each item."""
        return self.decode is None and self._is("array") and self.explode

    @property
    def spreads(self) -> bool:
        """Whether the properties of the field's object are fields themselves."""
        return self.decode is None and self._is("object") and self.explode and self.style in ("form", "cookie")

    def _is(self, kind: str) -> bool:
        return kind in self.schema.types() and not self.schema.is_anything


class FieldReader:
    """Reads the fields of one operation. Immutable."""

    __slots__ = ("_deep", "_multiple", "_open", "_single", "_spread")

    def __init__(self, fields: Iterable[Field], *, more: Schema | None = None, ignored: Iterable[str] = ()) -> None:
        self._single: dict[str, Decode] = {}
        self._multiple: dict[str, tuple[Decode, Decode | None]] = {}
        self._deep: dict[str, DeepField] = {}
        self._spread: dict[str, tuple[str, Any]] = {}
        """Property name: the field it is part of, and what makes that field's object."""
        self._open: tuple[str, Any] | None = None
        """The field that takes every name no other declares; its name is empty for the whole object."""
        for field in fields:
            self._declare(field)
        if more is not None:
            self._open = ("", decoder(more))
        for name in ignored:
            self._single.setdefault(name, str)

    def read(self, pairs: Pairs) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
        """The values, the names that are not declared, and the single-valued names that are repeated."""
        values: dict[str, Any] = {}
        other: list[tuple[str, str]] | None = None
        repeated: tuple[str, ...] = _NONE
        for name, text in pairs:
            decode = self._single.get(name)
            if decode is None:
                if other is None:
                    other = []
                other.append((name, text))
            elif name in values:
                repeated = (*repeated, name)
            else:
                values[name] = decode(text)
        if other is None:
            return values, _NONE, repeated
        undeclared, more = self._read_others(other, values)
        return values, undeclared, repeated + more

    def _declare(self, field: Field) -> None:
        name, schema = field.name, field.schema
        if field.style == "deepObject" and field.decode is None:
            self._deep[name] = DeepField(schema)
        elif field.repeats:
            self._multiple[name] = (decoder(schema.items()), _alone(field))
        elif field.spreads:
            build = builder(schema)
            self._spread.update((each, (name, build)) for each in schema.properties())
            if schema.additional() is not None:
                self._open = (name, build)
        else:
            self._single[name] = field.decode or single(schema, field.style, field.explode, name)

    def _read_others(
        self, pairs: list[tuple[str, str]], values: dict[str, Any]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        undeclared: dict[str, None] = {}
        repeated: tuple[str, ...] = _NONE
        multiple: dict[str, list[str]] = {}
        deeper: dict[str, list[tuple[str, str]]] = {}
        spread: dict[str, dict[str, str]] = {}
        for name, text in pairs:
            stem, bracket, rest = name.partition("[")
            if name in self._multiple:
                multiple.setdefault(name, []).append(text)
            elif bracket and stem in self._deep and self._deep[stem].allows(rest):
                deeper.setdefault(stem, []).append((bracket + rest, text))
            elif name in self._spread or self._open is not None:
                owner = self._spread[name][0] if name in self._spread else self._open_name()
                fields = spread.setdefault(owner, {})
                if name in fields:
                    repeated = (*repeated, name)
                fields.setdefault(name, text)
            else:
                undeclared[name] = None
        values.update((name, self._items(name, texts)) for name, texts in multiple.items())
        values.update((name, self._deep[name].read(found)) for name, found in deeper.items())
        for owner, fields in spread.items():
            self._put(owner, fields, values)
        return tuple(undeclared), repeated

    def _open_name(self) -> str:
        return self._open[0] if self._open is not None else ""

    def _items(self, name: str, texts: list[str]) -> Any:
        item, plain = self._multiple[name]
        if plain is not None and len(texts) == 1:
            return plain(texts[0])
        return [item(text) for text in texts]

    def _put(self, owner: str, fields: dict[str, str], values: dict[str, Any]) -> None:
        if owner == "" and self._open is not None:
            values.update((name, self._open[1](text)) for name, text in fields.items())
            return
        builds = (build for field, build in self._spread.values() if field == owner)
        build = next(builds, None) or (self._open[1] if self._open is not None else dict)
        values[owner] = build(list(fields.items()))


def _alone(field: Field) -> Decode | None:
    """What reads the text of an exploded array that stands there once; None: as any other item."""
    if field.style in DELIMITERS:
        # The standard leaves this open; what is meant is one text with delimiters or one name for each item.
        return single(field.schema, field.style, False, field.name)
    return decoder(field.schema) if field.schema.types() - {"array", "object", "null"} else None


def query_json(pairs: Pairs) -> str:
    """A query that is one text and no list of fields (`in: querystring`), put together again."""
    return "&".join(f"{name}={text}" if text else name for name, text in pairs)
