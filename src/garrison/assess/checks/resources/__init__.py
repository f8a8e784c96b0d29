"""Checks of the family *resources*: what one client may make the API spend (OWASP API4:2023)."""
