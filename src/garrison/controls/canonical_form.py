"""`canonical-form`: a request that two servers could read differently is refused.

What is ambiguous is found once, in `core/canonical.py` (head) and `engine/decode.py` (body); this control turns
it into reasons, less what the contract or the settings allow.
"""

from collections.abc import Iterable

from garrison.config.controls import CanonicalFormSettings, ControlsSettings
from garrison.contract.catalogue import CompiledOperation
from garrison.core.canonical import MAX_OF_A_KIND, Ambiguity, label
from garrison.core.decision import Outcome, Reason
from garrison.core.ids import ControlId
from garrison.engine.control import Checks, ControlSpec, Reasons, ReasonSpec
from garrison.engine.decode import Undecodable
from garrison.engine.facts import Facts

_ID = ControlId("canonical-form")

_reason = Reasons(
    _ID,
    ReasonSpec("ambiguous-header-name", 400, "a header name that some servers read as another one"),
    ReasonSpec("conflicting-framing", 400, "the message's length is given twice, or in a way servers disagree on"),
    ReasonSpec("control-character", 400, "a control character where none belongs"),
    ReasonSpec("dot-segment", 400, "`.` or `..` as a path segment, plain or encoded"),
    ReasonSpec("double-encoding", 400, "text that is still percent-encoded after it was decoded"),
    ReasonSpec("duplicate-key", 400, "a JSON object that gives one key twice"),
    ReasonSpec("empty-segment", 400, "two slashes in a row in the path"),
    ReasonSpec("encoded-separator", 400, "an encoded slash in the path", permit=("allow-encoded-slash", True)),
    ReasonSpec("invalid-authority", 400, "a host that is not a host name or address with an optional port"),
    ReasonSpec("invalid-content-encoding", 400, "a compressed body that does not decompress to exactly one stream"),
    ReasonSpec("invalid-encoding", 400, "percent-encoding or UTF-8 that is malformed"),
    ReasonSpec("invalid-form", 400, "a form body that is not form-encoded"),
    ReasonSpec("invalid-header", 400, "a header name that is not a token"),
    ReasonSpec("invalid-json", 400, "a body that is not one JSON text"),
    ReasonSpec("invalid-multipart", 400, "a multipart body that servers could take apart in different ways"),
    ReasonSpec("invalid-target", 400, "a request target with characters or a form that HTTP does not allow"),
    ReasonSpec(
        "method-override",
        400,
        "a header that asks the server to use another method",
        permit=("allow-method-override", True),
    ),
    ReasonSpec("path-override", 400, "a header that asks the server to use another path"),
    ReasonSpec("path-parameter", 400, "a `;` in the path, which some servers cut off"),
    ReasonSpec("repeated-header", 400, "a header given twice that means something only once"),
    ReasonSpec("repeated-parameter", 400, "a parameter given twice that the contract declares once"),
    ReasonSpec("separator-lookalike", 400, "a backslash, an encoded `;`, or a character that servers turn into one"),
)


# What a header's name alone makes ambiguous; a contract that declares the header means it.
_OVERRIDES = frozenset({"ambiguous-header-name", "method-override", "path-override"})


def compile_checks(operation: CompiledOperation | None, settings: ControlsSettings) -> Checks:
    """Checks the canonical view of path, query and headers, and how the body was decoded."""
    excused = _excused(operation, settings.canonical_form)
    declared = _declared_headers(operation)

    def head(facts: Facts) -> Outcome:
        ambiguities = facts.canonical.ambiguities
        repeated = facts.reading.repeated if facts.reading is not None else ()
        if not ambiguities and not repeated:
            return None
        return (
            tuple(_unexcused(ambiguities, excused, declared))
            + tuple(_reason("repeated-parameter", f"query.{label(name)}") for name in repeated[:MAX_OF_A_KIND])
            or None
        )

    return Checks(head=head, body=_body, dormant=(_body,), unless_sound=(head,))


def _body(facts: Facts) -> Outcome:
    document = facts.document
    if type(document) is Undecodable and document.reason in _reason:
        return _reason(document.reason, document.location, document.detail)
    return None


def _unexcused(ambiguities: Iterable[Ambiguity], excused: frozenset[str], declared: frozenset[str]) -> Iterable[Reason]:
    for ambiguity in ambiguities:
        meant = ambiguity.kind in _OVERRIDES and ambiguity.location in declared
        if ambiguity.kind not in excused and not meant:
            yield _reason(ambiguity.kind, ambiguity.location)


def _excused(operation: CompiledOperation | None, settings: CanonicalFormSettings) -> frozenset[str]:
    """Kinds of ambiguity that contract or settings declare to be meant."""
    kinds = set()
    if settings.allow_encoded_slash:
        kinds.add("encoded-separator")
    if settings.allow_method_override:
        kinds.add("method-override")
    if operation is not None and _has_matrix(operation):
        kinds.add("path-parameter")
    return frozenset(kinds)


def _has_matrix(operation: CompiledOperation) -> bool:
    return any(
        parameter.location == "path" and parameter.style == "matrix" for parameter in operation.operation.parameters
    )


def _declared_headers(operation: CompiledOperation | None) -> frozenset[str]:
    """Headers that the contract declares are meant, even if their name is a known override."""
    if operation is None:
        return frozenset()
    parameters = operation.operation.parameters
    return frozenset(f"header.{each.name.lower()}" for each in parameters if each.location == "header")


CONTROL = ControlSpec(
    id=_ID,
    title="One reading of every request",
    kind="objector",
    reasons=_reason,
    compile=compile_checks,
    tags=("API8:2023", "CWE-20", "CWE-115", "CWE-174", "CWE-444", "REC-API-10"),
)
