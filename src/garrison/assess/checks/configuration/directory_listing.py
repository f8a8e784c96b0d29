"""`directory-listing`: a folder shows its files."""

from collections.abc import Iterator

from garrison.assess.assessment import Assessment
from garrison.assess.check import Check
from garrison.assess.checks.asking import plain
from garrison.assess.checks.configuration.soft import Nowhere
from garrison.assess.checks.configuration.surfaces import LISTINGS
from garrison.core.detection import Severity
from garrison.core.finding import CheckId, Finding


def _run(a: Assessment) -> Iterator[Finding]:
    nowhere = Nowhere(a)
    for path in LISTINGS.paths:
        got = a.probe.send(plain("GET", path), says=f"{path} lists what is in it")
        if LISTINGS.fits(got.answer) and (path == "/" or nowhere.is_served(got)):
            control = [] if path == "/" else [nowhere.control(path.rstrip("/"))]
            yield a.found(CHECK, [got, *control], template=path, says=f"GET {path} lists the files of a folder")
            return


CHECK = Check(
    id=CheckId("directory-listing"),
    title="a folder lists its files",
    family="configuration",
    severity=Severity.MEDIUM,
    tags=("owasp.api8", "cwe.548", "rec.23"),
    looks="Asks for the usual folders of files. Proven where the answer has the form of a server's list of files.",
    why="Files that nobody links to (backups, uploads of others, keys) are found and read.",
    mend="Switch the lists off, and keep uploads out of folders that a server shows.",
    samples={"nginx": "autoindex off;", "apache": "Options -Indexes"},
    run=_run,
    most=14,
)
