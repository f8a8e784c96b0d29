"""A query over an XML document that is put together from a text."""

from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from tests.assess.twins.parts import answer, contract, operation, problem, serving, things

CONTRACT = contract({"GET /people": operation(query=["name"], gives=things("name"), public=True)})
PEOPLE = etree.fromstring("<people><person><name>ann</name></person><person><name>bob</name></person></people>")


def app(*, vulnerable: bool) -> Starlette:
    async def search(request: Request) -> Response:
        name = request.query_params.get("name", "")
        try:
            found = (
                PEOPLE.xpath(f"//person[name='{name}']/name/text()")
                if vulnerable
                else PEOPLE.xpath("//person[name=$name]/name/text()", name=name)
            )
        except etree.XPathError:
            return problem(500, "Internal Server Error")
        return answer([{"name": str(each)} for each in found])

    return serving({"GET /people": search})
