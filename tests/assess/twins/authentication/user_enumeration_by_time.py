"""The password is only hashed for people who exist; in a trap everything takes as it comes."""

import random
import time
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from tests.assess.twins.parts import DOORS, People, Person, contract, serving

from garrison.core.detection import Confidence

CONTRACT = contract(DOORS)
CONFIDENCE = (Confidence.HIGH, Confidence.MEDIUM)  # how sure it is depends on what else the machine does


class Hashing(People):
    def __init__(self, *, always: bool, jitter: float = 0.0) -> None:
        super().__init__()
        self.always, self.jitter = always, jitter

    def known(self, given: Mapping[str, Any]) -> Person | None:
        if self.always or str(given.get("username")) in self.all:
            time.sleep(0.06)  # as long as a hash takes, whatever else the machine does
        time.sleep(random.uniform(0, self.jitter))
        return super().known(given)


def app(*, vulnerable: bool) -> Starlette:
    return serving(Hashing(always=not vulnerable).routes)


TRAPS = {"times scatter": lambda: serving(Hashing(always=True, jitter=0.02).routes)}
