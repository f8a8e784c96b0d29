"""What was shown to whom: remembered in bounded memory, and nobody makes the gateway forget another."""

import random
import tracemalloc

from garrison.engine.shown import Shown

MANY = 1 << 30


def objects(count: int, begin: int = 0) -> list[tuple[str, str]]:
    return [("c", str(index)) for index in range(begin, begin + count)]


def known(shown: Shown, who: str, names: list[tuple[str, str]]) -> int:
    return sum(shown.knows(who, kind, name) for kind, name in names)


def test_what_was_shown_is_known_and_nothing_else() -> None:
    shown = Shown(b"key")
    shown.show("ada", objects(5000), 65536, MANY)
    assert known(shown, "ada", objects(5000)) == 5000
    assert known(shown, "ada", objects(5000, 5000)) == 0
    assert known(shown, "bob", objects(10)) == 0
    assert not shown.knows("ada", "d", "1")


def test_kind_and_id_are_not_mixed_up() -> None:
    shown = Shown()
    shown.show("ada", [("a", "bc")], 64, MANY)
    assert not shown.knows("ada", "ab", "c")


def test_of_one_principal_the_oldest_are_forgotten() -> None:
    shown = Shown(b"key")
    for begin in range(0, 10000, 100):
        shown.show("ada", objects(100, begin), 1024, MANY)
    assert len(shown) <= 1024
    assert known(shown, "ada", objects(100, 9900)) == 100
    assert known(shown, "ada", objects(1000)) == 0


def test_to_meet_one_is_to_look_and_to_show() -> None:
    chance, one, other = random.Random(4), Shown(), Shown()
    for _ in range(5000):
        who, number = str(chance.randrange(5)), chance.randrange(1, 1 << chance.choice([10, 64]))
        known = other.has(who, number)
        other.add(who, [number], 256, MANY)
        assert one.meet(who, number, 256, MANY) == known
    assert one._tables == other._tables


def test_who_is_shown_much_makes_nobody_else_forgotten() -> None:
    shown = Shown(b"key")
    shown.show("ada", objects(10), 1024, 4096)
    for begin in range(0, 100_000, 1000):
        shown.show("mallory", objects(1000, begin), 1024, 4096)
    assert known(shown, "ada", objects(10)) == 10


def test_of_all_principals_those_are_forgotten_who_were_not_seen_longest() -> None:
    shown = Shown(b"key")
    for index in range(1000):
        shown.show(f"p{index}", objects(4), 1024, 1600)
        shown.show("p0", objects(1), 1024, 1600)
    assert len(shown) <= 1600
    assert [who for who in ("p0", "p1", "p900", "p999") if known(shown, who, objects(4)) == 4] == ["p0", "p999"]


def test_a_single_table_larger_than_all_may_be_is_kept() -> None:
    shown = Shown(b"key")
    shown.show("ada", objects(100), 1024, 16)
    assert known(shown, "ada", objects(100)) == 100


def test_secrets_make_other_digests() -> None:
    one, other = Shown(b"a"), Shown(b"b")
    for shown in (one, other):
        shown.show("ada", [("c", "1")], 64, MANY)
    assert one._tables["ada"] != other._tables["ada"]


def test_a_million_ids_take_under_sixty_megabytes() -> None:
    tracemalloc.start()
    try:
        shown = Shown(b"key")
        for index in range(1000):
            shown.show(f"p{index}", objects(100), 65536, MANY)  # a tenth of a million
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size * 10 < 60_000_000


def test_any_text_is_an_id() -> None:
    shown = Shown(b"key")
    shown.show("ada", [("c", "\ud800"), ("c", "x" * 100_000)], 64, MANY)
    assert shown.knows("ada", "c", "\ud800")
