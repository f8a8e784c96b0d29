"""Certificates and keys are looked at before anything starts."""

from pathlib import Path

import msgspec
import pytest
import trustme

from garrison.adapters.tls_files import tls_complaints, tls_files
from garrison.config.model import Settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    for name in ("one", "two"):
        issued = authority.issue_cert("localhost")
        issued.cert_chain_pems[0].write_to_path(str(folder / f"{name}.pem"))
        issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
    (folder / "garbage").write_text("garbage")
    return folder


def found(folder: Path, section: str, **tls: str) -> list[tuple[str, str]]:
    told = {key.replace("_", "-"): str(folder / value) for key, value in tls.items()}
    settings = msgspec.convert({section: {"tls": told}}, Settings)
    return [(str(one.path[-1]), one.message.replace(f"{folder}/", "")) for one in tls_complaints(settings)]


@pytest.mark.parametrize("section", ["listen", "upstream"])
def test_pairs(folder: Path, section: str) -> None:
    assert found(folder, section, certificate="one.pem", key="one.key") == []
    assert found(folder, section, certificate="one.pem", key="two.key") == [
        ("key", "`two.key` is not the key of the certificate `one.pem`")
    ]
    assert found(folder, section, certificate="a", key="b") == [
        ("certificate", "`a` cannot be read: no such file or directory"),
        ("key", "`b` cannot be read: no such file or directory"),
    ]
    assert found(folder, section, certificate="garbage", key="one.key") == [
        ("tls", "`garbage` and `one.key` cannot be used as certificate and key")
    ]


def test_authorities(folder: Path) -> None:
    pair = {"certificate": "one.pem", "key": "one.key"}
    assert found(folder, "listen", **pair, client_ca="ca.pem") == []
    assert found(folder, "listen", **pair, client_ca="garbage") == [("client-ca", "`garbage` holds no certificates")]
    assert found(folder, "upstream", ca="x") == [("ca", "`x` cannot be read: no such file or directory")]


def test_files_are_listed() -> None:
    settings = msgspec.convert({"listen": {"tls": {"certificate": "a", "key": "b"}}}, Settings)
    assert tls_files(settings) == ("a", "b")
