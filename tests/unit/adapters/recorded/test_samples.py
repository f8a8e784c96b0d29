"""Samples come back as they were kept, prove where they belong, and go when their days are over."""

import contextlib
import os
import resource
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.unit.adapters.recorded.recording import get, policy

from garrison.adapters.event_ids import event_ids
from garrison.adapters.recorded.exchange import RecordedExchange, Unreadable
from garrison.adapters.recorded.keys import KeySource, make_keys, read_keys
from garrison.adapters.recorded.play import play
from garrison.adapters.recorded.samples import SampleWriter, find_sample, read_samples
from garrison.adapters.store.spool import SpoolWriter
from garrison.core.errors import ConfigError

NOW = 1_767_225_600.0  # 2026-01-01
DAY = 86400.0
NEXT_ID = event_ids()


def sample(now: float = NOW) -> RecordedExchange:
    return replace(get("/pets?limit=7"), id=NEXT_ID(now), event=play(policy(), get()).event)


@pytest.fixture
def source(tmp_path: Path) -> KeySource:
    return KeySource(str(tmp_path / "data.key"))


def kept(data: Path, source: KeySource, *samples: RecordedExchange, **options: int) -> Path:
    """Keep `samples`; returns the first file."""
    writer = SampleWriter(data, make_keys(source), retention_days=90, **options)
    for one in samples:
        writer.keep(one, NOW)
    writer.close()
    return min((data / "bodies").rglob("*.sealed"))


def test_round_trip(tmp_path: Path, source: KeySource) -> None:
    samples = [sample() for _ in range(5)]
    kept(tmp_path, source, *samples)
    assert list(read_samples(tmp_path, source)) == samples
    assert [find_sample(tmp_path, source, str(one.id)) for one in samples] == samples
    assert find_sample(tmp_path, source, NEXT_ID(NOW)) is None
    assert find_sample(tmp_path, source, "no id") is None


def test_segments_follow_each_other(tmp_path: Path, source: KeySource) -> None:
    samples = [sample() for _ in range(5)]
    kept(tmp_path, source, *samples, segment_bytes=1)
    assert len(list(tmp_path.rglob("*.sealed"))) == 5
    assert {one.id for one in read_samples(tmp_path, source)} == {one.id for one in samples}


def test_only_the_owner_may_read(tmp_path: Path, source: KeySource) -> None:
    file = kept(tmp_path, source, sample())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file.parent, file.parent.parent)] == [0o700, 0o700]
    assert stat.S_IMODE(Path(source.key_file).stat().st_mode) == 0o600
    assert b"/pets" not in file.read_bytes()


def test_damage_is_told_and_the_rest_is_read(tmp_path: Path, source: KeySource) -> None:
    samples = [sample(), sample(), sample()]
    file = kept(tmp_path, source, *samples)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    first, second, third = read_samples(tmp_path, source)
    assert (first, third) == (samples[0], samples[2])
    assert second == Unreadable(str(samples[1].id), f"{file.name}, frame 1", "is damaged or cut off")


def test_torn_end(tmp_path: Path, source: KeySource) -> None:
    one = sample()
    file = kept(tmp_path, source, one, sample())
    for cut in (1, 500):
        file.write_bytes(file.read_bytes()[:-cut])
        first, second = read_samples(tmp_path, source)
        assert first == one
        assert isinstance(second, Unreadable)


def test_frame_under_another_id_is_no_sample(tmp_path: Path, source: KeySource) -> None:
    one, other = sample(), sample()
    file = kept(tmp_path, source, one)
    file.write_bytes(file.read_bytes().replace(UUID(str(one.id)).bytes, UUID(str(other.id)).bytes))
    (found,) = read_samples(tmp_path, source)
    assert isinstance(found, Unreadable)


def test_days_past_retention_are_removed(tmp_path: Path, source: KeySource) -> None:
    writer = SampleWriter(tmp_path, make_keys(source), retention_days=2)
    for day in range(5):
        writer.keep(sample(NOW + day * DAY), NOW + day * DAY)
    writer.close()
    assert sorted(path.name for path in (tmp_path / "bodies").iterdir()) == [
        "day=2026-01-03", "day=2026-01-04", "day=2026-01-05",
    ]  # fmt: skip


def test_full_disk_keeps_what_was_kept(tmp_path: Path, source: KeySource, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SampleWriter(tmp_path, make_keys(source), retention_days=2)
    samples = [sample(), sample(), sample()]
    writer.keep(samples[0], NOW)
    whole = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:100]))
        with pytest.raises(OSError, match="no space left"):
            writer.keep(samples[1], NOW)
    writer.keep(samples[2], NOW)
    writer.close()
    assert {one.id for one in read_samples(tmp_path, source)} == {samples[0].id, samples[2].id}


def test_many_threads(tmp_path: Path, source: KeySource) -> None:
    writer = SampleWriter(tmp_path, make_keys(source), retention_days=2, segment_bytes=5000)
    samples = [[sample() for _ in range(20)] for _ in range(4)]

    def keep(mine: list[RecordedExchange]) -> None:
        for one in mine:
            writer.keep(one, NOW)

    threads = [threading.Thread(target=keep, args=(mine,)) for mine in samples]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert {one.id for one in read_samples(tmp_path, source)} == {one.id for mine in samples for one in mine}


def test_another_key(tmp_path: Path, source: KeySource) -> None:
    kept(tmp_path, source, sample())
    other = KeySource(str(tmp_path / "other.key"))
    make_keys(other)
    with pytest.raises(ConfigError, match="was kept with another key"):
        list(read_samples(tmp_path, other))
    with pytest.raises(ConfigError, match=r"cannot be read: no such file"):
        read_samples(tmp_path, KeySource(str(tmp_path / "none.key")))


def test_no_samples(tmp_path: Path, source: KeySource) -> None:
    with pytest.raises(ConfigError, match="holds no samples of messages"):
        read_samples(tmp_path, source)
    assert find_sample(tmp_path, source, NEXT_ID(NOW)) is None


def test_passphrase(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("correct horse\n")
    words.chmod(0o600)
    source = KeySource(str(tmp_path / "salt"), str(words))
    one = sample()
    kept(tmp_path, source, one)
    assert list(read_samples(tmp_path, source)) == [one]
    with pytest.raises(ConfigError, match="is there a passphrase"):
        read_keys(KeySource(source.key_file))
    words.write_text("wrong horse")
    with pytest.raises(ConfigError, match="was kept with another key"):
        list(read_samples(tmp_path, source))
    words.write_text("\n")
    with pytest.raises(ConfigError, match="is empty"):
        read_keys(source)


def test_key_that_others_may_read(tmp_path: Path, source: KeySource) -> None:
    make_keys(source)
    Path(source.key_file).chmod(0o644)
    with pytest.raises(ConfigError, match=r"may be read by others \(hint: chmod 600"):
        read_keys(source)
    Path(source.key_file).chmod(0o600)
    with pytest.raises(ConfigError, match="must hold a salt of 16 bytes, not 32"):
        read_keys(KeySource(source.key_file, source.key_file))


def open_files(folder: Path) -> int:
    """Of those in `folder`: what other tests left to their threads has files of its own."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found += str(each.readlink()).startswith(str(folder))
    return found


@contextlib.contextmanager
def refused_after(size: int) -> Iterator[None]:
    """Files of this process do not grow beyond `size` bytes: a short write there, EFBIG after (setrlimit(2))."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_last_of_a_disk_is_for_events(tmp_path: Path, source: KeySource, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, spool = SampleWriter(tmp_path, make_keys(source), retention_days=90), SpoolWriter(tmp_path / "spool")
    size, free = 16 << 20, (4 << 20) + 1

    def disk(_path: object) -> SimpleNamespace:
        return SimpleNamespace(f_frsize=1, f_blocks=size, f_bavail=free)

    monkeypatch.setattr(os, "statvfs", disk)
    one = sample()
    writer.keep(one, NOW)
    free -= 1
    with pytest.raises(OSError, match="no space left for samples"):
        writer.keep(sample(), NOW)
    spool.append(b"{}\n")
    spool.close()
    writer.close()
    assert list(read_samples(tmp_path, source)) == [one]


@pytest.mark.parametrize("room", [0, 20])
def test_a_disk_that_refuses_leaves_nothing_open_or_behind(room: int, tmp_path: Path, source: KeySource) -> None:
    writer = SampleWriter(tmp_path, make_keys(source), retention_days=90)
    descriptors = open_files(tmp_path)
    for _ in range(5):
        with refused_after(room), pytest.raises(OSError):  # noqa: PT011  # which one is the kernel's affair
            writer.keep(sample(), NOW)
    assert list(tmp_path.rglob("*.sealed")) == []
    assert open_files(tmp_path) == descriptors
    one = sample()
    writer.keep(one, NOW)
    writer.close()
    assert list(read_samples(tmp_path, source)) == [one]
