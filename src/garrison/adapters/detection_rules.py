"""Files of detection rules: those that come with Garrison, and an operator's own."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from garrison.config.detect import DetectSettings
from garrison.config.model import Settings
from garrison.core.errors import ConfigError, Problem
from garrison.detect.catalogue import SHIPPED

if TYPE_CHECKING:
    from garrison.detect.rule import RuleFile, RuleSet

SUFFIXES = (".yml", ".yaml")


def load_rules(settings: DetectSettings, file: str = "garrison.yaml") -> "RuleSet":
    """The shipped rules and those of `settings`, compiled. Raises ConfigError with everything that is wrong; `file` is
    where the settings stand.

    What reads rules takes a sixth of a second to import, so it is imported here.
    """
    from garrison.detect.compiling import compile_rules
    from garrison.detect.rule import Override

    override = {name: Override(one.level, one.confidence, one.threshold) for name, one in settings.override.items()}
    given, unread = _read(settings.rules)
    try:
        rules = compile_rules([*shipped_rules(), *given], disable=settings.disable, override=override, settings=file)
    except ConfigError as error:
        raise ConfigError([*unread, *error.problems]) from error
    if unread:
        raise ConfigError(unread)
    return rules


def rule_files(settings: Settings) -> list[str]:
    """The operator's own files."""
    return [str(one) for path in settings.detect.rules for one in _files(Path(path))]


def shipped_rules() -> "list[RuleFile]":
    """The files of `detect/rules`."""
    from garrison.detect.rule import RuleFile

    folder = files("garrison.detect") / "rules"
    return [
        RuleFile(f"<shipped>/{name}/rule.yml", (folder / name / "rule.yml").read_bytes(), shipped=True)
        for name in SHIPPED
    ]


def read_rule_files(paths: Iterable[str]) -> "list[RuleFile]":
    """The files at `paths`, of folders all that end in `.yml` or `.yaml`. Raises ConfigError for all that cannot be
    read."""
    found, problems = _read(paths)
    if problems:
        raise ConfigError(problems)
    return found


def _read(paths: Iterable[str]) -> "tuple[list[RuleFile], list[Problem]]":
    from garrison.detect.rule import RuleFile

    found: list[RuleFile] = []
    problems: list[Problem] = []
    for path in paths:
        for one in _files(Path(path)):
            try:
                found.append(RuleFile(str(one), one.read_bytes()))
            except OSError as error:
                reason = (error.strerror or "it is no file").lower()
                problems.append(
                    Problem(str(one), "$", f"cannot be read: {reason}", "name a file of rules, or a folder")
                )
    return found, problems


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.name != "cases.yml")
