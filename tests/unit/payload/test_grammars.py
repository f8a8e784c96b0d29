"""Each grammar tells what goes on as its language from what only has its words."""

from collections.abc import Callable

import pytest

from garrison.payload.documents import closes_filter, is_operator, leaves_script
from garrison.payload.expressions import does_more, is_evaluated, is_reached
from garrison.payload.paths import is_bare, is_one, leaves_folder, points_inward, stands_apart
from garrison.payload.shell import is_command, runs_variable
from garrison.payload.sql import goes_on, same_sides, stacks
from garrison.payload.statements import begins_statement

Asked = Callable[[str, int], bool]

HOLDS: list[tuple[Asked, str]] = [
    (is_command, "; ping -c 3 10.1.1.1"),
    (is_command, "|id"),
    (is_command, "&& netsh interface show"),
    (is_command, "; more ./notes.txt"),
    (runs_variable, "k=tac;$k /srv/list"),
    (runs_variable, "a=/sr&&b=v/x&&c=tac&&$c $a$b"),
    (runs_variable, "Q=$'tac /srv/list';$Q"),
    (stacks, "7; drop/**/table boats"),
    (stacks, "x'; insert into boats values (1)"),
    (stacks, "7;load xml infile 'a'"),
    (same_sides, "5 or zz=zz"),
    (same_sides, "x') where 4711=4711"),
    (same_sides, "x' or 'kk' like 'kk"),
    (goes_on, "9 union select 1,2"),
    (leaves_script, "x'; return true"),
    (leaves_script, "x' || this.a"),
    (is_operator, "{$ne:"),
    (closes_filter, "joe)(cn=*"),
    (closes_filter, "*))(|(cn=a"),
    (is_evaluated, "{{ ''|system('x') }}"),
    (is_evaluated, "${foo.exec('x')}"),
    (is_reached, "{{ config."),
    (does_more, "<%= boat.sail() %>"),
    (does_more, "<%= 7*7 %>"),
    (does_more, "<% boat %>"),
    (leaves_folder, "../../../boats"),
    (leaves_folder, "see ../../../¦etc/hosts\nthere"),
    (is_bare, "file=/etc/shadow"),
    (is_one, "/\t/boats.example/a"),
    (points_inward, "http://localhost/admin"),
    (points_inward, "http://127.0.0.1:8080/x"),
]

PASSES: list[tuple[Asked, str]] = [
    (is_command, "; and then we sort of left"),
    (is_command, "| Name | Value |\n| --- | --- |"),
    (is_command, ";import a from 'b'"),
    (is_command, "||abcD|"),
    (runs_variable, "a=1; b=$c"),
    (runs_variable, "run `k=tac;$k¦ ` there"),
    (stacks, "import a from '..';\ndeclare const b: C;\n"),
    (stacks, "we sat; drop by whenever you like"),
    (stacks, "7; exec will sign it"),
    (same_sides, "red or blue = green"),
    (same_sides, "`where 1=1` is always true"),
    (goes_on, "the labour union select committee met"),
    (leaves_script, "var a = require('b');\nvar c"),
    (leaves_script, "'use strict';\n\nvar a"),
    (is_operator, "$where:¦ BoatInput"),
    (closes_filter, "^(\\s*)(a=.*)"),
    (closes_filter, "f(a)(b=1)"),
    (is_evaluated, "{{ name }} calls exec(1)"),
    (is_reached, "${{ env.BOAT }}"),
    (does_more, "Hello <%=¦ boat.name %>"),
    (leaves_folder, "[guide](../../../¦boats/index.md)"),
    (leaves_folder, "one\n\nlook at ../../../¦boats/a.png"),
    (is_bare, "we store the users of this machine in /etc/shadow"),
    (is_one, "/\\boats.example/ becomes //boats.example"),
    (points_inward, "http://localhost:3000/callback"),
]


def asked(grammar: Asked, text: str) -> bool:
    """The answer at the bar in `text`, or at its end."""
    before, _, behind = text.partition("¦")
    return grammar(before + behind, len(before))


@pytest.mark.parametrize(("grammar", "text"), HOLDS)
def test_what_goes_on_holds(grammar: Asked, text: str) -> None:
    assert asked(grammar, text)


@pytest.mark.parametrize(("grammar", "text"), PASSES)
def test_what_only_has_the_words_passes(grammar: Asked, text: str) -> None:
    assert not asked(grammar, text)


@pytest.mark.parametrize(
    "text",
    [
        "select a from b", "SELECT(1)", "insert into a values (1)", "update a set b=1", "delete from a", "drop table a",
        "exec xp_a", "exec('a')", "declare @a int", "waitfor delay '0:0:1'", "create/**/user a", "truncate table a",
        "if (1=1) select 2", "begin dbms_lock.sleep(1)", "copy a from 'b'", "with a as (select 1)", "shutdown;",
        "handler a open", "load data infile 'a'", "do sleep(1)", "grant all on a", "call a(1)",
    ],
)  # fmt: skip
def test_verbs_begin_statements_with_what_they_take(text: str) -> None:
    assert begins_statement(text, 0)


@pytest.mark.parametrize(
    "text",
    [
        "select your seat", "update us soon", "drop me a line", "exec summary follows", "create a boat", "if it rains",
        "call me later", "grant her a wish", "with love", "use the door", "do it now", "shutdown was planned",
        "copy that", "declare const a", "begin with this", "show me", "load the boat", "delete it",
    ],
)  # fmt: skip
def test_sentences_begin_no_statement(text: str) -> None:
    assert not begins_statement(text, 0)


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("/var/log/messages", True),
        ("the lazy dog /var/log/messages The quick", True),
        ("see you tomorrow, /var/log/messages and", True),
        ("look into /var/log/messages for it", False),
        ("$ cat /var/log/messages", False),
        ("- /var/log/messages", False),
        ("path: /var/log/messages", False),
        ("dog\n/var/log/messages\n", False),
        ("the dog `x /var/log/messages` is", False),
    ],
)
def test_a_path_that_nothing_speaks_of_stands_apart(text: str, apart: bool) -> None:
    assert stands_apart(text, text.index("/var/log/messages") + len("/var/log/messages")) is apart


def test_the_last_word_of_a_sentence_is_no_path() -> None:
    text = "bin/sailor can now trust the system"
    assert not stands_apart(text, len(text))


@pytest.mark.parametrize(
    ("text", "is_run"),
    [
        ("k=tac;" * 40 + "$kk /srv/list", False),  # another name, however often the first is assigned
        ("k=tac;" * 40 + "$k /srv/list", True),
        ("k=tac;" + "x" * 190 + "$k", True),
        ("k=tac;" + "x" * 210 + "$k", False),
        ("k=tac;x\nx$k", False),
        ("j=k=tac;$k", True),
        ("k='tac;$k /srv/list';", True),
        ("k=tac $k", False),
        (" " * 1990 + "k=tac;" + "x" * 20 + "$k", True),  # across what is read at once
    ],
)
def test_a_variable_is_run_near_its_assignment(text: str, is_run: bool) -> None:
    assert runs_variable(text, len(text)) is is_run


@pytest.mark.parametrize(
    ("text", "does_run"),
    [
        ("{{a}} " * 100 + "{{ os.popen('tac') ", True),
        ("{{a}} " * 100 + "os.popen('tac') ", False),  # the last expression has ended
        ("{php}system('tac') ", True),
        ("#set($a = Runtime. ", True),
        ("# settings: system( ", False),
        ("os.popen( {{ name ", False),
    ],
)
def test_a_call_counts_behind_the_opening_of_its_expression(text: str, does_run: bool) -> None:
    assert is_evaluated(text, len(text) - 1) is does_run


LONG = "x" * 300


@pytest.mark.parametrize(
    ("text", "does_run"),
    [
        ("{{ " + LONG + ".system('x') }}", True),
        ("{{ " + LONG + " }} system('x')", False),
        ("{{ " + LONG + "|join }}", True),
        ("{{ " + LONG + " 'EXEC' }}", True),
        ("{{ " + LONG + " posts }}", False),
    ],
)
def test_a_long_expression_is_read_like_a_short_one(text: str, does_run: bool) -> None:
    assert is_evaluated(text, text.index("}}")) is does_run
    assert is_evaluated(text.replace(LONG, "x"), text.replace(LONG, "x").index("}}")) is does_run
