"""Settings of a guard in front of an API of somebody else."""

import pytest

from garrison.config.load import Options, examine, load_settings
from garrison.config.model import Settings
from garrison.core.decision import Mode

API = "contract: {file: a.yaml}\nupstream: {url: https://api.example}\n"


def loaded(text: str = "", options: Options | None = None) -> Settings:
    return load_settings(f"{API}{text}".encode(), "garrison.yaml", options)


def problems(text: str) -> list[str]:
    found = examine(text.encode(), "garrison.yaml").problems
    return [f"{each.path}: {each.message}" for each in found]


@pytest.mark.parametrize("options", [None, Options(egress=True)])
def test_it_switches_on_what_is_made_for_it(options: Options | None) -> None:
    settings = loaded("" if options else "egress: {enabled: true}", options)
    controls = settings.controls
    assert settings.mode == "enforce"
    assert {controls.outgoing.mode, controls.incoming.mode, controls.circuit_breaker.mode} == {Mode.ENFORCE}
    assert controls.response_schema.mode is Mode.ENFORCE
    assert controls.request_schema.undeclared_properties == "refuse"


def test_what_the_file_says_counts() -> None:
    settings = loaded(
        "egress: {enabled: true}\nmode: monitor\n"
        "controls: {outgoing: {mode: 'off'}, request-schema: {undeclared-properties: strip, mode: monitor}}"
    )
    assert settings.mode == "monitor"
    assert settings.controls.outgoing.mode is Mode.OFF
    assert settings.controls.request_schema.undeclared_properties == "strip"
    assert settings.controls.request_schema.mode is Mode.MONITOR


def test_otherwise_nothing_of_it_is_on() -> None:
    settings = loaded()
    assert (settings.mode, settings.controls.outgoing.mode) == ("monitor", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("upstream: {url: 'http://a.example'}", "$.upstream.url: `http://a.example` is not encrypted"),
        ("controls: {outgoing: {headers: ['a b']}}", "$.controls.outgoing.headers[0]: `a b` is no name of a header"),
        ("controls: {outgoing: {credential: {file: ''}}}", "$.controls.outgoing.credential.file: is empty"),
        (
            "controls: {outgoing: {credential: {file: a, header: Host}}}",
            "$.controls.outgoing.credential.header: `Host` is no header field",
        ),
        (
            "controls: {outgoing: {credential: {file: a, scheme: 'a b'}}}",
            "$.controls.outgoing.credential.scheme: `a b` is no authentication scheme",
        ),
        (
            "operations: [{match: a, controls: {outgoing: {headers: ['']}}}]",
            "$.operations[0].controls.outgoing.headers[0]: `` is no name",
        ),
        ("contract: {file: a.yaml, match-hosts: true}", "$.contract.match-hosts: would look for"),
        ("controls: {outgoing: {never: [emails]}}", "$.controls.outgoing.never[0]: must be"),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    found = problems(
        f"egress: {{enabled: true}}\ncontract: {{file: a.yaml}}\n{text}"
        if "contract" not in text
        else f"egress: {{enabled: true}}\n{text}"
    )
    assert any(each.startswith(problem) for each in found), found


def test_plain_http_must_be_asked_for() -> None:
    text = "contract: {file: a.yaml}\nupstream: {url: 'http://a.example'}\n"
    assert problems(f"{text}egress: {{enabled: true, unsafe-plain-http: true}}") == []


@pytest.mark.parametrize("text", ["egress: true", "egress: {enabled: 1}", "egress: {enabled: true}\ncontrols: 3", "[]"])
def test_nonsense_is_reported_and_nothing_raises(text: str) -> None:
    assert problems(text) or "enabled: 1" in text
