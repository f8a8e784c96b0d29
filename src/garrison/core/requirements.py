"""Requirements: what an API has to have, as two public catalogues say it, in words of our own.

The 26 recommended controls of NIST SP 800-228 (final of June 2025) and the OWASP API Security Top 10 of 2023. Controls,
checks, rules of the audit and detection rules name them in their tags.
"""

import re
from typing import Final

import msgspec

from garrison.core.finding import OWASP

_TAG: Final = re.compile(r"(?:REC-API-(\d+)|API(\d+):2023|rec\.(\d+)|owasp\.api(\d+))")


class Requirement(msgspec.Struct, frozen=True):
    """One requirement."""

    tag: str
    """`rec.12`, `owasp.api1`."""
    id: str
    """As its catalogue has it: `REC-API-12`, `API1:2023`."""
    title: str


_NIST: Final = (
    "Every API has a description",
    "Descriptions are written in a standard language",
    "Requests and answers have schemas",
    "An inventory says who owns an API and how long it lives",
    "Parameters have a type and bounds",
    "Fields say how sensitive they are and who may see them",
    "Fields say what they mean about a person",
    "The inventory holds what is seen at run time",
    "All traffic is encrypted",
    "Every request is screened, whatever API it is for",
    "Credentials are verified and handled well",
    "Every request is authorized",
    "Requests and answers are held against their schemas",
    "Sizes are bounded",
    "Rates are limited for each user and each service",
    "Circuits break and concurrency is bounded",
    "A user or a network can be blocked in an incident",
    "Access is monitored",
    "Single fields are validated",
    "Single fields are authorized",
    "Telemetry is detailed",
    "Answers are looked through for leaks",
    "Errors disclose nothing",
    "Enumeration is made hard",
    "Sensitive values are masked in answers and logs",
    "One exact request can be blocked",
)
"""Paraphrased: the publication's own words are not these."""

REQUIREMENTS: Final = (
    *(Requirement(f"rec.{number}", f"REC-API-{number}", title) for number, title in enumerate(_NIST, 1)),
    *(Requirement(tag, title.partition(" ")[0], title.partition(" ")[2]) for tag, title in OWASP.items()),
)
"""All of them, in the order of their catalogues."""


def tag_of(text: str) -> str:
    """The tag of a requirement, however it is written: `REC-API-12` and `rec.12` are one; empty for any other tag."""
    found = _TAG.fullmatch(text)
    if found is None:
        return ""
    rec, api = found[1] or found[3], found[2] or found[4]
    return f"rec.{rec}" if rec else f"owasp.api{api}"
