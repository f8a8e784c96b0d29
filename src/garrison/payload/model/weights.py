"""What the model learned, as it is packaged: a number for each feature, between -127 and 127, and where it says enough.

`weights.md` beside it says what it was trained on and what it was measured to be worth.
"""

import functools
import zlib
from importlib.resources import files
from typing import Final

import msgspec

from garrison.payload.model.vocabulary import KINDS

FILE: Final = "weights.bin"


class Weights(msgspec.Struct, frozen=True):
    """A trained model."""

    vocabulary: int
    """Checksum of the words that the features are made of: with other words they mean something else."""
    unit: float
    """What a weight of 1 adds to a score."""
    bias: float
    enough: float
    """The score from which a text is objected to."""
    features: dict[str, int]
    """What each feature weighs, in units."""
    kinds: dict[str, dict[str, int]]
    """For each class, what a feature says for it: only asked once a text is objected to."""


def checksum() -> int:
    """Of the vocabulary that is in use."""
    return zlib.crc32(repr(sorted(KINDS.items())).encode())


def packed(weights: Weights) -> bytes:
    """The form in which it is kept."""
    return zlib.compress(msgspec.msgpack.encode(weights, order="deterministic"), 9)


@functools.cache
def weights() -> Weights:
    """The packaged model, read once in a process. Raises ValueError where it was trained with other words."""
    found = msgspec.msgpack.decode(zlib.decompress(files(__package__).joinpath(FILE).read_bytes()), type=Weights)
    if found.vocabulary != checksum():
        raise ValueError(
            "the payload model was trained with another vocabulary: run `python -m benchmarks.payload_model`"
        )
    return found
