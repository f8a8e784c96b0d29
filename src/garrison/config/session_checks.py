"""Operations that end sessions, looked at as a whole: what would end with every request, or for nobody."""

from collections.abc import Iterator

from garrison.config.explain import Complaint
from garrison.config.model import Settings


def session_complaints(settings: Settings) -> Iterator[Complaint]:
    """Ends that no operation is named for, and those of principals whom nothing tells by their tokens."""
    if settings.controls.revocation.ends != "nothing":
        hint = "write it under `operations`, for the log-out or the change of password"
        yield Complaint(("controls", "revocation", "ends"), "would end every session with its first request", hint)
    schemes = settings.controls.authentication.schemes.values()
    if any(each.jwt or each.introspection for each in schemes):
        return
    for index, entry in enumerate(settings.operations):
        told = entry.controls.get("revocation", {})
        own = entry.controls.get("authentication", {}).get("schemes")
        if told.get("ends") == "principal" and not own:
            place = ("operations", index, "controls", "revocation", "ends")
            message = "ends nothing where nobody is known by a token"
            yield Complaint(
                place, message, "say in `controls.authentication.schemes` who issues tokens (`jwt`, `introspection`)"
            )
