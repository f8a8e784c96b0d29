"""What every command begins with: settings from a file and options, and the policy they amount to."""

import importlib.util
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from garrison.adapters.lookups.files import lookup_complaints, lookup_files
from garrison.adapters.notifications.files import notify_complaints, notify_files
from garrison.adapters.patch_file import patch_file, read_patches
from garrison.adapters.sources import read_source
from garrison.adapters.tls_files import tls_complaints, tls_files
from garrison.config.explain import Complaint
from garrison.config.exposure import DEFAULT_BUDGETS
from garrison.config.load import Examined, Options, examine
from garrison.config.model import Settings
from garrison.config.virtual_patch import is_over, with_patches, with_policies
from garrison.core.errors import ConfigError, Problem, cause_of
from garrison.engine.plan import Policy

DEFAULT_FILE = "garrison.yaml"
"""The name shown in problems where there is no file."""


class Opened(msgspec.Struct, frozen=True):
    """Settings and policy, both found good."""

    settings: Settings
    policy: Policy
    plain: Settings
    """The settings without what patches change of the policy."""
    documents: Mapping[str, bytes]
    """What the contract was read from, by path or URL."""


def open_settings(config: Path | None, options: Options) -> Settings:
    """The settings of `config` with `options` over them; raises ConfigError with all that is wrong."""
    return with_policies(open_plain(config, options), time.time())


def open_plain(config: Path | None, options: Options) -> Settings:
    """The same with the patches that are there, and without what they change of the policy: to prove one, it must be
    possible to leave it out."""
    examined = _examine(config, options)
    if problems := (*examined.problems, *_problems(examined)):
        raise ConfigError(problems)
    return examined.settings


def _problems(examined: Examined) -> Iterator[Problem]:
    """What is wrong with the files that settings name."""
    settings = examined.settings
    complaints = (
        *tls_complaints(settings),
        *lookup_complaints(settings),
        *notify_complaints(settings),
        *_telemetry_complaints(settings),
    )
    return (examined.origin.problem(complaint) for complaint in complaints)


def open_policy(
    config: Path | None,
    options: Options,
    *,
    needs_upstream: bool = False,
    seen: Callable[[str], None] = lambda _: None,
) -> Opened:
    """Settings and policy; `seen` is told each file that is read. Raises ConfigError or DescriptionError."""
    from garrison.adapters.detection_rules import rule_files
    from garrison.wiring import build_policy, detection_problems

    if config is not None:
        seen(str(config))
    file = str(config or DEFAULT_FILE)
    examined = _examine(config, options)
    seen(str(patch_file(config)))
    settings = with_policies(examined.settings, time.time())
    for name in (*tls_files(settings), *lookup_files(settings), *notify_files(settings), *rule_files(settings)):
        seen(name)
    found = [*examined.problems, *_problems(examined)]
    if needs_upstream and not settings.upstream.url and not examined.problems:
        hint = "give `--upstream http://HOST:PORT`, or `upstream.url` in garrison.yaml"
        found.append(Problem("<options>", "--upstream", "is missing: where is the API?", hint))
    found += [examined.origin.placed(problem) for problem in detection_problems(settings, file)]
    if found:
        raise ConfigError(found)
    documents: dict[str, bytes] = {}

    def read(place: str) -> bytes:
        seen(place)
        documents[place] = read_source(place)
        return documents[place]

    try:
        policy = build_policy(settings, read=read, file=file)
    except ConfigError as error:
        raise ConfigError([examined.origin.placed(problem) for problem in error.problems]) from error
    return Opened(settings, policy, examined.settings, documents)


def unchecked(opened: Opened) -> Iterator[str]:
    """What the contract demands of principals and nothing here checks."""
    from garrison.contract.annotations import OWNER, PREFIX, READ, WRITE
    from garrison.wiring import demanded_schemes

    demanded = demanded_schemes(opened.policy.catalogue)
    configured = opened.settings.controls.authentication.schemes
    missing = ", ".join(f"`{name}`" for name in demanded if name not in configured)
    if opened.settings.egress.enabled:
        if demanded and opened.settings.controls.outgoing.credential is None and not configured:
            named = ", ".join(f"`{name}`" for name in demanded)
            yield f"the third party demands {named}, and no credential is added here: callers must send one"
    elif demanded and not configured:
        yield f"nobody is asked here who they are, though the contract demands {missing}: the API must ask by itself"
    elif missing:
        yield f"nothing in `controls.authentication.schemes` satisfies {missing}: what demands them alone is refused"
    found = {name for operation in opened.policy.catalogue.operations for name in operation.annotations}
    idle = ", ".join(f"`{PREFIX}{name}`" for name in sorted(found & {OWNER, READ, WRITE}))
    if idle and not configured:
        yield f"nobody is asked here who they are, so {idle} of the contract is not looked at"


def unbound_hosts(settings: Settings) -> Iterator[str]:
    """Proofs and signatures that are made for a host, which here is whatever host a client names."""
    if settings.contract.match_hosts or settings.egress.enabled:
        return
    named = [
        f"`{name}`"
        for name, each in settings.controls.authentication.schemes.items()
        if each.sender_constraint in {"dpop", "required"}
        or (each.signature is not None and not {"@target-uri", "@authority"}.isdisjoint(each.signature.components))
    ]
    if named:
        yield (
            f"what proves {', '.join(named)} may be made for any host: name the API's hosts as `servers` of its"
            " contract, and set `contract.match-hosts`"
        )


def idle_budgets(settings: Settings) -> Iterator[str]:
    """Budgets that somebody chose, and that refuse nobody though the gateway enforces: unlike others, the control
    monitors where nothing is said of its mode."""
    own = settings.controls.exposure
    modes = [own.mode, *(each.controls.get("exposure", {}).get("mode") for each in settings.operations)]
    if settings.mode == "enforce" and own.budgets != DEFAULT_BUDGETS and not any(modes):
        yield "`controls.exposure.budgets` only watch, and refuse nobody: `controls.exposure.mode: enforce` does"


def _telemetry_complaints(settings: Settings) -> Iterator[Complaint]:
    if settings.telemetry.otlp_url and not _is_installed("opentelemetry.exporter.otlp.proto.http"):
        message = "OpenTelemetry's exporter is not installed"
        yield Complaint(("telemetry", "otlp-url"), message, "`pip install 'garrison[otel]'`")


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False


def patch_warnings(settings: Settings, now: float) -> Iterator[str]:
    """What there is to say of virtual patches: which have ended, which nobody proved, and that one only monitors."""
    patches = settings.controls.virtual_patch.patches
    for each in patches:
        if is_over(each, now):
            yield f"the patch `{each.id}` ended on {each.expires} and does nothing: mend the API, or prove it again"
        elif each.proof is None:
            yield f"the patch `{each.id}` was never proven: `garrison patches prove {each.id}`"
    if settings.mode == "monitor" and any(not is_over(each, now) for each in patches):
        yield "the gateway monitors, so that no patch refuses anything: `mode: enforce`"


def _examine(config: Path | None, options: Options) -> Examined:
    """What a file and the options say, with the patches beside the file."""
    examined = _examine_file(config, options)
    if examined.problems:
        return examined
    try:
        settings = with_patches(examined.settings, read_patches(patch_file(config)))
    except ConfigError as error:
        return msgspec.structs.replace(examined, problems=tuple(error.problems))
    return msgspec.structs.replace(examined, settings=settings)


def _examine_file(config: Path | None, options: Options) -> Examined:
    if config is None:
        return examine(None, DEFAULT_FILE, options)
    try:
        text = read_source(str(config))
    except OSError as error:
        raise ConfigError([Problem(str(config), "$", f"cannot be read: {cause_of(error)}")]) from error
    return examine(text, str(config), options)
