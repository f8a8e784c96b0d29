"""Rule files: an operator's own Sigma file works as it is, and everything that is wrong is said at once."""

import pytest
from tests.unit.detect.made import base, correlation, documents, event, rules, told

from garrison.core.errors import ConfigError
from garrison.detect.compiling import compile_rules
from garrison.detect.detector import Detector
from garrison.detect.rule import Override, RuleFile

SIGMA = """
title: Failed request
id: 0e95725d-7320-415d-80f7-004da920fc11
name: failed_request
status: experimental
description: A request that is refused
author: Somebody
date: 2024-05-01
logsource:
    category: webserver
detection:
    selection:
        sc-status|startswith: '4'
    filter_static:
        cs-uri-stem|endswith:
            - .css
            - .js
    condition: selection and not filter_static
level: informational
---
title: Successful request
name: successful_request
logsource:
    category: webserver
detection:
    selection:
        sc-status: 200
    condition: selection
level: informational
---
title: Many failed requests
id: 0e95725d-7320-415d-80f7-004da920fc12
name: many_failed
correlation:
    type: event_count
    rules: failed_request
    group-by:
        - c-ip
    timespan: 5m
    condition:
        gte: 10
level: high
tags:
    - attack.credential-access
    - attack.t1110
falsepositives:
    - A broken client
---
title: Many users from one address
name: many_users
correlation:
    type: value_count
    rules:
        - failed_request
        - successful_request
    group-by:
        - c-ip
    timespan: 1h
    condition:
        field: cs-username
        gt: 20
level: medium
---
title: Much data to one user
correlation:
    type: value_sum
    rules: successful_request
    group-by: cs-username
    timespan: 1h
    condition:
        field: sc-bytes
        gte: 1000000
level: medium
---
title: Guessed in the end
name: guessed_in_the_end
correlation:
    type: temporal_ordered
    rules:
        - many_failed
        - successful_request
    group-by:
        - c-ip
    timespan: 10m
    generate: false
level: critical
"""


def test_a_sigma_file_works_unchanged() -> None:
    compiled = rules(SIGMA)
    assert list(compiled.labels) == ["many_users", "much-data-to-one-user", "guessed_in_the_end"]
    failed = [event(at, status=401) for at in range(10)]
    entered = event(11, status=200)
    users = [event(20 + at, principal=f"u{at}") for at in range(21)]
    large = [event(100 + at, principal="u1", response_bytes=250_000) for at in range(4)]
    found = Detector(compiled).feed_all([*failed, entered, *users, *large])
    assert [one.rule for one in found] == ["guessed_in_the_end", "many_users", "much-data-to-one-user"]
    assert found[0].severity == "critical"


def test_sigma_filters_and_repeated_documents() -> None:
    text = """
action: global
title: Refused
logsource: {category: webserver}
---
name: refused_get
detection: {chosen: {sc-status: 401, cs-method: GET}, condition: chosen}
---
action: repeat
name: refused_post
detection: {chosen: {cs-method: POST}}
---
action: reset
---
title: Not our monitor
logsource: {category: webserver}
filter:
  rules: any
  ours: {cs-user-agent: monitor}
  condition: not ours
"""
    detector = Detector(rules(text))
    found = detector.feed_all(
        [
            event(0, status=401, agent="monitor"),
            event(1, status=401, agent="curl"),
            event(2, status=401, method="POST", agent="curl"),
        ]
    )
    assert [one.rule for one in found] == ["refused_get", "refused_post"]


WRONG = {
    "broken.yml": b"title: [",
    "empty.yml": b"",
    "list.yml": b"- one\n- two\n",
    "base.yml": documents(
        base("one", "{colour: red}"),
        "title: two\nlogsource: {category: webserver}\ndetection: {a: {status: 1}, condition: b}\n",
        "title: three\ndetection: {a: {status: 1}, condition: a}\nlogsource: {}\n",
        base("four", "{status: 1}", "garrison: {filter: 'event.colour == 1', colour: red}"),
        base("five", "{status: 1}", "garrison: {filter: 'event.colour == 1'}"),
        base("six", "{status: 1}", "garrison: {having: 'count > 1'}"),
        base("seven", "{status: 1}", "level: dreadful"),
        base("eight", "{status: 1}", "garrison: {silence: soon}"),
        base("eight", "{status: 1}"),
    ).encode(),
    "correlations.yml": documents(
        base("known", "{status: 1}"),
        correlation("a", "{type: event_count, rules: unknown, timespan: 1m, condition: {gte: 1}}"),
        correlation("b", "{type: event_size, rules: known, timespan: 1m, condition: {gte: 1}}"),
        correlation("c", "{type: event_count, rules: known, timespan: 1m, condition: {gte: 1}, group-by: colour}"),
        correlation("d", "{type: value_count, rules: known, timespan: 1m, condition: {gte: 1, field: colour}}"),
        correlation("e", "{type: value_sum, rules: known, timespan: 1m, condition: {gte: 1, field: peer}}"),
        correlation("f", "{type: event_count, rules: known, timespan: 90d, condition: {gte: 1}}"),
        correlation("g", "{type: event_count, rules: g, timespan: 1m, condition: {gte: 1}}"),
        correlation("h", "{type: event_count, rules: known, timespan: 1m, condition: {gte: 0}}"),
        correlation("i", "{type: temporal_ordered, timespan: 1m, condition: known or known}"),
        correlation(
            "j",
            "{type: event_count, rules: known, timespan: 1m, condition: {gte: 1}}",
            "garrison: {having: colour > 1}"
        ),
        correlation(
            "k", "{type: event_count, rules: known, timespan: 1m, condition: {gte: 1}}", "garrison: {having: count + 1}"
        ),
        correlation(
            "l", "{type: value_percentile, rules: known, timespan: 1m, condition: {gte: 1, field: status}}"
        ),
        correlation(
            "m",
            "{type: event_count, rules: [known], timespan: 1m, condition: {gte: 1}, "
            "aliases: {x: {known: colour}}, group-by: x}",
        ),
        correlation("n", "{type: event_count, rules: known, timespan: soon, condition: {gte: 1}}"),
        correlation("o", "{type: event_count, rules: known, timespan: 1m}"),
    ).encode(),
}  # fmt: skip

SAID = """
base.yml:11: $[2].logsource: sigma log source can't be empty
base.yml:15: $[3].garrison: object contains unknown field `colour`
base.yml:1: $[0].detection: `colour` is no field
base.yml:21: $[4].garrison.filter: `colour` is no field
base.yml:27: $[5].garrison.having: does not belong here
base.yml:33: $[6].level: `dreadful` is not a valid Sigma rule level
base.yml:39: $[7].garrison.silence: `soon` is no time
base.yml:45: $[8].name: `eight` is the name of two rules
base.yml:7: $[1].detection.condition: detection `b` not defined
broken.yml:1: $: is no YAML
correlations.yml:12: $[2].correlation: `event_size` is no valid Sigma correlation type
correlations.yml:17: $[3].correlation.group-by: `colour` is no field
correlations.yml:22: $[4].correlation.condition.field: `colour` is no field
correlations.yml:27: $[5].correlation.condition.field: `peer` is no number
correlations.yml:32: $[6].correlation.timespan: is longer than 31 days
correlations.yml:37: $[7].correlation.rules: refers to itself
correlations.yml:42: $[8].correlation.condition: `gte: 0` is always true
correlations.yml:47: $[9].correlation.condition: an order is only of rules joined by `and`
correlations.yml:52: $[10].garrison.having: `colour` is not known
correlations.yml:57: $[11].garrison.having: is neither true nor false
correlations.yml:62: $[12].correlation.condition.percentile: must be from 1 to 100
correlations.yml:67: $[13].correlation.group-by: `colour` is no field
correlations.yml:72: $[14].correlation: timespan `soon` is invalid
correlations.yml:77: $[15].correlation: non-temporal Sigma correlation rule without condition
correlations.yml:7: $[1].correlation.rules: rule `unknown` not found
empty.yml: $: holds no rule
garrison.yaml: $.detect.disable: `nobody` is no rule
garrison.yaml: $.detect.override.nowhere: `nowhere` is no rule
list.yml:1: $[0]: is no rule
"""


def test_everything_that_is_wrong_is_said_at_once() -> None:
    files = [RuleFile(name, text) for name, text in WRONG.items()]
    with pytest.raises(ConfigError) as raised:
        compile_rules(files, disable=["nobody"], override={"nowhere": Override(threshold=1)})
    said = sorted(str(problem) for problem in raised.value.problems)
    expected = sorted(SAID.strip().splitlines())
    assert len(said) == len(expected), "\n".join(said)
    for got, wanted in zip(said, expected, strict=True):
        assert got.startswith(wanted)


def test_a_file_that_is_too_long_is_refused() -> None:
    with pytest.raises(ConfigError, match="is longer than"):
        compile_rules([RuleFile("long.yml", b"#" * (1 << 20) + b"\n")])


def test_aliases_of_yaml_cannot_fill_the_memory() -> None:
    bomb = "title: one\nlogsource: {category: webserver}\nx0: &x0 [a, a, a, a, a, a, a, a, a, a]\n" + "".join(
        f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    text = bomb + "detection: {chosen: {status: *x8}, condition: chosen}\n"
    with pytest.raises(ConfigError, match="too many nodes"):
        rules(text)


def test_rules_of_several_files_see_each_other_but_not_the_shipped_ones() -> None:
    one = RuleFile("one.yml", base("failed", "{status: 401}").encode())
    two = RuleFile(
        "two.yml",
        correlation(
            "many", "{type: event_count, rules: failed, timespan: 1m, group-by: peer, condition: {gte: 1}}"
        ).encode(),
    )
    shipped = RuleFile("shipped", base("failed", "{status: 500}").encode(), shipped=True)
    compiled = compile_rules([shipped, one, two])
    assert list(compiled.labels) == ["failed", "many"]
    assert [found.rule for found in Detector(compiled).feed_all([event(0, status=401)])] == ["many"]
    with pytest.raises(ConfigError, match="failed"):
        compile_rules([shipped, two])


def test_people_are_never_named() -> None:
    text = documents(
        base("any", "{told: true}"),
        correlation("some", "{type: event_count, rules: any, group-by: peer, timespan: 1m, condition: {gte: 1}}"),
    )
    (found,) = Detector(rules(text)).feed_all([event(0, **told("digest"))])
    assert "digest" not in repr(found)
