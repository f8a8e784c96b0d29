"""garrison.yaml and the options of the command line become settings, or the whole list of what is wrong."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from garrison.config.checks import settings_complaints
from garrison.config.explain import Complaint, complaints
from garrison.config.model import Settings
from garrison.config.schema import settings_schema
from garrison.config.source import Path, Source, json_path, read_source
from garrison.config.third_party import with_defaults
from garrison.core.errors import ConfigError, Problem

_SCHEMES: Path = ("controls", "authentication", "schemes", "*")
_POINT: Path = ("controls", "object-access", "decision-point")
_NOTIFIED: Path = ("notify", "to", "*")
_TABLES: Path = ("controls", "object-access", "tables", "*")
_FILES: tuple[Path, ...] = (
    ("data",),
    ("contract", "file"),
    ("contract", "overlays"),
    ("record", "key-file"),
    ("record", "passphrase-file"),
    ("record", "ledger-key-file"),
    ("upstream", "tls", "ca"),
    ("upstream", "tls", "certificate"),
    ("upstream", "tls", "key"),
    ("listen", "tls", "certificate"),
    ("listen", "tls", "key"),
    ("listen", "tls", "client-ca"),
    ("detect", "rules"),
    ("assess", "identities"),
    ("assess", "auth"),
    ("controls", "blocking", "systems-file"),
    (*_NOTIFIED, "apprise", "url-file"),
    (*_NOTIFIED, "webhook", "secret-file"),
    (*_NOTIFIED, "webhook", "ca"),
    (*_NOTIFIED, "syslog", "ca"),
    (*_NOTIFIED, "ocsf", "file"),
    (*_NOTIFIED, "ocsf", "token-file"),
    (*_NOTIFIED, "ocsf", "ca"),
    (*_SCHEMES, "jwt", "*", "ca"),
    (*_SCHEMES, "jwt", "*", "jwks-file"),
    (*_SCHEMES, "introspection", "ca"),
    (*_SCHEMES, "introspection", "client-secret-file"),
    (*_SCHEMES, "signature", "jwks-file"),
    ("controls", "outgoing", "credential", "file"),
    ("operations", "*", "controls", "outgoing", "credential", "file"),
    (*_POINT, "ca"),
    (*_POINT, "token-file"),
    (*_TABLES, "file"),
    ("operations", "*", *_TABLES, "file"),
    ("operations", "*", *_SCHEMES, "jwt", "*", "ca"),
    ("operations", "*", *_SCHEMES, "jwt", "*", "jwks-file"),
    ("operations", "*", *_SCHEMES, "introspection", "ca"),
    ("operations", "*", *_SCHEMES, "introspection", "client-secret-file"),
    ("operations", "*", *_SCHEMES, "signature", "jwks-file"),
    ("operations", "*", *_POINT, "ca"),
    ("operations", "*", *_POINT, "token-file"),
)
"""Settings that name files: relative ones are meant from garrison.yaml's folder. `*` is every key or item."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says over the file; None and empty mean that it says nothing."""

    upstream: str | None = None
    contract: str | None = None
    overlays: tuple[str, ...] = ()
    listen: str | None = None
    mode: str | None = None
    data: str | None = None
    workers: int | None = None
    keep_bodies: bool | None = None
    egress: bool | None = None


class Origin(msgspec.Struct, frozen=True):
    """Where each value came from, so that what is found wrong later still has a place."""

    file: str
    lines: Mapping[Path, int] = {}
    options: Mapping[Path, str] = {}
    """The option that set a value: `--listen`."""

    def problem(self, complaint: Complaint) -> Problem:
        """`complaint` with its file and line."""
        path = complaint.path
        for option_path, option in self.options.items():
            if path[: len(option_path)] == option_path:
                return Problem("<options>", option, complaint.message, complaint.hint)
        at = path
        while at and at not in self.lines:
            at = at[:-1]
        line = self.lines.get(at, 0)
        return Problem(self.file, json_path(path), complaint.message, complaint.hint, line)

    def placed(self, problem: Problem) -> Problem:
        """`problem` with its line, where it is about this file and has none yet."""
        if problem.line or problem.file != self.file:
            return problem
        places = [(json_path(path), line) for path, line in self.lines.items()]
        near = [(text, line) for text, line in places if f"{problem.path}.".startswith((f"{text}.", f"{text}["))]
        _, line = max(near, key=lambda one: len(one[0]), default=("", 0))
        return msgspec.structs.replace(problem, line=line)


class Examined(msgspec.Struct, frozen=True):
    """What a file and the options amount to."""

    settings: Settings
    """Usable only where there are no problems; otherwise wrong values are left at their defaults."""
    problems: tuple[Problem, ...]
    origin: Origin


def load_settings(text: bytes, file: str, options: Options | None = None) -> Settings:
    """The settings in `text`, `options` over them; raises ConfigError with every problem.

    `file` is the path shown in problems, and relative paths in `text` are meant from its folder.
    """
    examined = examine(text, file, options)
    if examined.problems:
        raise ConfigError(examined.problems)
    return examined.settings


def examine(text: bytes | None, file: str, options: Options | None = None) -> Examined:
    """As `load_settings`, but problems are returned, so that the caller can add what it finds itself.

    Without `text` there is no file, and the options say everything. A file that says nothing is wrong: it is what is
    left where writing it broke off, and taking it for all the defaults would end every protection.
    """
    source = read_source(text, file) if text is not None else Source({}, {})
    data = source.data
    if data is None:
        source = Source({}, {}, (Problem(file, "$", "is empty", "it begins with `version: 1`"),))
        data = {}
    placed: dict[Path, str] = {}
    if isinstance(data, dict):
        _place_files(data, posixpath.dirname(file))
        placed = _place_options(data, options or Options())
        with_defaults(data)
    origin = Origin(file, source.lines, placed)
    schema = settings_schema()
    found = list(complaints(schema, data))
    settings, lost = _convert(schema, data, found)
    found += [one for one in settings_complaints(settings) if not _rests_on(one, lost)]
    problems = source.problems + tuple(origin.problem(complaint) for complaint in found)
    return Examined(settings, _in_order(problems), origin)


def placed_in(data: dict[str, Any], folder: str) -> dict[str, Any]:
    """Settings as data, with files that are named relatively named from `folder`; `data` itself is changed."""
    _place_files(data, folder)
    return data


def _place_files(data: dict[str, Any], folder: str) -> None:
    if not folder:
        return
    for path in _FILES:
        for at in _all_at(data, path[:-1]):
            name = str(path[-1])
            if not isinstance(at, dict) or name not in at:
                continue
            value = at[name]
            at[name] = [_placed(item, folder) for item in value] if isinstance(value, list) else _placed(value, folder)


def _all_at(data: Any, path: Path) -> Iterator[Any]:
    """Every value at `path` in `data`."""
    if not path:
        yield data
    elif path[0] == "*" and isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _all_at(value, path[1:])
    elif isinstance(data, dict) and path[0] in data:
        yield from _all_at(data[path[0]], path[1:])


def _placed(value: Any, folder: str) -> Any:
    if not isinstance(value, str) or not value or "://" in value:
        return value
    return posixpath.join(folder, value)


def _place_options(data: dict[str, Any], options: Options) -> dict[Path, str]:
    """Write `options` into `data`; returns which option wrote which place."""
    values: dict[Path, tuple[str, Any]] = {
        ("upstream", "url"): ("--upstream", options.upstream),
        ("contract", "file"): ("--contract", options.contract),
        ("contract", "overlays"): ("--overlay", list(options.overlays) or None),
        ("listen", "address"): ("--listen", options.listen),
        ("listen", "workers"): ("--workers", options.workers),
        ("mode",): ("--mode", options.mode),
        ("data",): ("--data", options.data),
        ("record", "keep-bodies"): ("--keep-bodies", options.keep_bodies),
        ("egress", "enabled"): ("--egress", options.egress),
    }
    placed: dict[Path, str] = {}
    for path, (option, value) in values.items():
        if value is None:
            continue
        at = data
        for step in path[:-1]:
            at = at.setdefault(str(step), {})
        if isinstance(at, dict):
            at[str(path[-1])] = value
            placed[path] = option
    return placed


def _convert(schema: Mapping[str, Any], data: Any, found: Iterable[Complaint]) -> tuple[Settings, tuple[Path, ...]]:
    """`data` as settings without its wrong parts, and the parts that had to be left out.

    A section that lost a key it needs is lost itself, which the next round finds. Each round removes
    something, so the rounds end.
    """
    lost: list[Path] = []
    wrong = [complaint.path for complaint in found]
    while wrong:
        for path in wrong:
            data = _without(data, path)
        lost += wrong
        wrong = [complaint.path for complaint in complaints(schema, data)]
    return msgspec.convert(data, Settings), tuple(lost)


def _without(data: Any, path: Path) -> Any:
    if path[:1] == ("operations",) and len(path) == 2:
        # A lost item keeps its place, so that the paths of those after it stay true.
        return _replaced(data, path, {"match": "lost"})
    if path and isinstance(path[-1], int):
        # An item of a list of texts keeps its place as an empty one; where that is wrong as well, the list is lost.
        return _replaced(data, path, "") if _found(data, path) != "" else _without(data, path[:-1])
    return _replaced(data, path, _NOTHING)


def _found(data: Any, path: Path) -> Any:
    """What stands at `path`; None where what it stands in was lost."""
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return None
    return data


_NOTHING: Final = object()


def _replaced(data: Any, path: Path, by: Any) -> Any:
    """`data` with `by` at `path`, or with nothing there."""
    if not path:
        return {} if by is _NOTHING else by
    if isinstance(data, dict):
        changed = {key: _replaced(value, path[1:], by) if key == path[0] else value for key, value in data.items()}
        if len(path) == 1 and by is _NOTHING:
            changed.pop(path[0], None)
        return changed
    if not isinstance(data, list):
        return data  # what was here is lost already
    return [_replaced(value, path[1:], by) if index == path[0] else value for index, value in enumerate(data)]


def _rests_on(complaint: Complaint, lost: Iterable[Path]) -> bool:
    places = (complaint.path, *complaint.needs)
    return any(place[: len(gone)] == gone or gone[: len(place)] == place for gone in lost for place in places)


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))
