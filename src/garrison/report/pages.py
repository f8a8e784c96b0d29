"""Pages: templates filled in, in which whatever came from outside is escaped."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

_STYLE: Final = files("garrison.report") / "findings.css"


def filled(template: Traversable, filters: Mapping[str, Callable[..., object]], values: Mapping[str, Any]) -> str:
    """The page. A value that the template names and that is missing is an error."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= filters
    return environment.from_string(template.read_text(encoding="utf-8")).render(values)


def style() -> dict[str, str]:
    """The style sheet of reports, and the digest by which the policy in a page's head allows it and nothing else."""
    text = _STYLE.read_text(encoding="utf-8")
    return {"style": text, "style_hash": base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}
