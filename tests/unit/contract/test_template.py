import pytest

from garrison.contract.template import parse_template


@pytest.mark.parametrize(
    ("template", "segment", "values"),
    [
        ("/{a}", "x", ("x",)),
        ("/{a}", "", None),
        ("/{f}.json", "x.json", ("x",)),
        ("/{f}.json", ".json", None),
        ("/{f}.json", "x.jsonx", None),
        ("/v{n}", "v1", ("1",)),
        ("/v{n}", "v", None),
        ("/{a}...{b}", "x...y", ("x", "y")),
        ("/{a}...{b}", "x....y", ("x", ".y")),
        ("/{a}...{b}", "...y", None),
        ("/{a}...{b}", "x...", None),
        ("/{a}-{b}-{c}", "1-2-3-4", ("1", "2", "3-4")),
        ("/a{x}a", "aa", None),
        ("/a{x}a", "aba", ("b",)),
        ("/{a}--{b}-", "x--y-", ("x", "y")),
        ("/%C3%A9{a}", "éx", ("x",)),
    ],
)
def test_segments(template: str, segment: str, values: tuple[str, ...] | None) -> None:
    parsed, fault = parse_template(template)
    assert fault == ""
    assert parsed.parts[0].match(segment) == values


def test_a_hostile_segment_takes_linear_time() -> None:
    parsed, _ = parse_template("/" + "-".join(f"{{v{index}}}" for index in range(20)) + ".json")
    assert parsed.parts[0].match("-" * 100_000) is None


@pytest.mark.parametrize(
    ("text", "fault", "shape"),
    [
        ("pets", "must begin with a slash", "/pets"),
        ("/a?b=c", "query or a fragment", "/a"),
        ("/a#b", "query or a fragment", "/a"),
        ("/{a", "no partner", "/{a"),
        ("/a}", "no partner", "/a}"),
        ("/{}", "no partner", "/{}"),
        ("/{a}{b}", "side by side", "/{b}"),
        ("/{a}/{a}", "twice", "/{a}/{a}"),
    ],
)
def test_faulty_templates_still_say_what_they_were_meant_for(text: str, fault: str, shape: str) -> None:
    parsed, found = parse_template(text)
    assert fault in found
    assert parsed.parts == parse_template(shape)[0].parts


def test_variables_in_order() -> None:
    parsed, _ = parse_template("/{a}/b/{c}.{d}")
    assert parsed.variables == ("a", "c", "d")
