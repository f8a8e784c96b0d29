"""Files that lookups rest on are found wrong when the settings are opened, not when a request waits."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.adapters.lookups.server import key

from garrison.adapters.lookups.files import lookup_complaints, lookup_files
from garrison.config.model import Settings

GONE = "cannot be read: no such file or directory"


def settings(jwt: dict[str, Any], asked: dict[str, Any], point: dict[str, Any]) -> Settings:
    schemes = {
        "a": {
            "jwt": [{"issuer": "https://a.test", "audiences": ["x"], **jwt}],
            "introspection": {"url": "https://b.test", "audiences": ["x"], **asked},
        }
    }
    access = {"decision-point": {"url": "https://c.test", **point}}
    controls = {"authentication": {"schemes": schemes}, "object-access": access}
    return msgspec.convert({"controls": controls}, Settings)


def test_files_that_are_good(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(msgspec.json.encode({"keys": [key("one").as_dict(private=False)]}))
    (tmp_path / "secret").write_text("s3cret\n")
    keys, secret = str(tmp_path / "keys"), str(tmp_path / "secret")
    good = settings({"jwks-file": keys}, {"client-secret-file": secret}, {"token-file": secret})
    assert list(lookup_complaints(good)) == []
    assert lookup_files(good) == (keys, secret)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, GONE),
        (b"", "must hold one line of text, at most 8192 bytes"),
        (b"one\ntwo\n", "must hold one line of text, at most 8192 bytes"),
        (b"x" * 9000, "must hold one line of text, at most 8192 bytes"),
        (b"\xff\xfe", "must hold ASCII text only"),
    ],
)
def test_secrets_that_are_none(tmp_path: Path, content: bytes | None, fault: str) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    complaints = list(lookup_complaints(settings({}, {"client-secret-file": str(file)}, {"token-file": str(file)})))
    scheme = ("controls", "authentication", "schemes", "a", "introspection", "client-secret-file")
    assert [each.path for each in complaints] == [scheme, ("controls", "object-access", "decision-point", "token-file")]
    assert {each.message for each in complaints} == {f"`{file}` {fault}"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, GONE),
        (b"{", "is no usable key set: not a JSON object"),
        (b'{"keys": []}', "is no usable key set: no key that could verify a signature"),
    ],
)
def test_key_sets_that_are_none(tmp_path: Path, content: bytes | None, fault: str) -> None:
    file = tmp_path / "keys"
    if content is not None:
        file.write_bytes(content)
    (complaint,) = lookup_complaints(settings({"jwks-file": str(file)}, {}, {}))
    assert complaint.message == f"`{file}` {fault}"


def test_authorities_that_are_none(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    (complaint,) = lookup_complaints(settings({}, {"ca": str(file)}, {}))
    assert complaint.message == f"`{file}` {GONE}"
    file.write_text("no certificate")
    (complaint,) = lookup_complaints(settings({"ca": str(file)}, {}, {}))
    assert complaint.message == f"`{file}` holds no certificates: it must be a PEM file of authorities"
