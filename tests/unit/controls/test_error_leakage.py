"""`error-leakage` knows what only an unhandled error prints, in time linear in the body."""

import importlib
import json

import pytest
from tests.unit.engine.drive import play, request_head, small_policy

from garrison.controls import error_leakage
from garrison.core.http import Headers, ResponseHead

DISCLOSING = {
    "Python": """Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/django/core/handlers/exception.py", line 47, in inner
    response = get_response(request)
KeyError: 'user'""",
    "Python, a frame alone": '  File "/app/views.py", line 12, in get\n    return store[key]',
    "Java": """java.lang.NullPointerException: Cannot invoke "String.length()" because "s" is null
\tat com.example.shop.OrderService.total(OrderService.java:42)
\tat java.base/java.lang.Thread.run(Thread.java:829)""",
    "Java, module frames": "\tat java.base/java.util.ArrayList.get(ArrayList.java:427)",
    "Java, main": 'Exception in thread "main" java.lang.IllegalStateException',
    "Kotlin": "    at com.example.MainKt$handler$1.invokeSuspend(Main.kt:17)",
    "JavaScript": """TypeError: Cannot read properties of undefined (reading 'id')
    at Object.handler (/srv/app/routes/users.js:14:22)
    at Layer.handle [as handle_request] (/srv/app/node_modules/express/lib/router/layer.js:95:5)""",
    "JavaScript, a bare frame": "    at /srv/app/server.js:10:3",
    "JavaScript, modules": "    at async file:///srv/app/index.mjs:3:7\n    at node:internal/process/task_queues:95:5",
    "JavaScript on Windows": "    at Server.<anonymous> (C:\\app\\server.js:10:3)",
    ".NET": """System.NullReferenceException: Object reference not set to an instance of an object.
   at Shop.Api.Controllers.OrderController.Get(Int32 id) in /src/Shop/OrderController.cs:line 31""",
    ".NET on Windows": "   at Shop.Startup.<>c.<Configure>b__5_0(HttpContext c) in C:\\src\\Shop\\Startup.cs:line 8",
    "Go": """panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.main()
\t/home/ci/main.go:8 +0x1d""",
    "Go, another goroutine": "goroutine 34 [chan receive, 2 minutes]:",
    "Ruby": "app/models/user.rb:12:in `find_by_token'\napp/controllers/users_controller.rb:5:in `show'",
    "Ruby 3.4": "app/models/user.rb:12:in 'User#find'",
    "PHP": """Fatal error: Uncaught Exception: no such user in /var/www/html/index.php:3
Stack trace:
#0 /var/www/html/index.php(12): find()
#1 {main}""",
    "PHP as HTML": "<br />\n<b>Warning</b>: Undefined variable $x in <b>/var/www/html/a.php</b> on line <b>3</b>",
    "Rust": "thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds: the len is 3 but the index is 9",
    "Rust 1.90": "thread 'tokio-runtime-worker' (4711) panicked at src/lib.rs:1:1:",
    "MySQL": "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version",
    "MySQL in JavaScript": "ER_PARSE_ERROR: near ''1''' at line 1",
    "PostgreSQL": 'ERROR: syntax error at or near "FROM" LINE 1: SELECT * FROM',
    "PostgreSQL in Go": 'ERROR: relation "users" does not exist (SQLSTATE 42P01)',
    "PostgreSQL in Go, lib/pq": 'pq: duplicate key value violates unique constraint "users_email_key"',
    "PostgreSQL in Python": 'psycopg2.errors.UndefinedTable: relation "users" does not exist',
    "PostgreSQL in Ruby": "PG::UniqueViolation: ERROR: duplicate key value",
    "PostgreSQL in Java": "org.postgresql.util.PSQLException: ERROR",
    "PDO": "SQLSTATE[42S02]: Base table or view not found",
    "Oracle": "ORA-00933: SQL command not properly ended",
    "SQL Server": "Unclosed quotation mark after the character string ''.",
    "SQL Server, syntax": "Incorrect syntax near 'SELECT'.",
    "SQL Server in .NET": "Microsoft.Data.SqlClient.SqlException (0x80131904): Invalid object name",
    "SQLite": 'near "SELEC": syntax error',
    "SQLite in Python": "sqlite3.OperationalError: no such table: users",
    "SQLite in JavaScript": "SQLITE_ERROR: no such column: x",
    "SQLAlchemy": "(Background on this error) sqlalchemy.exc.ProgrammingError",
    "MongoDB": "MongoServerError: E11000 duplicate key error collection: shop.users",
    "JDBC": "java.sql.SQLIntegrityConstraintViolationException: Duplicate entry",
    "a path": "ENOENT: no such file or directory, open '/etc/app/config.yaml'",
    "a path on Windows": "Could not find file 'C:\\inetpub\\wwwroot\\web.config'",
    "nginx": "<hr><center>nginx/1.25.3</center>",
    "Apache": "<address>Apache/2.4.58 (Ubuntu) Server at api.example.com Port 80</address>",
    "Tomcat": "<h3>Apache Tomcat/9.0.83</h3>",
    "ASP.NET": "Version Information: Microsoft .NET Framework; ASP.NET Version:4.8.4667.0",
    "Spring Boot": "<h1>Whitelabel Error Page</h1>",
    "Django": "You're seeing this error because you have <code>DEBUG = True</code>",
}

BENIGN = {
    "a problem": '{"type":"about:blank","title":"Not Found","status":404,"instance":"/v1/customers/100000001"}',
    "validation": '{"errors":[{"field":"name","message":"must be at most 10 characters","at":"2024-01-01T10:00:00Z"}]}',
    "an empty page": "<html><body><h1>404 Not Found</h1></body></html>",
    "a path of the API": '{"path":"/api/v1/files/report.json","error":"not found"}',
    "a path of the API like a server's": '{"path":"/app/orders/17","error":"gone"}',
    "talk of places": "The parcel is at (depot 12:30:45), look at line 5, at the file desk.",
    "talk of SQL": '{"message":"our SQL course is full, syntax near complete"}',
    "talk of panic": "Do not panic: the service is back at 10:30:00.",
    "a price": '{"message":"Delivery by Express 12.50 is not available"}',
    "a version": '{"error":"version 2.1 of the API is retired"}',
    "a package": '{"error":"nginx is busy"}',
    "a module": '{"error":"com.example.limit","at":"api.example.com"}',
    "an e-mail": '{"error":"write to help@example.com at /support"}',
    "base64": "aGVsbG8gd29ybGQhIQ==" * 40,
}

TEXT = (("content-type", "text/plain"),)
JSON = (("content-type", "application/json"),)
ENFORCED = small_policy("mode: enforce")


def is_rewritten(body: bytes, headers: Headers = TEXT, status: int = 500, target: str = "/items") -> bool:
    result = play(ENFORCED, request_head(f"GET {target}"), None, (ResponseHead(status, headers), body))
    return any(reason.control == "error-leakage" for reason in result.event.reasons)


@pytest.mark.parametrize("runtime", DISCLOSING)
def test_disclosure_is_found(runtime: str) -> None:
    assert is_rewritten(DISCLOSING[runtime].encode())


@pytest.mark.parametrize("runtime", DISCLOSING)
def test_disclosure_is_found_inside_json(runtime: str) -> None:
    assert is_rewritten(json.dumps({"error": {"detail": DISCLOSING[runtime]}}).encode(), JSON)


@pytest.mark.parametrize("talk", BENIGN)
def test_ordinary_error_passes(talk: str) -> None:
    assert not is_rewritten(BENIGN[talk].encode())


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ((), "/items"),
        ((("content-type", "application/xml"),), "/items"),
        ((("content-type", "application/soap+xml"),), "/items"),
        ((("content-type", "text/html; charset=utf-8"),), "/nowhere"),
        ((("content-type", "text/plain; charset"),), "/items"),
        ((("content-type", "text/event-stream"),), "/events"),
        (JSON, "/feed"),
    ],
)
def test_errors_of_every_textual_type_are_read(headers: Headers, target: str) -> None:
    policy = small_policy("mode: enforce\ncontrols: {inventory: {mode: monitor}}")
    line = "POST /feed" if target == "/feed" else f"GET {target}"
    result = play(policy, request_head(line), None, (ResponseHead(500, headers), DISCLOSING["Python"].encode()))
    assert [reason.id for reason in result.event.reasons] == ["stack-trace"]


def test_answers_below_400_are_not_read() -> None:
    assert not is_rewritten(DISCLOSING["Python"].encode(), JSON, 200)


def test_images_are_not_read() -> None:
    assert not is_rewritten(DISCLOSING["Python"].encode(), (("content-type", "image/png"),))


STARTS = (
    b"at ", b"\tat ", b"\\tat ", b'File "', b'near "', b" /var/www", b"#1 ", b"Stack trace:", b"Warning: ", b"a.b(",
    b"at a/", b"at a (/", b"at a(b) in ", b"thread '", b"/etc/a.", b"PG::", b"sqlite3.", b"java.sql.SQL",
    b"<title>", b"C:\\", b"(at [", b" in <b>", b"at a$1.", b"at Aa`1[", b'="/usr/a/',
)  # fmt: skip


def test_no_repetition_is_unbounded() -> None:
    """The work at each place of a body is bounded, so that the work on a body is in proportion to it."""
    parser = importlib.import_module("re._parser")
    for reason, sign in error_leakage._SIGNS:
        _, widest = parser.parse(sign.pattern).getwidth()
        assert widest < 2000, reason


@pytest.mark.parametrize("start", STARTS)
def test_body_full_of_beginnings_is_read_to_its_end(start: bytes) -> None:
    body = (start * (error_leakage._MAX_SCANNED // len(start) + 1))[: error_leakage._MAX_SCANNED]
    for _, sign in error_leakage._SIGNS:
        assert sign.search(body, 0, error_leakage._MAX_SCANNED) is None
