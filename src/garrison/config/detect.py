"""Settings of detection: which rules look at what happens."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from msgspec import Meta

from garrison.config.sections import Fault, Section
from garrison.core.detection import Confidence, Severity


class RuleOverride(Section, frozen=True):
    """What is changed in one rule."""

    level: Severity | None = None
    """The severity of what it finds."""
    confidence: Confidence | None = None
    """How likely what it finds is true."""
    threshold: Annotated[float, Meta(ge=1, le=1e12)] | None = None
    """The number of its condition, whose meaning stands in the rule (`garrison rules show NAME`)."""


class DetectSettings(Section, frozen=True):
    """Detection rules look at events as they are recorded (`garrison rules` lists them)."""

    mode: Literal["on", "off"] = "on"
    """Whether the watch process runs them."""
    rules: tuple[str, ...] = ()
    """Files of your own rules in Sigma's form, or folders of them, besides those that come with Garrison."""
    disable: tuple[str, ...] = ()
    """Names of rules that do not report; others may still refer to them."""
    override: Mapping[str, RuleOverride] = {}
    """What is changed in single rules, by name."""
    learning_days: Annotated[float, Meta(gt=0, le=90)] = 3.0
    """Days that are watched before anything counts as unusual."""
    most_groups: Annotated[int, Meta(ge=1000, le=100_000_000)] = 1_000_000
    """Groups that are remembered over all rules, as principals of which something was counted: about 700 bytes
    each. Of more, those that were active longest ago are forgotten, which `garrison status` shows."""


def detect_faults(settings: DetectSettings) -> Iterator[Fault]:
    """What is wrong with `settings` as far as that shows without the rules: where, what and how to mend it."""
    for index, path in enumerate(settings.rules):
        if "://" in path:
            yield ("rules", index), f"`{path}` is no path", "fetch the file first"
    for name, change in settings.override.items():
        if change == RuleOverride():
            yield ("override", name), "changes nothing", "give `level`, `confidence` or `threshold`"
        if name in settings.disable:
            yield ("override", name), f"`{name}` is disabled", "leave one of both out"
