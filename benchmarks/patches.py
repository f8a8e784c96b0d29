"""Which findings a gateway closes: each is patched as `garrison patch` does it, and the table says what came of it.

    python benchmarks/patches.py twins [--only CHECK ...] [--json FILE]
    python benchmarks/patches.py target URL CONTRACT [--identity NAME=KIND:... ...] [--me PATH MEMBER] [--json FILE]
    python benchmarks/patches.py table FILE ...

`twins`: each check runs against the vulnerable twin of the tests, and its first finding is patched; a run goes on where
the file ends that it keeps its rows in. `target`: an API is assessed, every finding is patched, all patches that were
proven are put in front of it together, and it is assessed through them again. `table` writes what both kept as one
table in Markdown.

What a gateway by itself does not close is tried a second time with one that knows who asks: it asks an authorization
server about tokens (RFC 7662). That of a twin knows the tokens that the twin issued; that of a target asks the API
itself, at the path that `--me` names, and takes the member of its answer for the name.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from garrison.adapters.envoy.child import guard_running
from garrison.assess.check import Check
from garrison.assess.checks.catalogue import CHECKS
from garrison.assess.identity import Credential
from garrison.assessing import Wanted, perform
from garrison.config.authentication import AuthenticationSettings, SchemeSettings
from garrison.config.controls import ControlsSettings, PayloadSettings
from garrison.config.model import Settings
from garrison.config.tokens import IntrospectionSettings
from garrison.core.decision import Mode
from garrison.core.finding import Finding
from garrison.core.findings_report import Benign, Report
from garrison.core.patch import Patch
from garrison.lab.served import served
from garrison.patches import Asked, Outlook, candidates, for_proof, outlook, search, why_none
from garrison.patching.unchanged import broken

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.assess.harness import Stage, report_at, staging
from tests.assess.test_twins import twin_of
from tests.assess.twins import parts

Who = Callable[[str], str | None]
"""Whose a token is; None where it is no good one."""
Row = dict[str, Any]
UNREAD = Settings(controls=ControlsSettings(payload=PayloadSettings(mode=Mode.OFF)))
"""A gateway that reads no payloads: what is measured is what patches close, and it would refuse some attacks before."""
CLOSED = ("patch", "patch of a gateway that knows who asks", "policy", "policy that knows who asks")


def main() -> None:
    """Make a table, or write one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    of_twins = commands.add_parser("twins")
    of_twins.add_argument("--only", nargs="*", default=[])
    of_target = commands.add_parser("target")
    of_target.add_argument("url")
    of_target.add_argument("contract")
    of_target.add_argument("--identity", action="append", default=[])
    of_target.add_argument("--me", nargs=2, default=None)
    written = commands.add_parser("table")
    written.add_argument("files", nargs="+")
    for each in (of_twins, of_target):
        each.add_argument("--json", default="")
    options = parser.parse_args()
    if options.command == "table":
        print("\n".join(markdown([json.loads(Path(each).read_text()) for each in options.files])))
        return
    kept = twins(options.only, options.json) if options.command == "twins" else target(options)
    if options.json:
        Path(options.json).write_text(json.dumps(kept, indent=1))
    counts = Counter(row["closed"] for row in kept["rows"])
    print("; ".join(f"{count} {name or 'not closed'}" for name, count in counts.most_common()))


# -- twins


def twins(only: Sequence[str], file: str = "") -> Mapping[str, Any]:
    """A row for each check."""
    rows: list[Row] = json.loads(Path(file).read_text())["rows"] if file and Path(file).exists() else []
    known = {row["check"] for row in rows}
    issued: dict[str, str] = {}
    with staging() as stage, remembering(issued), introspection(issued.get) as asked:
        for check in CHECKS:
            if check.id in known or (only and check.id not in only and check.family not in only):
                continue
            issued.clear()
            rows.append(row := of_twin(check, stage, asked, issued))
            tell(row)
            if file:  # of an hour's work nothing is lost
                Path(file).write_text(json.dumps({"of": "twins", "rows": rows}, indent=1))
    return {"of": "twins", "rows": rows}


def of_twin(check: Check, stage: Stage, asked: str, issued: dict[str, str]) -> Row:
    """One check's twin: by itself, then with a gateway that knows who asks."""
    twin = twin_of(check)
    app = twin.app(vulnerable=True)
    begun = time.monotonic()
    if getattr(app.state, "tls", None) is not None:
        return row_of(check.id, why="it is the API's own transport: put it behind the gateway's", begun=begun)
    with tempfile.TemporaryDirectory(prefix="garrison-patches-") as name:
        contract = getattr(app.state, "contract", None) or twin.CONTRACT
        file = Path(name) / "openapi.json"
        file.write_text(json.dumps(contract))
        issued |= {token: who for who, held in given_of(app, twin) for token in tokens_in(held)}

        def run(wanted: Wanted) -> Report:
            return report_at(wanted.url, str(file), app, twin, [check], stage.ear)

        stage.app = app
        found = run(Wanted(url=stage.origin, contract=str(file)))
        if not found.findings:
            return row_of(check.id, why="the check finds nothing", begun=begun)
        wanted = Wanted(url=stage.origin, contract=str(file))
        row = tried(found.findings[0].finding, wanted, found.benign, UNREAD, begun, run, found)
        schemes = [
            key for key, each in contract.get("components", {}).get("securitySchemes", {}).items() if is_bearer(each)
        ]
        if not row["closed"] and schemes:
            knows = knowing(UNREAD, schemes, asked)
            row = second(row, tried(found.findings[0].finding, wanted, found.benign, knows, begun, run, found))
        return row


def given_of(app: Starlette, twin: Any) -> Sequence[tuple[str, Any]]:
    """Identities that the application or its twin brings."""
    given: Sequence[tuple[str, Any]] = getattr(app.state, "identities", getattr(twin, "IDENTITIES", ()))
    return given


def tokens_in(held: Any) -> Iterator[str]:
    """Bearer tokens of a fixed credential."""
    if isinstance(held, Credential):
        yield from (value.partition(" ")[2] for _, value in held.headers if value.lower().startswith("bearer "))


@contextmanager
def remembering(issued: dict[str, str]) -> Iterator[None]:
    """While it lasts, every token that a twin issues is kept, with whose it is."""
    kinds = (parts.Tokens, parts.Sessions, parts.KeyPair)
    before = [each.issue for each in kinds]

    def keeping(issue: Any) -> Any:
        def kept(self: Any, name: str) -> str:
            token: str = issue(self, name)
            issued[token] = name
            return token

        return kept

    for kind, issue in zip(kinds, before, strict=True):
        kind.issue = keeping(issue)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for kind, issue in zip(kinds, before, strict=True):
            kind.issue = issue  # type: ignore[attr-defined]


# -- a target


def target(options: argparse.Namespace) -> Mapping[str, Any]:
    """A row for each finding; then all patches together, and the API assessed through them."""
    wanted = Wanted(url=options.url, contract=options.contract, identities=tuple(options.identity), seed=1)
    before = perform(wanted)
    settings = msgspec.structs.replace(UNREAD, mode="enforce")
    schemes = [each for each, told in schemes_of(options.contract).items() if is_bearer(told)]
    asked = introspection(asking(options.url, *options.me)) if options.me else nullcontext("")
    rows, patches = [], []
    with asked as address:
        knows = knowing(settings, schemes, address) if address else settings
        kinds = [settings, knows] if address else [settings]
        reports = [through(for_proof(each, wanted, ()), wanted) for each in kinds]
        for each in before.findings:
            begun = time.monotonic()
            row = tried(
                each.finding, wanted, before.benign, settings, begun, perform, seen_by(reports[0], each.finding)
            )
            if not row["closed"] and address:
                seen = seen_by(reports[1], each.finding)
                row = second(row, tried(each.finding, wanted, before.benign, knows, begun, perform, seen))
            if row.get("patch"):
                patches.append(msgspec.convert(row["patch"], Patch))
            rows.append(row)
            tell(row)
        after = through(for_proof(knows, wanted, patches), wanted)
    left = {each.finding.fingerprint for each in after.findings}
    new = [f"{each.finding.check} at {each.finding.template}" for each in after.findings
           if each.finding.fingerprint not in {one.finding.fingerprint for one in before.findings}]  # fmt: skip
    harm = broken(before.benign, after.benign, Patch(id="all", strip=tuple(p for each in patches for p in each.strip)))
    for row in rows:
        row["left"] = row["fingerprint"] in left
    total = {"found": len(before.findings), "left": sum(row["left"] for row in rows), "new": new,
             "benign": len(before.benign), "broken": msgspec.to_builtins(harm)}  # fmt: skip
    print(total)
    return {"of": before.title or options.url, "rows": rows, "together": total}


def seen_by(report: Report, finding: Finding) -> Report | None:
    """The report, where it has the finding: then nothing need be looked for again."""
    return report if any(each.finding.fingerprint == finding.fingerprint for each in report.findings) else None


def through(settings: Mapping[str, Any], wanted: Wanted) -> Report:
    """The whole assessment, through a gateway with these settings."""
    with tempfile.TemporaryDirectory(prefix="garrison-patches-") as name, guard_running(Path(name), settings) as url:
        return perform(msgspec.structs.replace(wanted, url=url))


def schemes_of(contract: str) -> Mapping[str, Any]:
    """Security schemes of a contract."""
    import yaml

    told = yaml.safe_load(Path(contract).read_text())
    schemes: Mapping[str, Any] = told.get("components", {}).get("securitySchemes", {})
    return schemes


def asking(url: str, path: str, member: str) -> Who:
    """Whose a token is, by what the API itself answers to it."""

    def who(token: str) -> str | None:
        answer = httpx.get(f"{url}{path}", headers={"authorization": f"Bearer {token}"})
        if answer.status_code != 200:
            return None
        value: Any = answer.json()
        for step in member.split("."):
            value = value[step]
        return str(value)

    return who


# -- both


def tried(  # noqa: PLR0913, PLR0917 - what a finding is patched with
    finding: Finding,
    wanted: Wanted,
    benign: tuple[Benign, ...],
    settings: Settings,
    begun: float,
    run: Callable[[Wanted], Report],
    before: Report | None = None,
) -> Row:
    """Patch, prove: a row. `before` is what the check finds without a patch, through a gateway that enforces nothing;
    where it is not given, it is looked for through one with these settings."""
    asked = Asked(
        finding=finding, wanted=msgspec.structs.replace(wanted, only=(finding.check,)), settings=settings,
        benign=benign, owner="benchmark", now=time.time(), assess=run,
    )  # fmt: skip
    told: dict[str, Any] = {"check": finding.check, "finding": finding, "begun": begun}
    try:
        if settings.mode == "monitor" and not list(candidates(asked)):
            return row_of(**told, why=why_none(asked))
        known = Outlook("open", before) if before is not None else outlook(asked)
        if known.state == "refused":
            return row_of(**told, closed="policy", why="the gateway refuses it as it is")
        if known.state != "open":
            return row_of(**told, why=f"before any patch: {known.state}")
        tries = list(search(asked, candidates(asked), known.report, say=lambda text: None))
        if not tries:
            return row_of(**told, why=why_none(asked))
    except Exception as error:  # noqa: BLE001 - a row that says so is worth more than a table that is not there
        return row_of(**told, why=f"{type(error).__name__}: {error}"[:300])
    last = tries[-1]
    if last.patch.proof is None:
        return row_of(**told, why=f"{last.patch.cure}: {last.why}", tries=len(tries))
    return row_of(**told, closed="patch", cure=last.patch.cure, patch=last.patch, tries=len(tries))


def row_of(  # noqa: PLR0913 - a row
    check: str, *, begun: float, finding: Finding | None = None, closed: str = "", why: str = "", cure: str = "",
    patch: Patch | None = None, tries: int = 0,
) -> Row:  # fmt: skip
    """One row."""
    proof = patch.proof if patch is not None else None
    return {
        "check": str(check),
        "fingerprint": finding.fingerprint if finding is not None else "",
        "place": f"{finding.method} {finding.template} {finding.location}".strip() if finding is not None else "",
        "closed": closed,
        "cure": cure,
        "why": why,
        "tries": tries,
        "benign": proof.benign if proof is not None else 0,
        "patch": msgspec.to_builtins(patch) if patch is not None else None,
        "seconds": round(time.monotonic() - begun, 1),
    }


def second(alone: Row, knowing: Row) -> Row:
    """The row of the second try where that closed it; else that of the first, which says why by itself."""
    names = {"patch": CLOSED[1], "policy": CLOSED[3]}
    return {**(knowing if knowing["closed"] or knowing["tries"] else alone), "closed": names.get(knowing["closed"], "")}


def tell(row: Row) -> None:
    """Say it as it is known."""
    print("  ".join(str(row[name]) for name in ("check", "closed", "seconds", "cure", "benign", "why")), flush=True)


def is_bearer(scheme: Mapping[str, Any]) -> bool:
    """Whether a security scheme is one of bearer tokens."""
    return bool(scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer")


def knowing(settings: Settings, schemes: Sequence[str], asked: str) -> Settings:
    """The settings of a gateway that asks who the owner of a token is."""
    scheme = SchemeSettings(
        introspection=IntrospectionSettings(
            url=f"{asked}/introspect", unsafe_any_audience=True, unsafe_plain_http=True, cache_seconds=0
        )
    )
    authentication = AuthenticationSettings(schemes=dict.fromkeys(schemes, scheme), unsafe_anonymous=True)
    return msgspec.structs.replace(
        settings, controls=msgspec.structs.replace(settings.controls, authentication=authentication)
    )


@contextmanager
def introspection(who: Who) -> Iterator[str]:
    """An authorization server that is asked about tokens (RFC 7662), while the context lasts; gives its URL."""

    async def introspect(request: Request) -> JSONResponse:
        token = parse_qs((await request.body()).decode()).get("token", [""])[0]
        name = who(token)
        if name is None:
            return JSONResponse({"active": False})
        return JSONResponse({"active": True, "sub": name, "username": name, "exp": int(time.time()) + 600})

    with served(Starlette(routes=[Route("/introspect", introspect, methods=["POST"])]), "introspection") as url:
        yield url


# -- the table


def markdown(tables: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One table of everything that was kept: a row for each finding."""
    yield "| of | finding | closed by | how, or why not |"
    yield "| --- | --- | --- | --- |"
    for table in tables:
        for row in table["rows"]:
            place = f" at {row['place']}" if table["of"] != "twins" and row["place"] else ""
            how = row["cure"] or row["why"]
            yield f"| {table['of']} | {row['check']}{place} | {row['closed'] or '-'} | {how} |".replace("\n", " ")


if __name__ == "__main__":
    main()
