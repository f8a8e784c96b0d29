"""`payload` of this project, without a contract: everything that a client can say freely is inspected.

Timed are the gathering of texts and their inspection. What other controls do for themselves anyway, the canonical
form and the decoding of the body, is done before.
"""

import importlib.metadata

from benchmarks.inspection.detector import Detector, Options
from benchmarks.inspection.rows import Row

from garrison.engine.decode import Undecodable
from garrison.payload.gather import body_texts, head_texts, query_texts, raw_texts, target_texts
from garrison.payload.judge import judge, prepare


def start(options: Options) -> Detector:
    """All signs and grammars, as by default."""
    del options
    prepare()
    return Detector("garrison", importlib.metadata.version("garrison"), lambda row: bool(judge(texts_of(row))))


def texts_of(row: Row) -> list[str]:
    """The texts that are inspected where no operation is described."""
    canonical, document = row.canonical, row.document
    found = target_texts(canonical.path, canonical.segments, None, frozenset())
    found += query_texts(canonical.query) + head_texts(canonical.headers)
    if isinstance(document, Undecodable):
        found += raw_texts(row.exchange.body or b"", row.media_kind)
    elif document is not None:
        found += body_texts(document)
    return [text for _, text in found]
