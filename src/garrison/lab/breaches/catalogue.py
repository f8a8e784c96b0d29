"""All breaches, in the order in which they are listed."""

from typing import Final

from garrison.lab.breach import Breach
from garrison.lab.breaches import (
    carmakers_2022,
    coinbase_2022,
    dell_2024,
    experian_2021,
    optus_2022,
    peloton_2021,
    tmobile_2022,
    trello_2024,
    twitter_2021,
)

BREACHES: Final[tuple[Breach, ...]] = (
    tmobile_2022.BREACH,
    twitter_2021.BREACH,
    carmakers_2022.BREACH,
    optus_2022.BREACH,
    dell_2024.BREACH,
    trello_2024.BREACH,
    peloton_2021.BREACH,
    coinbase_2022.BREACH,
    experian_2021.BREACH,
)
