"""Trains the payload model and says what it is worth: `python benchmarks/payload_model.py SET.jsonl[.xz] [--write]`.

Needs the extra `train`. Trained on are the set's strong rows (but for sources whose licence forbids it: those are
only measured), texts that `payload_benign.py` makes up or cuts from what is installed, and each attack once more in
the midst of benign text. Families weigh as the root of their size. Measured is each part of a split by family with the
others trained on, and each group of sources with that group left out; thresholds are chosen from these scores alone.

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
from importlib.resources import files
from pathlib import Path

import numpy as np
import scipy.optimize
import scipy.sparse
from benchmarks.inspection.detectors.ours import texts_of
from benchmarks.inspection.rows import FOLDS, Row, read
from benchmarks.payload_benign import installed, made_up
from numpy.typing import NDArray

from garrison.payload.judge import hidden_forms, judge, prepare
from garrison.payload.model.features import features_of
from garrison.payload.model.scoring import FLOOR, score_of
from garrison.payload.model.weights import FILE, Weights, checksum, packed
from garrison.payload.model.windows import is_harmless, windows_of
from garrison.payload.places import Form

UNTRAINED = frozenset({"blazehttp-white"})
FEWEST = 3
"""Families in which a feature must occur: what only one source says is no structure."""
_SEED = 20_240_501
_MOST = {False: 8, True: 12}  # windows of one text that are trained on

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
    is_refused: bool = False
    """By the signs alone."""
    windows: list[int] = field(default_factory=list)
    score: float = 0.0
    """By the model as packaged: only of texts that it was not trained on."""


def examples_of(rows: Sequence[Row]) -> list[Example]:
    """What is looked at of each row: of an attack those texts in which it is, or that hardly any other row has."""
    texts_by_row = [texts_of(row) for row in rows]
    common = _common(rows, texts_by_row)
    found = []
    for row, all_texts in zip(rows, texts_by_row, strict=True):
        texts = [text for text in all_texts if not is_harmless(text)]
        if row.is_malicious:
            own = [text for text in texts if row.payload and row.payload in text]
            texts = own or [text for text in texts if text not in common]
        kind = row.kind if row.is_malicious else row.source
        example = Example(row.source, row.family, kind, row.is_malicious, [final(text) for text in texts])
        example.is_refused = bool(judge(all_texts, use_model=False))
        found.append(example)
    return found


def _common(rows: Sequence[Row], texts_by_row: Sequence[list[str]]) -> frozenset[str]:
    families: dict[str, set[str]] = defaultdict(set)
    for row, texts in zip(rows, texts_by_row, strict=True):
        for text in texts:
            families[text].add(row.family)
    return frozenset(text for text, names in families.items() if len(names) > 3)


def final(text: str) -> str:
    """`text` once everything is undone that can be."""
    forms = hidden_forms(Form(0, text, ()))
    return forms[-1].text if forms else text


def added(examples: Sequence[Example]) -> list[Example]:
    """What is trained on beside the set: benign texts, and attacks among them."""
    benign = [*made_up(250, _SEED), *installed(4, _SEED)]
    found = [Example("added", name, "benign", False, [text]) for name, text in benign]
    random_ = random.Random(_SEED)  # noqa: S311 - chance that is always the same
    for each in examples:
        if each.is_attack and each.texts and len(each.texts[0]) < 400:
            before, after = random_.choice(benign)[1], random_.choice(benign)[1]
            text = f"{before[-100:]} {each.texts[0]} {after[:100]}"
            found.append(Example(each.source, each.family, each.kind, True, [text]))
    return found


class Windows:
    """The windows of examples as a matrix, each once; a feature's column is found by its name."""

    def __init__(self, examples: Sequence[Example]) -> None:
        lines: dict[tuple[str, str], int] = {}
        for each in examples:
            found = {
                lines.setdefault((window.coarse, window.fine), len(lines))
                for text in each.texts
                for window in windows_of(text)
            }
            each.windows = sorted(found)
        features = [features_of(*line) for line in lines]
        self.names = _kept(examples, features)
        columns = {name: index for index, name in enumerate(self.names)}
        self.matrix = _matrix(features, columns)
        self.owners = np.concatenate([np.full(len(each.windows), index) for index, each in enumerate(examples)]).astype(
            int
        )
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
        values += [1 / max(FLOOR, len(each)) ** 0.5] * len(known)
        starts.append(len(found))
    return scipy.sparse.csr_matrix(
        (np.array(values, np.float32), np.array(found, np.int32), np.array(starts)), shape=(len(features), len(columns))
    )


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
            value = float(
                (weight * np.logaddexp(0, -margin)).sum() + self.strength / 2 * (parameters[:-1] @ parameters[:-1])
            )
            return value, np.append(turned @ slope.astype(np.float32) + self.strength * parameters[:-1], slope.sum())

        return np.asarray(
            scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
        )


GROUPS = (
    ("libinjection",), ("patt", "patt-md"), ("crs-tests",), ("payloadbox", "fuzzdb"),
    ("text-code", "text-docs", "text-commits"), ("text-markdown", "webhook-github", "text-usercontent"),
    ("text-fortunes", "text-names", "libinjection-fp"),
    ("text-richhtml", "graphql-docs", "text-sqlish", "synthetic-xml"),
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


CLASSES = {
    "xss": "markup", "sqli": "sql", "lfi": "path", "rfi": "request", "rce": "command", "php": "command",
    "java": "object", "ssti": "template", "ssrf": "request", "ldap": "ldap", "nosqli": "nosql", "xxe": "xml",
    "xslt": "xml", "xpath": "xpath", "ssi": "template", "deserialization": "object", "proto_pollution": "runtime",
    "crlf": "header", "protocol": "header", "session_fixation": "header", "graphql": "graphql",
}  # fmt: skip
"""Classes of the product by those of the set."""
_PER_CLASS = 250


def quantised(parameters: Floats, names: Sequence[str]) -> tuple[float, dict[str, int]]:
    """The unit, and each feature's weight in units of it; those that round to nothing are left out."""
    weights = parameters[:-1]
    unit = float(np.quantile(np.abs(weights), 0.9995)) / 127
    found = np.clip(np.round(weights / unit), -127, 127).astype(int)
    return unit, {name: int(value) for name, value in zip(names, found, strict=True) if value}


def kinds_of(examples: Sequence[Example], windows: Windows) -> dict[str, dict[str, int]]:
    """How much more often a feature stands in one class than in all, as a logarithm: for those that tell most."""
    attacks = [each for each in examples if each.is_attack and each.kind in CLASSES and each.windows]
    binary = (windows.matrix > 0).astype(np.float64)
    families = Counter(each.family for each in attacks)
    by_class: dict[str, list[Example]] = defaultdict(list)
    for each in attacks:
        by_class[CLASSES[each.kind]].append(each)
    shares = {}
    for kind, members in by_class.items():
        weight = np.array([families[each.family] ** -0.5 for each in members])
        rows = binary[[each.windows[0] for each in members]]
        shares[kind] = (rows.T @ weight + 0.5) / (weight.sum() + 1)
    mean = np.mean(list(shares.values()), axis=0)
    found = {}
    for kind in sorted(shares):
        told = np.log(shares[kind] / mean)
        best = np.argsort(-np.abs(told) * np.sqrt(shares[kind] + mean))[:_PER_CLASS]
        found[kind] = {windows.names[index]: round(float(told[index]) * 16) for index in sorted(best)}
    return found


def threshold(scores: Floats, examples: Sequence[Example], extra: float) -> float:
    """The score above which the model adds at most `extra` of the benign rows to those that the signs refuse."""
    benign = [(score, each) for score, each in zip(scores, examples, strict=False) if not each.is_attack]
    passed = sorted((float(score) for score, each in benign if not each.is_refused), reverse=True)
    return passed[int(extra * len(benign))] + 1e-3


def told(name: str, scores: Floats, examples: Sequence[Example], enough: float) -> list[str]:
    """What signs, model and both find of attacks and refuse of others: all, and by source and class."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, each in enumerate(examples):
        groups["attacks" if each.is_attack else "others"].append(index)
        groups[each.source].append(index)
        if each.is_attack:
            groups[each.kind].append(index)
    lines = []
    for group, members in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        signs = np.array([examples[index].is_refused for index in members])
        model = scores[members] >= enough
        shares = f"signs {signs.mean():.4f}  model {model.mean():.4f}  both {(signs | model).mean():.4f}"
        lines.append(f"{name:8} {group:28} {len(members):6}  {shares}")
    return lines


def written(parameters: Floats, examples: Sequence[Example], windows: Windows, enough: float) -> Weights:
    """The model in the form in which it is packaged."""
    unit, features = quantised(parameters, windows.names)
    kinds = kinds_of(examples, windows)
    return Weights(checksum(), unit, round(float(parameters[-1]), 6), round(enough, 4), features, kinds)


def others(path: Path, known: Weights) -> list[Example]:
    """Texts of a file that nothing was trained on, judged by the signs; with their scores by the model as packaged."""
    found = []
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        text = final(entry["text"])
        is_attack = entry["label"] == "malicious"
        example = Example(entry["source"], entry["source"], entry["label"], is_attack, [text])
        example.is_refused = bool(judge([entry["text"]], use_model=False))
        example.score = -9.0 if is_harmless(text) else score_of(text, known)[0]
        found.append(example)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--other", type=Path)
    parser.add_argument("--extra", type=float, default=0.0008, help="share of benign rows that the model may add")
    parser.add_argument("--skip", nargs="*", default=[], choices=("fold", "source"), help="what is not measured")
    parser.add_argument("--enough", type=float, default=0.0, help="the least score that is enough")
    chosen = parser.parse_args()
    prepare()
    examples = examples_of(list(read(chosen.set)))
    every = examples + added(examples)
    windows = Windows(every)
    trainer = Trainer(every, windows)
    enough = chosen.enough
    for name, measured in (("fold", by_fold), ("source", by_source)):
        if name not in chosen.skip:
            scores = measured(trainer, every)
            enough = max(threshold(scores, examples, chosen.extra), enough)
            print("\n".join(told(name, scores, examples, enough)), flush=True)
    known = written(trainer.train(np.ones(len(every), bool)), every, windows, enough)
    data = packed(known)
    print(f"{len(known.features)} features, {len(data)} bytes, enough is {known.enough}")
    if chosen.write:
        Path(str(files("garrison.payload.model").joinpath(FILE))).write_bytes(data)
    if chosen.other:
        found = others(chosen.other, known)
        print("\n".join(told("other", np.array([each.score for each in found]), found, known.enough)))


if __name__ == "__main__":
    main()
