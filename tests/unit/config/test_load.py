# ruff: noqa: E501, ISC004  # one line a case reads better than lines of one width
"""Every problem of a garrison.yaml is reported at once, at its place, in an operator's words."""

import pytest

from garrison.config.load import Options, examine, load_settings
from garrison.config.model import Settings
from garrison.core.errors import ConfigError

UNIT = "durations are seconds and sizes are bytes, written without a unit"
GRANT = "set `controls.inventory.unsafe-allow-undescribed`, or `mode: monitor`"
TOKEN, AT = "controls: {authentication: {schemes: {a: {", "$.controls.authentication.schemes.a"
ALGORITHMS = " or ".join(
    f"`{each}`" for each in ("ES256", "ES384", "ES512", "Ed25519", "EdDSA", "PS256", "PS384", "PS512", "RS256",
                             "RS384", "RS512"))  # fmt: skip

BAD: list[tuple[str, list[str]]] = [
    ("mode: enfoce", ["1: $.mode: must be `enforce` or `monitor`, not `enfoce` (hint: did you mean `enforce`?)"]),
    ("moed: monitor", ["1: $.moed: unknown key `moed` (hint: did you mean `mode`?)"]),
    ("version: 2", ["1: $.version: must be `1`, not `2`"]),
    ("[1]", ["1: $: must be a mapping of keys to values, not `[...]`"]),
    ("mode: monitor\nmode: enforce", ["2: $.mode: key `mode` is given twice"]),
    ("mode: !!python/name:os.system x", ["1: $.mode: tag `tag:yaml.org,2002:python/name:os.system` is not supported",
                                          "1: $.mode: is empty, must be `enforce` or `monitor` (hint: leave the key out to have its default)"]),
    ("a: [", ["1: $: is not valid YAML: expected the node content, but found '<stream end>'"]),
    ("listen:\n  address: 8080", ["2: $.listen.address: must be text, not `8080` (hint: put it in quotes)"]),
    ("upstream: {url: 'me:s3cr@t@h'}",
     ["1: $.upstream.url: `***@h` must begin with `http://` or `https://` (hint: example: `http://127.0.0.1:9000`)"]),
    ("listen: {address: nowhere}",
     ["1: $.listen.address: `nowhere` must be `HOST:PORT` (hint: example: `127.0.0.1:8080`)"]),
    ("listen: {address: '1.2.3.4:65536'}",
     ["1: $.listen.address: `1.2.3.4:65536` port must be between 0 and 65535 (hint: example: `127.0.0.1:8080`)"]),
    ("listen:\n  http3: true",
     ["2: $.listen.http3: needs `tls` (hint: HTTP/3 is always encrypted: give `certificate` and `key`)"]),
    ("listen:\n  http3: true\n  tls: {certificate: 3}",
     ["3: $.listen.tls: `key` is missing",
      "3: $.listen.tls.certificate: must be text, not `3` (hint: put it in quotes)"]),
    ("listen:\n  tls: {certificate: a, key: b, require-client-certificate: true}",
     ["2: $.listen.tls.require-client-certificate: needs `client-ca` (hint: name the authorities that verify clients)"]),
    ("listen: {trusted-proxies: [10.0.0.1/8]}",
     ["1: $.listen.trusted-proxies[0]: `10.0.0.1/8` is no address or network (hint: did you mean `10.0.0.0/8`?)"]),
    ("listen: {trusted-proxies: ['::/0']}",
     ["1: $.listen.trusted-proxies[0]: `::/0` would let every client name its own address (hint: list the proxies)"]),
    ("upstream:\n  url: ftp://x",
     ["2: $.upstream.url: `ftp://x` must begin with `http://` or `https://` (hint: example: `http://127.0.0.1:9000`)"]),
    ("upstream: {url: 'http://u:p@x'}",
     ["1: $.upstream.url: `http://***@x` must not hold a user name or password"
      " (hint: example: `http://127.0.0.1:9000`)"]),
    ("upstream: {url: 'http://x/v1'}",
     ["1: $.upstream.url: `http://x/v1` must have no path: requests are forwarded with the path they came with"
      " (hint: example: `http://127.0.0.1:9000`)"]),
    ("upstream: {connect-timeout: 30s}",
     [f"1: $.upstream.connect-timeout: must be a number, not `30s` (hint: {UNIT}: `30`)"]),
    ("upstream: {connect-timeout: 0}", ["1: $.upstream.connect-timeout: must be more than 0"]),
    ("upstream: {http2: yes}",
     ["1: $.upstream.http2: must be `true` or `false`, not `yes` (hint: write `true`)"]),
    ("upstream:\n  url: http://x\n  tls: {ca: y}",
     ["3: $.upstream.tls: the upstream's URL is not `https` (hint: write `https://` in `url`, or leave `tls` out)"]),
    ("upstream: {url: 'https://x', tls: {key: y}}",
     ["1: $.upstream.tls: `certificate` is missing: a certificate and its key come together"]),
    ("upstream: {health-check: {path: up}}", ["1: $.upstream.health-check.path: must begin with `/`"]),
    ("upstream: {health-check: {interval: 1}}", ["1: $.upstream.health-check: `path` is missing"]),
    ("controls: {request-limits: {header_count: 1}}",
     ["1: $.controls.request-limits.header_count: unknown key `header_count` (hint: did you mean `header-count`?)"]),
    ("controls: {request-limits: {body-bytes: 10MB}}",
     [f"1: $.controls.request-limits.body-bytes: must be a whole number, not `10MB` (hint: {UNIT}: `10485760`)"]),
    ("controls: {request-limits: {json-depth: -1}}",
     ["1: $.controls.request-limits.json-depth: must be at least 0"]),
    ("controls: {inventory: {mode: of}}",
     ["1: $.controls.inventory.mode: must be `enforce` or `monitor` or `off`, not `of` (hint: did you mean `off`?)"]),
    ("contract:", ["1: $.contract: is empty, must be a mapping of keys to values"
                   " (hint: leave the key out to have its default)"]),
    ("contract: {overlays: a.yaml}",
     ["1: $.contract.overlays: must be a list, not `a.yaml` (hint: write `[a.yaml]`)"]),
    ("contract: {overlays: [a.yaml]}",
     ["1: $.contract.overlays: there is no contract to overlay (hint: set `file`)"]),
    ("contract: {file: 's3://b/c'}",
     ["1: $.contract.file: `s3` is not supported (hint: use a path, `http://` or `https://`)"]),
    ("contract: {file: 'http://me:secret@[/x'}",
     ["1: $.contract.file: `http://***@[/x` names no host"]),
    ("record: {fail: closed}",
     ["1: $.record.fail: `closed` would refuse exchanges, which a gateway that monitors never does"
      " (hint: set `mode: enforce`, or leave it out)"]),
    ("mode: enforce\ncontract: {file: x}\nrecord: {ledger-days: 7, ledger-days-of: {van: 2}}\n"
     "controls: {exposure: {mode: enforce, budgets: [{name: a, limit: 3, window: 8d, then: alert},"
     " {name: b, limit: 3, window: 169h}, {name: c, limit: 3, window: 3d, subject: van},"
     " {name: d, limit: 3, window: 3d, subject: person}]}}",
     ["3: $.record.ledger-days: is less than the 8 days that the budget `b` must remember"
      " (hint: raise it, or give a shorter `window`)",
      "3: $.record.ledger-days-of.van: is less than the 8 days that the budget `b` must remember"
      " (hint: raise it, or give a shorter `window`)",
      "3: $.record.ledger-days-of.van: is less than the 3 days that the budget `c` must remember"
      " (hint: raise it, or give a shorter `window`)"]),
    ("metrics: {listen: 'x:9464'}",
     ["1: $.metrics.listen: `x:9464` host must be an IP address of this machine: `0.0.0.0` and `[::]` mean all of"
      " them (hint: example: `127.0.0.1:9464`)"]),
    ("telemetry: {otlp-url: 'collector:4318'}",
     ["1: $.telemetry.otlp-url: `collector:4318` is no address of a collector"
      " (hint: example: `http://127.0.0.1:4318`)"]),
    ("telemetry: {otlp-url: 'http://c:4318/?a'}",
     ["1: $.telemetry.otlp-url: `http://c:4318/?a` must end with its path"
      " (hint: example: `http://127.0.0.1:4318`)"]),
    ("mode: enforce",
     ["1: $.contract.file: is missing: without a contract every request is undescribed, and denied"
      f" (hint: {GRANT})"]),
    ("mode: enforce\ncontract: {file: a}\ncontrols: {inventory: {mode: off}}",
     ["3: $.controls.inventory.mode: nothing would grant a request, so that every one is denied"
      f" (hint: {GRANT})"]),
    ("mode: enforce\ncontract: {file: a}\noperations:\n- match: x\n  controls: {inventory: {mode: off}}",
     ["5: $.operations[0].controls.inventory.mode: nothing would grant these operations' requests"
      " (hint: leave it out)"]),
    ("operations:\n- match: /pets",
     ["2: $.operations[0].match: `/pets` has no method: `* /pets` means any"
      " (hint: examples: `getPet`, `GET /pets/{petId}`, `* /admin/*`, `tag:internal`)"]),
    ("operations:\n- match: a\n  controls: {request-shema: {}}",
     ["3: $.operations[0].controls.request-shema: unknown key `request-shema` (hint: did you mean `request-schema`?)"]),
    ("operations:\n- {}\n- match: get /x",
     ["2: $.operations[0]: `match` is missing",
      "3: $.operations[1].match: `get` is no method: methods are upper case, `*` means any"
      " (hint: examples: `getPet`, `GET /pets/{petId}`, `* /admin/*`, `tag:internal`)"]),
    # an item that is wrong itself, in a list of sections and in one of words
    (f"{TOKEN} jwt: [{{}}, {{issuer: 'https://a', audiences: [b]}}]", [f"1: {AT}.jwt[0]: `issuer` is missing"]),
    (f"{TOKEN} jwt: [7]", [f"1: {AT}.jwt[0]: must be a mapping of keys to values, not `7`"]),
    (f"{TOKEN} jwt: [{{issuer: 'https://a', audiences: [b], algorithms: [HS256]}}]",
     [f"1: {AT}.jwt[0].algorithms[0]: must be {ALGORITHMS}, not `HS256` (hint: did you mean `RS256`?)"]),
    (f"{TOKEN} jwt: [{{issuer: 'https://a'}}]",
     [f"1: {AT}.jwt[0].audiences: is empty, must name this API"
      " (hint: a token for another API of the same issuer must not be accepted here)"]),
    (f"{TOKEN} jwt: [{{issuer: 'https://a', unsafe-any-audience: true, types: [AT+JWT], algorithms: []}}]",
     [f"1: {AT}.jwt[0].algorithms: is empty: no token could be believed (hint: leave the key out)",
      f"1: {AT}.jwt[0].types[0]: `AT+JWT` is compared without prefix and case (hint: write `at+jwt`)"]),
    (f"{TOKEN} jwt: [{{issuer: 'https://a/1', audiences: [b]}}, {{issuer: 'https://a/2', audiences: [b], realm: a}}]",
     [f"1: {AT}.jwt[0].issuer: the realm `a` is also that of `https://a/2`, whose principals are others"
      " (hint: name a `realm`; the same for both where they have the same people)"]),
    (f"{TOKEN} jwt: [{{issuer: 'https://a/1', audiences: [b]}}],"
     " introspection: {url: 'https://a/ask', issuer: 'https://a/2', audiences: [b]}",
     [f"1: {AT}.jwt[0].issuer: the realm `a` is also that of `https://a/2`, whose principals are others"
      " (hint: name a `realm`; the same for both where they have the same people)",
      f"1: {AT}.introspection.issuer: the realm `a` is also that of `https://a/1`, whose principals are others"
      " (hint: name a `realm`; the same for both where they have the same people)"]),
    (f"{TOKEN} jwt: [{{issuer: 'https://a', audiences: [b], jwks-url: 'https://a/k', jwks-file: k}}]",
     [f"1: {AT}.jwt[0].jwks-file: contradicts `jwks-url` (hint: keep one of them)"]),
    (f"{TOKEN} introspection: {{url: 'https://a', audiences: [b], client-secret-file: s, signed: true}}",
     [f"1: {AT}.introspection.signed: needs `issuer` and `client-id` (hint: signed answers name both)",
      f"1: {AT}.introspection.client-secret-file: needs `client-id` (hint: name the client whose secret it is)"]),
    (f"{TOKEN} api-key: {{realm: third-party}}, jwt: [{{issuer: 'https://a', audiences: [b], realm: 'third-party:x'}}]",
     [f"1: {AT}.jwt[0].realm: `third-party:x` is what third parties are named by, to whom a gateway sends"
      " (hint: choose another name)",
      f"1: {AT}.api-key.realm: `third-party` is what third parties are named by, to whom a gateway sends"
      " (hint: choose another name)"]),
    (f"{TOKEN} sender-constraint: dpop, dpop: {{algorithms: []}}",
     [f"1: {AT}: names no way to satisfy the scheme"
      " (hint: ways: `jwt`, `introspection`, `api-key`, `basic`, `certificate`, `signature`)",
      f"1: {AT}.dpop.algorithms: is empty: no proof could hold (hint: leave the key out)"]),
]  # fmt: skip
GOOD_REALMS = [
    "{issuer: 'https://a/1', audiences: [b], realm: x}, {issuer: 'https://a/2', audiences: [b]}",
    "{issuer: 'https://a/1', audiences: [b], realm: a}, {issuer: 'https://a/2', audiences: [b], realm: a}",
    "{issuer: 'https://a', audiences: [b]}, {issuer: 'https://b', audiences: [b]}",
]
BAD = [(text + "}}}}" if text.startswith(TOKEN) else text, expected) for text, expected in BAD]


@pytest.mark.parametrize("issuers", GOOD_REALMS)
def test_issuers_are_told_apart_by_their_realms(issuers: str) -> None:
    load_settings(f"{TOKEN} jwt: [{issuers}]}}}}}}}}".encode(), "garrison.yaml")


@pytest.mark.parametrize(("text", "expected"), BAD, ids=[text.replace("\n", " ")[:50] for text, _ in BAD])
def test_problem_is_reported_at_its_place(text: str, expected: list[str]) -> None:
    problems = examine(text.encode(), "g.yaml").problems
    shown = [f"{p.line}: {p.path}: {p.message}" + (f" (hint: {p.hint})" if p.hint else "") for p in problems]
    assert shown == expected
    assert {problem.file for problem in problems} == {"g.yaml"}


def test_all_problems_are_raised_at_once() -> None:
    text = "mode: x\nlisten: {http3: 1, address: y}\nupstream: {url: z}\nfoo: 1"
    with pytest.raises(ConfigError) as caught:
        load_settings(text.encode(), "g.yaml")
    assert [problem.line for problem in caught.value.problems] == [1, 2, 2, 3, 4]


@pytest.mark.parametrize("text", ["{}", "version: 1\n"])
def test_a_file_may_leave_everything_at_its_default(text: str) -> None:
    assert load_settings(text.encode(), "g.yaml") == Settings()


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff", "---\n", "~"])
def test_a_file_that_says_nothing_is_not_taken_for_the_defaults(text: str) -> None:
    assert [str(problem) for problem in examine(text.encode(), "g.yaml").problems] == [
        "g.yaml: $: is empty (hint: it begins with `version: 1`)"
    ]


def test_where_there_is_no_file_the_options_say_everything() -> None:
    examined = examine(None, "g.yaml", Options(workers=2))
    assert (examined.problems, examined.settings.listen.workers) == ((), 2)


def test_off_is_a_word_as_in_yaml_1_2() -> None:
    settings = load_settings(b"controls: {media-type: {mode: off}}", "g.yaml")
    assert settings.controls.media_type.mode == "off"


def test_relative_paths_are_meant_from_the_files_folder() -> None:
    text = b"contract: {file: api.yaml, overlays: [/abs.yaml, 'https://x/o.yaml', o.yaml]}\ndata: d"
    settings = load_settings(text, "etc/garrison/garrison.yaml")
    assert settings.contract.file == "etc/garrison/api.yaml"
    assert settings.contract.overlays == ("/abs.yaml", "https://x/o.yaml", "etc/garrison/o.yaml")
    assert settings.data == "etc/garrison/d"


def test_options_win_over_the_file_and_keep_their_own_paths() -> None:
    options = Options(
        upstream="http://u", contract="api.yaml", listen="[::1]:0", mode="enforce", workers=2, overlays=("o",)
    )
    settings = load_settings(b"contract: {file: x}\nmode: monitor", "etc/g.yaml", options)
    assert settings.upstream.url == "http://u"
    assert settings.contract.file == "api.yaml"
    assert settings.contract.overlays == ("o",)
    assert (settings.listen.address, settings.listen.workers, settings.mode) == ("[::1]:0", 2, "enforce")


def test_a_problem_with_an_option_names_the_option() -> None:
    problems = examine(b"listen: {workers: 1}", "g.yaml", Options(workers=300, upstream="x", mode="y")).problems
    assert {(problem.file, problem.path) for problem in problems} == {
        ("<options>", "--workers"),
        ("<options>", "--upstream"),
        ("<options>", "--mode"),
    }


def test_an_option_for_a_section_that_is_no_mapping_still_gives_problems() -> None:
    problems = examine(b"listen: 3", "g.yaml", Options(workers=3)).problems
    assert [problem.path for problem in problems] == ["$.listen"]


def test_the_files_syntax_is_bounded() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]" for n in range(8)
    )
    assert any("more than" in problem.message for problem in examine(bomb.encode(), "g.yaml").problems)
    assert examine(b"[" * 5000, "g.yaml").problems
    assert "larger than" in examine(b"#" * (2 << 20), "g.yaml").problems[0].message
    assert "not UTF-8" in examine(b"\xff", "g.yaml").problems[0].message
    assert "contains itself" in examine(b"a: &a [*a]", "g.yaml").problems[0].message
