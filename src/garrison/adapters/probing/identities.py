"""Identities as operators give them: options, Garrison's own files, and those of Web Fuzzing Commons."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from garrison.adapters.probing.arazzo import Operations
from garrison.adapters.probing.elsewhere import elsewhere
from garrison.adapters.probing.given import Given
from garrison.adapters.probing.identity_entry import FlowReader
from garrison.adapters.probing.identity_file import FileReader
from garrison.adapters.probing.identity_option import OPTION, OptionReader
from garrison.adapters.probing.references import References
from garrison.adapters.probing.strictly import read_file
from garrison.adapters.probing.wfc_auth import wfc_identities
from garrison.adapters.sources import read_source
from garrison.core.errors import ConfigError, Problem


def read_identities(  # noqa: PLR0913 - the ways in which identities are given
    origin: str,
    *,
    options: Sequence[str] = (),
    files: Sequence[str] = (),
    auth: Sequence[str] = (),
    operations: Operations | None = None,
    environment: Mapping[str, str] | None = None,
    insecure: bool = False,
    read: Callable[[str], bytes] = read_source,
) -> tuple[Given, ...]:
    """Everybody who was given, in that order: `--identity`, `--identities`, `--auth`.

    `origin` is the target's; `operations` what Arazzo workflows may name; `environment` what `$VAR` stands for. Raises
    ConfigError with everything that is wrong with any of them.
    """
    references = References(environment or {}, read)
    flows = FlowReader(references, read, origin, elsewhere(insecure=insecure), operations or {})
    reader = OptionReader(references, flows)
    found = [given for option in options if (given := reader.read(option)) is not None]
    for file in files:
        found += FileReader(flows).read(read_file(file, read))
    for file in auth:
        some, problems = wfc_identities(read_file(file, read), origin, flows.send)
        found += some
        references.problems += problems
    counts = Counter(given.name for given in found)
    twice = [Problem("<options>", OPTION, f"`{name}` is given twice") for name, count in counts.items() if count > 1]
    if problems := (*references.problems, *twice):
        raise ConfigError(problems)
    return tuple(found)
