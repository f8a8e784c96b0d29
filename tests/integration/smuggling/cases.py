"""Requests that two servers could read differently, as the bytes that go over the wire.

Each row says what the client is answered and what the upstream gets: nothing, or exactly what was judged. A row with
no expected target is refused. The comment in front of a block names the trick.
"""

import msgspec

JSON = b"Content-Type: application/json\r\n"
ADA = b'{"name": "Ada", "email": "ada@example.com", "plan": "basic"}'
LENGTH = b"Content-Length: %d\r\n" % len(ADA)
HIDDEN = b"GET /v1/admin HTTP/1.1\r\nHost: api.example\r\n\r\n"
OPEN = b"GET /v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n"


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of one connection, and what becomes of them."""

    name: str
    sent: bytes
    answers: tuple[int, ...] = (400,)
    """Statuses of all answers, in order."""
    targets: tuple[str, ...] = ()
    """`METHOD TARGET` of all requests that the upstream gets, in order."""
    present: tuple[str, ...] = ()
    """Fields (lower case) that the upstream must get."""
    absent: tuple[str, ...] = ()
    """Fields (lower case) that the upstream must not get."""
    host: str = "api.example"
    """Authority that was judged and forwarded."""


def post(*fields: bytes, body: bytes = ADA, line: bytes = b"POST /v1/customers HTTP/1.1") -> bytes:
    """A registration with these header fields, each with its line end."""
    return line + b"\r\nHost: api.example\r\n" + JSON + b"".join(fields) + b"\r\n" + body


def get(target: bytes, *fields: bytes) -> bytes:
    """A plain request with these header fields, each with its line end."""
    return b"GET " + target + b" HTTP/1.1\r\nHost: api.example\r\n" + b"".join(fields) + b"\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST = b"0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
POSTED = ("POST /v1/customers",)
HEALTHY = ("GET /v1/health",)
CARD = b'{"method": "card", "token": "tok_abcd1234", "amount": 5}'
PAY = (
    b"POST /v1/customers/100000001/payments HTTP/1.1\r\nHost: api.example\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nIdempotency-Key: 6c2f8f0e-5b0a-4c8e-9d38-2f7f6f0f7a11\r\n" % len(CARD)
)


def refused(name: str, sent: bytes, *answers: int) -> Raw:
    """The upstream gets nothing."""
    return Raw(name=name, sent=sent, answers=answers or (400,))


def passed(
    name: str,
    sent: bytes,
    *targets: str,
    present: tuple[str, ...] = (),
    absent: tuple[str, ...] = (),
    host: str = "api.example",
) -> Raw:
    """The upstream gets what was judged."""
    answers = (200,) * len(targets)
    return Raw(name=name, sent=sent, answers=answers, targets=targets, present=present, absent=absent, host=host)


FRAMING: tuple[Raw, ...] = (
    # two framings: a front that takes one, a back that takes the other
    refused("CL.TE", post(b"Content-Length: 6\r\n", CHUNKED, body=LAST + b"G")),
    refused("CL.TE with a whole request hidden", post(b"Content-Length: %d\r\n" % (5 + len(HIDDEN)), CHUNKED,
            body=LAST + HIDDEN)),
    refused("TE.CL", post(CHUNKED, b"Content-Length: 4\r\n", body=chunk(HIDDEN) + LAST)),
    refused("a length of zero and chunks", post(b"Content-Length: 0\r\n", CHUNKED, body=chunk(ADA) + LAST)),
    # transfer codings that only some servers take for chunked
    refused("TE.TE: a coding nobody knows", post(CHUNKED, b"Transfer-Encoding: cow\r\n", body=chunk(ADA) + LAST), 501),
    refused("TE.TE: chunked twice", post(CHUNKED, CHUNKED, body=chunk(ADA) + LAST), 501),
    refused("TE: xchunked", post(b"Transfer-Encoding: xchunked\r\n", body=chunk(ADA) + LAST), 501),
    refused("TE: a vertical tab in front", post(b"Transfer-Encoding: \x0bchunked\r\n", LENGTH, body=ADA)),
    refused("TE: a vertical tab behind", post(b"Transfer-Encoding: chunked\x0b\r\n", body=chunk(ADA) + LAST)),
    refused("TE: a vertical tab in the name", post(b"Transfer-Encoding\x0b: chunked\r\n", LENGTH, body=ADA)),
    refused("TE: a blank before the colon", post(b"Transfer-Encoding : chunked\r\n", body=chunk(ADA) + LAST)),
    refused("TE: quoted", post(b'Transfer-Encoding: "chunked"\r\n', body=chunk(ADA) + LAST), 501),
    refused("TE: identity, chunked", post(b"Transfer-Encoding: identity, chunked\r\n", body=chunk(ADA) + LAST), 501),
    refused("TE: chunked, identity", post(b"Transfer-Encoding: chunked, identity\r\n", body=chunk(ADA) + LAST), 501),
    refused("TE: gzip, chunked", post(b"Transfer-Encoding: gzip, chunked\r\n", body=chunk(ADA) + LAST), 501),
    refused("TE: empty", post(b"Transfer-Encoding:\r\n", LENGTH)),
    refused("TE: an underscore for the hyphen", post(b"Transfer_Encoding: chunked\r\n", LENGTH)),
    # RFC 9112, 5.2: a folded line may be read as one; it leaves as one
    passed("TE on a folded line", post(b"Transfer-Encoding:\r\n chunked\r\n", body=chunk(ADA) + LAST), *POSTED),
    # the CR is taken out, so that nobody behind can read two fields
    passed("TE hidden behind a CR in another field", post(b"X-A: b\rTransfer-Encoding: chunked\r\n", LENGTH), *POSTED,
           absent=("transfer-encoding",)),
    refused("TE in HTTP/1.0", post(CHUNKED, body=chunk(ADA) + LAST, line=b"POST /v1/customers HTTP/1.0"), 426),
    passed("TE in capitals is the same word", post(b"TRANSFER-ENCODING: CHUNKED\r\n", body=chunk(ADA) + LAST), *POSTED),
    # lengths
    refused("two different lengths", post(LENGTH, b"Content-Length: 4\r\n")),
    refused("the same length twice", post(LENGTH, LENGTH)),
    refused("a list of lengths", post(b"Content-Length: %d, %d\r\n" % (len(ADA), len(ADA)))),
    refused("a length with a sign", post(b"Content-Length: +%d\r\n" % len(ADA))),
    refused("a negative length", post(b"Content-Length: -1\r\n")),
    refused("a length in hexadecimal", post(b"Content-Length: 0x3c\r\n")),
    refused("a length with a blank inside", post(b"Content-Length: 6 0\r\n")),
    refused("a length beyond 64 bits", post(b"Content-Length: 18446744073709551676\r\n")),
    refused("a length with a blank before the colon", post(b"Content-Length : %d\r\n" % len(ADA))),
    refused("a length by another name", post(LENGTH, b"Content_Length: 4\r\n")),
    # CL.0: a body where the upstream may expect none becomes its next request
    refused("CL.0 on a GET", get(b"/v1/health", b"Content-Length: %d\r\n" % len(HIDDEN)) + HIDDEN),
    refused("a chunked body on a GET", get(b"/v1/health", CHUNKED) + chunk(HIDDEN) + LAST, 411),
    passed("a length of zero, and a second request", get(b"/v1/health", b"Content-Length: 0\r\n") + OPEN,
           *HEALTHY, *HEALTHY),
    # chunks
    refused("a chunk size with 0x", post(CHUNKED, body=b"0x3c\r\n" + ADA + b"\r\n" + LAST)),
    refused("a chunk size with a sign", post(CHUNKED, body=b"+3c\r\n" + ADA + b"\r\n" + LAST)),
    refused("a chunk size beyond 64 bits", post(CHUNKED, body=b"1000000000000003c\r\n" + ADA + b"\r\n" + LAST)),
    refused("a chunk longer than its size", post(CHUNKED, body=b"2\r\n" + ADA + b"\r\n" + LAST)),
    refused("a chunk size that ends in LF alone", post(CHUNKED, body=b"3c\n" + ADA + b"\r\n" + LAST)),
    refused("a chunk extension that ends in LF alone", post(CHUNKED, body=b"3c;\n" + ADA + b"\r\n" + LAST)),
    passed("a chunk extension is dropped", post(CHUNKED, body=b"3c;a=b\r\n" + ADA + b"\r\n" + LAST), *POSTED),
    passed("trailers are dropped", post(CHUNKED, body=chunk(ADA) + b"0\r\nX-Api-Key: k\r\n\r\n"), *POSTED,
           absent=("x-api-key",)),
    # lines
    # RFC 9112, 2.2: a lone LF may end a line; what is forwarded has CRLF
    passed("LF alone after the request line", b"GET /v1/health HTTP/1.1\nHost: api.example\r\n\r\n", *HEALTHY),
    passed("LF alone after a field", b"GET /v1/health HTTP/1.1\r\nHost: api.example\nX-A: b\r\n\r\n", *HEALTHY,
           present=("x-a",)),
    refused("LF alone everywhere, and a hidden request", b"GET /v1/health HTTP/1.1\nHost: api.example\n"
            b"Content-Length: 5\n\n" + HIDDEN),
    refused("CR alone after a field", b"GET /v1/health HTTP/1.1\r\nHost: api.example\rX-A: b\r\n\r\n"),
    passed("a folded field", get(b"/v1/health", b"X-A: b\r\n X-B: c\r\n"), *HEALTHY, present=("x-a",), absent=("x-b",)),
    refused("a line folded onto the request line", b"GET /v1/health HTTP/1.1\r\n X-A: b\r\nHost: api.example\r\n\r\n"),
    refused("a field without a colon", get(b"/v1/health", b"X-A\r\n")),
    refused("a field without a name", get(b"/v1/health", b": b\r\n")),
    refused("a blank in a field's name", get(b"/v1/health", b"X A: b\r\n")),
    refused("a NUL in a field's name", get(b"/v1/health", b"X\x00A: b\r\n")),
    refused("a NUL in a field's value", get(b"/v1/health", b"X-A: \x00b\r\n")),
    # versions
    refused("HTTP/0.9", b"GET /v1/health\r\n", 426),
    refused("HTTP/0.9 with a version of its own", b"GET /v1/health HTTP/0.9\r\nHost: api.example\r\n\r\n", 426),
    refused("HTTP/1.2", b"GET /v1/health HTTP/1.2\r\nHost: api.example\r\n\r\n", 426),
    refused("HTTP/2.0 in words", b"GET /v1/health HTTP/2.0\r\nHost: api.example\r\n\r\n", 426),
    refused("http in lower case", b"GET /v1/health http/1.1\r\nHost: api.example\r\n\r\n"),
    refused("HTTP/1.0", b"GET /v1/health HTTP/1.0\r\nHost: api.example\r\n\r\n", 426),
    # RFC 9112, 3: words may be split on any blanks
    passed("two blanks in the request line", b"GET  /v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n", *HEALTHY),
    passed("a tab in the request line", b"GET\t/v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n", *HEALTHY),
    refused("a third word in the target", b"GET /v1/health /v1/admin HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    # pipelines
    passed("two requests in one go", OPEN + OPEN, *HEALTHY, *HEALTHY),
    Raw(name="a refused request, then a good one", sent=HIDDEN + OPEN, answers=(404, 200), targets=HEALTHY),
    Raw(name="a good request, then a refused one", sent=OPEN + HIDDEN, answers=(200, 404), targets=HEALTHY),
    refused("a refused body that looks like a request", post(b"Content-Length: %d\r\n" % len(OPEN), body=OPEN)),
    Raw(name="a refused body, then a good request", sent=post(b"Content-Length: 2\r\n", body=b"{}") + OPEN,
        answers=(400, 0)),  # closed: 0
    refused("a length that is too short", post(b"Content-Length: 2\r\n", body=b"{}" + HIDDEN), 400, 0),
    refused("expectation and hidden request", post(b"Expect: 100-continue, x\r\n", LENGTH)),
)  # fmt: skip
"""Where does a message end?"""

TARGETS: tuple[Raw, ...] = (
    # the form of the target, and whose host it is
    refused("two hosts, the other way round",
            b"GET /v1/health HTTP/1.1\r\nHost: evil.example\r\nHost: api.example\r\n\r\n"),
    refused("the same host twice", b"GET /v1/health HTTP/1.1\r\nHost: api.example\r\nHOST: api.example\r\n\r\n"),
    # RFC 9112, 3.2 wants 400 here too; Envoy drops the empty one unseen, and what is left has one reading
    passed("an empty host and another", b"GET /v1/health HTTP/1.1\r\nHost:\r\nHost: api.example\r\n\r\n", *HEALTHY),
    refused("two hosts in one field", b"GET /v1/health HTTP/1.1\r\nHost: api.example, evil.example\r\n\r\n"),
    # RFC 9112, 3.2.2: the target's host replaces the field, for us and for the upstream
    passed("absolute-form with another host",
           b"GET http://other.example/v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n",
           *HEALTHY, host="other.example"),
    passed("absolute-form with the same host",
            b"GET http://api.example/v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n", *HEALTHY),
    refused("absolute-form with dots", b"GET http://api.example/v1/x/../health HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    refused("a target without a slash", b"GET v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    refused("authority-form", b"GET api.example:80 HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    refused("CONNECT", b"CONNECT api.example:80 HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    refused("asterisk-form", b"OPTIONS * HTTP/1.1\r\nHost: api.example\r\n\r\n", 404),
    refused("no host", b"GET /v1/health HTTP/1.1\r\n\r\n"),
    refused("two hosts", get(b"/v1/health", b"Host: evil.example\r\n")),
    refused("the same host twice", get(b"/v1/health", b"Host: api.example\r\n")),
    refused("an empty host", b"GET /v1/health HTTP/1.1\r\nHost:\r\n\r\n"),
    refused("a host with a path", b"GET /v1/health HTTP/1.1\r\nHost: api.example/x\r\n\r\n"),
    refused("a host with credentials", b"GET /v1/health HTTP/1.1\r\nHost: me@api.example\r\n\r\n"),
    refused("a host with a blank", b"GET /v1/health HTTP/1.1\r\nHost: api.example evil.example\r\n\r\n"),
    # paths
    refused("dots", get(b"/v1/x/../health")),
    refused("dots beyond the root", get(b"/../../v1/health")),
    refused("a single dot", get(b"/v1/./health")),
    refused("encoded dots", get(b"/v1/x/%2e%2e/health")),
    refused("half encoded dots", get(b"/v1/x/.%2E/health")),
    refused("dots encoded twice", get(b"/v1/x/%252e%252e/health")),
    refused("dots encoded thrice", get(b"/v1/x/%25252e%25252e/health")),
    refused("dots as overlong UTF-8", get(b"/v1/x/%c0%ae%c0%ae/health")),
    refused("dots in full width", get(b"/v1/x/%ef%bc%8e%ef%bc%8e/health")),
    refused("dots with a parameter", get(b"/v1/x/..;/health")),
    refused("dots with backslashes", get(b"/v1/x\\..\\health")),
    refused("dots with encoded backslashes", get(b"/v1/x%5c..%5chealth")),
    refused("dots with encoded slashes", get(b"/v1/x%2f..%2fhealth")),
    refused("an encoded slash", get(b"/v1%2fhealth")),
    refused("a slash encoded twice", get(b"/v1%252fhealth")),
    refused("a slash as overlong UTF-8", get(b"/v1%c0%afhealth")),
    refused("a slash in full width", get(b"/v1%ef%bc%8fhealth")),
    refused("a fraction slash", get(b"/v1%e2%81%84health")),
    refused("two slashes", get(b"/v1//health")),
    refused("two slashes in front", get(b"//v1/health")),
    refused("a backslash in front", get(b"\\v1\\health")),
    refused("a path parameter", get(b"/v1/health;x=y")),
    refused("an encoded path parameter", get(b"/v1/health%3bx=y")),
    refused("a session in the path", get(b"/v1;jsessionid=1/health")),
    refused("an encoded NUL", get(b"/v1/health%00.png")),
    refused("an encoded line end", get(b"/v1/health%0d%0aX-A:%20b")),
    refused("an encoded delete", get(b"/v1/health%7f")),
    refused("a trailing dot", get(b"/v1/health."), 404),
    refused("an encoded trailing dot", get(b"/v1/health%2e"), 404),
    refused("an encoded trailing blank", get(b"/v1/health%20"), 404),
    refused("a trailing slash", get(b"/v1/health/"), 404),
    refused("other case", get(b"/v1/HEALTH"), 404),
    refused("an encoded letter of another case", get(b"/v1/%48ealth"), 404),
    refused("a look-alike letter", get(b"/v1/he%d0%b0lth"), 404),
    refused("a letter in full width", get(b"/v1/%ef%bd%88ealth"), 404),
    refused("a combining mark", get(b"/v1/health%cc%81"), 404),
    refused("a soft hyphen", get(b"/v1/he%c2%adalth"), 404),
    refused("a raw byte over 127", get(b"/v1/h\xe9alth")),
    refused("a percent without digits", get(b"/v1/health%")),
    refused("a percent and a letter u", get(b"/v1/%u0068ealth")),
    refused("a fragment", get(b"/v1/health#/v1/admin")),
    refused("an encoded fragment", get(b"/v1/health%23x"), 404),
    refused("an encoded question mark", get(b"/v1/health%3fx=1"), 404),
    passed("a letter encoded for no reason", get(b"/v1/%68ealth"), *HEALTHY),
    passed("two letters encoded for no reason", get(b"/%76%31/health"), *HEALTHY),
    # queries
    refused("a second question mark", get(b"/v1/customers?limit=1?limit=2")),
    refused("a semicolon for an ampersand", get(b"/v1/customers?limit=1;limit=2")),
    refused("a parameter twice", get(b"/v1/customers?limit=1&limit=99")),
    refused("a parameter twice, once encoded", get(b"/v1/customers?limit=1&%6cimit=99")),
    refused("an encoded ampersand", get(b"/v1/customers?limit=1%26limit=99")),
    refused("an encoded line end in the query", get(b"/v1/customers?limit=1%0d%0aX-A:%20b")),
    refused("a NUL in the query", get(b"/v1/customers?limit=1%00")),
    refused("a fragment behind the query", get(b"/v1/customers?limit=1#limit=99")),
    passed("a query as it was judged", get(b"/v1/customers?limit=%31&plan=basic"),
           "GET /v1/customers?limit=%31&plan=basic"),
    # methods
    refused("a method with a NUL", b"GE\x00T /v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    refused("TRACE", b"TRACE /v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n", 405),
    refused("TRACK", b"TRACK /v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    refused("a method in lower case", b"get /v1/health HTTP/1.1\r\nHost: api.example\r\n\r\n"),
    refused("the preface of HTTP/2 as a method", b"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n", 0),
)  # fmt: skip
"""What is asked for?"""

FIELDS: tuple[Raw, ...] = (
    refused("X-Original-URL", get(b"/v1/health", b"X-Original-URL: /v1/admin\r\n")),
    refused("X-Rewrite-URL", get(b"/v1/health", b"X-Rewrite-URL: /v1/admin\r\n")),
    refused("X-HTTP-Method-Override", get(b"/v1/health", b"X-HTTP-Method-Override: DELETE\r\n")),
    refused("X-HTTP-Method", get(b"/v1/health", b"X-HTTP-Method: DELETE\r\n")),
    refused("X-Method-Override", get(b"/v1/health", b"X-Method-Override: DELETE\r\n")),
    refused("X_HTTP_Method_Override", get(b"/v1/health", b"X_HTTP_Method_Override: DELETE\r\n")),
    passed("X-Forwarded-For from a stranger", get(b"/v1/health", b"X-Forwarded-For: 10.0.0.1\r\n"), *HEALTHY),
    passed("X-Forwarded-Host from a stranger", get(b"/v1/health", b"X-Forwarded-Host: evil.example\r\n"), *HEALTHY,
           absent=("x-forwarded-host",)),
    passed("X-Forwarded-Prefix from a stranger", get(b"/v1/health", b"X-Forwarded-Prefix: /admin\r\n"), *HEALTHY,
           absent=("x-forwarded-prefix",)),
    passed("X-Real-IP from a stranger", get(b"/v1/health", b"X-Real-IP: 10.0.0.1\r\n"), *HEALTHY,
           absent=("x-real-ip",)),
    passed("Forwarded from a stranger", get(b"/v1/health", b"Forwarded: for=10.0.0.1\r\n"), *HEALTHY,
           absent=("forwarded",)),
    passed("X_Forwarded_For from a stranger", get(b"/v1/health", b"X_Forwarded_For: 10.0.0.1\r\n"), *HEALTHY,
           absent=("x_forwarded_for",)),
    passed("a client certificate from a stranger", get(b"/v1/health", b"X-Forwarded-Client-Cert: By=me\r\n"), *HEALTHY,
           absent=("x-forwarded-client-cert",)),
    passed("words that Envoy would obey", get(b"/v1/health", b"X-Envoy-Original-Path: /v1/admin\r\n",
           b"X-Envoy-Retry-On: 5xx\r\n", b"X-Envoy-Upstream-Rq-Timeout-Ms: 1\r\n"), *HEALTHY,
           absent=("x-envoy-original-path", "x-envoy-retry-on", "x-envoy-upstream-rq-timeout-ms")),
    # RFC 9110, 7.6.1: what `Connection` names is taken out, before it is judged
    passed("Connection that names a credential", get(b"/v1/health", b"X-Api-Key: k\r\n",
           b"Connection: close, X-Api-Key\r\n"), *HEALTHY, absent=("connection", "x-api-key")),
    refused("Connection that names a required field", PAY + b"Connection: close, Idempotency-Key\r\n\r\n" + CARD),
    passed("the same without Connection", PAY + b"\r\n" + CARD, "POST /v1/customers/100000001/payments",
           present=("idempotency-key",)),
    refused("Connection that names the forwarded address", get(b"/v1/health",
            b"Connection: close, X-Forwarded-For\r\n")),
    passed("Keep-Alive and Proxy-Connection", get(b"/v1/health", b"Keep-Alive: timeout=5\r\n",
           b"Proxy-Connection: keep-alive\r\n"), *HEALTHY, absent=("keep-alive", "proxy-connection")),
    passed("an upgrade that nobody offers", get(b"/v1/health", b"TE: trailers, gzip\r\n"), *HEALTHY),
    passed("an upgrade to h2c", get(b"/v1/health", b"Connection: Upgrade, HTTP2-Settings\r\n", b"Upgrade: h2c\r\n",
           b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"), *HEALTHY,
           absent=("upgrade", "connection", "http2-settings")),
    refused("an upgrade to something else", get(b"/v1/health", b"Connection: Upgrade\r\n", b"Upgrade: tls\r\n"), 403),
    refused("an upgrade on an operation that has none", get(b"/v1/health", b"Connection: Upgrade\r\n",
            b"Upgrade: websocket\r\n", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            b"Sec-WebSocket-Version: 13\r\n")),
    refused("credentials twice", get(b"/v1/health",
            b"Authorization: Basic YQ==\r\n", b"Authorization: Basic Yg==\r\n")),
    refused("an API key twice", get(b"/v1/health", b"X-Api-Key: a\r\n", b"X-Api-Key: b\r\n")),
    refused("an API key by two names", get(b"/v1/health", b"X-Api-Key: a\r\n", b"X_Api_Key: b\r\n")),
    refused("a cookie with a control character", get(b"/v1/health", b"Cookie: a=\x01b\r\n")),
)  # fmt: skip
"""What else is said?"""
