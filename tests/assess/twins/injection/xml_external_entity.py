"""An operation that reads XML as well as the JSON that it declares, with a parser that fetches what entities name."""

import io
import xml.sax
from xml.sax.handler import ContentHandler, feature_external_ges

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, body_of, contract, operation, problem, serving, thing

CONTRACT = contract({"POST /orders": operation(takes=thing("tea"), gives=thing("tea"), public=True)})


class Texts(ContentHandler):
    """Collects the texts."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def characters(self, content: str) -> None:
        self.text += content


def text_in(body: bytes) -> str:
    """All text of an XML document, what its entities name included."""
    parser, texts = xml.sax.make_parser(), Texts()
    parser.setFeature(feature_external_ges, True)
    parser.setContentHandler(texts)
    parser.parse(io.BytesIO(body))
    return texts.text


def build(*, weak: bool, shows: bool = True) -> Starlette:
    async def order(request: Request) -> Response:
        if "xml" not in request.headers.get("content-type", ""):
            return answer({"tea": (await body_of(request)).get("tea")})
        body = await request.body()
        if not weak and b"<!DOCTYPE" in body:
            return problem(400, "Bad Request")
        try:
            tea = text_in(body)
        except (xml.sax.SAXException, OSError, ValueError):
            return problem(400, "Bad Request")
        return answer({"tea": tea if shows else "green"})

    return serving({"POST /orders": order})


def app(*, vulnerable: bool) -> Starlette:
    return build(weak=vulnerable)


VARIANTS = {"an answer that shows nothing": lambda: build(weak=True, shows=False)}
