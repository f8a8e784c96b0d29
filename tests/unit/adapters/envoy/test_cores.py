"""How many workers there are beside the thread that judges."""

import pytest

from garrison.adapters.envoy.cores import workers_of


@pytest.mark.parametrize(("usable", "workers"), [(1, 1), (2, 2), (3, 2), (4, 3), (64, 63)])
def test_a_core_is_left_to_the_judge_where_there_are_more_than_two(usable: int, workers: int) -> None:
    assert workers_of(usable) == workers
