"""The quickest look at owners says that all is the principal's only where the quick one says so too."""

from typing import Any

import pytest

from garrison.contract.annotations import Owner
from garrison.contract.marks import View
from garrison.controls.quick_owners import count_owned, has_own, plain_claim, plain_fields
from garrison.core.principal import Principal

_ME = Principal("r:u1", realm="r", subject="u1", claims={"account": "7", "number": 7, "none": ""})


def _object(**claims: str) -> View:
    view = View()
    view.is_leaf = False
    for name, claim in claims.items():
        view.names[name] = View()
        view.names[name].here = (Owner(claim),)
    view.sure = tuple(claims)
    return view


@pytest.mark.parametrize(
    ("value", "own"),
    [
        ({"id": "7"}, True),
        ({"id": "8"}, False),
        ({"id": 7}, False),
        ({"id": ""}, False),
        ({"id": ["7"]}, False),
        ({}, False),
        ([{"id": "7"}], False),
        (None, False),
    ],
)
def test_an_object_is_ones_own_where_every_owner_in_it_is(value: Any, own: bool) -> None:
    view = _object(id="account")
    assert has_own(value, plain_fields(view), _ME.claims) is own
    assert not own or count_owned(view, value, _ME) > 0


def test_a_claim_that_is_missing_or_no_text_agrees_with_nothing() -> None:
    for claim in ("none", "number", "missing"):
        for value in ("", "7", None, 7):
            assert not has_own({"id": value}, plain_fields(_object(id=claim)), _ME.claims)


def test_what_takes_more_to_tell_has_no_plain_claim() -> None:
    assert plain_claim((Owner("account"),)) == "account"
    for owners in ((), (Owner("sub"),), (Owner("client_id"),), (Owner("a", "table"),), (Owner("a"), Owner("b"))):
        assert plain_claim(owners) == ""


def test_a_view_with_more_than_properties_has_no_plain_fields() -> None:
    for change in ({"items": View()}, {"more": View()}, {"some": ("id",)}, {"here": (Owner("account"),)}):
        view = _object(id="account")
        for name, value in change.items():
            setattr(view, name, value)
        assert plain_fields(view) == ()
    assert plain_fields(_object(id="account", other="sub")) == ()
    nested = _object(id="account")
    nested.names["id"].is_leaf = False
    assert plain_fields(nested) == ()
