"""Patterns: regular expressions that take exponential time on some text.

A backtracking engine tries every way in which a pattern can read a text. If a part that repeats can read the same text
in two ways, n repetitions are read in 2^n ways, and all are tried when what follows does not match. Exactly that is
looked for: a state of the pattern's automaton that leads back to itself by two different ways over the same text
(exponential ambiguity; Weber and Seidl, 1991), and from which the text may still fail.
"""

from typing import Final

import msgspec

_ASCII: Final = (1 << 128) - 1
_OTHER: Final = 1 << 128
"""Stands for every character that is not ASCII."""
_END: Final = 1 << 129
"""The end of the text, as if it were a character."""
_ALL: Final = _ASCII | _OTHER
_MAX_PATTERN: Final = 1000
"""Characters; a longer pattern is not looked at."""
_MAX_STATES: Final = 300
_MOST: Final = 300_000
"""Steps that one pattern takes at most: about 60 ms. Those of public descriptions take some thousands."""


def _range(first: int, last: int) -> int:
    if first > 127:
        return _OTHER
    wide = _OTHER if last > 127 else 0
    last = min(last, 127)
    return wide | (((1 << (last - first + 1)) - 1) << first if last >= first else 0)


_DIGITS: Final = _range(48, 57)
_WORD: Final = _DIGITS | _range(65, 90) | _range(97, 122) | 1 << 95
_SPACE: Final = _range(9, 13) | 1 << 32
_CLASSES: Final = {
    "d": _DIGITS, "D": _ALL & ~_DIGITS, "w": _WORD, "W": _ALL & ~_WORD, "s": _SPACE | _OTHER, "S": _ALL & ~_SPACE,
}  # fmt: skip
_CONTROLS: Final = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "0": 0}


class _UnreadableError(Exception):
    """The pattern is none that is looked at: too large, or not a pattern."""


class _Part(msgspec.Struct, frozen=True):
    """A part of the automaton, from its first state to its last."""

    first: int
    last: int


class Budget:
    """Steps that are left: a hostile description must not cost more."""

    __slots__ = ("left",)

    def __init__(self, steps: int = 10 * _MOST) -> None:
        self.left = steps


def is_catastrophic(pattern: str, budget: Budget) -> bool:
    """Whether some text takes a backtracking engine exponential time. False for what cannot be read, is too large or
    comes when `budget` is used up."""
    if len(pattern) > _MAX_PATTERN or budget.left <= 0:
        return False
    own = Budget(min(_MOST, budget.left))
    try:
        return _Parser(pattern).automaton(own).is_ambiguous()
    except (_UnreadableError, RecursionError):
        return False
    finally:
        budget.left -= min(_MOST, budget.left) - own.left + len(pattern)


class _Automaton:
    """States with steps that read a character of a class, and steps that read nothing."""

    def __init__(self) -> None:
        self.budget = Budget(_MOST)
        self.steps: list[list[tuple[int, int]]] = []
        """For each state: class of characters, next state."""
        self.free: list[list[int]] = []
        self.final = -1

    def state(self) -> int:
        """A new state."""
        if len(self.steps) >= _MAX_STATES:
            raise _UnreadableError
        self.steps.append([])
        self.free.append([])
        return len(self.steps) - 1

    def is_ambiguous(self) -> bool:
        """Whether a state leads back to itself by two ways over the same text, and may fail behind that."""
        self._ways = [self._read_from(state) for state in range(len(self.steps))]
        return any(
            self._ends_late(state) and self._two_ways_back(state)
            for state in range(len(self.steps))
            if any(klass & _ALL for klass, _, _ in self._ways[state])
        )

    def _closure(self, state: int) -> dict[int, int]:
        """States that are reached without reading, and by how many ways (2 for more than one)."""
        found: dict[int, int] = {}
        rest = [(state, frozenset((state,)))]
        while rest:
            at, way = rest.pop()
            found[at] = min(2, found.get(at, 0) + 1)
            self._spend(1 + len(way) // 8)
            rest += [(each, way | {each}) for each in self.free[at] if each not in way]
        return found

    def _read_from(self, state: int) -> list[tuple[int, int, bool]]:
        """Class, next state and whether there are two ways to it, of each step from the state's closure."""
        return [
            (klass, target, ways > 1) for at, ways in self._closure(state).items() for klass, target in self.steps[at]
        ]

    def _ends_late(self, state: int) -> bool:
        """Whether the text must go on, or end, for the pattern to match from here."""
        return self.final not in self._closure(state)

    def _two_ways_back(self, state: int) -> bool:
        """Whether two different ways over one text lead from the state back to it."""
        start = (state, state, False)
        seen, rest = {start}, [start]
        while rest:
            one, other, parted = rest.pop()
            for klass, target, double in self._ways[one]:
                self._spend(len(self._ways[other]))
                for klass2, target2, _ in self._ways[other]:
                    if not klass & klass2 & _ALL:
                        continue
                    pair = (target, target2, parted or target != target2 or (double and one == other))
                    if pair == (state, state, True):
                        return True
                    if pair not in seen:
                        seen.add(pair)
                        rest.append(pair)
        return False

    def _spend(self, steps: int) -> None:
        self.budget.left -= steps
        if self.budget.left <= 0:
            raise _UnreadableError


class _Parser:
    """Reads a pattern (ECMA-262) into an automaton. Look-arounds, boundaries and references read nothing."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._made = _Automaton()

    def automaton(self, budget: Budget) -> _Automaton:
        """The automaton of the whole pattern, which may be looked at for `budget` steps."""
        self._made.budget = budget
        part = self._choice()
        if self._at < len(self._text):
            raise _UnreadableError
        self._made.final = part.last
        return self._made

    def _choice(self) -> _Part:
        first, last = self._made.state(), self._made.state()
        while True:
            part = self._sequence()
            self._made.free[first].append(part.first)
            self._made.free[part.last].append(last)
            if not self._takes("|"):
                return _Part(first, last)

    def _sequence(self) -> _Part:
        first = last = self._made.state()
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            begin = self._at
            part = self._repeated(self._atom(), begin)
            self._made.free[last].append(part.first)
            last = part.last
        return _Part(first, last)

    def _repeated(self, part: _Part, begin: int) -> _Part:
        least, most = self._quantifier()
        if (least, most) == (1, 1):
            return part
        if most == -1 and least > 1:
            # what must come several times is read once more: its copy cannot be left out
            part = self._joined(part, self._again(begin))
        first, last = self._made.state(), self._made.state()
        self._made.free[first].append(part.first)
        self._made.free[part.last].append(last)
        if most == -1:
            self._made.free[part.last].append(part.first)
        if least == 0:
            self._made.free[first].append(last)
        return _Part(first, last)

    def _again(self, begin: int) -> _Part:
        """The atom that begins there, read a second time."""
        behind, self._at = self._at, begin
        part = self._atom()
        self._at = behind
        return part

    def _joined(self, one: _Part, other: _Part) -> _Part:
        self._made.free[one.last].append(other.first)
        return _Part(one.first, other.last)

    def _quantifier(self) -> tuple[int, int]:
        """Least and most repetitions; -1 for any number."""
        found = (1, 1)
        if self._takes("*"):
            found = (0, -1)
        elif self._takes("+"):
            found = (1, -1)
        elif self._takes("?"):
            found = (0, 1)
        elif self._text.startswith("{", self._at):
            found = self._counted()
        if found != (1, 1) and not self._takes("?"):
            self._takes("+")
        return found

    def _counted(self) -> tuple[int, int]:
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at + 1 : end].partition(",")
        if end < 0 or not low.isdigit() or (high and not high.isdigit()):
            return (1, 1)
        self._at = end + 1
        if comma and not high:
            return (min(int(low), 2), -1)
        return (0 if int(low) == 0 else 1, 1 if int(high or low) <= 1 else 2)

    def _atom(self) -> _Part:
        if self._takes("("):
            return self._group()
        char = self._text[self._at]
        if char == "^":
            self._at += 1
            return self._nothing()
        if char == "$":
            self._at += 1
            return self._reading(_END)
        if char == "[":
            return self._reading(self._class())
        if char == "\\":
            return self._escape()
        self._at += 1
        return self._reading(_ALL & ~(1 << 10) if char == "." else _char(char))

    def _group(self) -> _Part:
        is_look = False
        if self._takes("?"):
            for mark in ("<=", "<!", "=", "!"):
                if self._takes(mark):
                    is_look = True
                    break
            else:
                self._skip_name()
        part = self._choice()
        if not self._takes(")"):
            raise _UnreadableError
        return self._nothing() if is_look else part

    def _skip_name(self) -> None:
        if self._takes(":") or self._takes(">"):
            return
        end = self._text.find(">", self._at)
        if not (self._text.startswith(("<", "P<"), self._at) and end > 0):
            raise _UnreadableError
        self._at = end + 1

    def _escape(self) -> _Part:
        klass = self._escaped()
        return self._reading(klass) if klass else self._nothing()

    def _escaped(self) -> int:
        """The class of an escape; 0 for one that reads nothing."""
        self._at += 1
        if self._at >= len(self._text):
            raise _UnreadableError
        char = self._text[self._at]
        self._at += 1
        if char in _CLASSES:
            return _CLASSES[char]
        if char in "pP" and self._takes("{"):
            self._at = self._text.find("}", self._at) + 1 or len(self._text)
            return _ALL
        if char in "xu":
            return self._coded(2 if char == "x" else 4)
        if char in "bBAZzGkE123456789":
            return 0
        return 1 << _CONTROLS[char] if char in _CONTROLS else _char(char)

    def _coded(self, length: int) -> int:
        digits = self._text[self._at : self._at + length]
        try:
            code = int(digits, 16)
        except ValueError:
            return _ALL
        self._at += length
        return _range(code, code)

    def _class(self) -> int:
        self._at += 1
        negated = self._takes("^")
        found = 0
        while not (self._text.startswith("]", self._at)):
            found |= self._members()
        self._at += 1
        return _ALL & ~found if negated else found

    def _members(self) -> int:
        low, low_code = self._member()
        if not (self._text.startswith("-", self._at) and not self._text.startswith("-]", self._at)) or low_code < 0:
            return low
        self._at += 1
        high, high_code = self._member()
        return low | high | (_range(low_code, high_code) if high_code >= low_code else 0)

    def _member(self) -> tuple[int, int]:
        """Class of one member, and its code where it is one character; else -1."""
        if self._at >= len(self._text):
            raise _UnreadableError
        char = self._text[self._at]
        if char == "\\":
            klass = self._escaped()
            return klass, klass.bit_length() - 1 if klass and klass & (klass - 1) == 0 else -1
        self._at += 1
        return _char(char), ord(char)

    def _reading(self, klass: int) -> _Part:
        first, last = self._made.state(), self._made.state()
        self._made.steps[first].append((klass, last))
        return _Part(first, last)

    def _nothing(self) -> _Part:
        state = self._made.state()
        return _Part(state, state)

    def _takes(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False


def _char(char: str) -> int:
    code = ord(char)
    return _range(code, code)
