"""Settings of what texts are looked at for: classes of injection, and what is usual at a place."""

from typing import Final, Literal, TypeAlias, get_args

import msgspec

from garrison.config.sections import Section

PayloadClassName: TypeAlias = Literal[
    "sql", "nosql", "command", "path", "template", "markup", "xml", "request", "ldap", "xpath", "object", "runtime",
    "graphql", "header",
]  # fmt: skip
"""A class of injection, as `payload/classes/catalogue.py` has it."""
PAYLOAD_CLASSES: Final[tuple[PayloadClassName, ...]] = get_args(PayloadClassName)


class UsualSettings(Section, frozen=True):
    """What texts usually hold at one place: it counts for nothing there, and everything else does."""

    place: str
    """As reasons name it: `body/text`, `query.filter`; a step `*` stands for any one, and at the end for all below."""
    class_: PayloadClassName = msgspec.field(name="class")
    """The class of signs that is usual there."""
    signs: tuple[str, ...] = ()
    """Those of its signs that are, as reasons name them; none means all of the class."""
    note: str = ""
    """Why, and who wanted it."""
