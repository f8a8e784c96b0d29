"""Settings of virtual patches: the file that holds them, what is wrong with one, and what they change of the policy."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from garrison.config.access import VARIABLES
from garrison.config.exceptions import expiry
from garrison.config.expression import expression_fault
from garrison.config.model import Settings
from garrison.config.patch import patched
from garrison.config.sections import Fault
from garrison.core.errors import cause_of
from garrison.core.patch import Patch, Refused

FILE: Final = "patches.yaml"
"""The file beside garrison.yaml that `garrison patch` writes."""
CEL_VARIABLES: Final = (*VARIABLES, "body")
_PLACE: Final = re.compile(
    r"(?:(?:path|query|header|cookie)(?:\..+)?|body(?:/.*)?|token\.(?:head|claims)\..+)\Z", re.DOTALL
)
_KINDS: Final = ("refuse", "deny", "strip", "headers", "policy")


def is_over(patch: Patch, now: float) -> bool:
    """Whether a patch has ended. One whose end cannot be read has not."""
    return ends(patch) <= now


def ends(patch: Patch) -> float:
    """When a patch ends, in seconds since the epoch."""
    try:
        return expiry(patch.expires) if patch.expires else float("inf")
    except ValueError:
        return float("inf")


def with_policies(settings: Settings, now: float) -> Settings:
    """The settings with what the patches that have not ended change of them.

    Raises msgspec.ValidationError where one changes what is no setting.
    """
    for patch in settings.controls.virtual_patch.patches:
        if patch.policy and not is_over(patch, now):
            settings = patched(settings, patch.policy)
    return settings


def with_patches(settings: Settings, patches: Sequence[Patch]) -> Settings:
    """The settings with more patches."""
    own = settings.controls.virtual_patch
    controls = replace(settings.controls, virtual_patch=replace(own, patches=(*own.patches, *patches)))
    return replace(settings, controls=controls)


def patch_faults(patches: Sequence[Patch]) -> Iterator[Fault]:
    """Everything that is wrong with patches."""
    seen: set[str] = set()
    for index, patch in enumerate(patches):
        if not patch.id.strip():
            yield (index, "id"), "is empty", "every patch has a name of its own"
        elif patch.id in seen:
            yield (index, "id"), f"`{patch.id}` is the name of another patch as well", ""
        seen.add(patch.id)
        for path, message, hint in _faults(patch):
            yield (index, *path), message, hint


def _faults(patch: Patch) -> Iterator[Fault]:
    said = [name for name in _KINDS if getattr(patch, name)]
    if len(said) != 1:
        message = f"says {' and '.join(f'`{each}`' for each in said)}" if said else "says nothing"
        yield (), message, "one of " + ", ".join(f"`{name}`" for name in _KINDS)
    if patch.expires:
        try:
            expiry(patch.expires)
        except ValueError as error:
            yield ("expires",), f"`{patch.expires}` {error}", "examples: `2026-12-31`, `2026-12-31T18:00:00Z`"
    if patch.refuse is not None:
        if not (patch.refuse.cel and not patch.where) and not _PLACE.match(patch.where):
            hint = "examples: `path.id`, `query.q`, `header.origin`, `body/user/role`, `token.head.alg`"
            yield ("where",), f"`{patch.where}` is no place in a request", hint
        yield from _predicate_faults(patch.refuse)
    for at, pointer in enumerate(patch.strip):
        if not pointer.startswith("/"):
            yield ("strip", at), f"`{pointer}` must begin with `/`", "example: `/users/*/password`"
    if patch.policy:
        yield from _policy_faults(patch.policy)


def _predicate_faults(refused: Refused) -> Iterator[Fault]:
    import re2  # where no pattern is, it is not needed

    options = re2.Options()
    options.log_errors = False
    for name in ("matches", "unlike"):
        pattern = getattr(refused, name)
        try:
            re2.compile(pattern, options)
        except re2.error:
            yield ("refuse", name), f"`{pattern}` is no pattern of RE2", "it has no look-around and no back-references"
    if refused.cel and (fault := expression_fault(refused.cel, CEL_VARIABLES)):
        yield ("refuse", "cel"), *fault
    if refused == Refused():
        yield ("refuse",), "says nothing", "example: `{present: true}`"


def _policy_faults(policy: Mapping[str, Any]) -> Iterator[Fault]:
    if strange := sorted(set(policy) - {"controls", "operations"}):
        yield ("policy", strange[0]), f"`{strange[0]}` is not a patch's to change", "`controls` and `operations` are"
        return
    if "virtual-patch" in policy.get("controls", {}):
        yield ("policy", "controls", "virtual-patch"), "a patch cannot change patches", ""
        return
    try:
        patched(Settings(), policy)
    except (msgspec.ValidationError, TypeError, AttributeError, KeyError) as error:
        yield ("policy",), f"is no change of garrison.yaml: {cause_of(error)}", ""
