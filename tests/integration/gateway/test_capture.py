"""What the gateway keeps of its exchanges decides again as it was decided live, and holds no secret in clear."""

import json
import stat
from pathlib import Path

import pytest
from tests.integration.gateway import mixed_traffic
from tests.integration.gateway.conftest import StartGuard
from tests.integration.gateway.running import Guard, until

from garrison.adapters.recorded.exchange import RecordedExchange
from garrison.adapters.recorded.keys import KeySource
from garrison.adapters.recorded.replay import replay
from garrison.adapters.recorded.samples import find_sample, read_samples
from garrison.adapters.store.events import as_kept
from garrison.adapters.store.query import events
from garrison.cli.opening import open_policy
from garrison.config.load import Options
from garrison.core.decision import Disposition

COUNT = 6 * len(mixed_traffic.KINDS)


@pytest.fixture
def upstream() -> mixed_traffic.MixedUpstream:
    return mixed_traffic.MixedUpstream()


def run(start: StartGuard, module: str, folder: Path, mode: str, count: int) -> Guard:
    """A guard that has served `count` requests and recorded them all."""
    (folder / "api.json").write_text(json.dumps(mixed_traffic.CONTRACT))
    data = folder / "data"
    settings = {
        **mixed_traffic.SETTINGS,
        "mode": mode,
        "data": "data",
        "contract": {"file": "api.json"},
        "record": {"keep-bodies": True},
    }
    guard = start(settings, module=module, folder=folder)
    port = guard.port()
    for request in mixed_traffic.requests(count):
        mixed_traffic.send(port, request)
    until(lambda: len(list(events(data))) == count, "not every exchange was recorded", guard)
    assert guard.stop() == 0
    return guard


@pytest.mark.integration
@pytest.mark.parametrize("mode", ["enforce", "monitor"])
def test_replay_decides_as_it_was_decided_live(
    start: StartGuard, filter_module: str, tmp_path: Path, mode: str
) -> None:
    guard = run(start, filter_module, tmp_path, mode, COUNT)
    data, keys = tmp_path / "data", KeySource(str(tmp_path / "data.key"))
    kept = [entry for entry in read_samples(data, keys) if isinstance(entry, RecordedExchange)]
    live = {event.id: as_kept(event) for event in events(data)}
    assert {entry.id: as_kept(entry.event) for entry in kept if entry.event} == live
    result = replay(kept, open_policy(guard.file, Options()).policy)
    assert (result.exchanges, result.as_recorded) == (COUNT, COUNT)
    assert (result.unlike_recorded, result.missing) == ([], {})
    found = {event.disposition for event in live.values()}
    acted = {Disposition.BLOCKED, Disposition.REWRITTEN} if mode == "enforce" else {Disposition.LOGGED}
    assert found >= {Disposition.ALLOWED, Disposition.ABORTED, *acted}


@pytest.mark.integration
def test_kept_is_encrypted_and_without_secrets(start: StartGuard, filter_module: str, tmp_path: Path) -> None:
    run(start, filter_module, tmp_path, "enforce", len(mixed_traffic.KINDS))
    data, key = tmp_path / "data", tmp_path / "data.key"
    files = [path for path in (data / "bodies").rglob("*") if path.is_file()]
    assert files
    for path in (*files, key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert mixed_traffic.SECRET.encode() not in path.read_bytes()
        assert b"/echo" not in path.read_bytes()
    kept = list(read_samples(data, KeySource(str(key))))
    assert mixed_traffic.SECRET not in repr(kept)
    uploads = [one for one in kept if isinstance(one, RecordedExchange) and one.request.target == "/upload"]
    # the engine looks at no such body, and it is kept all the same
    assert any(len(one.body or b"") == 200_000 and one.is_whole for one in uploads)
    plain = next(one for one in kept if isinstance(one, RecordedExchange) and one.request.target == "/plain")
    assert plain.response is not None
    assert b'"target": "/plain"' in (plain.response_body or b"")
    assert find_sample(data, KeySource(str(key)), str(plain.id)) == plain
