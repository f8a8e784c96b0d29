"""The rules that come with Garrison, in the order in which `garrison rules` lists them: a folder each in `rules/`."""

from typing import Final

SHIPPED: Final = (
    # whose data is taken
    "unissued-ids",
    "id-walk",
    "enumeration",
    "miss-ratio",
    "lookup-without-next-step",
    "scraping",
    "exfiltration-people",
    "exfiltration-volume",
    "subject-exposed-to-many",
    "budget-exceeded",
    # who is it
    "credential-stuffing",
    "password-spraying",
    "token-sharing",
    "token-theft",
    # what is tried
    "bola-probing",
    "bfla-probing",
    "injection-probing",
    "error-burst",
    # who lets one down
    "third-party-cut-off",
    # what is unlike before
    "novel-form",
    "newcomer-operation",
    "dormant-operation",
    "drift",
)
"""Folders. What a rule looks at may also be looked at by others; each has its own base rules."""
