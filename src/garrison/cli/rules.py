"""`garrison rules`: which detection rules there are, what one says, and whether one does what it should."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garrison.cli.options import AsJson, GatewayConfig
from garrison.cli.output import alone, as_json, columns, content_of, line
from garrison.core.errors import option_error

if TYPE_CHECKING:
    from garrison.config.detect import DetectSettings
    from garrison.detect.rule import Label, RuleSet

EXAMPLES = "Example: garrison rules show unissued-ids"

More = Annotated[
    list[Path] | None, typer.Option("--rules", metavar="FILE", help="More rules, or a folder of them; may be repeated.")
]


def application() -> typer.Typer:
    """The commands about rules."""
    app = typer.Typer(help="Show and try detection rules.", no_args_is_help=False, epilog=EXAMPLES)
    app.callback(invoke_without_command=True, epilog=EXAMPLES)(_all)
    app.command("list")(show_all)
    app.command("show")(show)
    app.command("test")(test)
    return app


def _all(context: typer.Context, config: GatewayConfig = None, rules: More = None, json: AsJson = False) -> None:
    """Show and try detection rules. Without a command: list them."""
    if alone(context):
        show_all(config, rules, json)


def show_all(config: GatewayConfig = None, rules: More = None, json: AsJson = False) -> None:
    """Show all rules that report: severity, confidence, name, title."""
    _, compiled = _loaded(config, rules)
    labels = list(compiled.labels.values())
    if json:
        as_json(labels)
        return
    rows = [(label.id, label.severity, label.confidence, label.file or "shipped", label.title) for label in labels]
    for text in columns(("name", "severity", "confidence", "from", "title"), rows):
        line(text)


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `garrison rules` shows it.")],
    config: GatewayConfig = None,
    rules: More = None,
    json: AsJson = False,
) -> None:
    """Show one rule: what it finds, what to do then, what is mistaken for it, and its file."""

    settings, compiled = _loaded(config, rules)
    label = next((one for one in compiled.labels.values() if one.id == name), None)
    if label is None:
        raise option_error("NAME", f"`{name}` is no rule", "`garrison rules` lists them")
    if json:
        as_json(label)
        return
    for text in _described(label):
        line(text)
    line("")
    line(_text(label, settings).rstrip())


def test(
    rules: Annotated[Path, typer.Argument(metavar="RULES", help="A file of rules, or a folder of them.")],
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="A file of cases for them.")],
) -> None:
    """Run rules over cases: short sequences of events, and what must be found in them.

    Exit status 1 means that a rule does not do what a case says.
    """
    from garrison.adapters.detection_rules import read_rule_files
    from garrison.detect.cases import case_fault, read_cases, run_case
    from garrison.detect.compiling import compile_rules

    compiled = compile_rules(read_rule_files([str(rules)]))
    found = read_cases(content_of(cases), str(cases))
    wrong = 0
    for case in found:
        fault = case_fault(case, run_case(case, compiled))
        wrong += bool(fault)
        line(f"{'WRONG' if fault else 'ok':5} {case.name}{': ' + fault if fault else ''}")
    line(f"{len(found) - wrong} of {len(found)} cases are as they should be")
    if wrong:
        raise typer.Exit(1)


def _loaded(config: Path | None, more: list[Path] | None) -> "tuple[DetectSettings, RuleSet]":
    import msgspec

    from garrison.adapters.detection_rules import load_rules
    from garrison.cli.detection_settings import detect_settings

    settings = detect_settings(config)
    settings = msgspec.structs.replace(settings, rules=(*settings.rules, *map(str, more or ())))
    return settings, load_rules(settings, str(config or "<options>"))


def _described(label: "Label") -> list[str]:
    tags = f"; {' '.join(label.tags)}" if label.tags else ""
    found = [f"{label.id}: {label.title}", f"severity {label.severity}, confidence {label.confidence}{tags}"]
    if label.description:
        found += ["", label.description]
    if label.falsepositives:
        found += ["", "Mistaken for it:", *(f"- {one}" for one in label.falsepositives)]
    return found


def _text(label: "Label", settings: "DetectSettings") -> str:
    from garrison.adapters.detection_rules import read_rule_files, shipped_rules

    if not label.file:
        name = f"name: {label.id}\n"
        return next(file.text.decode() for file in shipped_rules() if name in file.text.decode())
    return next(file.text.decode() for file in read_rule_files(settings.rules) if file.name == label.file)
