"""What is wrong with the settings `usual`: places that no text has, signs that a class has not."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from garrison.payload.classes.catalogue import CLASSES

_PLACE: Final = re.compile(r"body(?:/.+)?|path(?:\..+)?|(?:query|header|cookie)\..+", re.DOTALL)
_SIGNS: Final = {each.id: [sign.name for sign in each.signs] for each in CLASSES}


def strange(entries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """For each fault where it stands (`[0].place`), what it is, and a hint."""
    for index, entry in enumerate(entries):
        if not _PLACE.fullmatch(entry["place"]):
            hint = "examples: `body/text`, `body/items/*/note`, `query.q`, `path.name`, `header.x-note`"
            yield f"[{index}].place", f"`{entry['place']}` is no place of a text", hint
        known = _SIGNS[entry["class"]]
        for at, name in enumerate(entry.get("signs", ())):
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean `{near[0]}`?" if near else "`garrison replay --learn` names those that it finds"
                yield f"[{index}].signs[{at}]", f"`{name}` is no sign of `{entry['class']}`", hint
