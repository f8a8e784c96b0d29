"""Benign texts that a set has too few of: made up here, and cut from documentation and code that is installed."""

import random
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from pathlib import Path
from sysconfig import get_path

_NOUNS = [
    "order",
    "invoice",
    "pump",
    "valve",
    "report",
    "customer",
    "table",
    "union",
    "member",
    "group",
    "user",
    "session",
    "pipe",
    "shell",
    "kernel",
    "script",
    "image",
    "link",
    "form",
    "button",
    "title",
    "garden",
    "river",
    "window",
    "house",
    "select",
    "drop",
    "update",
    "account",
    "payment",
    "ticket",
    "index",
    "view",
    "query",
    "filter",
]
_NAMES = [
    "O'Brien",
    "Dana",
    "Müller",
    "D'Angelo",
    "José",
    "Nguyen",
    "Smith-Jones",
    "Zoë",
    "McDonald",
    "Иван",
    "王伟",
    "L'Oréal",
    "Sørensen",
]
_VERBS = [
    "select",
    "drop",
    "delete",
    "update",
    "insert",
    "join",
    "order",
    "like",
    "find",
    "open",
    "close",
    "echo",
    "cat",
    "sleep",
    "ping",
    "curl",
    "sort",
    "kill",
]
_UNITS = ['"', "'", "%", "$", "€", "kg", "cm", "mm", "°C", "px"]


def made_up(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """`count` texts of each form, with the form's name."""
    random_ = random.Random(seed)  # noqa: S311 - chance that is always the same
    for name, make in _FORMS.items():
        for _ in range(count):
            yield f"made-up/{name}", make(random_)


def _pick(random_: random.Random, words: list[str], count: int = 1) -> str:
    return " ".join(random_.choice(words) for _ in range(count))


def _number(random_: random.Random, most: int = 9999) -> int:
    return random_.randrange(1, most)


def _agent(r: random.Random) -> str:
    system = r.choice([
        "Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7", "Linux; Android 14; Pixel 8",
        "iPhone; CPU iPhone OS 17_4 like Mac OS X", "compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm", "X11; Ubuntu; Linux i686; rv:109.0",
    ])  # fmt: skip
    tail = r.choice(
        [
            f"AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{_number(r, 140)}.0.0.0 Safari/537.36",
            f"Gecko/20100101 Firefox/{_number(r, 140)}.0",
            f"AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{_number(r, 9)} Mobile/15E148 Safari/604.1",
        ]
    )
    return r.choice([
        f"Mozilla/5.0 ({system}) {tail}", f"curl/8.{_number(r, 12)}.0", f"python-requests/2.{_number(r, 32)}.0",
        f"PostmanRuntime/7.{_number(r, 40)}.0", f"okhttp/4.{_number(r, 12)}.0", f"Dart/3.{_number(r, 9)} (dart:io)",
        f"Apache-HttpClient/4.5.{_number(r, 14)} (Java/17.0.{_number(r, 9)})", f"App/{_number(r, 99)} CFNetwork/1410.0.3 Darwin/22.{_number(r, 6)}.0",
    ])  # fmt: skip


def _url(r: random.Random) -> str:
    host = f"{r.choice(_NOUNS)}.example.{r.choice(['com', 'org', 'de', 'cn'])}"
    names = [
        "id",
        "q",
        "page",
        "ref",
        "utm_source",
        "redirect",
        "url",
        "from",
        "lang",
        "sort",
        "filter[status]",
        "ids[]",
    ]
    values = [
        str(_number(r)),
        r.choice(_NOUNS),
        "a%20b",
        "%E6%B7%B1%E4%BF%A1",
        "true",
        "",
        f"{r.choice(_NOUNS)}-{_number(r)}",
        "2024-05-01T10:00:00Z",
    ]
    query = "&".join(f"{r.choice(names)}={r.choice(values)}" for _ in range(r.randrange(0, 6)))
    path = "/".join(
        r.choice([*_NOUNS, str(_number(r)), "v1", "api", "index.php", "search.aspx"]) for _ in range(r.randrange(0, 5))
    )
    url = (
        f"{r.choice(['https', 'http'])}://{host}{r.choice(['', ':8443'])}/{path}"
        + (f"?{query}" if query else "")
        + r.choice(["", "", "#top", "#/list"])
    )
    return r.choice(
        [
            url,
            url,
            f"https://login.example.com/?next={url.replace(':', '%3A').replace('/', '%2F')}",
            f"see {url}, please",
            f"[{r.choice(_NOUNS)}]({url})",
            f'<a href="{url}">{r.choice(_NOUNS)}</a>',
        ]
    )


def _sentence(r: random.Random) -> str:
    a, b, c = r.choice(_NOUNS), r.choice(_VERBS), r.choice(_NOUNS)
    return r.choice([
        f"Please {b} the {a} and the {c}; it's number {_number(r)} (or {_number(r)}).", f'{_pick(r, _NAMES)} said: "{b} all from {a} or {c}"!',
        f"It doesn't {b} -- the {a} isn't there & I can't see '{c}'.", f"{a} {b} {_number(r, 99)}\" x {_number(r, 99)}' ({c})",
        f"50% off {a}s, $ {_number(r)}.99 / {c} = ok? *only* today!", f"`{b} {a}` fails with error {_number(r)}: {c} not found (see #{_number(r)})",
        f"{_pick(r, _NAMES)} & {_pick(r, _NAMES)}, {_number(r)} {a} St. #{_number(r, 99)}", f"if a < b and c > d then {b} {a} else {c}",
        f"Why would '{a}' or '{c}' {b}? Either 1 = 1 or it isn't :-)", f"The {a}'s {c}, the {c}s' {a}: {b} it, e.g. \"{a} {c}\" ...",
        f"select {a} from the list where {c} is {_number(r)} and {b} it", f"- [ ] {b} {a} | {c} | {_number(r)}", f"{a}; {c}; {b}; {_pick(r, _NAMES)}",
        f"cannot {b} {a}: expected '{c}' but got \"{_number(r)}\"", f"re: {a} ({b}/{c}) <{a}@example.com>", f"{b.title()} {a}!!! <3 {c} :) /s",
    ])  # fmt: skip


def _data(r: random.Random) -> str:
    a, b, n = r.choice(_NOUNS), r.choice(_NOUNS), _number(r)
    return r.choice([
        f'{{"{a}": "{b}", "n": {n}, "list": [1, 2, {{"x": null}}], "ok": true}}', f"{a},{b},{n}\n\"{_pick(r, _NAMES)}\",'{a}',{n}.50",
        f"{a}:\n  - {b}: {n}\n    cmd: [\"run\", \"--{a}={n}\"]\n    when: {b} == '{a}'", f"{a}={n}; Path=/; HttpOnly; {b}=\"{n}\"",
        f"^[a-z]{{2,{n}}}\\.{a}(?:{b}|\\d+)*$", f"\\frac{{{n}}}{{{a}}} + \\sum_{{i=0}}^{{{n}}} {b}_i", f"{a}[{n}].{b} = {{ ...{a}, {b}: {n} }};",
        f"2024-0{n % 9 + 1}-11 10:0{n % 10}:00,{n} ERROR [{a}] {b}: code={n} path=/var/log/{a}.log", f"*/{n % 60} * * * * /usr/bin/{a} --{b}",
        f"status:{a} AND ({b}:>{n} OR name:\"{a} {b}\") -{b}", f"avg(last_5m):sum:{a}.{b}{{env:prod,host:{a}-{n}}} by {{host}} > {n}",
        f"query {{ {a}(id: \"{n}\", first: 10) {{ {b} {{ id name }} }} }}", f"| {a} | {b} |\n|---|---|\n| {n} | `{a}` |", f"{a}.{b}({n}, '{a}') // {b}",
        f"arn:aws:s3:::{a}/{b}/*?x={n}&y={{{a}}}", f"Hello {{{{{a}}}}}, your {{{{ {b} }}}} of ${{{a}}} is {n}%", f"C:\\Users\\{a}\\{b} {n}.docx",
        f"$ {a} --{b} {n} | grep {b} > out.txt", f"<{a}><{b} id=\"{n}\">{a} &amp; {b}</{b}></{a}>", f"{n}1688375{n}|{a}:{b}:0|3.{n}.2|{b}|{{\"{a}\":{n}.18}}", f"{a}\t{n}\t{b};{n};;{a}|{b}|", f"{a}/{b}|{n}|1920x{n}|1|{a}",
        f"<p>{a} <b>{b}</b> &mdash; {n}<br/></p>",
    ])  # fmt: skip


_FORMS: dict[str, Callable[[random.Random], str]] = {"agent": _agent, "url": _url, "sentence": _sentence, "data": _data}


def installed(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Parts of the standard library's code, and of the descriptions of installed packages whose licence is permissive."""
    files = [("code", path) for path in sorted(Path(get_path("stdlib")).glob("*.py"))]
    for each in sorted(distributions(), key=lambda each: each.metadata["Name"].lower()):
        licences = [each.metadata.get_all(name) for name in ("License", "License-Expression", "Classifier")]
        about = str(licences)
        if "GPL" not in about and "GNU" not in about:
            files += [
                ("readme", Path(str(each.locate_file(file)))) for file in each.files or () if file.name == "METADATA"
            ]
    random_ = random.Random(seed)  # noqa: S311 - chance that is always the same
    for kind, path in files:
        text = path.read_text(errors="replace")
        for _ in range(count):
            size = random_.choice([40, 120, 400, 1500])
            start = random_.randrange(max(1, len(text) - size))
            start = text.find("\n", start) + 1
            if part := text[start : start + size].strip():
                yield f"installed/{kind}/{path.stem if kind == 'code' else path.parent.name}", part
