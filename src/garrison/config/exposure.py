"""Settings of exposure: who the data subjects are, and how many of them anyone may see."""

from collections.abc import Mapping

from garrison.config.sections import ControlSettings, Section


class KindSettings(Section, frozen=True):
    """A kind of data subjects."""

    claim: str = ""
    """The claim of a principal that names the subject which it is itself: its own data is no exposure of another.
    Dots lead into objects; `sub` is the principal's name. Empty: nothing says so."""


class SubjectSettings(Section, frozen=True):
    """One place that names data subjects. One of `parameter`, `field` and `answer` is needed."""

    kind: str
    """What they are: `customer`. `none` says that nobody is named there, whatever the name looks like."""
    match: str = ""
    """The operations that are meant, as `operations.match` names them; empty: all to which this section applies."""
    parameter: str = ""
    """A parameter of the operation: `accountNumber`, or `query.accountNumber` where several have the name."""
    field: str = ""
    """A JSON Pointer into the request's body: `/customer/id`; `*` stands for every item or property."""
    answer: str = ""
    """A JSON Pointer into the answer's body: `/accountNumber`, `/customers/*/accountNumber`. Where the body is lines or
    rows, into each of them."""
    claim: str = ""
    """The claim of a principal that names the subject which it is itself; empty: what `kinds` says."""


class ExposureSettings(ControlSettings, frozen=True):
    """Settings of the control `exposure`, which monitors unless told to enforce."""

    kinds: Mapping[str, KindSettings] = {}
    """Kinds of data subjects, as the contract names them with `x-garrison-subject`."""
    subjects: tuple[SubjectSettings, ...] = ()
    """Places that name data subjects, besides those that the contract marks."""
    infer: bool = True
    """Believe names (`customerId`, `/users/{id}`, `vin`) where no kind of subjects is marked in an operation."""
