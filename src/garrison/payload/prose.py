"""What tells an attack in a value and not in a document that a person writes, where the contract says that it is one.

A sentence about a file opens none, and the listing of a program runs nothing: who takes such a text for a path or for
a program gets an error. What breaks out of its place counts there like anywhere else: quotes, markup, separators of a
shell, expressions of templates, addresses.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from garrison.contract.catalogue import CompiledOperation
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts
from garrison.payload.gather import Places
from garrison.payload.judge import Finding, Spared
from garrison.payload.places import signs_of
from garrison.payload.usual import general

_NAMED: Final = signs_of("path")
"""What names a file: the text as a whole would have to."""
_LISTED: Final = signs_of("command", ("code-run", "python-run", "node-run", "binary")) | signs_of("header")
"""What a program, a session or an exchange is made of that somebody shows."""
_WORDS: Final = 3
_LINES: Final = 3
_LEADS: Final = re.compile(r"[\s'\"(\[]*(?:[/\\.~%]|[a-z]:|[a-z][\w+.-]*:/)|\S*(?:\.\.|%|\\)", re.IGNORECASE)
"""How a text begins that leads to a file whatever follows: an absolute path, one that climbs, a scheme."""


class Prose:
    """The places of one operation's requests that hold prose."""

    def __init__(self, operation: CompiledOperation | None) -> None:
        bodies = operation.request_schemas if operation is not None else ()
        self._places: Mapping[int, frozenset[str]] = {id(each): places for each in bodies if (places := each.prose())}

    def spared(self, facts: Facts, places: Places, found: Sequence[Finding], spared: Spared) -> Spared:
        """`spared`, and what does not count besides in the texts of `found` that are documents; the very same where
        there is nothing."""
        schema = facts.body_schema
        prose = self._places.get(id(schema)) if schema is not None else None
        if not prose or not _is_kept(facts):
            return spared
        more = {
            each.index: spared.get(each.index, frozenset()) | _meant(places[each.index][1])
            for each in found
            if general(places[each.index][0]) in prose
        }
        return {**spared, **more} if any(more.values()) else spared


def _is_kept(facts: Facts) -> bool:
    """Whether the body keeps its schema: what breaks it is read like anything else."""
    schema, document = facts.body_schema, facts.document
    if schema is None or document is None or type(document) is Undecodable:
        return False
    return schema.accepts(document) or not schema.violations(document)


def _meant(text: str) -> frozenset[int]:
    """The signs that say nothing in `text`."""
    names = _NAMED if len(text.split(None, _WORDS)) >= _WORDS and not _LEADS.match(text) else frozenset[int]()
    return names | _LISTED if text.count("\n") >= _LINES else names
