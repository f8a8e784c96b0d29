"""`novel`: a form that stands in a parameter for the first time, as an email where ids stood.

A parameter is known after the learning period and `_ENOUGH` values. What comes after that stays new for two weeks,
however often it comes: who sends it patiently does not make it usual before somebody could look. Where many forms
stood, people write what they like, and nothing is new.
"""

from typing import Any, Final

from garrison.detect.seen import Seen

_ENOUGH: Final = 200
_FREE: Final = 6
"""So many forms make a parameter one for any text."""
_NEW_FOR: Final = 14 * 86_400.0
_MOST: Final = 50_000
"""Parameters."""


class _Parameter:
    __slots__ = ("began", "count", "forms", "known")

    def __init__(self, began: float) -> None:
        self.began = began
        self.count = 0
        self.known = 0.0
        """Since when new forms are new; 0 while it learns."""
        self.forms: dict[str, float] = {}
        """When each came first."""


class Forms:
    """What stood in each parameter of each operation."""

    def __init__(self, period: float) -> None:
        self._period = period
        self._parameters: dict[tuple[str, str], _Parameter] = {}
        self._usual: set[tuple[str, str]] = set()
        """Operations and forms that are known for good."""

    def note(self, operation: str, seen: Seen) -> None:
        """Whether one of the event's forms is new."""
        usual = self._usual
        for form in seen.event.forms:
            if (operation, form) not in usual and self._is_new(operation, form, seen):
                seen.new_form = True

    def _is_new(self, operation: str, text: str, seen: Seen) -> bool:
        name, _, form = text.rpartition("=")
        parameter = self._parameters.get((operation, name))
        time = seen.time
        if parameter is None:
            if len(self._parameters) >= _MOST or seen.denied:
                return False
            parameter = self._parameters[operation, name] = _Parameter(time)
        if parameter.known:
            first = parameter.forms.setdefault(form, time)
            if first <= parameter.known or time - first >= _NEW_FOR or len(parameter.forms) > 2 * _FREE:
                self._usual.add((operation, text))
                return False
            return True
        if not seen.denied:
            parameter.count += 1
            parameter.forms.setdefault(form, time)
            if parameter.count >= _ENOUGH and time - parameter.began >= self._period:
                parameter.known = time if len(parameter.forms) < _FREE else float("inf")
        return False

    def dump(self) -> list[Any]:
        """As `load` takes it."""
        return [
            [operation, name, one.began, one.count, one.known, dict(one.forms)]
            for (operation, name), one in self._parameters.items()
        ]

    def load(self, dumped: list[Any]) -> None:
        """What `dump` gave."""
        for operation, name, began, count, known, forms in dumped:
            parameter = self._parameters[operation, name] = _Parameter(began)
            parameter.count, parameter.known, parameter.forms = count, known, dict(forms)
