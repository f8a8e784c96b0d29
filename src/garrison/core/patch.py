"""Virtual patches: what closes one finding at the gateway until the API is mended, and the proof that it does.

They stand in `patches.yaml` beside garrison.yaml, or in garrison.yaml itself.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

_Length = Annotated[int, Meta(ge=0, le=1 << 40)]
_Number = Annotated[float, Meta(ge=-1e15, le=1e15)]


class Refused(
    msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True, omit_defaults=True
):
    """What is refused of the value that stands at the patch's place. One of these that is met is enough."""

    present: bool = False
    """Anything that stands there."""
    absent: bool = False
    """A request in which nothing stands there."""
    repeated: bool = False
    """More than one value there."""
    matches: str = ""
    """A value in which this pattern (RE2) is found."""
    unlike: str = ""
    """A value that is not, from its first character to its last, what this pattern (RE2) says."""
    longer_than: _Length | None = None
    """A value of more characters; of a whole body, bytes."""
    above: _Number | None = None
    """A number above this, and what is no number."""
    past: bool = False
    """A time that is over, in seconds since 1970 as tokens give it, and what is no number."""
    not_one_of: tuple[str, ...] = ()
    """A value that is none of these."""
    cel: str = ""
    """A CEL expression that is true of what is refused. It sees `principal`, `request`, `params` and `peer` as
    `function-access` does, and `body`, the request's JSON body. One that fails refuses, as does a body that is none."""


class Proof(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True, omit_defaults=True):
    """What was seen when the patch was proven."""

    at: str
    """When: `2026-12-01T08:00:00Z`."""
    target: str = ""
    """The API that it was proven in front of."""
    refused: _Length = 0
    """Requests of the finding's check that the gateway refused or whose answers it changed."""
    examples: tuple[str, ...] = ()
    """Some of them: `GET /users/{id}: virtual-patch/value-refused at path.id`."""
    benign: _Length = 0
    """Exchanges of the assessment and of recorded traffic that were decided and answered as before."""
    recorded: _Length = 0
    """Those of them that were recorded traffic."""


class Patch(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True, omit_defaults=True):
    """One patch. It says one of `refuse`, `deny`, `strip`, `headers` and `policy`."""

    id: str
    """Its name in events and for `garrison patches`: `sql-injection-2f6c9d`."""
    finding: str = ""
    """Fingerprint of the finding that it closes."""
    check: str = ""
    """The check that found it."""
    operation: str = ""
    """Operations that it is about, as in `operations`; a method and path for what the contract does not describe.
    Empty: every request."""
    where: str = ""
    """The place in the request: `path.id`, `query.q`, `header.x-own`, `cookie.sid`, `body/user/role` (`*` stands for
    any item); `path`, `query` or `body` as a whole; `token.head.alg`, `token.claims.exp`: what tokens (JWT) say,
    whoever signed them."""
    refuse: Refused | None = None
    """What is refused of what stands there."""
    deny: bool = False
    """Refuse the operation."""
    unless_scopes: tuple[str, ...] = ()
    """Scopes of which one lets a principal past what is refused."""
    unless_roles: tuple[str, ...] = ()
    """Roles of which one lets a principal past what is refused."""
    strip: tuple[str, ...] = ()
    """Fields that are taken out of answers, as JSON Pointers: `/password`, `/users/*/password`; `**` is any depth."""
    headers: Mapping[str, str] = {}
    """Header fields that answers carry, instead of what the API says there."""
    policy: Mapping[str, Any] = {}
    """A change of garrison.yaml, laid over it while the patch lasts: keys and what they say."""
    owner: str = ""
    """Who answers for it."""
    reason: str = ""
    """Why it is there."""
    since: str = ""
    """The day on which it was written."""
    expires: str = ""
    """When it ends: `2026-12-31`, or `2026-12-31T18:00:00Z`; a day ends with its last second, in UTC. Empty: never."""
    proof: Proof | None = None
    """What was seen when it was proven; absent in one that nobody proved."""

    @property
    def cure(self) -> str:
        """What it does, in a few words."""
        if self.refuse is not None:
            return f"refuse {told(self.refuse)} at `{self.where}`"
        if self.deny:
            return "deny the operation"
        if self.strip:
            return "take out of answers " + ", ".join(f"`{each}`" for each in self.strip)
        if self.headers:
            return "answers carry " + ", ".join(f"`{name}: {value}`" for name, value in self.headers.items())
        return "policy: " + ", ".join(_changed(self.policy))


def told(refused: Refused) -> str:
    """What is refused, in words."""
    words = [name for name in ("present", "absent", "repeated") if getattr(refused, name)]
    words += [f"matching `{refused.matches}`"] if refused.matches else []
    words += [f"unlike `{refused.unlike}`"] if refused.unlike else []
    words += [f"longer than {refused.longer_than}"] if refused.longer_than is not None else []
    words += [f"above {refused.above:g}"] if refused.above is not None else []
    words += ["a time that is over"] if refused.past else []
    words += ["not one of " + ", ".join(f"`{each}`" for each in refused.not_one_of)] if refused.not_one_of else []
    words += [f"where `{refused.cel}`"] if refused.cel else []
    return "what is " + " or ".join(words) if words else "nothing"


def _changed(policy: Mapping[str, Any]) -> list[str]:
    found = [f"`{name}`" for name in policy.get("controls", {})]
    for entry in policy.get("operations", ()):
        found += [f"`{name}` of {entry.get('match', '')}" for name in entry.get("controls", {})]
    return found or [f"`{name}`" for name in policy]
