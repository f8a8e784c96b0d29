"""The fuzz targets by name: Hypothesis tests, which Hypothesis runs for a moment and a fuzzer for as long as told."""

from collections.abc import Callable

from tests.fuzz.bodies import bodies, content_codings
from tests.fuzz.canonical import canonical_form
from tests.fuzz.contracts import contract_bytes, contract_tree
from tests.fuzz.exchanges import broken_exchanges, exchanges
from tests.fuzz.payloads import payloads
from tests.fuzz.recordings import archives, json_lines
from tests.fuzz.spool import spool_damage, torn_write

TARGETS: dict[str, Callable[[], None]] = {
    "archives": archives,
    "bodies": bodies,
    "broken-exchanges": broken_exchanges,
    "canonical-form": canonical_form,
    "content-codings": content_codings,
    "contract-bytes": contract_bytes,
    "contract-tree": contract_tree,
    "exchanges": exchanges,
    "json-lines": json_lines,
    "payloads": payloads,
    "spool-damage": spool_damage,
    "torn-write": torn_write,
}
