"""Surfaces: paths at which servers, frameworks and careless deployments show their inside, and how each is recognised.

What counts is what comes back, never the status: a server that answers 200 to everything has none of them.
"""

import re
from typing import Final

import msgspec

from garrison.assess.call import Answer
from garrison.core.detection import Severity


class Surface(msgspec.Struct, frozen=True):
    """One kind of them."""

    kind: str
    """What it is: `settings in the environment file`."""
    paths: tuple[str, ...]
    pattern: re.Pattern[str]
    """Stands in the body of such an answer."""
    severity: Severity
    is_text: bool = False
    """Whether a page of HTML is something else."""

    def fits(self, answer: Answer) -> bool:
        """Whether an answer is such a one."""
        text = answer.text[:50_000]
        is_page = "<html" in text[:500].lower()
        return answer.is_success and not (self.is_text and is_page) and bool(self.pattern.search(text))


def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE | re.IGNORECASE)


DEBUG: Final = (
    Surface(
        "settings in an environment file",
        ("/.env", "/.env.local", "/.env.production"),
        re.compile(r"\A(?:#.*\n|\s*\n|(?:export )?[A-Z][A-Z0-9_]+ *=.*(?:\n|\Z)){2,}"),
        Severity.CRITICAL,
        is_text=True,
    ),
    Surface(
        "the repository of the source",
        ("/.git/HEAD",),
        re.compile(r"\A(ref: refs/|[0-9a-f]{40}\s*\Z)"),
        Severity.HIGH,
        is_text=True,
    ),
    Surface("the working copy of the source", ("/.svn/entries",), re.compile(r"\A\d+\s*\n"), Severity.HIGH, True),
    Surface("a private key", ("/id_rsa", "/server.key"), _like(r"-----BEGIN [A-Z ]*PRIVATE KEY"), Severity.CRITICAL),
    Surface(
        "a copy of the database",
        ("/backup.sql", "/dump.sql", "/db.sqlite3"),
        _like(r"\ASQLite format 3|^(CREATE TABLE|INSERT INTO) "),
        Severity.CRITICAL,
        is_text=True,
    ),
    Surface(
        "a console that runs code",
        ("/console", "/h2-console/"),
        _like(r"Werkzeug.{0,200}(Debugger|Console)|Interactive Console|H2 Console"),
        Severity.CRITICAL,
    ),
    Surface("the heap's management interface", ("/jolokia/list",), _like(r'"java\.lang|"agent"'), Severity.HIGH),
    Surface(
        "the settings of a Spring service",
        ("/actuator/env", "/env"),
        _like(r'"propertySources"|"systemProperties"'),
        Severity.HIGH,
    ),
    Surface("the actuator of a Spring service", ("/actuator",), _like(r'"_links".*"self"'), Severity.MEDIUM),
    Surface(
        "profiles and memory of a Go service",
        ("/debug/pprof/", "/debug/vars"),
        _like(r"Types of profiles available|\"memstats\"\s*:"),
        Severity.MEDIUM,
    ),
    Surface(
        "the state of an Apache server",
        ("/server-status", "/server-info"),
        _like(r"Apache (Server|Status)"),
        Severity.MEDIUM,
    ),
    Surface("the state of an nginx server", ("/nginx_status",), _like(r"\AActive connections: \d+"), Severity.LOW),
    Surface(
        "what PHP is set to",
        ("/phpinfo.php", "/info.php"),
        _like(r"<title>.*phpinfo\(\)|PHP Version \d"),
        Severity.MEDIUM,
    ),
    Surface(
        "a profiler",
        ("/_profiler", "/__debug__/", "/elmah.axd", "/trace.axd", "/rails/info/routes"),
        _like(r"Symfony Profiler|djDebug|Error Log for|Application Trace|Rails\.root|Helper.*HTTP Verb"),
        Severity.HIGH,
    ),
    Surface(
        "settings of the service",
        ("/debug", "/_debug", "/config", "/debug/config", "/admin/config", "/config.json", "/appsettings.json"),
        _like(
            r'"[^"]*(secret|password|passwd|private_?key|api_?key|connection_?string|database_?url|dsn)[^"]*"\s*:\s*'
            r'("[^"*]{4,}"|\{)'
        ),
        Severity.HIGH,
    ),
    Surface(
        "the environment of the process",
        ("/debug/env", "/debug", "/_debug"),
        _like(r'(?s)"?PATH"?\s*[:=]\s*"?[^"\n]*/bin.*|^HOME=/'),
        Severity.HIGH,
    ),
    Surface(
        "metrics",
        ("/metrics", "/actuator/prometheus"),
        _like(r"^# TYPE \S+ (counter|gauge|histogram|summary)"),
        Severity.LOW,
    ),
    Surface(
        "how the service is built and run",
        ("/docker-compose.yml", "/Dockerfile", "/package.json", "/.DS_Store"),
        _like(r'\Aservices:|^FROM \S+|"dependencies"\s*:|\A\x00\x00\x00\x01Bud1'),
        Severity.LOW,
        is_text=True,
    ),
)  # fmt: skip

DOCUMENTATION: Final = (
    Surface(
        "the API's description",
        ("/openapi.json", "/swagger.json", "/api-docs", "/v2/api-docs", "/v3/api-docs", "/openapi.yaml"),
        _like(r'(?s)\A\s*\{.*"(openapi|swagger)"\s*:\s*"\d.*"paths"|\A(openapi|swagger):'),
        Severity.LOW,
        is_text=True,
    ),
    Surface(
        "pages that show and try operations",
        ("/docs", "/swagger", "/swagger-ui/", "/swagger-ui.html", "/swagger/index.html", "/redoc", "/ui/"),
        _like(r"swagger-ui|SwaggerUIBundle|<redoc|Redoc\.init|rapi-doc|stoplight|api-reference"),
        Severity.LOW,
    ),
    Surface(
        "pages that try GraphQL",
        ("/graphiql", "/playground", "/altair", "/graphql"),
        _like(r"GraphiQL|GraphQL Playground|altair-graphql|apollo-sandbox"),
        Severity.LOW,
    ),
)  # fmt: skip

LISTINGS: Final = Surface(
    "a list of files",
    ("/static/", "/files/", "/uploads/", "/media/", "/images/", "/assets/", "/backup/", "/public/", "/"),
    _like(r"<title>(Index of|Directory listing for|Listing of) [^<]*</title>|<h1>Index of /"),
    Severity.MEDIUM,
)
DEFAULT_PAGES: Final = Surface(
    "the page that a server shows after it is installed",
    ("/",),
    _like(
        r"Welcome to nginx!|Apache2 \w+ Default Page|<h1>It works!</h1>|IIS Windows Server|Apache Tomcat/|"
        r"The install worked successfully|Welcome to CentOS|Test Page for the|Welcome to OpenResty|Welcome to Caddy"
    ),
    Severity.INFORMATIONAL,
)
