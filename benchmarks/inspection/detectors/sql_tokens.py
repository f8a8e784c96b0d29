"""libinjection, over the same texts as ours: is one of them SQL that goes on, or markup that runs?"""

import importlib.metadata

from benchmarks.inspection.detector import Detector, MissingError, Options
from benchmarks.inspection.detectors.ours import texts_of
from benchmarks.inspection.rows import Row


def start(options: Options) -> Detector:
    """Raises MissingError where its binding is not installed."""
    del options
    try:
        import libinjection
    except ImportError:
        raise MissingError("pip install libinjection-python") from None

    def looks(row: Row) -> bool:
        return any(
            libinjection.is_sql_injection(text)["is_sqli"] or libinjection.is_xss(text)["is_xss"]
            for text in texts_of(row)
        )

    return Detector("libinjection", importlib.metadata.version("libinjection-python"), looks)
