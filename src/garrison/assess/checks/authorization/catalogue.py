"""The checks of authorization, in the order in which they run within what they disturb."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.authorization import (
    account_alive_after_deletion,
    change_without_credential,
    existence_told,
    function_above_role,
    function_used_above_role,
    ids_in_sequence,
    list_shows_others,
    named_object_changed,
    named_object_of_another,
    nested_object_not_bound,
    object_changed_by_another,
    object_check_bypassed,
    object_deleted_by_another,
    object_read_by_another,
    own_rights_raised,
    password_of_another_changed,
    personal_data_public,
    property_set_by_caller,
    role_set_at_registration,
    secrets_exposed,
)

CHECKS: Final[tuple[Check, ...]] = (
    secrets_exposed.CHECK,
    personal_data_public.CHECK,
    list_shows_others.CHECK,
    object_read_by_another.CHECK,
    nested_object_not_bound.CHECK,
    object_check_bypassed.CHECK,
    existence_told.CHECK,
    function_above_role.CHECK,
    named_object_of_another.CHECK,
    ids_in_sequence.CHECK,
    property_set_by_caller.CHECK,
    object_changed_by_another.CHECK,
    object_deleted_by_another.CHECK,
    change_without_credential.CHECK,
    role_set_at_registration.CHECK,
    named_object_changed.CHECK,
    own_rights_raised.CHECK,
    function_used_above_role.CHECK,
    password_of_another_changed.CHECK,
    account_alive_after_deletion.CHECK,
)
