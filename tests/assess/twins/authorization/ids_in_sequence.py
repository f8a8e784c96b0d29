"""Ids are counted up. Of what is made to be seen by all they may be."""

from starlette.applications import Starlette
from tests.assess.twins.authorization.keeping import SHAPES, Keeper, NumberOrText, Shape, number, sound

CONTRACT = Keeper().app().state.contract


def scattered(count: int) -> NumberOrText:
    """Numbers that do not follow one another."""
    return 10_000_000 + count * 7_368_787 % 80_000_000


def in_text(count: int) -> NumberOrText:
    """A text that counts up."""
    return f"ORD-{count:05}"


def app(*, vulnerable: bool) -> Starlette:
    return Keeper(Shape(new_id=number) if vulnerable else Shape()).app()


VARIANTS = {
    "nested": lambda: Keeper(Shape(path="/users/{username}/orders", new_id=number)).app(),
    "no list": lambda: Keeper(SHAPES["no list"]()).app(),
    "only a location": lambda: Keeper(Shape(is_shown=False, has_list=False, owner="", new_id=number)).app(),
    "in a text": lambda: Keeper(Shape(new_id=in_text)).app(),
}
TRAPS = {
    **sound("texts", "mongo"),
    "scattered numbers": lambda: Keeper(Shape(new_id=scattered)).app(),
    "posts": lambda: Keeper(Shape(path="/posts", owner="author", new_id=number), ["read", "list"]).app(),
}
