"""Checks of the family *configuration*: what servers, frameworks and their settings give away (OWASP API8 and API9)."""
