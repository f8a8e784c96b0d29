"""Trains the payload model and says what it is worth: `python benchmarks/payload_model.py SET.jsonl[.xz] [--write]`.

Needs the extra `train`. Trained on are the set's strong rows (but for sources whose licence forbids it: those are only
measured), texts that `payload_benign.py` makes up or cuts from what is installed, and each attack once more in the midst
of benign text. Families weigh as the root of their size. Measured is each part of a split by family with the others
trained on, and each group of sources with that group left out; thresholds are chosen from these scores alone.

    --write        the weights, for all rows, beside the code that reads them
    --other FILE   texts that are never trained on: JSON Lines of `label`, `source` and `text`
"""

import argparse
import json
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import scipy.optimize
import scipy.sparse
from numpy.typing import NDArray

from benchmarks.payload import FOLDS, Row, read
from benchmarks.payload_benign import installed, made_up
from garrison.payload.judge import Form, hidden_forms, judge, prepare, weight_of
from garrison.payload.model.features import features_of
from garrison.payload.model.windows import is_harmless, windows_of

UNTRAINED = frozenset({"blazehttp-white"})
FEWEST = 3
"""Families in which a feature must occur: what only one source says is no structure."""
_SEED = 20_240_501
_MOST = {False: 8, True: 12}  # windows of one text that are trained on
_FLOOR = 16.0

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass
class Example:
    """One request, or one text."""

    source: str
    family: str
    kind: str
    is_attack: bool
    texts: list[str]
    weight: int = 0
    """What its signs amount to."""
    windows: list[int] = field(default_factory=list)


def examples_of(rows: Sequence[Row]) -> list[Example]:
    """What is looked at of each row: of an attack those texts in which it is, or that hardly any other row has."""
    common = _common(rows)
    found = []
    for row in rows:
        texts = [text for text in row.texts if not is_harmless(text)]
        if row.is_malicious:
            payload = str(row.about.get("payload") or "")
            texts = [text for text in texts if payload and payload in text] or [each for each in texts if each not in common] or texts
        about = row.about
        found.append(Example(about["source"], about["family"], row.group, row.is_malicious, [final(text) for text in texts], weight_of(row.texts)))
    return found


def _common(rows: Sequence[Row]) -> frozenset[str]:
    families: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for text in row.texts:
            families[text].add(str(row.about["family"]))
    return frozenset(text for text, names in families.items() if len(names) > 3)


def final(text: str) -> str:
    """`text` once everything is undone that can be."""
    forms = hidden_forms(0, text)
    return forms[-1].text if forms else text


def added(examples: Sequence[Example]) -> list[Example]:
    """What is trained on beside the set: benign texts, and attacks among them."""
    benign = [*made_up(250, _SEED), *installed(4, _SEED)]
    found = [Example("added", name, "benign", False, [text]) for name, text in benign]
    random_ = random.Random(_SEED)
    for each in examples:
        if each.is_attack and each.texts and len(each.texts[0]) < 400:
            before, after = random_.choice(benign)[1], random_.choice(benign)[1]
            text = f"{before[-100:]} {each.texts[0]} {after[:100]}"
            found.append(Example(each.source, each.family, each.kind, True, [text], -1))
    return found


class Windows:
    """The windows of examples as a matrix, each once; a feature's column is found by its name."""

    def __init__(self, examples: Sequence[Example]) -> None:
        lines: dict[tuple[str, str], int] = {}
        for each in examples:
            found = {lines.setdefault(line, len(lines)) for text in each.texts for line in windows_of(text)}
            each.windows = sorted(found)
        features = [features_of(*line) for line in lines]
        self.names = _kept(examples, features)
        columns = {name: index for index, name in enumerate(self.names)}
        self.matrix = _matrix(features, columns)
        self.owners = np.concatenate([np.full(len(each.windows), index) for index, each in enumerate(examples)]).astype(int)
        self.windows = np.concatenate([np.array(each.windows, int) for each in examples])
        self.count = len(examples)

    def best(self, parameters: Floats) -> Floats:
        """The score of each example: that of its best window."""
        scores = self.matrix @ parameters[:-1] + parameters[-1]
        best = np.full(self.count, -9.0)
        np.maximum.at(best, self.owners, scores[self.windows])
        return best


def _kept(examples: Sequence[Example], features: Sequence[set[str]]) -> list[str]:
    families: dict[int, set[str]] = defaultdict(set)
    for each in examples:
        if each.source not in UNTRAINED:
            for window in each.windows:
                families[window].add(each.family)
    seen: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for window, names in families.items():
        some = set(sorted(names)[:FEWEST])
        counts.update(features[window])
        for feature in features[window]:
            known = seen.setdefault(feature, set())
            if len(known) < FEWEST:
                known |= some
    return sorted(name for name, known in seen.items() if len(known) >= FEWEST and counts[name] >= 8)


def _matrix(features: Sequence[set[str]], columns: dict[str, int]) -> scipy.sparse.csr_matrix:
    starts, found, values = [0], [], []
    for each in features:
        known = sorted(columns[name] for name in each if name in columns)
        found += known
        values += [1 / max(_FLOOR, len(each)) ** 0.5] * len(known)
        starts.append(len(found))
    return scipy.sparse.csr_matrix((np.array(values, np.float32), np.array(found, np.int32), np.array(starts)), shape=(len(features), len(columns)))


class Trainer:
    """Logistic regression over windows; of an attack only the windows that tell it are kept after a first round."""

    def __init__(self, examples: Sequence[Example], windows: Windows, strength: float = 3e-5) -> None:
        self.windows, self.strength = windows, strength
        self.is_attack = np.array([each.is_attack for each in examples])
        self.is_trained = np.array([each.source not in UNTRAINED for each in examples])
        families = Counter(each.family for each in examples)
        self.share = np.array([families[each.family] ** -0.5 for each in examples])
        self.some = self._some()

    def _some(self) -> Flags:
        order = np.random.default_rng(_SEED).permutation(len(self.windows.owners))
        taken: Counter[int] = Counter()
        some = np.zeros(len(order), bool)
        for index in order:
            owner = int(self.windows.owners[index])
            if self.is_trained[owner] and taken[owner] < _MOST[bool(self.is_attack[owner])]:
                taken[owner] += 1
                some[index] = True
        return some

    def train(self, chosen: Flags, rounds: int = 2) -> Floats:
        """Weights and bias, for the examples that are `chosen`."""
        some = self.some & chosen[self.windows.owners]
        owners, windows = self.windows.owners[some], self.windows.windows[some]
        kept = np.ones(len(owners), bool)
        parameters = np.zeros(self.windows.matrix.shape[1] + 1)
        for round_ in range(rounds):
            parameters = self._fit(owners[kept], windows[kept], parameters, 15 if round_ < rounds - 1 else 45)
            scores = self.windows.matrix[windows] @ parameters[:-1] + parameters[-1]
            best = np.full(self.windows.count, -99.0)
            np.maximum.at(best, owners, scores)
            kept = ~self.is_attack[owners] | (scores >= best[owners] - 1e-9)
        return parameters

    def _fit(self, owners: NDArray[np.int_], windows: NDArray[np.int_], start: Floats, steps: int) -> Floats:
        attack = self.is_attack[owners]
        count = np.bincount(owners, minlength=self.windows.count)[owners]
        weight = np.where(attack, self.share[owners] / count, self.share[owners] / np.sqrt(count))
        weight[attack] *= 0.5 * weight[~attack].sum() / weight[attack].sum()
        weight /= weight.sum()
        matrix = self.windows.matrix[windows]
        turned, sign = matrix.T.tocsr(), np.where(attack, 1.0, -1.0)

        def loss(parameters: Floats) -> tuple[float, Floats]:
            margin = sign * (matrix @ parameters[:-1].astype(np.float32) + parameters[-1])
            slope = -sign * weight / (1 + np.exp(np.clip(margin, -40, 40)))
            value = float((weight * np.logaddexp(0, -margin)).sum() + self.strength / 2 * (parameters[:-1] @ parameters[:-1]))
            return value, np.append(turned @ slope.astype(np.float32) + self.strength * parameters[:-1], slope.sum())

        return np.asarray(scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x)


GROUPS = (
    ("libinjection",), ("patt", "patt-md"), ("crs-tests",), ("payloadbox", "fuzzdb"),
    ("text-code", "text-docs", "text-commits"), ("text-markdown", "webhook-github", "text-usercontent"),
    ("text-fortunes", "text-names", "libinjection-fp"), ("text-richhtml", "graphql-docs", "text-sqlish", "synthetic-xml"),
    ("text-shellish", "es-examples", "synthetic-values", "vcr-datadog-v1", "replay-pygithub", "vcr-github3"),
    ("openapi-examples", "vcr-pydantic-ai"),
)  # fmt: skip
"""Sources that are left out together, since they are of one kind."""


def by_fold(trainer: Trainer, examples: Sequence[Example]) -> Floats:
    folds = np.array([zlib.crc32(each.family.encode()) % FOLDS for each in examples])
    return _left_out(trainer, [folds == fold for fold in range(FOLDS)])


def by_source(trainer: Trainer, examples: Sequence[Example]) -> Floats:
    sources = np.array([each.source for each in examples])
    groups = [np.isin(sources, group) for group in GROUPS]
    rest = ~np.any(groups, axis=0)
    return _left_out(trainer, [*groups, rest & ~np.isin(sources, ["added"])])


def _left_out(trainer: Trainer, parts: Iterable[Flags]) -> Floats:
    scores = np.zeros(trainer.windows.count)
    for part in parts:
        scores[part] = trainer.windows.best(trainer.train(~part))[part]
    return scores
