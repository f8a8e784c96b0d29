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
    """Header fields that the denial carries, such as a DPoP nonce (RFC 9449, section 8)."""
    account: str = ""
    """Whose credential it claims to be, as far as that counts as a guess: an account or key id, digested where it may
    be personal; empty where the failure says nothing about guessing (an expired token)."""


Outcome: TypeAlias = Principal | Failure | Question | None
"""None: no such credential was presented."""

Authenticate: TypeAlias = Callable[[Attempt], Outcome]
"""One compiled way of authenticating. A `Question` asks for another call once its answer is in the attempt."""
