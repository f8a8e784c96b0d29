"""API keys: who has one is who it says, everything else is refused, and whoever tries many must wait."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from garrison.adapters.api_keys import KeyFile
from garrison.adapters.credentials import take_keys
from garrison.adapters.files_watched import FilesWatched
from garrison.config.authentication import LockoutSettings
from garrison.config.credentials import ApiKeySettings
from garrison.core.canonical import canonicalise
from garrison.core.errors import ConfigError
from garrison.core.http import Peer, RequestHead
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.identity.api_keys import method
from garrison.identity.key_ring import key_id, make_key
from garrison.identity.memory import Memory
from garrison.identity.outcome import Attempt, Failure, Outcome

NOW = 1_800_000_000.0
HEADER = SecurityScheme("key", "apiKey", "header", "x-api-key")
QUERY = SecurityScheme("key", "apiKey", "query", "key")
COOKIE = SecurityScheme("key", "apiKey", "cookie", "key")
BEARER = SecurityScheme("key", "http", scheme="bearer")
LOCKOUT = LockoutSettings(free=3, free_of_peer=5, first=2.0, longest=60.0, forget=600.0)


class Door:
    """One gateway's memory, and requests to it."""

    def __init__(self, directory: Path) -> None:
        self.file = KeyFile(directory / "data", b"s" * 32)
        self.memory = Memory()
        self.notes: list[str] = []

    def read(self) -> None:
        """Take in what stands in the file, as when it has changed."""
        take_keys(FilesWatched(self.notes.append), self.file, self.memory)

    def create(self, expires: float = 0.0) -> str:
        key = self.file.create("billing", NOW, scopes=("read", "write"), roles=("robot",), expires=expires)
        self.read()
        return key

    def ask(self, key: str, scheme: SecurityScheme = HEADER, *, now: float = NOW, peer: str = "192.0.2.1") -> Outcome:
        headers = {
            "header": (("x-api-key", key),),
            "cookie": (("cookie", f"a=b; key={key}"),),
            "": (("authorization", f"Bearer {key}"),),
        }.get(scheme.location, ())
        target = f"/?key={key}" if scheme.location == "query" else "/"
        head = RequestHead("GET", target, "h", headers, Peer(peer))
        judge: Callable[[Attempt], Outcome] = method(scheme, ApiKeySettings(), LOCKOUT).authenticate
        return judge(Attempt(head, canonicalise(head), now, self.memory))

    def refusal(self, key: str, *, now: float = NOW, peer: str = "192.0.2.1") -> str:
        found = self.ask(key, now=now, peer=peer)
        assert isinstance(found, Failure)
        return found.reason


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


@pytest.mark.parametrize("scheme", [HEADER, QUERY, COOKIE, BEARER])
def test_a_key_is_its_principal_wherever_the_contract_says(door: Door, scheme: SecurityScheme) -> None:
    found = door.ask(door.create(), scheme)
    assert isinstance(found, Principal)
    assert found.id == "keys:billing"
    assert found.scopes == frozenset({"read", "write"})
    assert found.roles == frozenset({"robot"})


def test_nothing_is_presented(door: Door) -> None:
    assert door.ask("") is None


def test_the_key_is_nowhere_kept(door: Door) -> None:
    key = door.create()
    kept = door.file.path.read_text()
    assert key not in kept
    assert key.split("_")[2] not in kept
    assert door.file.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("at", range(0, 90, 7))
def test_a_mistyped_key_is_told_by_its_form(door: Door, at: int) -> None:
    key = door.create()
    other = "0" if key[at] != "0" else "1"
    assert door.refusal(key[:at] + other + key[at + 1 :]) == "api-key-malformed"


def test_a_well_formed_key_that_nobody_made(door: Door) -> None:
    own = key_id(door.create())
    assert door.refusal(make_key(own, "0" * 64)) == "api-key-unknown"
    assert door.refusal(make_key("0" * 12, "0" * 64)) == "api-key-unknown"


def test_a_revoked_key_ends_with_the_file_read_again(door: Door) -> None:
    key = door.create()
    door.file.revoke(key_id(key), NOW)
    assert isinstance(door.ask(key), Principal)
    door.read()
    assert door.refusal(key) == "api-key-revoked"


def test_a_key_expires(door: Door) -> None:
    key = door.create(expires=NOW + 10)
    assert isinstance(door.ask(key, now=NOW + 9.9), Principal)
    assert door.refusal(key, now=NOW + 10) == "api-key-expired"


def test_rotation_overlaps(door: Door) -> None:
    old = door.create(expires=NOW + 1000)
    new = door.file.rotate(key_id(old), NOW + 100, overlap=50)
    door.read()
    assert isinstance(door.ask(new, now=NOW + 149), Principal)
    assert isinstance(door.ask(old, now=NOW + 149), Principal)
    assert door.refusal(old, now=NOW + 150) == "api-key-expired"
    assert door.memory.api_keys.keys[key_id(new)].expires == NOW + 1100


def test_another_secret_makes_every_key_unknown(door: Door, tmp_path: Path) -> None:
    key = door.create()
    take_keys(FilesWatched(door.notes.append), KeyFile(tmp_path / "data", b"t" * 32), door.memory)
    assert door.refusal(key) == "api-key-unknown"


def test_a_damaged_file_keeps_the_keys_that_are_known_and_says_so(door: Door) -> None:
    key = door.create()
    door.file.path.write_text('{"version": 1, "keys": [')
    door.read()
    assert isinstance(door.ask(key), Principal)
    assert len(door.notes) == 1
    assert "api-keys.json" in door.notes[0]
    with pytest.raises(ConfigError):
        door.file.create("other", NOW, scopes=(), roles=(), expires=0.0)
    with pytest.raises(ConfigError):
        door.file.revoke(key_id(key), NOW)


def test_no_keys_were_read_yet(door: Door) -> None:
    assert door.refusal(make_key("0" * 12, "0" * 64)) == "keys-unavailable"


def test_who_tries_secrets_of_one_key_waits_and_so_does_its_owner(door: Door) -> None:
    key = door.create()
    wrong = make_key(key_id(key), "0" * 64)
    for number in range(4):  # three are free, from wherever they come
        assert door.refusal(wrong, peer=f"192.0.2.{number}") == "api-key-unknown"
    found = door.ask(key, peer="198.51.100.1")
    assert found == Failure("locked-out", "", (("retry-after", "3"),), key_id(key) or "")
    assert door.refusal(wrong, now=NOW + 1) == "locked-out", "being locked out does not count again"
    assert isinstance(door.ask(key, now=NOW + 2, peer="198.51.100.1"), Principal)


def test_delays_grow_to_a_bound_and_are_forgotten(door: Door) -> None:
    key = door.create()
    wrong, now = make_key(key_id(key), "0" * 64), NOW
    waits = []
    for number in range(12):
        assert door.refusal(wrong, now=now, peer=f"10.0.0.{number}") == "api-key-unknown"
        wait = door.memory.guesses.wait(now, f"account {key_id(key)}")
        waits.append(wait)
        now += wait
    assert waits == [0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert door.refusal(wrong, now=now + 601, peer="10.0.1.1") == "api-key-unknown"
    assert door.memory.guesses.wait(now + 601, f"account {key_id(key)}") == 0


def test_who_tries_many_keys_from_one_address_waits_but_nobody_else(door: Door) -> None:
    key = door.create()
    for number in range(6):
        assert door.refusal(make_key(f"{number:012x}", "0" * 64)) == "api-key-unknown"
    assert door.refusal(key) == "locked-out"
    assert isinstance(door.ask(key, peer="198.51.100.1"), Principal)


def test_who_has_a_network_of_addresses_to_choose_from_is_one(door: Door) -> None:
    """Every subscriber of IPv6 has at least 64 bits of them."""
    key = door.create()
    for number in range(6):
        assert door.refusal(make_key(f"{number:012x}", "0" * 64), peer=f"2001:db8::{number}") == "api-key-unknown"
    assert door.refusal(key, peer="2001:db8::ffff:1") == "locked-out"
    assert isinstance(door.ask(key, peer="2001:db8:0:1::1"), Principal)


def test_a_success_begins_anew(door: Door) -> None:
    key = door.create()
    wrong = make_key(key_id(key), "0" * 64)
    for _ in range(3):
        for number in range(3):
            assert door.refusal(wrong, peer=f"10.0.0.{number}") == "api-key-unknown"
        assert isinstance(door.ask(key, peer="198.51.100.1"), Principal)


def test_a_key_as_it_is_kept_is_of_a_version(door: Door) -> None:
    door.create()
    assert msgspec.json.decode(door.file.path.read_bytes())["version"] == 1
