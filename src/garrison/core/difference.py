"""Differences: what changed about an API from one assessment to the next, each told once."""

from enum import StrEnum

import msgspec

from garrison.core.detection import Severity


class DifferenceKind(StrEnum):
    """What changed."""

    OPERATION_ADDED = "operation-added"
    """The contract describes an operation that it did not."""
    OPERATION_REMOVED = "operation-removed"
    UNKNOWN_TRAFFIC = "unknown-traffic"
    """Recorded traffic went where the contract describes nothing, in a way that was not seen before."""
    ANSWER_CHANGED = "answer-changed"
    """An answer has fields that it had not, has lost some, or has other types in them."""
    FINDING_NEW = "finding-new"
    FINDING_REGRESSED = "finding-regressed"
    """It was fixed, and is found again."""
    FINDING_FIXED = "finding-fixed"
    FINDING_COUNTS_AGAIN = "finding-counts-again"
    """It stands, and nobody accepts it any more."""
    CERTIFICATE_ENDING = "certificate-ending"
    NO_LONGER_TESTED = "no-longer-tested"
    """An operation, a check or an identity that was tested before, and could not be now."""
    CUT_SHORT = "cut-short"
    """The run ended before its work was done, which the one before had not."""
    NOT_ASSESSED = "not-assessed"
    """Several runs one after another could not be made at all."""
    PATCH_FAILS = "patch-fails"
    """A virtual patch does not hold any more: what it closed is open."""
    PATCH_HOLDS = "patch-holds"
    """One that did not holds again."""
    PATCH_NEEDLESS = "patch-needless"
    """One can be taken out: the API is mended, or the policy refuses the finding without it."""
    PATCH_ENDED = "patch-ended"
    """The time of one is over."""
    PATCH_UNPROVEN = "patch-unproven"
    """One could not be proven again."""
    NOTED = "noted"
    """What another part of Garrison watches, and has something to say about."""


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change."""

    kind: DifferenceKind
    key: str
    """What it is about, the same each time: a fingerprint, `GET /v1/pets/{petId}`, a certificate's name."""
    severity: Severity
    text: str
    """In words: lower case, no full stop; no raw personal value."""
