"""The real thing: a public description's mock server behind `garrison guard --mode enforce`."""

import contextlib
import json
import random
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tests.integration.gateway.running import Guard
from tests.integration.realinput import bare
from tests.integration.realinput.descriptions import SOURCES, Description, Target, at_root, description, only
from tests.integration.realinput.mutations import Mutation, Mutator
from tests.integration.realinput.oracle import Oracle
from tests.integration.realinput.prism import Answer, Client, mock_server
from tests.integration.realinput.requests import Request, Requests
from tests.integration.realinput.wire import Call

from garrison.engine.plan import Policy

SAMPLES = {"github": 100, "twilio": 150, "directus": 150, "blockfrost": 150, "ideal-postcodes": 150, "notion": 150}
"""How many requests of each kind are sent to a description's mock server, at most. It has no more than
the operations that are asked, for it takes long to read a description; the gateway has all of them.

The bare engine judges all requests of these and of all other descriptions (`test_bare.py`).
"""


class Bench:
    """What the requests of one description are judged by."""

    def __init__(self, found: Description, requests: Requests, policy: Policy) -> None:
        self.found = found
        self.requests = requests
        self.statuses: Counter[int] = Counter()
        """How many answers the mock server gave with each status."""
        self.broken = 0
        """How many of them have a body that breaks the contract."""
        self._policy = policy

    def observed(self, call: Call, answer: Answer) -> list[str]:
        """What `response-schema` has against the answer's body."""
        found = bare.observe(self._policy, call, answer)
        bodies = (reason for reason in found if reason.id == "response-invalid" and reason.location.startswith("body"))
        return [f"{reason.location} {reason.detail}" for reason in bodies]


@pytest.fixture(scope="session")
def filter_module(built_filter: Path) -> str:
    return str(built_filter)


def _sampled(requests: Requests, skip: set[str], size: int) -> tuple[list[Request], list[Mutation]]:
    """The same requests and mutations in every run, of no more operations than there shall be requests."""
    shuffled = random.Random(7)
    targets = [target for target in requests.description.targets() if target.id not in skip]
    mutator = Mutator(requests)
    good, bad = [], []
    for target in shuffled.sample(targets, min(size, len(targets))):
        good += [request for request in requests.of(target) if not request.contradictions]
        plain = requests.plain(target)
        bad += list(mutator.of(plain)) if plain is not None else []
    return shuffled.sample(good, min(size, len(good))), shuffled.sample(bad, min(size, len(bad)))


def _complaint(found: Description, oracle: Oracle, target: Target, answer: Answer) -> str | None:
    """What the independent validator has against a JSON answer; None where the description says nothing of it."""
    status = str(answer.status)
    declared = target.responses.get(status) or target.responses.get(f"{status[0]}XX") or target.responses.get("default")
    content = found.follow(declared).get("content", {}) if declared is not None else {}
    kind = next((value.partition(";")[0] for name, value in answer.headers if name == "content-type"), "")
    if not answer.body or not kind.endswith("json") or kind not in content:
        return None
    return oracle.answer(content[kind].get("schema", {}), json.loads(answer.body))


def _pass(bench: "Bench", client: Client, request: Request) -> str:
    """What is wrong with how an allowed request fared; empty where nothing is."""
    call = request.call()
    call = call._replace(headers=(*call.headers, *bench.found.credentials(request.target)))
    answer = client.send(call)
    if answer.is_ours or answer.status in (502, 503, 504):
        return f"refused: {call} {answer}"
    bench.statuses[answer.status] += 1
    if answer.status == 422 and not _is_limit_of_the_mock_server(answer):
        return f"the mock server has something against it: {call} {answer}"
    complaint = _complaint(bench.found, bench.requests.oracle, request.target, answer)
    observed = bench.observed(call, answer)
    bench.broken += bool(observed)
    if complaint is not None and bool(complaint) != bool(observed):
        return f"response judged otherwise: {call} {complaint} {observed} {answer}"
    return ""


def _refuse(client: Client, mutation: Mutation) -> str:
    """What is wrong with how a mutated request fared."""
    answer = client.send(mutation.call)
    if not answer.is_ours or (mutation.alone and answer.status != mutation.status) or answer.status < 400:
        return f"{mutation} {answer}"
    return ""


def _is_limit_of_the_mock_server(answer: Answer) -> bool:
    """It reads `1` as a text and as a number at once, and one item of an exploded array as no array."""
    said = json.loads(answer.body).get("validation", [])
    return bool(said) and all(each["code"] == "oneOf" or each["message"].endswith("must be array") for each in said)


@pytest.mark.integration
@pytest.mark.parametrize("name", SAMPLES)
def test_mock_server_behind_the_gateway(name: str, tmp_path: Path, filter_module: str) -> None:
    source = next(each for each in SOURCES if each.name == name)
    found = at_root(description(source), tmp_path)
    operations = bare.slashes(found)
    settings = {
        "mode": "enforce",
        "contract": {"file": str(found.file)},
        "operations": msgspec.to_builtins(operations),
    }
    policy = bare.policy(found.file, operations)
    requests = Requests(found)
    uncompiled = {f"{each.method} {each.template}" for each in policy.catalogue.uncompiled}
    good, bad = _sampled(requests, uncompiled, SAMPLES[name])
    bench = Bench(found, requests, policy)
    asked = only(found, {request.target.path for request in good}, tmp_path / "asked.json")
    with mock_server(asked.file, tmp_path / "mock.log") as mock:
        guard = Guard(tmp_path, mock.port, settings, filter_module)
        try:
            mock.wait()  # both read their descriptions at the same time
            with contextlib.closing(Client(guard.port())) as client:
                passed = [_pass(bench, client, request) for request in good]
                refused = [_refuse(client, mutation) for mutation in bad]
        finally:
            guard.stop()
    print(name, len(good), dict(bench.statuses), "broken", bench.broken, "refused", len(bad))
    assert [each for each in passed + refused if each] == []
    assert sum(count for status, count in bench.statuses.items() if status < 400) >= len(good) * 0.9
