"""What is passed over is reckoned as it would have come out."""

from garrison.lab.campaign import Campaign, Register
from garrison.lab.tempo import Sliced, Tempo, Watchful


def drive(tempo: Tempo, end: int, passes: "list[bool]", register: Register) -> int:
    """Play what the tempo chooses; how many were lost one by one."""
    lost = 0
    while (number := tempo.number) < end:
        hit = passes[number] and register.has(number)
        lost += hit
        tempo.told(passed=passes[number], lost=hit)
    return lost


def test_slices_reckon_a_steady_share() -> None:
    register = Register(200_000, 100_000)
    tempo = Sliced(Campaign(0.0, register, 10.0), 200_000, slices=10, length=300)
    passes = [number % 7 == 0 or number < 60 for number in range(200_000)]
    lost = drive(tempo, 200_000, passes, register)
    assert tempo.played <= 3_300
    assert abs(lost + tempo.reckoned(200_000) - 100_000 / 7) < 100
    assert tempo.reckoned(0) <= tempo.reckoned(100_000) <= tempo.reckoned(200_000)


def test_slices_lose_everything_where_nothing_is_refused() -> None:
    register = Register(50_000, 16_000)
    tempo = Sliced(Campaign(0.0, register, 10.0), 50_000, slices=5, length=300)
    lost = drive(tempo, 50_000, [True] * 50_000, register)
    assert lost + tempo.reckoned(50_000) == 16_000


def test_a_short_campaign_is_played_whole() -> None:
    register = Register(500, 500)
    tempo = Sliced(Campaign(0.0, register, 10.0), 500)
    assert drive(tempo, 500, [True] * 500, register) == 500
    assert (tempo.played, tempo.reckoned(500)) == (500, 0.0)


def test_who_is_refused_for_good_is_tried_now_and_then() -> None:
    register = Register(1_000_000, 1_000_000)
    tempo = Watchful(Campaign(0.0, register, 10.0), 1_000_000, [3_600.0])
    assert drive(tempo, 1_000_000, [number < 200 for number in range(1_000_000)], register) == 200
    assert 1_000 < tempo.played < 3_000


def test_a_window_that_opens_again_is_not_missed() -> None:
    """100 people an hour at one request a second: every hour's are lost, to the last."""
    register = Register(36_000, 36_000)
    tempo = Watchful(Campaign(0.0, register, 1.0), 36_000, [3_600.0])
    assert drive(tempo, 36_000, [number % 3_601 < 100 for number in range(36_000)], register) == 1_000
    assert tempo.played < 8_000


def test_misses_are_played_as_long_as_they_pass() -> None:
    register = Register(100_000, 1_000)
    tempo = Watchful(Campaign(0.0, register, 1.0), 100_000, [1e9], is_watched=True)
    assert drive(tempo, 100_000, [number < 50_000 for number in range(100_000)], register) == 500
    assert 50_000 < tempo.played < 50_000 + 100 * (Watchful.LONG + 2) + 1_000


def test_misses_are_mostly_left_out_where_nobody_watches() -> None:
    register = Register(100_000, 1_000)
    tempo = Watchful(Campaign(0.0, register, 1.0), 100_000, [3_600.0])
    assert drive(tempo, 100_000, [True] * 100_000, register) == 1_000
    assert tempo.played < 12_000


def test_a_measure_that_ends_is_not_missed() -> None:
    register = Register(100_000, 100_000)
    tempo = Watchful(Campaign(0.0, register, 1.0), 100_000, [])
    passes = [number < 10 or 60_000 <= number < 60_010 for number in range(100_000)]
    tempo.opens(60_000)
    assert drive(tempo, 100_000, passes, register) == 20


def test_what_would_take_too_long_is_reckoned() -> None:
    register = Register(100_000, 100_000)
    tempo = Watchful(Campaign(0.0, register, 1.0), 100_000, [3_600.0], most=5_000)
    lost = drive(tempo, 100_000, [number % 2 == 0 for number in range(100_000)], register)
    assert tempo.played == 5_000
    assert abs(lost + tempo.reckoned(100_000) - 50_000) < 50
