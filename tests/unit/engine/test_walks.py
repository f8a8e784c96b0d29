"""Walks through ids are seen, also among others' requests; ids at random are not taken for one."""

import random

import pytest

from garrison.engine.walks import BLOCK, BLOCKS, OPERATIONS, Walks, as_id


def asked(walks: Walks, *values: object, operation: str = "get") -> list[bool]:
    found = [as_id(value) for value in values]
    return [walks.near(operation, *each) for each in found if each is not None]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (7, ("", 7)),
        ("7", ("", 7)),
        ("0007", ("", 7)),
        ("INV-2026-0007", ("INV-2026-", 7)),
        ("1FTFW1ET5DFC10312", ("1FTFW1ET5DFC", 10312)),
        ("1" * 20, ("11", 111111111111111111)),
        ("a", None),
        ("", None),
        ("٣", None),
        (-1, None),
        (True, None),
        (1.5, None),
        (None, None),
        (["7"], None),
    ],
)
def test_an_id_is_what_ends_in_a_number(value: object, found: object) -> None:
    assert as_id(value) == found


def test_each_step_of_a_walk_is_near_but_the_first() -> None:
    assert asked(Walks(), *range(1000, 1050)) == [False] + [True] * 49
    assert asked(Walks(), *range(1050, 1000, -1)) == [False] + [True] * 49
    assert asked(Walks(), *[f"acc-{number:06d}" for number in range(50)]) == [False] + [True] * 49


def test_a_walk_in_steps_is_one_and_one_in_leaps_is_not() -> None:
    assert all(asked(Walks(), *range(0, 500, 10))[1:])
    assert not any(asked(Walks(), *range(0, 50_000, 1000)))


def test_whoever_takes_which_step_and_in_whatever_order() -> None:
    """Several walk at once: their requests come mixed."""
    steps = [
        number for start in range(0, 400, 20) for number in random.Random(start).sample(range(start, start + 20), 20)
    ]
    assert sum(asked(Walks(), *steps)) > 380


def test_to_ask_again_for_the_same_is_no_walk() -> None:
    assert asked(Walks(), 5, 5, 5, 70, 5, 70) == [False] * 6


def test_what_stands_before_the_number_must_be_the_same() -> None:
    assert asked(Walks(), "a-1", "b-2", "c-3", 4) == [False] * 4


def test_operations_are_apart() -> None:
    walks = Walks()
    assert asked(walks, 1, operation="a") + asked(walks, 2, operation="b") == [False, False]


def test_ids_at_random_are_no_walk() -> None:
    chance = random.Random(1)
    assert sum(asked(Walks(), *[chance.randrange(10**9) for _ in range(5000)])) == 0
    assert sum(asked(Walks(), *[chance.randrange(10**6) for _ in range(5000)])) < 5000 * 0.01


def test_a_walk_is_seen_among_as_many_others_as_are_remembered() -> None:
    chance, walks = random.Random(2), Walks()
    for step in range(20):
        near = asked(walks, 10**12 + step)
        assert near == [step > 0]
        asked(walks, *[chance.randrange(10**9) for _ in range(BLOCKS - 2)])


def test_the_last_blocks_are_remembered_as_a_plain_list_of_them_would_be() -> None:
    chance, walks = random.Random(3), Walks()
    lasts: list[tuple[int, int]] = []
    found = []
    for _ in range(5000):
        number = chance.choice([chance.randrange(60 * BLOCKS), chance.randrange(40) * 100])
        block = number // BLOCK
        known = dict(lasts)
        if known.get(block) != number:
            lasts = [*[each for each in lasts if each[0] != block], (block, number)][-BLOCKS:]
        around = {**dict(lasts), block: known.get(block, number)}
        near = [abs(number - around[each]) for each in (block - 1, block + 1) if each in around]
        found.append(around[block] != number or any(each <= BLOCK for each in near))
        assert asked(walks, number) == found[-1:]
    assert 0.1 < sum(found) / len(found) < 0.9


def test_memory_is_bounded() -> None:
    walks = Walks()
    for operation in range(OPERATIONS + 50):
        asked(walks, 1, operation=str(operation))
    asked(walks, *range(0, 10**6, 100))
    assert len(walks._operations) == OPERATIONS
    assert {len(part) for each in walks._operations.values() for part in each} == {BLOCKS}
