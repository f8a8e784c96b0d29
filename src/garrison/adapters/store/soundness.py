"""What makes a line sound, as SQL: so that no line need be looked at by itself where nothing is wrong with any.

DuckDB reads JSON as strictly as a spool needs: what is no JSON, or no number where one is due, is an error. But it
takes a field that is missing for one without a value, and any text for a word. Both are said here, from the line's own
type. (That it also takes `7` for a text, or `"7"` for a number, is of no account: no damage makes one of the other.)
"""

from collections.abc import Iterator
from typing import Final

import msgspec

END_OF_TIME: Final = 253402300800.0
"""The year 10000, after which neither Python nor Parquet readers can name a day."""


def sound(kind: type[msgspec.Struct]) -> str:
    """SQL that holds for the fields of a sound line, each a column; it holds for no other that is read without error.

    Fields that may be missing and are neither words of ours nor values with fields of their own need not be there.
    """
    return " AND ".join((f"time >= 0 AND time < {END_OF_TIME}", *_conditions(kind)))


def nullable(kind: type[msgspec.Struct]) -> tuple[bytes, ...]:
    """The fields, as they stand in a line, that every sound one has and that may be null: a column does not tell."""
    return tuple(
        b'"' + field.encode_name.encode() + b'":' for field in _fields(kind) if field.required and _may_be_null(field)
    )


def _conditions(kind: type[msgspec.Struct]) -> Iterator[str]:
    for field in _fields(kind):
        name = field.encode_name
        match field.type:
            case msgspec.inspect.EnumType(words):
                one_of = ", ".join("'" + str(word.value) + "'" for word in words)
                yield f"{name} IN ({one_of})" if field.required else f"({name} IN ({one_of})) IS NOT FALSE"
            case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.StructType(fields=inner)):
                there = " AND ".join(f"one.{each.encode_name} IS NOT NULL" for each in inner if each.required)
                yield f"list_bool_and(list_transform({name}, lambda one: {there})) IS NOT FALSE"
            case _ if field.required and not _may_be_null(field):
                yield f"{name} IS NOT NULL"


def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.inspect.Field, ...]:
    found = msgspec.inspect.type_info(kind)
    return found.fields if isinstance(found, msgspec.inspect.StructType) else ()


def _may_be_null(field: msgspec.inspect.Field) -> bool:
    kind = field.type
    return isinstance(kind, msgspec.inspect.UnionType) and kind.includes_none
