"""Issuers' keys: found, fetched, kept while the issuer is down, never taken from anybody else."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from tests.unit.adapters.lookups.server import Answer, Server, eventually, key, serving

from garrison.adapters.lookups.issuers import metadata_addresses
from garrison.adapters.lookups.lookups import Lookups
from garrison.adapters.lookups.web import LookupFailedError, check_address
from garrison.config.model import Settings
from garrison.identity.memory import Memory

NEVER = 3600.0


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


class Desk:
    """Lookups, what they told, and the book that they fill."""

    def __init__(self, floor: float = NEVER) -> None:
        self.memory = Memory()
        self.notes: list[str] = []
        self.lookups = Lookups(self.memory, self.notes.append, floor=floor)

    def apply(self, *issuers: str, **told: Any) -> None:
        self.lookups.apply(settings(*issuers, **told))

    def kids(self, issuer: str) -> list[str | None]:
        keys = self.memory.keys.keys_of(issuer)
        return [] if keys is None else [each.kid for each in keys.keys]

    @property
    def trouble(self) -> str:
        (state,) = self.lookups.issuers
        return state.trouble


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.lookups.close()


@pytest.fixture
def eager() -> Iterator[Desk]:
    """One that looks as soon as a key is missed."""
    desk = Desk(floor=0)
    yield desk
    desk.lookups.close()


def settings(*issuers: str, **told: Any) -> Settings:
    jwt = [{"issuer": issuer, "audiences": ["api"], "unsafe-plain-http": True, **told} for issuer in issuers]
    schemes = {"bearer": {"jwt": jwt}}
    return msgspec.convert({"controls": {"authentication": {"schemes": schemes}}}, Settings)


def test_keys_are_there_when_the_gateway_begins(server: Server, desk: Desk) -> None:
    server.publish(server.url, key("one"), key("two"))
    desk.apply(server.url)
    assert desk.kids(server.url) == ["one", "two"]
    (state,) = desk.lookups.issuers
    assert (state.issuer, state.keys, state.trouble) == (server.url, 2, "")
    assert state.fetched > 0
    assert desk.notes == []


@pytest.mark.parametrize("path", ["", "/realms/main"])
def test_metadata_of_an_oauth_server(server: Server, desk: Desk, path: str) -> None:
    issuer = server.url + path
    server.publish(issuer, key("one"))
    server.answers[f"/.well-known/oauth-authorization-server{path}"] = server.answers.pop(
        f"{path}/.well-known/openid-configuration"
    )
    desk.apply(issuer)
    assert desk.kids(issuer) == ["one"]


def test_places_of_metadata_with_a_path() -> None:
    assert metadata_addresses("https://id.test/a/") == (
        "https://id.test/a/.well-known/openid-configuration",
        "https://id.test/.well-known/oauth-authorization-server/a",
    )


def test_address_of_the_keys_by_the_settings(server: Server, desk: Desk) -> None:
    server.answers["/elsewhere"] = Answer({"keys": [key("one").as_dict(private=False)]})
    desk.apply("https://id.test", **{"jwks-url": f"{server.url}/elsewhere"})
    assert desk.kids("https://id.test") == ["one"]


def test_keys_from_a_file(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(msgspec.json.encode({"keys": [key("one").as_dict(private=False)]}))
    desk.apply("https://id.test", **{"jwks-file": str(file)})
    assert desk.kids("https://id.test") == ["one"]
    file.write_bytes(msgspec.json.encode({"keys": [key("two").as_dict(private=False)]}))
    desk.apply("https://id.test", **{"jwks-file": str(file)})
    assert desk.kids("https://id.test") == ["two"], "a reload reads it anew"
    file.write_bytes(b"{")
    desk.apply("https://id.test", **{"jwks-file": str(file)})
    assert desk.kids("https://id.test") == ["two"]
    assert "is no usable key set" in desk.trouble


def test_metadata_of_another_issuer_is_not_believed(server: Server, desk: Desk) -> None:
    server.publish(server.url, key("one"))
    well_known = "/.well-known/openid-configuration"
    server.answers[well_known] = Answer({"issuer": server.url + "/", "jwks_uri": f"{server.url}/keys"})
    desk.apply(server.url)
    assert desk.kids(server.url) == []
    assert desk.trouble == f"the metadata is that of the issuer `{server.url}/`"
    assert server.count("/keys") == 0


@pytest.mark.parametrize(
    ("place", "answer", "trouble"),
    [
        ("/keys", Answer(status=302, headers={"location": "/other"}), "/keys` answered with status 302"),
        ("/keys", Answer(status=500), "/keys` answered with status 500"),
        ("/keys", Answer(b"x" * 2_000_000), "/keys`: the answer is larger than 1048576 bytes"),
        ("/keys", Answer(b"<html>"), "not a JSON object"),
        ("/keys", Answer({"keys": []}), "no key that could verify a signature"),
        ("/keys", Answer({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}), "no key that could verify a signature"),
        ("/.well-known/openid-configuration", Answer(b"[]"), "the metadata is not a JSON object"),
        (
            "/.well-known/openid-configuration",
            Answer(status=301, headers={"location": "/x"}),
            "answered with status 301",
        ),
        ("/.well-known/openid-configuration", Answer(b" " * 300_000), "the answer is larger than 262144 bytes"),
    ],
)
def test_answers_that_are_not_believed(server: Server, desk: Desk, place: str, answer: Answer, trouble: str) -> None:
    server.publish(server.url, key("one"))
    server.answers[place] = answer
    server.answers["/other"] = server.answers["/x"] = Answer({"keys": [key("two").as_dict(private=False)]})
    desk.apply(server.url)
    assert desk.kids(server.url) == []
    assert desk.trouble.endswith(trouble)
    assert server.count("/other") == server.count("/x") == 0
    (note,) = desk.notes
    assert note.endswith("its tokens are refused until they can")


@pytest.mark.parametrize("url", ["http://id.test/keys", "ftp://id.test/", "https://", "https://[", "", "file:///etc/x"])
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(LookupFailedError, match="is no https address"):
        check_address(url, plain_http=False)
    check_address("https://id.test/keys", plain_http=False)


def test_only_authorities_that_are_trusted_vouch_for_an_issuer(desk: Desk, tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    for name, each in (("ca.pem", authority), ("other.pem", other)):
        each.cert_pem.write_to_path(tmp_path / name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(context) as server:
        server.publish(server.url, key("one"))
        for told in ({}, {"ca": str(tmp_path / "other.pem")}):
            desk.apply(server.url, **{"unsafe-plain-http": False, **told})
            assert desk.kids(server.url) == []
            assert "certificate verify failed" in desk.trouble
        desk.apply(server.url, **{"unsafe-plain-http": False, "ca": str(tmp_path / "ca.pem")})
        assert desk.kids(server.url) == ["one"]


def test_a_missed_key_is_looked_for(server: Server, eager: Desk) -> None:
    server.publish(server.url, key("one"))
    eager.apply(server.url)
    server.publish(server.url, key("one"), key("two"))
    eager.memory.keys.miss(server.url, 0)
    eventually(lambda: eager.kids(server.url) == ["one", "two"])


def test_missed_keys_do_not_press_the_issuer(server: Server, desk: Desk, eager: Desk) -> None:
    """The other desk shows that the misses were seen: it has looked twice by then."""
    server.publish(server.url, key("one"))
    server.publish(f"{server.url}/busy", key("one"))
    desk.apply(server.url)
    eager.apply(f"{server.url}/busy")
    for seen in (2, 3, 4):
        desk.memory.keys.miss(server.url, 0)
        eager.memory.keys.miss(f"{server.url}/busy", 0)
        eventually(lambda seen=seen: server.count("/busy/keys") >= seen)  # type: ignore[misc]
    assert server.count("/keys") == 1


def test_known_keys_stay_while_the_issuer_is_down(server: Server, eager: Desk) -> None:
    server.publish(server.url, key("one"))
    eager.apply(server.url)
    before = eager.memory.keys.of(server.url)
    server.answers["/keys"] = Answer(status=503)
    eager.memory.keys.miss(server.url, 0)
    eventually(lambda: eager.trouble)
    assert eager.memory.keys.of(server.url) is before
    assert eager.notes[0].endswith("the 1 known ones stay in force")
    server.publish(server.url, key("two"))
    eventually(lambda: eager.kids(server.url) == ["two"])
    assert len(eager.notes) == 2, "said once, and once more when it changed"
    assert eager.notes[1] == f"garrison: the keys of `{server.url}` could be fetched again"


def test_the_same_keys_stay_the_same_object(server: Server, eager: Desk) -> None:
    server.publish(server.url, key("one"))
    eager.apply(server.url)
    before = eager.memory.keys.of(server.url)
    assert before is not None
    eager.memory.keys.miss(server.url, 0)
    eventually(lambda: eager.memory.keys.of(server.url) is not before)
    assert eager.memory.keys.keys_of(server.url) is before.keys


def test_an_issuer_that_comes_up_late(server: Server, desk: Desk) -> None:
    desk.apply(server.url)
    assert desk.kids(server.url) == []
    server.publish(server.url, key("one"))
    eventually(lambda: desk.kids(server.url) == ["one"])


def test_reload(server: Server, desk: Desk) -> None:
    stays, goes, comes = (f"{server.url}/{name}" for name in ("stays", "goes", "comes"))
    for issuer in (stays, goes, comes):
        server.publish(issuer, key("one"))
    desk.apply(stays, goes)
    desk.apply(stays, comes)
    assert (desk.kids(stays), desk.kids(goes), desk.kids(comes)) == (["one"], [], ["one"])
    assert server.count("/stays/keys") == 1, "what is as before is not disturbed"
    assert {state.issuer for state in desk.lookups.issuers} == {stays, comes}


def test_a_slow_issuer_does_not_stop_the_start(server: Server, desk: Desk) -> None:
    server.publish(server.url, key("one"))
    server.answers["/keys"].delay = 3
    desk.apply(server.url)
    assert desk.kids(server.url) == []
    eventually(lambda: desk.kids(server.url) == ["one"])


def test_nothing_runs_where_nothing_is_named() -> None:
    desk = Desk()
    desk.apply()
    assert desk.lookups._thread is None
    desk.lookups.close()
