"""The checks of resources, in the order in which they run within what they disturb: bursts last, for a limit that they
set off would answer for the service."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.resources import (
    batch_accepted,
    body_size_unbounded,
    bound_not_enforced,
    compressed_bomb,
    costly_query,
    deep_json,
    graphql_aliases,
    graphql_batch,
    list_without_pages,
    many_parameters,
    no_rate_limit,
    page_size_unbounded,
    pattern_backtracking,
    rate_limit_evaded,
)

CHECKS: Final[tuple[Check, ...]] = (
    page_size_unbounded.CHECK,
    list_without_pages.CHECK,
    bound_not_enforced.CHECK,
    batch_accepted.CHECK,
    graphql_aliases.CHECK,
    graphql_batch.CHECK,
    many_parameters.CHECK,
    body_size_unbounded.CHECK,
    deep_json.CHECK,
    compressed_bomb.CHECK,
    costly_query.CHECK,
    pattern_backtracking.CHECK,
    rate_limit_evaded.CHECK,
    no_rate_limit.CHECK,
)
