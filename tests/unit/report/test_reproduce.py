"""Proofs are sent again: as curl commands, and as a test that fails while the weakness is there."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.report.findings_made import PROVEN, TIMED, WRITTEN
from tests.unit.report.order_shop import Shop

from garrison.core.detection import Confidence, Severity
from garrison.core.finding import CheckId, Finding, Step
from garrison.lab.served import served
from garrison.report.replay import replay
from garrison.report.reproduce import curl, curl_commands
from garrison.report.reproduce_pytest import file_name, pytest_file

PLAIN = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Nothing that pytest must be extended for: to import all that is installed here takes longer than the test."""
ENVIRONMENT = {**PLAIN, "ALICE": "A", "BOB": "B"}


def finding(*steps: Step, location: str = "", says: str = "it is there") -> Finding:
    return Finding(
        CheckId("some-check"), "a weakness", Severity.HIGH, Confidence.HIGH, says, "c" * 32, location=location,
        identities=("alice", "bob"), proof=steps,
    )  # fmt: skip


def step(says: str, method: str, url: str, **more: Any) -> Step:
    body = msgspec.json.encode(more.pop("json")).decode() if "json" in more else ""
    headers = (("content-type", "application/json"),) if body else ()
    if identity := more.get("identity"):
        headers = (("authorization", f"Bearer {{{identity}}}"), *headers)
    return Step(says, method, url, headers=more.pop("headers", headers), body=body, **more)


OBJECT = finding(
    step("alice makes an order", "POST", "/v1/orders", identity="alice", json={"note": "grsnabcde1"}, status=201,
         answer='{"orderId":"7","owner":"alice","note":"grsnabcde1"}'),
    step("bob reads it", "GET", "/v1/orders/7", identity="bob", status=200,
         answer='{"orderId":"7","owner":"alice","note":"grsnabcde1"}'),
)  # fmt: skip
MASS = finding(
    step("somebody registers", "POST", "/v1/users", json={"name": "grsnabcde2", "age": 3}, status=201,
         answer='{"name":"grsnabcde2","role":"user","age":3}'),
    step("as it was", "GET", "/v1/users/grsnabcde2", status=200,
         answer='{"name":"grsnabcde2","role":"user","age":3,"seen":1764000000.1}'),
    step("it is changed", "PATCH", "/v1/users/grsnabcde2", json={"age": 4, "role": "admin"}, status=200, answer="{}"),
    step("the role has changed", "GET", "/v1/users/grsnabcde2", status=200,
         answer='{"name":"grsnabcde2","role":"admin","age":4,"seen":1764000000.2}'),
)  # fmt: skip
SLOW = finding(
    step("quick", "GET", "/v1/search?q=a", status=200, answer="[]", seconds=0.01),
    step("slow", "GET", "/v1/search?q=a%27%3Bsleep(1)", status=200, answer="[]", seconds=3.0),
)
CORS = finding(
    step("any origin will do", "GET", "/v1/cors", headers=(("origin", "https://evil.example"),), status=200,
         answer="ok", answer_headers=(("access-control-allow-origin", "https://evil.example"),)),
    location="header.origin",
)  # fmt: skip
BANNER = finding(
    step("it says what it is", "GET", "/v1/cors", headers=(("origin", "https://a.example"),), status=200, answer="ok"),
    location="header.strict-transport-security",
)


@pytest.fixture(scope="module")
def vulnerable() -> Iterator[str]:
    with served(Shop(vulnerable=True).app(), "the shop") as url:
        yield url


@pytest.fixture(scope="module")
def fixed() -> Iterator[str]:
    with served(Shop(vulnerable=False).app(), "the shop") as url:
        yield url


def passes(made: Finding, target: str, folder: Path, environment: dict[str, str] | None = None) -> tuple[bool, str]:
    (folder / file_name(made)).write_text(pytest_file(made, target))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file_name(made)]
    done = subprocess.run(
        command, cwd=folder, env=environment or ENVIRONMENT, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout


@pytest.mark.parametrize("made", [OBJECT, MASS, SLOW, CORS], ids=["object", "mass", "slow", "cors"])
def test_a_test_fails_until_it_is_mended(made: Finding, vulnerable: str, fixed: str, tmp_path: Path) -> None:
    is_passed, said = passes(made, vulnerable, tmp_path)
    assert not is_passed
    assert "AssertionError: it is there" in said
    is_passed, said = passes(made, fixed, tmp_path)
    assert is_passed, said


def test_a_missing_header_is_missing_again(vulnerable: str, tmp_path: Path) -> None:
    is_passed, said = passes(BANNER, vulnerable, tmp_path)

    assert not is_passed
    assert 'last.headers.get("strict-transport-security", "") == ""' in pytest_file(BANNER, vulnerable)
    assert "AssertionError: it is there" in said


def test_a_test_twice(vulnerable: str, tmp_path: Path) -> None:
    """What was made up is new each time, so that names are not taken."""
    for _ in range(2):
        is_passed, said = passes(MASS, vulnerable, tmp_path)
        assert not is_passed
        assert "AssertionError: it is there" in said


def test_a_proof_that_cannot_be_sent_again_is_no_mended_weakness(fixed: str, tmp_path: Path) -> None:
    is_passed, said = passes(OBJECT, fixed, tmp_path, {**ENVIRONMENT, "ALICE": "expired"})
    assert not is_passed
    assert "step 1 was answered with 401 and not with 201" in said
    is_passed, said = passes(OBJECT, fixed, tmp_path, {**PLAIN, "BOB": "B"})
    assert not is_passed
    assert "set ALICE: a live credential of alice" in said


def test_commands_are_sent_again(tmp_path: Path) -> None:
    shop = Shop(vulnerable=True)
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    with served(shop.app(), "the shop") as url:
        (tmp_path / "proof.sh").write_text(curl(OBJECT, url))
        done = subprocess.run(
            ["sh", "proof.sh"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )

    assert done.returncode == 0, done.stderr
    answers = [line for line in done.stdout.splitlines() if line.startswith("HTTP/1.1")]
    assert answers[0].endswith("201 Created")
    assert len(answers) == 2
    if shutil.which("jq"):
        assert shop.requests == ["/v1/orders/100"]
        assert answers[1].endswith("200 OK")


def test_a_script_asks_for_what_it_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", curl(OBJECT, "http://127.0.0.1:1")],
        env={"PATH": ENVIRONMENT["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "a live credential of alice" in done.stderr


NASTY = [
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "line\nbreak; touch pwned",
    "\\'; touch pwned #",
    "${IFS}",
    "@/etc/passwd",
    "{alice}'; touch pwned",
    "!history",
    "\0zero",
    "\x1b[31mred",
]


@pytest.mark.parametrize("text", NASTY)
def test_nothing_in_a_proof_is_carried_out(text: str, tmp_path: Path) -> None:
    line = text.split("\n", maxsplit=1)[0]
    one = Step(
        text, "POST", f"/v1/{line}".replace(" ", "%20"), "alice", (("x-test", line),), text, status=200, answer=text
    )
    made = finding(msgspec.structs.replace(one, answer_headers=(("location", text),)), says=text)
    made = msgspec.structs.replace(made, title=text)
    words = shlex.split(curl_commands(made, "http://127.0.0.1:1")[0])
    shown = text.replace("\0", "").replace("{alice}", "${ALICE}")

    assert words[words.index("--data-raw") + 1] == shown
    (tmp_path / "proof.sh").write_text(curl(made, "http://127.0.0.1:1"))
    subprocess.run(["sh", "proof.sh"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False, timeout=60)
    compile(pytest_file(made, "http://127.0.0.1:1"), "made", "exec")
    assert not (tmp_path / "pwned").exists()


def test_the_name_of_a_field_is_no_program() -> None:
    """Whoever answers chooses it, and the script has jq look for it."""
    name = 'a"]|$ENV.SECRET#\\(1)'
    answer = msgspec.json.encode({name: {"id": "order-71"}}).decode()
    made = Step("x", "POST", "/v1/orders", "alice", (), "{}", status=200, answer=answer)
    again = Step("x", "GET", "/v1/orders/order-71", "alice", (), "", status=200, answer="{}")
    script = curl(finding(made, again), "http://127.0.0.1:1")
    assert f'.[{msgspec.json.encode(name).decode()}]["id"]' in script


def test_no_answer_again(tmp_path: Path) -> None:
    is_passed, said = passes(TIMED, "http://127.0.0.1:1", tmp_path)

    assert not is_passed
    assert "the answer waits as long as `name` tells the database to" in said


def test_what_an_audit_found_has_no_proof() -> None:
    assert curl(WRITTEN, "http://h") == ""
    assert curl_commands(WRITTEN, "http://h") == ()
    assert pytest_file(WRITTEN, "http://h") == ""


def test_names_do_not_meet() -> None:
    made = finding(
        step(
            "one",
            "POST",
            "/a",
            identity="user",
            json={"x": "{password of user}"},
            status=201,
            answer='{"last": 5, "id": "u7"}',
        ),
        step("two", "GET", "/a/u7?last=5&token={token}", identity="user", status=200),
    )

    assert [(hole.name, hole.kind) for hole in replay(msgspec.structs.replace(made, identities=("user",))).holes] == [
        ("user_", "credential"),
        ("password_of_user", "credential"),
        ("token", "credential"),
        ("id", "answer"),
    ]


def test_the_proof_of_the_example_reads_well() -> None:
    script = curl(PROVEN, "http://127.0.0.1:5000")

    assert "# 2. Bob reads it. (as bob)\n#    What to see: status 200\n" in script
    assert '"$TARGET"/v1/orders/"${ORDER_ID}"\'?full=1\'' in script


@pytest.mark.parametrize("body", ["[" * 20_000 + "]" * 20_000, "[" * 300 + "]" * 300, '{"a":' * 90 + "1" + "}" * 90])
def test_a_deep_body_is_a_text_like_any_other(body: str) -> None:
    made = finding(Step("deep", "POST", "/v1/a", body=body, status=500, answer=body))

    assert body in curl(made, "http://h")
    compile(pytest_file(made, "http://h"), "made", "exec")


def test_a_body_that_was_cut_proves_nothing(vulnerable: str, tmp_path: Path) -> None:
    cut = msgspec.structs.replace(OBJECT.proof[0], body='{"note": "xxx... (10,485,760 characters)')
    made = finding(cut, OBJECT.proof[1])
    (tmp_path / file_name(made)).write_text(pytest_file(made, vulnerable))
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", file_name(made)]
    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)

    assert "1 skipped" in done.stdout
    assert "the body of step 1 is longer than what was kept of it" in done.stdout
    assert "ends where it was cut" in curl(made, vulnerable)


def test_the_password_of_an_account_that_was_made_up_is_a_variable_too() -> None:
    finding = msgspec.structs.replace(
        PROVEN,
        identities=("throwaway-grsnab12cd1",),
        proof=(
            Step("an account is registered", "POST", "/register", body='{"username": "grsnab12cd1"}', status=201),
            Step(
                "it logs in", "POST", "/login", status=200,
                body='{"username": "grsnab12cd1", "password": "{password of throwaway-grsnab12cd1}"}',
            ),
        ),
    )  # fmt: skip
    assert "${PASSWORD_OF_THROWAWAY_GRSNAB12CD1}" in curl(finding, "http://127.0.0.1:5000")
