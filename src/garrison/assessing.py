"""Assessing an API: the parts put together, from a contract and some identities to findings."""

import secrets
import time
from collections.abc import Sequence

import msgspec

from garrison.adapters.sources import read_source
from garrison.assess.assessment import Assessment, Options, Progress
from garrison.assess.call import Listener, Transport
from garrison.assess.check import Check
from garrison.assess.checks.catalogue import CHECKS
from garrison.assess.doors import recognise
from garrison.assess.explore import Explorer
from garrison.assess.identity import Identity
from garrison.assess.keeper import Journal, Keeper, Left
from garrison.assess.probe import Limits, Probe
from garrison.assess.run import Outcome, run
from garrison.assess.sampling import Sampler
from garrison.assess.survey import Survey
from garrison.assess.target import Api
from garrison.contract import load
from garrison.contract.described import Description

_ACCOUNTS = 2
"""Accounts that are registered before anything else, where the API lets one."""


class Contracted(msgspec.Struct, frozen=True):
    """The contract of the API under assessment."""

    source: str
    overlays: tuple[str, ...] = ()


class Assessed(msgspec.Struct, frozen=True):
    """What came of an assessment."""

    outcome: Outcome
    assessment: Assessment
    left: tuple[Left, ...] = ()
    """What was made and could not be taken away."""


def read_api(contracted: Contracted, seed: int | None = None) -> Api:
    """The API that a contract describes. Raises DescriptionError where it cannot be used."""
    description = Description(contracted.source, contracted.overlays, read=read_source)
    contract = load(contracted.source, contracted.overlays, read=read_source)
    sampler = Sampler(description, secrets.randbits(32) if seed is None else seed, secrets.token_hex(3))
    return Api(description, contract.catalogue, sampler)


def prepare(  # noqa: PLR0913 - what an assessment is made of
    api: Api,
    transport: Transport,
    identities: Sequence[Identity] = (),
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    options: Options = Options(),  # noqa: B008 - frozen
    listener: Listener | None = None,
    journal: Journal | None = None,
    progress: Progress = lambda text: None,
) -> Assessment:
    """Everything up to the checks: identities logged in, accounts registered, the API explored."""
    probe, survey, doors = Probe(transport, limits, time.time), Survey(), recognise(api)
    keeper = Keeper(api, survey, probe, journal)
    probe.changed = keeper.keep
    explorer = Explorer(api, probe, survey, doors)
    working = [identity for identity in identities if explorer.introduce(identity)]
    options = msgspec.structs.replace(options, origin=transport.origin, is_safe=limits.is_safe)
    assessment = Assessment(
        api, probe, survey, doors, explorer, keeper, identities=working, options=options, listener=listener
    )
    while len(assessment.accounts) < _ACCOUNTS and assessment.new_account() is not None:
        pass
    explorer.walk(_readers(assessment), assessment.identities, progress)
    assessment.untested.extend(explorer.untested)
    return assessment


def assess(
    assessment: Assessment, checks: Sequence[Check] = CHECKS, progress: Progress = lambda text: None
) -> Assessed:
    """Run the checks, and take away what was made whatever happens."""
    outcome = Outcome()
    try:
        outcome = run(assessment, checks, progress)
    finally:
        left = assessment.clean()
    return Assessed(outcome, assessment, left)


def _readers(assessment: Assessment) -> tuple[Identity, ...]:
    """In whose name the API is read: everybody who was named, and accounts as far as there are no two others."""
    given = assessment.given
    accounts = tuple(account.identity for account in assessment.accounts)
    return given if len(given) > 1 else (*given, *accounts)
