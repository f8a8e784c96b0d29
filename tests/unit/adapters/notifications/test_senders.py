"""What reaches those who are told, by each way, and what does not leave."""

import hashlib
import hmac
import socket
import ssl
import threading
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from msgspec.structs import replace
from tests.unit.adapters.notifications.servers import Mails, mail_server, taking
from tests.unit.respond.samples import NOW, block, detection

from garrison.adapters.notifications.catalogue import sender_for
from garrison.adapters.notifications.sender import DeliveryError
from garrison.config.load import load_settings
from garrison.config.notify import (
    AppriseSettings,
    DestinationSettings,
    OcsfSettings,
    SyslogSettings,
    WebhookSettings,
)
from garrison.core.detection import Severity
from garrison.core.errors import ConfigError
from garrison.core.notice import Notice, NoticeKind, notice_of
from garrison.report.incident_finding import incident_finding
from garrison.respond.incidents import acted, opened

KEY = bytes(range(32))
SECRET = f"whsec_{b64encode(KEY).decode()}"


def notice(**more: Any) -> Notice:
    incident = acted(opened(detection()), [block(until=NOW + 3600, simulated=True)], [], NOW, contained=False)
    return replace(notice_of(incident, NoticeKind.OPENED, NOW), **more)


def tell(*notices: Notice, **way: Any) -> None:
    sender_for(DestinationSettings(name="soc", **way), lambda each: incident_finding(each, version="1")).send(notices)


def hook(tmp_path: Path, port: int, secret: str = SECRET) -> WebhookSettings:
    file = tmp_path / "secret"
    file.write_text(f"{secret}\n")
    return WebhookSettings(url=f"http://127.0.0.1:{port}/hook", secret_file=str(file), unsafe_plain_http=True)


def test_webhooks_are_signed(tmp_path: Path) -> None:
    with taking() as server:
        tell(notice(), webhook=hook(tmp_path, server.port))
        tell(notice(), webhook=hook(tmp_path, server.port))
    first, again = server.got
    assert first.headers["webhook-id"] == again.headers["webhook-id"] == notice().id
    signed = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode() + first.body
    version, _, given = first.headers["webhook-signature"].partition(",")
    assert version == "v1"
    assert b64decode(given) == hmac.digest(KEY, signed, hashlib.sha256)
    told = msgspec.json.decode(first.body)
    assert told["type"] == "incident.opened"
    assert told["data"]["title"] == "Enumeration"
    assert told["data"]["measures"][0]["target"] == "203.0.113.7"
    assert SECRET.encode() not in first.body


@pytest.mark.parametrize("status", [199 + 101, 302, 410, 500])
def test_what_a_server_does_not_take_was_not_delivered(tmp_path: Path, status: int) -> None:
    with taking() as server:
        server.status = status
        with pytest.raises(DeliveryError, match=str(status)):
            tell(notice(), webhook=hook(tmp_path, server.port))
    assert len(server.got) == 1, "redirects are not followed"


def test_nobody_there(tmp_path: Path) -> None:
    with taking() as server:
        port = server.port
    with pytest.raises(DeliveryError, match="connection refused"):
        tell(notice(), webhook=hook(tmp_path, port))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "c2VjcmV0" * 5, "whsec_!"])
def test_a_secret_that_is_none_is_not_shown(tmp_path: Path, secret: str) -> None:
    with pytest.raises(DeliveryError) as found:
        tell(notice(), webhook=hook(tmp_path, 1, secret))
    assert secret[6:] == "" or secret[6:] not in str(found.value)


def test_secrets_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with taking() as server:
        way = WebhookSettings(url=f"http://127.0.0.1:{server.port}/", secret_env="HOOK", unsafe_plain_http=True)
        with pytest.raises(DeliveryError, match="`HOOK` is empty"):
            tell(notice(), webhook=way)
        monkeypatch.setenv("HOOK", SECRET)
        tell(notice(), webhook=way)
        assert len(server.got) == 1


def test_mail_by_apprise(tmp_path: Path) -> None:
    mails = Mails()
    with mail_server(mails) as port:
        file = tmp_path / "url"
        file.write_text(f"mailto://127.0.0.1:{port}?from=garrison@example.com&to=soc@example.com&mode=insecure\n")
        way = AppriseSettings(url_file=str(file))
        tell(notice(), apprise=way)
        tell(notice(), notice(title="Another"), apprise=way)
        mails.refuses = True
        with pytest.raises(DeliveryError, match="refused"):
            tell(notice(), apprise=way)
    one, two = mails.got
    assert "Subject: Garrison [high] Enumeration" in one.replace("\r\n ", " ")
    assert "garrison incidents show" in one
    assert "203.0.113.7" in one
    assert "Another" in two
    assert "2 incidents" in two


def test_what_apprise_does_not_know_is_not_shown() -> None:
    with pytest.raises(DeliveryError) as found:
        tell(notice(), apprise=AppriseSettings(url="nothing://user:hunter2@example.com"))
    assert "hunter2" not in str(found.value)


def test_syslog_over_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(30)
        address = f"udp://127.0.0.1:{server.getsockname()[1]}"
        tell(notice(title='A "title"\n<13>1 forged'), syslog=SyslogSettings(address=address))
        got = server.recv(4096)
    head, _, text = got.partition(b"\xef\xbb\xbf")
    assert head.startswith(b"<107>1 1970-01-12T13:46:40.000Z ")
    assert b" garrison " in head
    assert b" opened [garrison@32473 id=" in head
    assert b'peers="203.0.113.7"' in head
    assert b"forged" in text
    assert b"\n" not in got


def test_syslog_over_tcp_and_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    for scheme, trusted in (("tcp", None), ("tls", context)):
        got: list[bytes] = []
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=_read_all, args=(server, trusted, got))
            thread.start()
            address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
            tell(notice(), notice(), syslog=SyslogSettings(address=address, ca=str(tmp_path / "ca.pem")))
            thread.join(30)
        size, _, rest = b"".join(got).partition(b" ")
        assert rest[int(size) :].startswith(size + b" <107>1 ")


def _read_all(server: socket.socket, trusted: ssl.SSLContext | None, got: list[bytes]) -> None:
    connection, _ = server.accept()
    if trusted is not None:
        # an end that TLS does not know of is an error (RFC 5425, 4.4)
        connection = trusted.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False)
    with connection:
        while chunk := connection.recv(65536):
            got.append(chunk)


def test_syslog_over_a_unix_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "log"))
        server.settimeout(30)
        tell(notice(), syslog=SyslogSettings(address=f"unix://{tmp_path}/log"))
        assert server.recv(4096).startswith(b"<107>1 ")
    with pytest.raises(DeliveryError, match="connection refused"):
        tell(notice(), syslog=SyslogSettings(address=f"unix://{tmp_path}/log"))


def test_findings_in_a_file_and_sent(tmp_path: Path) -> None:
    file = tmp_path / "findings.jsonl"
    tell(notice(), notice(kind=NoticeKind.CLOSED), ocsf=OcsfSettings(file=str(file)))
    (tmp_path / "token").write_text("t0ken")
    with taking() as server:
        way = OcsfSettings(
            url=f"http://127.0.0.1:{server.port}/", token_file=str(tmp_path / "token"), unsafe_plain_http=True
        )
        tell(notice(), ocsf=way)
    first, second = map(msgspec.json.decode, file.read_bytes().splitlines())
    assert (first["class_uid"], first["type_uid"], second["type_uid"]) == (2005, 200501, 200503)
    assert (first["severity_id"], first["confidence_id"], first["status_id"]) == (4, 2, 1)
    assert first["finding_info_list"][0]["analytic"]["uid"] == "enumeration"
    assert msgspec.json.decode(server.got[0].body) == first
    assert server.got[0].headers["authorization"] == "Bearer t0ken"
    with pytest.raises(DeliveryError, match="no such file"):
        tell(notice(), ocsf=OcsfSettings(file=str(tmp_path / "nowhere" / "file")))


def test_techniques_are_told() -> None:
    record = incident_finding(notice(tags=("attack.t1110.004", "owasp.api2")), version="1")
    assert record["attacks"] == [{"technique": {"uid": "T1110"}, "sub_technique": {"uid": "T1110.004"}}]
    assert incident_finding(notice(severity=Severity.CRITICAL), version="1")["severity_id"] == 5


def test_all_that_is_wrong_with_destinations_is_told_at_once() -> None:
    text = b"""
notify:
  to:
    - {name: a}
    - {name: B, webhook: {url: "http://example.com"}}
    - {name: c, syslog: {address: "ftp://x"}, ocsf: {}}
    - {name: c, apprise: {url: x}}
    - {name: d, webhook: {url: "https://user:hunter2@example.com", secret-env: A}}
"""
    with pytest.raises(ConfigError) as found:
        load_settings(text, "garrison.yaml")
    told = "\n".join(map(str, found.value.problems))
    for each in (
        "to[0]: says no way",
        "to[1].name: `B` is no name",
        "to[1].webhook.url: is not encrypted",
        "to[1].webhook: needs one secret",
        "to[2]: says several ways",
        "to[2].syslog.address: `ftp://x`",
        "to[2].ocsf: needs a place",
        "to[3].name: `c` is the name of two",
        "to[3].apprise.url: is no URL",
        "to[4].webhook.url: must hold no credentials",
    ):
        assert each in told
    assert "hunter2" not in told
