"""What the guard hands over to the engine inside Envoy.

The engine compiles exactly the bytes that the guard has read and found good: a file that breaks later, or a URL
that stops to answer, cannot keep a restarted Envoy from serving the policy in force.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from garrison.adapters.store.files import replace_file
from garrison.config.model import Settings


class Checked(msgspec.Struct, frozen=True):
    """Settings, and every document of the contract, that were found good together."""

    settings: Settings
    documents: Mapping[str, bytes] = {}
    """By the path or URL that they were read from."""
    plain: Settings | None = None
    """The settings without what virtual patches change of the policy; None where that is the same."""

    def read(self, place: str) -> bytes:
        """The document of `place`; raises FileNotFoundError where it is none of these."""
        try:
            return self.documents[place]
        except KeyError:
            raise FileNotFoundError(2, "is not among the documents handed over", place) from None


class Handover(msgspec.Struct, frozen=True):
    """Where the engine finds it, and where it is reached: `settings` of the filter's configuration."""

    policy_file: str
    """What is in force (`load_checked`), to be read again on the command `reload`."""
    control_socket: str
    """Unix socket to answer commands on (`control.serve`)."""
    event_descriptor: int
    """Pipe to write events to (`log.EventWriter`)."""


def store_checked(checked: Checked, file: Path) -> None:
    """Write `checked`; nobody reads half of it. Raises OSError; what was there before is then still there."""
    replace_file(file, msgspec.msgpack.encode(checked), durable=False)


def load_checked(file: str) -> Checked:
    """Read what `store_checked` wrote."""
    return msgspec.msgpack.decode(Path(file).read_bytes(), type=Checked)
