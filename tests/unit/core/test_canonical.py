"""One reading of a request's head: what is ambiguous, and how it is read all the same."""

import pytest

from garrison.core.canonical import MAX_OF_A_KIND, CanonicalRequest, canonicalise, label, read_cookies
from garrison.core.http import Headers, Peer, RequestHead


def read(target: str, headers: Headers = (), authority: str = "api.example.com", protocol: str = "HTTP/1.1") -> (
    CanonicalRequest
):  # fmt: skip
    return canonicalise(RequestHead("GET", target, authority, headers, Peer("192.0.2.1"), protocol=protocol))


def places(request: CanonicalRequest) -> list[str]:
    return [f"{each.kind} {each.location}" for each in request.ambiguities]


PATH_TRICKS = [
    ("/a/../b", ["dot-segment path"]),
    ("/a/..", ["dot-segment path"]),
    ("/./a", ["dot-segment path"]),
    ("/a/%2e%2e/b", ["dot-segment path"]),
    ("/a/%2E./b", ["dot-segment path"]),
    ("/a/.%2e/b", ["dot-segment path"]),
    ("/a/..%20/b", ["dot-segment path"]),
    ("/a/..;/b", ["path-parameter path", "dot-segment path"]),
    ("/a/..;x=1/b", ["path-parameter path", "dot-segment path"]),
    ("/a/%2e%2e%3b/b", ["separator-lookalike path", "dot-segment path"]),
    ("/a/..%2fb", ["encoded-separator path", "dot-segment path"]),
    ("/a/..%5cb", ["separator-lookalike path", "dot-segment path"]),
    ("/a;b", ["path-parameter path"]),
    ("/a;jsessionid=1", ["path-parameter path"]),
    ("/a%3Bb", ["separator-lookalike path"]),
    ("/a%2fb", ["encoded-separator path"]),
    ("/a%2Fb", ["encoded-separator path"]),
    ("/a%5cb", ["separator-lookalike path"]),
    ("/a\\b", ["separator-lookalike path"]),
    ("/a%ef%bc%8fb", ["separator-lookalike path"]),
    ("/%ef%bc%8e%ef%bc%8e/b", ["separator-lookalike path", "dot-segment path"]),
    ("/a%e2%88%95b", ["separator-lookalike path"]),
    ("//a", ["empty-segment path"]),
    ("/a//b", ["empty-segment path"]),
    ("/a//", ["empty-segment path"]),
    ("/%252e%252e/a", ["double-encoding path"]),
    ("/a%252fb", ["double-encoding path"]),
    ("/a%25u002fb", ["double-encoding path"]),
    ("/%25%32%66", ["double-encoding path"]),
    ("/a%", ["invalid-encoding path"]),
    ("/a%2", ["invalid-encoding path"]),
    ("/a%zz", ["invalid-encoding path"]),
    ("/a%u002fb", ["invalid-encoding path"]),
    ("/a%c0%af", ["invalid-encoding path"]),
    ("/a%e0%80%af", ["invalid-encoding path"]),
    ("/a%ed%a0%80", ["invalid-encoding path"]),
    ("/a%ff", ["invalid-encoding path"]),
    ("/a%00", ["control-character path"]),
    ("/a%0d%0ab", ["control-character path"]),
    ("/a%7f", ["control-character path"]),
    ("/a%c2%85", ["control-character path"]),
    ("/a\x00b", ["control-character path"]),
    ("/a\tb", ["control-character path"]),
    ("/a b", ["invalid-target path"]),
    ("/a#b", ["invalid-target path"]),
    ('/a"b', ["invalid-target path"]),
    ("/caf\xe9", ["invalid-target path", "invalid-encoding path"]),
    ("", ["invalid-target path"]),
    ("*", ["invalid-target path"]),
    ("a/b", ["invalid-target path"]),
    ("http://api.example.com/a", ["invalid-target path", "empty-segment path"]),
]


@pytest.mark.parametrize(("target", "expected"), PATH_TRICKS)
def test_path_trick_is_noted(target: str, expected: list[str]) -> None:
    assert places(read(target)) == expected


QUERY_TRICKS = [
    ("/q?a=%00", ["control-character query.a"]),
    ("/q?a=%0d%0a", ["control-character query.a"]),
    ("/q?a%0a=1", ["control-character query"]),
    ("/q?a%0d=1", ["control-character query"]),
    ("/q?a=%c2%9b", ["control-character query.a"]),
    ("/q?a=%", ["invalid-encoding query.a"]),
    ("/q?a=%c0%ae", ["invalid-encoding query.a"]),
    ("/q?a=%2527", ["double-encoding query.a"]),
    ("/q?a=%2561dmin", ["double-encoding query.a"]),
    ("/q?a=%253Cscript", ["double-encoding query.a"]),
    ("/q?a=%2500", ["double-encoding query.a"]),
    ("/q?a=%25252F", ["double-encoding query.a"]),
    ("/q?a=%255c", ["double-encoding query.a"]),
    ("/q?a=%25u0027", ["double-encoding query.a"]),
    ("/q?a=..%252fetc", ["double-encoding query.a"]),
    ("/q?a=x%252f..", ["double-encoding query.a"]),
    ("/q?a=<b>", ["invalid-target query"]),
    ("/q?a=x y", ["invalid-target query"]),
    ("/q?a=1#b", ["invalid-target query"]),
    ("/q?a=\\", ["invalid-target query"]),
    ("/q?a=caf\xe9", ["invalid-target query", "invalid-encoding query.a"]),
    ("/q?%3Cb%3E=%00", ["control-character query.?b?"]),
]


@pytest.mark.parametrize(("target", "expected"), QUERY_TRICKS)
def test_query_trick_is_noted(target: str, expected: list[str]) -> None:
    assert places(read(target)) == expected


HEADER_TRICKS: list[tuple[Headers, list[str]]] = [
    ((("content-length", "5"), ("transfer-encoding", "chunked")), ["conflicting-framing header.transfer-encoding"]),
    ((("transfer-encoding", "gzip, chunked"),), ["conflicting-framing header.transfer-encoding"]),
    ((("transfer-encoding", "xchunked"),), ["conflicting-framing header.transfer-encoding"]),
    ((("transfer-encoding", "Chunked"),), ["conflicting-framing header.transfer-encoding"]),
    ((("transfer-encoding", " chunked"),), ["conflicting-framing header.transfer-encoding"]),
    ((("transfer-encoding", ""),), ["conflicting-framing header.transfer-encoding"]),
    (
        (("transfer-encoding", "chunked"), ("transfer-encoding", "identity")),
        ["repeated-header header.transfer-encoding", "conflicting-framing header.transfer-encoding"],
    ),
    ((("content-length", "+5"),), ["conflicting-framing header.content-length"]),
    ((("content-length", "-1"),), ["conflicting-framing header.content-length"]),
    ((("content-length", "0x5"),), ["conflicting-framing header.content-length"]),
    ((("content-length", "5 "),), ["conflicting-framing header.content-length"]),
    ((("content-length", "5_0"),), ["conflicting-framing header.content-length"]),
    ((("content-length", "\xb2"),), ["conflicting-framing header.content-length"]),
    ((("content-length", "9" * 19),), ["conflicting-framing header.content-length"]),
    ((("content-length", ""),), ["conflicting-framing header.content-length"]),
    (
        (("content-length", "5"), ("content-length", "5")),
        ["repeated-header header.content-length", "conflicting-framing header.content-length"],
    ),
    ((("content-type", "a/b"), ("content-type", "c/d")), ["repeated-header header.content-type"]),
    ((("authorization", "a"), ("authorization", "b")), ["repeated-header header.authorization"]),
    ((("x-http-method-override", "DELETE"),), ["method-override header.x-http-method-override"]),
    ((("x-original-url", "/admin"),), ["path-override header.x-original-url"]),
    ((("content_length", "5"),), ["ambiguous-header-name header.content_length"]),
    ((("x_forwarded_for", "::1"),), ["ambiguous-header-name header.x_forwarded_for"]),
    ((("transfer_encoding", "chunked"),), ["ambiguous-header-name header.transfer_encoding"]),
    ((("x-a", "1\r\nx-b: 2"),), ["control-character header.x-a"]),
    ((("x-a", "\x00"),), ["control-character header.x-a"]),
    ((("x-a", "\x7f"),), ["control-character header.x-a"]),
    ((("x a", "1"),), ["invalid-header header"]),
    ((("x-a\n", "1"),), ["invalid-header header"]),
    ((("", "1"),), ["invalid-header header"]),
    ((("x-a:", "1"),), ["invalid-header header"]),
    ((("X-A", "1"),), ["invalid-header header"]),
    ((("x-\xe4", "1"),), ["invalid-header header"]),
    ((("host", "other.example.com"),), ["invalid-authority header.host"]),
]


@pytest.mark.parametrize(("headers", "expected"), HEADER_TRICKS)
def test_header_trick_is_noted(headers: Headers, expected: list[str]) -> None:
    assert places(read("/a", headers)) == expected


@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/2", "HTTP/3"])
def test_chunked_is_of_http_1_1_alone(protocol: str) -> None:
    chunked = (("transfer-encoding", "chunked"),)
    assert places(read("/a", chunked, protocol=protocol)) == ["conflicting-framing header.transfer-encoding"]
    assert places(read("/a", chunked)) == []


@pytest.mark.parametrize(
    "authority", ["", "a b", "user@api.example.com", "a/b", "a:b", "a:", ":80", "a:123456", "a,b", "[::1", "a\x00"]
)
def test_authority_that_is_no_host_and_port_is_noted(authority: str) -> None:
    assert places(read("/a", authority=authority)) == ["invalid-authority authority"]


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("API.Example.com:8080", "api.example.com"),
        ("api.example.com", "api.example.com"),
        ("192.0.2.1:80", "192.0.2.1"),
        ("[2001:DB8::1]:443", "[2001:db8::1]"),
        ("[::1]", "[::1]"),
        ("my_service:80", "my_service"),
    ],
)
def test_host_is_lower_case_and_without_port(authority: str, host: str) -> None:
    request = read("/a", authority=authority)
    assert (request.host, request.ambiguities) == (host, ())


BENIGN_PATHS: list[tuple[str, str, tuple[str, ...]]] = [
    ("/", "/", ("",)),
    ("/pets/", "/pets/", ("pets", "")),
    (
        "/repos/o/r/compare/main...feature",
        "/repos/o/r/compare/main...feature",
        ("repos", "o", "r", "compare", "main...feature"),
    ),
    ("/.well-known/openid-configuration", "/.well-known/openid-configuration", (".well-known", "openid-configuration")),
    ("/a/...", "/a/...", ("a", "...")),
    ("/files/a.b.c~1", "/files/a.b.c~1", ("files", "a.b.c~1")),
    ("/colours/red,green", "/colours/red,green", ("colours", "red,green")),
    ("/v1/users:batchGet", "/v1/users:batchGet", ("v1", "users:batchGet")),
    ("/users/ada@example.com", "/users/ada@example.com", ("users", "ada@example.com")),
    ("/users/ada%40example.com", "/users/ada@example.com", ("users", "ada@example.com")),
    ("/caf%c3%a9", "/caf%C3%A9", ("caf\xe9",)),
    ("/%E4%BD%A0%E5%A5%BD", "/%E4%BD%A0%E5%A5%BD", ("\u4f60\u597d",)),
    ("/a%20b", "/a%20b", ("a b",)),
    ("/a+b", "/a+b", ("a+b",)),
    ("/a%2Bb", "/a+b", ("a+b",)),
    ("/100%25", "/100%25", ("100%",)),
    ("/%7Euser/%61", "/~user/a", ("~user", "a")),
    ("/Entity('key')", "/Entity('key')", ("Entity('key')",)),
    ("/a[0]|b", "/a%5B0%5D%7Cb", ("a[0]|b",)),
    ("/eyJhbGciOiJIUzI1NiJ9.e30.Xk_-", "/eyJhbGciOiJIUzI1NiJ9.e30.Xk_-", ("eyJhbGciOiJIUzI1NiJ9.e30.Xk_-",)),
    ("/$metadata", "/$metadata", ("$metadata",)),
    ("/-/health", "/-/health", ("-", "health")),
]


@pytest.mark.parametrize(("target", "canonical", "segments"), BENIGN_PATHS)
def test_ordinary_path_has_one_reading(target: str, canonical: str, segments: tuple[str, ...]) -> None:
    request = read(target)
    assert (request.ambiguities, request.target, request.segments) == ((), canonical, segments)


BENIGN_QUERIES = [
    ("", ()),
    ("a", (("a", ""),)),
    ("a=", (("a", ""),)),
    ("&a=1&&b=2&", (("a", "1"), ("b", "2"))),
    ("a=b=c", (("a", "b=c"),)),
    ("q=a+b", (("q", "a b"),)),
    ("q=a%2Bb", (("q", "a+b"),)),
    ("q=a%20b", (("q", "a b"),)),
    ("query=%7B%0A%09pets%7D", (("query", "{\n\tpets}"),)),
    ("q=caf%C3%A9", (("q", "caf\xe9"),)),
    ("caf%C3%A9=1", (("caf\xe9", "1"),)),
    ("email=ada@example.com", (("email", "ada@example.com"),)),
    ("email=ada%2Btag%40example.com", (("email", "ada+tag@example.com"),)),
    ("ids=1,2,3", (("ids", "1,2,3"),)),
    ("ids=1%2C2", (("ids", "1,2"),)),
    ("from=2024-01-01T00:00:00Z", (("from", "2024-01-01T00:00:00Z"),)),
    ("filter[name]=x", (("filter[name]", "x"),)),
    ("filter%5Bname%5D=x", (("filter[name]", "x"),)),
    ("ids[]=1&ids[]=2", (("ids[]", "1"), ("ids[]", "2"))),
    ("cursor=eyJpZCI6MX0-_w==", (("cursor", "eyJpZCI6MX0-_w=="),)),
    ("cursor=eyJpZCI6MX0%3D", (("cursor", "eyJpZCI6MX0="),)),
    ("next=https://a.example/b?c=d", (("next", "https://a.example/b?c=d"),)),
    ("next=https%3A%2F%2Fa.example%2F%3Fq%3Da%2520b%252Fc", (("next", "https://a.example/?q=a%20b%2Fc"),)),
    ("next=https%3A%2F%2Fa.example%2F%3Fm%3Dada%2540b.example", (("next", "https://a.example/?m=ada%40b.example"),)),
    ("next=https%3A%2F%2Fa.example%2Fcaf%25C3%25A9", (("next", "https://a.example/caf%C3%A9"),)),
    ("path=../up", (("path", "../up"),)),
    ("off=100%25", (("off", "100%"),)),
    ("$filter=price%20gt%2010", (("$filter", "price gt 10"),)),
    ("q=~a*(b)!'c'", (("q", "~a*(b)!'c'"),)),
    ("json={%22a%22:1}", (("json", '{"a":1}'),)),
    ("a=1;b=2", (("a", "1;b=2"),)),
]


@pytest.mark.parametrize(("query", "pairs"), BENIGN_QUERIES)
def test_ordinary_query_has_one_reading(query: str, pairs: tuple[tuple[str, str], ...]) -> None:
    request = read(f"/q?{query}")
    assert (request.ambiguities, request.query) == ((), pairs)
    assert request.target == f"/q?{query}", "a query is forwarded as it was received"


BENIGN_HEADERS: list[Headers] = [
    (("accept", "a/b"), ("accept", "c/d")),
    (("cookie", "a=1"), ("cookie", "b=2")),
    (("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "192.0.2.2")),
    (("x_custom", "1"),),
    (("content-length", "0"),),
    (("transfer-encoding", "chunked"),),
    (("x-name", "caf\xc3\xa9\x85"),),
    (("x-tab", "a\tb"),),
    (("upgrade", "websocket"), ("connection", "upgrade")),
    (("host", "api.example.com"),),
]


@pytest.mark.parametrize("headers", BENIGN_HEADERS)
def test_ordinary_headers_have_one_reading(headers: Headers) -> None:
    assert places(read("/a", headers)) == []


def test_repeated_list_fields_are_joined() -> None:
    headers = read("/a", (("accept", "a/b"), ("cookie", "a=1"), ("accept", "c/d"), ("cookie", "b=2"))).headers
    assert headers == {"accept": "a/b, c/d", "cookie": "a=1; b=2"}


def test_canonical_target_reads_as_itself() -> None:
    """What is forwarded is read again by the upstream: it must find what was judged."""
    for target, _, segments in BENIGN_PATHS:
        forwarded = read(target).target
        assert (read(forwarded).target, read(forwarded).segments) == (forwarded, segments)


def test_hostile_head_is_noted_in_bounds() -> None:
    many = read("/q?" + "&".join(f"a{number}=%00" for number in range(5000)))
    assert len(many.ambiguities) == MAX_OF_A_KIND
    again = read("/q?" + "a=%00&" * 5000)
    assert places(again) == ["control-character query.a"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("limit", "limit"), ("a[b]", "a[b]"), ("a b<c>", "a?b?c?"), ("x" * 60, "x" * 40), ("caf\xe9\x00", "caf??")],
)
def test_label_shows_a_clients_name_safely(name: str, shown: str) -> None:
    assert label(name) == shown


@pytest.mark.parametrize(
    ("header", "pairs"),
    [
        ("a=1; b=2", (("a", "1"), ("b", "2"))),
        ('a="1"', (("a", "1"),)),
        ("a=b=c", (("a", "b=c"),)),
        ("a; =b;c=", (("", "b"), ("c", ""))),
        ('a =1;b= 2 ;\tc\t="3"', (("a", "1"), ("b", "2"), ("c", "3"))),
        ("", ()),
    ],
)
def test_cookies_are_read_in_order(header: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert read_cookies(header) == pairs
