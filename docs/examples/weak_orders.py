"""An order service with mistakes that real ones have, to be assessed: `uvicorn weak_orders:app --port 9000`.

It describes itself at `/openapi.json`. Anybody may register; an order is looked up by its number alone; the list of
users shows their passwords; and whoever changes their profile may change their role. Serve it to nobody but yourself.
"""

import itertools
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict

app = FastAPI(title="Weak orders", version="1.0.0")
users: dict[str, "User"] = {}
tokens: dict[str, str] = {}
orders: dict[int, "Order"] = {}
numbers = itertools.count(1)


class Login(BaseModel):
    """Who logs in, or registers."""

    username: str
    password: str


class User(Login):
    """An account, as it is kept."""

    model_config = ConfigDict(extra="allow")
    city: str = ""
    role: str = "customer"


class Profile(BaseModel):
    """What somebody changes of their own account."""

    model_config = ConfigDict(extra="allow")
    city: str


class NewOrder(BaseModel):
    """What is ordered, and where it goes."""

    item: str
    address: str


class Order(NewOrder):
    """An order, as it is kept."""

    id: int
    owner: str


def whoever(sent: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> User:
    """Who sends a request."""
    name = tokens.get(sent.credentials)
    if name is None:
        raise HTTPException(401)
    return users[name]


Caller = Annotated[User, Depends(whoever)]


@app.post("/register", status_code=201)
def register(new: Login) -> dict[str, str]:
    """Open an account."""
    if new.username in users:
        raise HTTPException(409)
    users[new.username] = User(**new.model_dump())
    return {"username": new.username}


@app.post("/login")
def log_in(given: Login) -> dict[str, str]:
    """Log in."""
    user = users.get(given.username)
    if user is None or not secrets.compare_digest(user.password.encode(), given.password.encode()):
        raise HTTPException(401)
    token = secrets.token_urlsafe(24)
    tokens[token] = user.username
    return {"access_token": token}


@app.get("/me")
def read_me(caller: Caller) -> dict[str, str]:
    """One's own account."""
    return {"username": caller.username, "city": caller.city, "role": caller.role}


@app.patch("/me")
def change_me(profile: Profile, caller: Caller) -> dict[str, str]:
    """Change one's own account."""
    users[caller.username] = caller.model_copy(update=profile.model_dump())
    return {"username": caller.username}


@app.get("/users")
def list_users(caller: Caller) -> list[User]:
    """Who else is here."""
    return list(users.values())


@app.get("/orders")
def list_orders(caller: Caller) -> list[Order]:
    """One's own orders."""
    return [order for order in orders.values() if order.owner == caller.username]


@app.post("/orders", status_code=201)
def order(new: NewOrder, caller: Caller) -> Order:
    """Order something."""
    made = Order(id=next(numbers), owner=caller.username, **new.model_dump())
    orders[made.id] = made
    return made


@app.get("/orders/{number}")
def read_order(number: int, caller: Caller) -> Order:
    """One order."""
    if number not in orders:
        raise HTTPException(404)
    return orders[number]


@app.delete("/orders/{number}", status_code=204)
def cancel(number: int, caller: Caller) -> None:
    """Cancel an order."""
    if orders.get(number) is None or orders[number].owner != caller.username:
        raise HTTPException(404)
    del orders[number]
