"""The conformance table: exchanges with the sample API, and what must become of each, whatever the driver.

One theme a file; the rows are data. Where a server refuses a request before the engine can see it, the row says
so (`transport`), with the status that the server answers.
"""

from tests.conformance.rows.bodies import BODIES
from tests.conformance.rows.limits import LIMITS
from tests.conformance.rows.parameters import PARAMETERS
from tests.conformance.rows.patches import PATCHES
from tests.conformance.rows.payloads import PAYLOADS
from tests.conformance.rows.policies import POLICIES
from tests.conformance.rows.readings import READINGS
from tests.conformance.rows.responses import RESPONSES
from tests.conformance.rows.third_parties import THIRD_PARTIES
from tests.conformance.values import Case

TABLE: tuple[Case, ...] = (
    *READINGS, *PARAMETERS, *BODIES, *LIMITS, *RESPONSES, *POLICIES, *PAYLOADS, *PATCHES, *THIRD_PARTIES,
)  # fmt: skip
"""All rows. Names are unique within a variant."""
