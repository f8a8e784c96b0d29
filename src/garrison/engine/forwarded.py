"""Forwarded: what of a request is changed before it goes on to the upstream."""

from collections.abc import Sequence

from garrison.core.decision import Amendment, Mode, Mutation
from garrison.engine.amended import amended
from garrison.engine.codings import narrowed
from garrison.engine.facts import Facts
from garrison.engine.plan import Plan

_ENFORCE = Mode.ENFORCE


def changes(facts: Facts, plan: Plan, amendments: Sequence[Amendment], mode: Mode) -> Mutation | None:
    """What was judged is what is forwarded; where two readings exist and are let pass, nothing is touched.

    None where nothing is changed.
    """
    canonical = facts.canonical
    if plan.ends:  # nobody else looks at it
        facts.is_forwarded = True
    target: str | None = canonical.target
    if target == facts.request.target or mode is not _ENFORCE or canonical.ambiguities:
        target = None
    headers = facts.request_headers
    if plan.narrows_codings and "accept-encoding" in canonical.headers:
        codings = narrowed(canonical.headers["accept-encoding"])
        if codings is not None:
            facts.is_narrowed = True
            headers = (("accept-encoding", codings), *headers)
    if amendments:
        return amended(amendments, facts, target, headers)
    return None if target is None and not headers else Mutation(target=target, set_headers=headers)
