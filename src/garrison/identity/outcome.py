"""What one way of authenticating says of one request."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from garrison.core.canonical import CanonicalRequest
from garrison.core.http import Headers, RequestHead
from garrison.core.principal import Principal
from garrison.core.question import Answer, Question
from garrison.identity.memory import Memory


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """A request, as far as authentication may look at it."""

    request: RequestHead
    canonical: CanonicalRequest
    now: float
    memory: Memory
    answers: Mapping[Question, Answer] = {}
    """Answers to questions that were asked for this request already."""


class Failure(msgspec.Struct, frozen=True):
    """A credential was presented and does not hold."""

    reason: str
    """Id of the reason; declared by the control `authentication`."""
    detail: str = ""
    """What was wrong with it, for the operator; never the credential."""
    challenge: Headers = ()
    """Header fields that the denial carries (RFC 6750, 3; RFC 9449, 7.1 and 9); empty: the method's own challenge."""
    account: str = ""
    """Whose credential it is as far as it says so itself, proved or not. It goes no further than to its digest."""
    is_guess: bool = False
    """Whether it may be one of many that are tried until one holds: a wrong key or password, not an expired token."""


Outcome: TypeAlias = Principal | Failure | Question | None
"""None: no such credential was presented."""

Authenticate: TypeAlias = Callable[[Attempt], Outcome]
"""One compiled way of authenticating. A `Question` asks for another call once its answer is in the attempt."""


class Method(msgspec.Struct, frozen=True):
    """One way to satisfy a security scheme."""

    authenticate: Authenticate
    challenge: str = ""
    """What `WWW-Authenticate` says to those who present nothing (RFC 9110, 11.6.1); empty where nothing is defined."""
