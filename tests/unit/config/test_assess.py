"""The section `assess` of garrison.yaml."""

import pytest

from garrison.config.load import examine, load_settings

CONTRACT = "contract: {file: openapi.yaml}\n"


def problems(text: str) -> list[tuple[str, str]]:
    return [(each.path, each.message) for each in examine(text.encode(), "/etc/garrison.yaml").problems]


def test_off_unless_told() -> None:
    assert load_settings(b"version: 1", "garrison.yaml").assess.every == ""


def test_files_are_meant_from_the_folder_of_the_settings() -> None:
    text = CONTRACT + "assess: {every: 6h, identities: [people.yaml], auth: [auth.yaml]}"
    own = load_settings(text.encode(), "/etc/garrison.yaml").assess
    assert (own.identities, own.auth, own.safe) == (("/etc/people.yaml",), ("/etc/auth.yaml",), True)


@pytest.mark.parametrize(
    ("section", "path", "message"),
    [
        ("every: 1m", "$.assess.every", "`1m` is shorter than five minutes"),
        ("every: often", "$.assess.every", "`often` is no length of time"),
        ("quiet-hours: 22-6", "$.assess.quiet-hours", "`22-6` is no part of a day"),
        ("url: ftp://a", "$.assess.url", "`ftp://a` is no address of an API"),
        ("url: 'https://ann:secret@a'", "$.assess.url", "`https://ann:secret@a` is no address of an API"),
    ],
)
def test_what_is_wrong_is_told(section: str, path: str, message: str) -> None:
    assert (path, message) in problems(CONTRACT + f"assess: {{{section}}}")


def test_without_a_contract_there_is_nothing_to_assess_by() -> None:
    assert ("$.assess.every", "needs a contract to assess the API by") in problems("assess: {every: 6h}")
