"""States: where an exchange stands, which says what may be fed next."""

from enum import Enum, auto

from garrison.core.errors import ProtocolError


class State(Enum):
    """Where an exchange stands."""

    FRESH = auto()
    ASKING = auto()
    REQUEST_BODY = auto()
    FORWARDED = auto()
    RESPONSE_BODY = auto()
    DONE = auto()


# Members by a plain name: to reach one through its class costs as much as a small control.
FRESH, ASKING, REQUEST_BODY, FORWARDED, RESPONSE_BODY, DONE = State


def out_of_order(state: State, expected: State) -> ProtocolError:
    """What an adapter gets that fed something else than what was `expected`."""
    return ProtocolError(f"fed in state `{state.name.lower()}`, expected `{expected.name.lower()}`")
