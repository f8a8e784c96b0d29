import pytest

from garrison.contract.media import MediaTable, essence, kind_of


@pytest.mark.parametrize(
    ("media_type", "bare"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        (" text/plain ;x=y", "text/plain"),
        ("application/vnd.a.b+json", "application/vnd.a.b+json"),
        ("*/*", "*/*"),
        ("image/*", "image/*"),
        ("json", ""),
        ("", ""),
        ("a/b/c", ""),
        ("a b/c", ""),
        ("application/json\n", ""),
    ],
)
def test_essence(media_type: str, bare: str) -> None:
    assert essence(media_type) == bare


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("application/json", "json"),
        ("text/json", "json"),
        ("application/problem+json", "json"),
        ("application/x-www-form-urlencoded", "form"),
        ("multipart/form-data", "multipart"),
        ("text/plain", "text"),
        ("text/html", "text"),
        ("text/csv", "text"),
        ("application/yaml", "text"),
        ("application/xml", "xml"),
        ("text/xml", "xml"),
        ("application/octet-stream", "opaque"),
        ("image/png", "opaque"),
        ("application/pdf", "opaque"),
        ("text/event-stream", "stream"),
        ("application/grpc", "stream"),
        ("application/grpc+proto", "stream"),
        ("application/grpc-web", "stream"),
        ("application/x-ndjson", "stream"),
        ("application/jsonl", "stream"),
        ("application/json-seq", "stream"),
        ("application/geo+json-seq", "stream"),
        ("multipart/mixed", "stream"),
    ],
)
def test_kinds(media_type: str, kind: str) -> None:
    assert kind_of(media_type) == kind


@pytest.mark.parametrize(
    ("media_type", "found"),
    [
        ("application/json", "exact"),
        ("application/vnd.x+json", "suffix"),
        ("application/pdf", "application"),
        ("image/png", "image"),
        ("text/plain", "any"),
        ("x", None),
        ("application/", None),
    ],
)
def test_the_most_specific_range_wins(media_type: str, found: str | None) -> None:
    table = MediaTable(
        {
            "*/*": "any",
            "application/*": "application",
            "image/*": "image",
            "application/*+json": "suffix",
            "application/json": "exact",
        }
    )
    assert table.get(media_type) == found or media_type == "application/"


def test_nothing_covers_what_is_not_declared() -> None:
    assert MediaTable({"application/json": 1}).get("text/plain") is None
    assert MediaTable({"image/*": 1}).get("imagex/png") is None
