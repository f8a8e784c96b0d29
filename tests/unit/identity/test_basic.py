"""HTTP Basic: a right password once checked is remembered; a wrong one and an unknown user are told alike."""

import base64
from pathlib import Path

import pytest

from garrison.adapters.credentials import take_users
from garrison.adapters.files_watched import FilesWatched
from garrison.adapters.users import Passwords, UserFile, hashed
from garrison.config.authentication import LockoutSettings
from garrison.config.credentials import BasicSettings
from garrison.core.canonical import canonicalise
from garrison.core.errors import ConfigError
from garrison.core.http import Peer, RequestHead
from garrison.core.kept import Kept
from garrison.core.operation import SecurityScheme
from garrison.core.principal import Principal
from garrison.core.question import UNANSWERED, Answer, Question
from garrison.identity.basic import REMEMBERED, method
from garrison.identity.memory import Memory
from garrison.identity.outcome import Attempt, Failure, Outcome

NOW = 1_800_000_000.0
RIGHT = "correct horse battery"
SCHEME = SecurityScheme("basic", "http", scheme="basic")


class Door:
    """One gateway's memory, its file of users, and what it asked."""

    def __init__(self, directory: Path) -> None:
        self.file = UserFile(directory / "data")
        self.file.put("robot", RIGHT, NOW, scopes=["read"], roles=[])
        self.memory = Memory()
        self.read()
        self.passwords = Passwords(lambda: self.memory.users)
        self.asked = 0
        self._judge = method(SCHEME, BasicSettings(), LockoutSettings(free=2, free_of_peer=100)).authenticate

    def read(self) -> None:
        take_users(FilesWatched(lambda _: None), self.file, self.memory)

    def ask(self, credentials: str, *, now: float = NOW, answer: Answer | None = None) -> Outcome:
        encoded = base64.b64encode(credentials.encode()).decode()
        return self.send(f"Basic {encoded}", now=now, answer=answer)

    def send(self, authorization: str, *, now: float = NOW, answer: Answer | None = None) -> Outcome:
        head = RequestHead("GET", "/", "h", (("authorization", authorization),), Peer("192.0.2.1"))
        answers: dict[Question, Answer] = {}
        found = self._judge(Attempt(head, canonicalise(head), now, self.memory, answers))
        if not isinstance(found, Question):
            return found
        self.asked += 1
        answers[found] = answer or self.passwords.answer(found.body)
        return self._judge(Attempt(head, canonicalise(head), now, self.memory, answers))


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def reason(found: Outcome) -> str:
    assert isinstance(found, Failure)
    return found.reason


def test_a_right_password_is_checked_once(door: Door) -> None:
    for _ in range(3):
        found = door.ask(f"robot:{RIGHT}")
        assert isinstance(found, Principal)
        assert found.id == "users:robot"
        assert found.scopes == frozenset({"read"})
    assert door.asked == 1
    assert isinstance(door.ask(f"robot:{RIGHT}", now=NOW + REMEMBERED), Principal)
    assert door.asked == 2


@pytest.mark.parametrize("credentials", ["robot:wrong", "nobody:wrong", f"nobody:{RIGHT}", "robot:"])
def test_a_wrong_password_and_an_unknown_user_are_told_alike(door: Door, credentials: str) -> None:
    assert reason(door.ask(credentials)) == "password-wrong"
    assert door.asked == 1


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic ",
        "Basic ###",
        "Basic cm9ib3Q=",
        "Basic OnB3",
        "Basic /w==",
        "Basic " + "A" * 2000,
        "Basic cm9ib3Q6AA==",
    ],
)  # nothing, no base64, no colon, no name, no UTF-8, too much, a control character
def test_what_is_no_name_and_password_is_not_asked_about(door: Door, authorization: str) -> None:
    assert reason(door.send(authorization)) == "password-malformed"
    assert door.asked == 0


def test_another_scheme_is_nothing_presented(door: Door) -> None:
    assert door.send("Bearer abc") is None


def test_a_changed_file_counts_at_once(door: Door) -> None:
    assert isinstance(door.ask(f"robot:{RIGHT}"), Principal)
    door.file.put("robot", "another long password", NOW, scopes=[], roles=[])
    door.read()
    assert reason(door.ask(f"robot:{RIGHT}")) == "password-wrong"
    door.file.remove("robot")
    door.read()
    assert reason(door.ask("robot:another long password")) == "password-wrong"


def test_whose_credentials_failed_is_told_also_of_who_is_locked_out(door: Door) -> None:
    def account(found: Outcome) -> str:
        assert isinstance(found, Failure)
        return found.account

    assert [account(door.ask(f"{name}:wrong")) for name in ("robot", "nobody", "robot", "robot", "robot")] == [
        "robot", "nobody", "robot", "robot", "robot",
    ]  # fmt: skip
    assert reason(door.ask("robot:wrong")) == "locked-out"
    assert account(door.send("Basic ###")) == ""


def test_nobody_could_check_it(door: Door) -> None:
    assert reason(door.ask(f"robot:{RIGHT}", answer=UNANSWERED)) == "password-unchecked"


def test_guessing_locks_out_the_user_and_is_not_asked_about(door: Door) -> None:
    for _ in range(3):
        assert reason(door.ask("robot:wrong")) == "password-wrong"
    assert reason(door.ask(f"robot:{RIGHT}")) == "locked-out"
    assert door.asked == 3
    assert isinstance(door.ask(f"robot:{RIGHT}", now=NOW + 1), Principal)


def test_passwords_are_kept_as_slow_hashes(door: Door) -> None:
    kept = door.file.path.read_text()
    assert RIGHT not in kept
    assert "$argon2id$" in kept
    assert hashed(RIGHT) != hashed(RIGHT)
    with pytest.raises(ConfigError):
        door.file.remove("nobody")
    door.file.path.write_text("{")
    with pytest.raises(ConfigError):
        door.file.read()


def test_a_restart_does_not_forgive(door: Door, tmp_path: Path) -> None:
    kept: list[Kept] = []
    door.memory.keep_with(lambda *each: kept.append(Kept(*each)))
    for _ in range(3):
        assert reason(door.ask("robot:wrong")) == "password-wrong"
    again = Door(tmp_path / "again")
    for each in kept:
        again.memory.restore(each)
    assert reason(again.ask(f"robot:{RIGHT}")) == "locked-out"
    assert isinstance(again.ask(f"robot:{RIGHT}", now=NOW + 2), Principal)


def test_whoever_proved_who_they_are_is_forgiven_also_after_a_restart(door: Door, tmp_path: Path) -> None:
    kept: list[Kept] = []
    door.memory.keep_with(lambda *each: kept.append(Kept(*each)))
    for _ in range(2):
        assert reason(door.ask("robot:wrong")) == "password-wrong"
    assert isinstance(door.ask(f"robot:{RIGHT}"), Principal)
    again = Door(tmp_path / "again")
    for each in kept:
        again.memory.restore(each)
    for _ in range(2):
        assert reason(again.ask("robot:wrong")) == "password-wrong"
    assert isinstance(again.ask(f"robot:{RIGHT}"), Principal), "it counts anew"
