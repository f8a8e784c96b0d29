"""`garrison incidents` and `garrison notify`, as operators see them."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from tests.unit.adapters.notifications.servers import taking
from tests.unit.cli.test_blocking import run
from tests.unit.respond.samples import detection
from tests.unit.test_responding import response

from garrison.core.errors import ConfigError
from garrison.responding import Responder


@pytest.fixture
def data(tmp_path: Path) -> str:
    responder = Responder(tmp_path / "d", response(mode="monitor"), clock=lambda: detection().time)
    responder.take([detection(title="Some\x1b[31mbody")])
    responder.close()
    return str(tmp_path / "d")


def test_list_show_close(data: str) -> None:
    listed = run("incidents", "list", "--data", data, status=1).splitlines()
    assert listed[0].split() == ["id", "state", "severity", "last", "detections", "measures", "title"]
    assert run("incidents", "--data", data, status=1).splitlines() == listed
    with pytest.raises(ConfigError, match="stands before `show`, where it says nothing"):
        run("incidents", "--data", data, "show", "a")
    identifier = listed[1].split()[0]
    assert "\x1b" not in listed[1]
    shown = run("incidents", "show", identifier[:4], "--data", data)
    for text in (
        "Some?[31mbody", "severity    high", "peers       203.0.113.7", "blocked 203.0.113.7 (simulated)",
        f"garrison rules show {detection().rule}", f"garrison incidents close {identifier} --data {data}",
    ):  # fmt: skip
        assert text in shown
    assert json.loads(run("incidents", "show", identifier, "--data", data, "--json"))["people"] == 0
    assert "nothing is in force" in run("incidents", "undo", identifier, "--data", data)
    assert run("incidents", "close", identifier, "--data", data) == f"closed {identifier}\n"
    assert "there are no incidents" in run("incidents", "list", "--data", data)
    assert identifier in run("incidents", "list", "--closed", "--data", data)
    with pytest.raises(ConfigError, match="there is no incident `zz`"):
        run("incidents", "show", "zz", "--data", data)


def test_a_test_message(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"whsec_{b64encode(bytes(32)).decode()}")
    config = tmp_path / "garrison.yaml"
    with taking() as server:
        config.write_text(f"""
notify:
  to:
    - {{name: soc, webhook: {{url: "http://127.0.0.1:{server.port}/", secret-file: secret, unsafe-plain-http: true}}}}
    - {{name: lake, ocsf: {{file: "."}}}}
""")
        told = run("notify", "test", "--config", str(config), status=1)
        assert "soc: told" in told
        assert "lake: is a directory" in told
        assert run("notify", "test", "--config", str(config), "--to", "soc") == "soc: told\n"
        assert [json.loads(each.body)["type"] for each in server.got] == ["test", "test"]
    with pytest.raises(ConfigError, match=r"--to: `x` is no destination \(hint: there are `soc`, `lake`\)"):
        run("notify", "test", "--config", str(config), "--to", "x")
    (tmp_path / "secret").unlink()
    with pytest.raises(ConfigError, match=r"to\[0\].webhook.secret-file: .* cannot be read"):
        run("notify", "test", "--config", str(config))
