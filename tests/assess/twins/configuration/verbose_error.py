"""Errors show the statement that failed / a text of their own."""

from starlette.applications import Starlette
from tests.assess.twins.configuration.failing import CONTRACT, IDENTITIES, failing
from tests.assess.twins.parts import answer, problem

__all__ = ["CONTRACT", "IDENTITIES", "TRAPS", "VARIANTS", "app"]
STATEMENT = '(sqlite3.OperationalError) near "x": syntax error [SQL: INSERT INTO orders (tea) VALUES (?)]'


def app(vulnerable: bool) -> Starlette:
    return failing(lambda _: answer({"error": STATEMENT}, 500) if vulnerable else problem(400, "Bad Request"))


VARIANTS = {
    "a path": lambda: failing(lambda _: answer({"error": "cannot open /srv/shop/templates/order.py"}, 500)),
    "a class": lambda: failing(lambda _: answer({"error": "org.shop.tea.orders.OrderException: null"}, 500)),
}
TRAPS = {
    "words of SQL in plain speech": lambda: failing(lambda _: problem(400, "Please select a tea from the list")),
    "an address": lambda: failing(lambda _: answer({"type": "https://api.example.com/errors/bad-order"}, 400)),
}
