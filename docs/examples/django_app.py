"""Orders with Django. Run it with `uvicorn django_app:app` in this folder."""

import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

from garrison.asgi import Garrison

orders: dict[int, dict[str, Any]] = {1: {"number": 1, "item": "tea", "quantity": 2, "margin": 0.4}}


async def create_order(request: HttpRequest) -> HttpResponse:
    number = len(orders) + 1
    orders[number] = {"number": number, **json.loads(request.body), "margin": 0.4}
    return JsonResponse(orders[number], status=201)


async def get_order(request: HttpRequest, number: int) -> HttpResponse:
    return JsonResponse(orders[number]) if number in orders else HttpResponse(status=404)


async def watch_orders(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(changes(), content_type="text/event-stream")


async def changes() -> AsyncIterator[str]:
    for number in orders:
        yield f"data: {number}\n\n"


urlpatterns = [
    path("orders", create_order),
    path("orders/<int:number>", get_order),
    path("changes", watch_orders),
]

if not settings.configured:  # a real project has its settings module instead
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY=secrets.token_hex(), USE_TZ=True)

app = Garrison(get_asgi_application(), config=Path(__file__).with_name("garrison.yaml"))
