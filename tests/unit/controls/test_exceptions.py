"""An exception takes away one reason, of one control, for one principal, until it expires."""

import pytest
from tests.unit.controls.guests import Guests
from tests.unit.engine.drive import CONTRACT, small_policy

from garrison.config.load import load_settings
from garrison.core.errors import ConfigError

ONE = "{reason: undeclared-parameter, principal: 'a:1', expires: '2030-01-01', note: old client}"


def excepting(*some: str, control: str = "request-schema") -> str:
    return f"controls: {{{control}: {{except: [{', '.join(some)}]}}}}"


ENDS = 1893542400.0
"""The end of 2030-01-01, in UTC."""


def test_exactly_that_reason_of_that_principal_is_taken_away() -> None:
    guests = Guests(excepting(ONE))
    visit = guests.begin("a:1", now=ENDS - 1, line="GET /search?q=a&more=1")
    assert visit.end() == 200
    assert visit.event
    assert [(each.control, each.id) for each in visit.event.observed] == [("request-schema", "undeclared-parameter")]
    assert guests.status("a:2", now=ENDS - 1, line="GET /search?q=a&more=1") == 400
    assert guests.status(now=ENDS - 1, line="GET /search?q=a&more=1") == 400
    assert guests.status("a:1", now=ENDS - 1, line="GET /search?more=1") == 400, "another reason stands"
    assert guests.status("a:1", now=ENDS, line="GET /search?q=a&more=1") == 400


def test_exception_for_whoever_is_nobody() -> None:
    guests = Guests(excepting(ONE.replace("'a:1'", "anonymous")))
    assert guests.status(line="GET /search?q=a&more=1") == 200
    assert guests.status("a:1", line="GET /search?q=a&more=1") == 400


def test_exception_of_one_operation_holds_there() -> None:
    told = f"operations: [{{match: search, controls: {{request-schema: {{except: [{ONE}]}}}}}}]"
    guests = Guests(told)
    assert guests.status("a:1", line="GET /search?q=a&more=1") == 200
    assert guests.status("a:1", line="GET /override?more=1") == 400


def test_control_that_speaks_before_anyone_is_known_is_excepted_too() -> None:
    one = "{reason: uri-too-long, principal: 'a:1', expires: '2030-01-01'}"
    guests = Guests(excepting(one, control="request-limits"))
    assert guests.status("a:1", line="GET /search?q=" + "a" * 9000) == 200
    assert guests.status("a:2", line="GET /search?q=" + "a" * 9000) == 414


def test_nobody_pays_where_there_is_none() -> None:
    assert not small_policy().plans[0].exceptions


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (excepting(ONE, control="inventory"), "`inventory` grants, and what it does not grant cannot be excepted"),
        (
            excepting(ONE.replace("undeclared-parameter", "undeclared-parametr")),
            "(hint: did you mean `undeclared-parameter`?)",
        ),
        (f"operations: [{{match: search, controls: {{inventory: {{except: [{ONE}]}}}}}}]", "$.operations[0].controls"),
    ],
)
def test_what_cannot_be_excepted_is_said(settings: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        small_policy(f"mode: enforce\n{settings}", CONTRACT)
    assert message in str(caught.value)


def test_expiry_is_a_time() -> None:
    with pytest.raises(ConfigError, match="`soon` is no time"):
        load_settings(excepting(ONE.replace("2030-01-01", "soon")).encode(), "garrison.yaml")
