"""The checks of injection; what proves the most comes first, so that a place gets the name that fits it best."""

from typing import Final

from garrison.assess.check import Check
from garrison.assess.checks.injection import (
    code_injection,
    format_string_injection,
    formula_injection,
    graphql_injection,
    header_injection,
    html_injection,
    ldap_injection,
    nosql_injection,
    open_redirect,
    os_command_injection,
    path_traversal,
    prototype_pollution,
    regex_injection,
    server_side_request_forgery,
    sql_injection,
    sql_injection_blind,
    template_injection,
    unsafe_deserialisation,
    xml_external_entity,
    xpath_injection,
)

CHECKS: Final[tuple[Check, ...]] = (
    sql_injection.CHECK,
    xpath_injection.CHECK,
    nosql_injection.CHECK,
    ldap_injection.CHECK,
    template_injection.CHECK,
    code_injection.CHECK,
    os_command_injection.CHECK,
    sql_injection_blind.CHECK,
    path_traversal.CHECK,
    server_side_request_forgery.CHECK,
    open_redirect.CHECK,
    header_injection.CHECK,
    html_injection.CHECK,
    xml_external_entity.CHECK,
    unsafe_deserialisation.CHECK,
    format_string_injection.CHECK,
    regex_injection.CHECK,
    formula_injection.CHECK,
    graphql_injection.CHECK,
    prototype_pollution.CHECK,
)
