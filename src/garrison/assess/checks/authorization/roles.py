"""Roles: what the contract keeps for those who stand above ordinary people, as its words, scopes and paths say."""

from typing import Final

from garrison.assess.target import Target
from garrison.exposure.types.rule import words

_HIGH: Final = frozenset(
    {"admin", "admins", "administration", "administrator", "backoffice", "internal", "management", "moderator", "root",
     "staff", "superuser"}
)  # fmt: skip
_PHRASES: Final = (
    "only admin", "admin only", "admins only", "administrators only", "only administrators", "requires admin",
    "admin role", "only staff", "staff only", "only managers", "managers only", "privileged users", "internal use",
)  # fmt: skip
"""What authors write of what is not for everybody."""


def kept_for_roles(target: Target) -> str:
    """Why an operation is not for everybody: `the contract says ...`; empty where nothing says so."""
    phrase = phrase_in(target.described.words)
    if phrase:
        return f"the contract says `{phrase}`"
    scopes = {scope for each in target.described.security or () for names in each.values() for scope in names}
    named = sorted(_HIGH & {word for scope in scopes for word in words(scope)})
    if named:
        return f"the contract asks for the scope `{named[0]}`"
    if target.described.node.value.get("security") == []:
        return ""  # the contract says of this very operation that it is for everybody
    steps = [step for step in target.described.path.split("/") if "{" not in step]
    named = sorted(_HIGH & {word for step in (*steps, *target.described.tags) for word in words(step)})
    return f"`{named[0]}` stands in its path or tags" if named else ""


def phrase_in(text: str) -> str:
    """The words in a text that keep something for higher roles; empty where there are none."""
    said = text.lower()
    return next((phrase for phrase in _PHRASES if phrase in said), "")
