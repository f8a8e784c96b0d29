"""The configuration of the filter, and the numbers it shares with Python."""

import gc
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from garrison.adapters.envoy import bridge

ROOT = Path(__file__).parents[4]
FILTER = ROOT / "src/garrison/adapters/envoy/filter"


class Nothing:
    """Exchanges that are never asked."""

    fail_open = False

    def __init__(self, config: bridge.FilterConfig) -> None:
        self.config = config

    def request(self, *facts: object) -> bridge.SessionLike:
        raise NotImplementedError(facts)

    def close(self) -> None:
        """Nothing to stop."""


@pytest.fixture(autouse=True)
def own_switch_interval() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.unfreeze()


def configure(monkeypatch: pytest.MonkeyPatch, more: str = "") -> bridge.Configured:
    module = type(sys)("policy_for_this_test")
    module.make = Nothing  # type: ignore[attr-defined]  # a module made on the spot
    monkeypatch.setitem(sys.modules, "policy_for_this_test", module)
    return bridge.configure('{"factory": "policy_for_this_test:make"' + more + "}")


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    configured = configure(monkeypatch)
    assert (configured.eager, configured.fail_open) == (65536, False)


def test_settings_reach_the_factory_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    configured = configure(monkeypatch, ', "eager": 7, "settings": {"a": [1]}')
    assert configured.eager == 7
    made = configured.request.__self__  # type: ignore[attr-defined]  # a bound method
    assert bytes(made.config.settings) == b'{"a": [1]}'


def test_python_threads_soon_get_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch)
    assert sys.getswitchinterval() == pytest.approx(bridge.SWITCH_INTERVAL)


def test_fail_mode_is_that_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Nothing, "fail_open", False)
    configured = configure(monkeypatch)
    assert not configured.fail_open
    monkeypatch.setattr(Nothing, "fail_open", True)
    assert configured.fail_open


@pytest.mark.parametrize("text", ['{"factory": "x:y", "eagre": 1}', "{}", "[]", '{"factory": "x:y", "eager": "?"}'])
def test_configuration_is_strict(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        bridge.configure(text)


def test_numbers_are_those_of_the_filter() -> None:
    source = (FILTER / "session.h").read_text() + (FILTER / "exchange.h").read_text()
    steps = {name: int(value) for name, value in re.findall(r"\b(PASS|HOLD|OBSERVE|REFUSE) = (\d)", source)}
    assert steps == {"PASS": bridge.PASS, "HOLD": bridge.HOLD, "OBSERVE": bridge.OBSERVE, "REFUSE": bridge.REFUSE}
    flags = {name: int(value, 16) for name, value in re.findall(r"#define (MUTATE|DONE) (0x\w+)", source)}
    assert flags == {"MUTATE": bridge.MUTATE, "DONE": bridge.DONE}
    interests = dict(re.findall(r"\bINTEREST_(NONE|OBSERVE|HEAD) = (\d)", source))
    shift = int(re.findall(r"#define INTEREST_SHIFT (\d+)", source)[0])
    assert {name: int(value) << shift for name, value in interests.items()} == {
        "NONE": bridge.INTEREST_NONE,
        "OBSERVE": bridge.INTEREST_OBSERVE,
        "HEAD": bridge.INTEREST_HEAD,
    }
