"""What an adapter must do next with a message. The engine never acts: it answers each input with one step."""

from typing import TypeAlias

import msgspec

from garrison.core.decision import Mutation
from garrison.core.http import Reply
from garrison.core.question import Question


class Pass(msgspec.Struct, frozen=True):
    """Forward the message, what is left of its body included; the engine wants no more of it."""

    mutation: Mutation | None = None


class Hold(msgspec.Struct, frozen=True):
    """Forward nothing yet: feed the body, until its end or until more than `limit` bytes were fed."""

    limit: int


class Observe(msgspec.Struct, frozen=True):
    """Forward the message as it comes and feed a copy of its body, at most `limit` bytes of it.

    Whatever step answers to that body changes nothing any more: the client never waits for it.
    """

    limit: int
    mutation: Mutation | None = None


class Refuse(msgspec.Struct, frozen=True):
    """Send `reply` instead of the message. Where a response has begun to leave, break it off."""

    reply: Reply


class Ask(msgspec.Struct, frozen=True):
    """Forward nothing yet: ask `question` elsewhere and feed the answer. Only a request is ever kept waiting so."""

    question: Question


Settled: TypeAlias = Pass | Hold | Observe | Refuse
"""Every step that waits for nobody else: all that a response gets."""
Step: TypeAlias = Settled | Ask

PASS = Pass()
"""The step of nearly every message: forward it as it is."""
