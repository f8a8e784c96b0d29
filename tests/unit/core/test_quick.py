"""Structs whose fields are set quickly hold what they are given, and are known to the collector."""

import gc

import msgspec
import pytest
from tests.unit.engine.drive import EVENT_ID, request_head, small_policy

from garrison.core.quick import quick_to_set
from garrison.engine.exchange import Exchange


@quick_to_set
class Part(msgspec.Struct, eq=False):
    of: object
    name: str = ""


def test_fields_are_set_and_no_others() -> None:
    part = Part(object())
    part.name = "first"
    assert part.name == "first"
    with pytest.raises(AttributeError):
        part.title = "none"  # type: ignore[attr-defined]


def test_the_collector_knows_of_facts_from_their_beginning() -> None:
    exchange = Exchange(small_policy(), EVENT_ID, 1.0)
    exchange.request(request_head("GET /items"))
    assert gc.is_tracked(exchange._facts)
