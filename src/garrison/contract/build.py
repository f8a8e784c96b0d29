"""Building: an operation's outline into its compiled form."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from garrison.contract.annotations import SUBJECT, annotations
from garrison.contract.body import BodySchema, Readers, Rows
from garrison.contract.catalogue import CompiledOperation
from garrison.contract.fields import Field
from garrison.contract.forms import content_decoder, form_fields, form_reader, parts_reader
from garrison.contract.marks import Drawing, Marks, Part, marks_of
from garrison.contract.media import LINES, TABLES, Kind, MediaTable, kind_of
from garrison.contract.open_texts import open_properties
from garrison.contract.operations import OperationOutline
from garrison.contract.outline import MediaOutline, ParameterOutline, ResponseOutline
from garrison.contract.parameters import ParameterReader, Reader, joint_schema, path_schema
from garrison.contract.pinned import pins_of
from garrison.contract.prose import prose_of
from garrison.contract.responses import MediaBody, ResponseSchema
from garrison.contract.schemas import Schemas
from garrison.contract.shape import Shape
from garrison.contract.styles import single
from garrison.contract.texts import Book, Schema, decoder
from garrison.core.errors import DescriptionError, Problem
from garrison.core.operation import Operation, Parameter, Response, SecurityScheme

_KINDS: tuple[Kind, ...] = ("json", "form", "multipart", "text", "xml", "opaque", "stream")


class Builder:
    """Compiles operations. Schemas must be sealed."""

    def __init__(self, source: str, schemas: Schemas, schemes: Mapping[str, SecurityScheme]) -> None:
        """`source` is the description, `schemes` are its security schemes by name."""
        self._source = source
        self._schemas = schemas
        self._schemes = schemes
        self._book = Book(schemas.schema)
        self._bodies: dict[tuple[str, Kind, str, str], BodySchema] = {}
        self._shapes: dict[str, Shape] = {}
        self._drawing = Drawing(schemas.schema)

    def build(self, outline: OperationOutline, index: int) -> CompiledOperation:
        """The compiled form of `outline`, none of whose definitions is broken."""
        responses = tuple(map(self._response, outline.responses))
        readers = [self._reader(each) for each in outline.parameters]
        flag = outline.extensions.get("x-garrison-stream")
        upgrades = flag == "websocket" or any(each.status == "101" for each in outline.responses)
        # Only what the operation as a whole is: of several media types, each is a stream or not by itself.
        sends, answers = flag in (True, "grpc"), flag in (True, "sse", "grpc")
        return CompiledOperation(
            _operation(outline, tuple(each.parameter for each in readers), self._used(outline)),
            index,
            parameters=self._parameters(outline, readers),
            request=self._table(outline.media) if outline.media else None,
            responses=responses,
            streaming=(sends, answers, upgrades),
        )

    def _parameters(self, outline: OperationOutline, readers: list[Reader]) -> ParameterReader | None:
        used = self._used(outline).values()
        credentials = sorted({scheme.parameter for scheme in used if scheme.location == "query"})
        variables = outline.routes[0][1].variables
        if not outline.parameters and not credentials and not variables:
            return None
        readers = [each for each in readers if each.parameter.location != "path" or each.parameter.name in variables]
        judged = [reader for reader in readers if reader.definition or reader.parameter.required]
        if not judged:
            return ParameterReader(readers, variables, validator=None, ignored=credentials)
        schema = joint_schema(readers)
        validator, path = self._schemas.compile(schema), path_schema(schema, variables)
        judge = self._schemas.compile(path) if path is not None else None
        return ParameterReader(readers, variables, validator=validator, path=judge, ignored=credentials)

    def _used(self, outline: OperationOutline) -> Mapping[str, SecurityScheme]:
        names = dict.fromkeys(name for requirement in outline.security or () for name in requirement)
        return {name: self._schemes[name] for name in names if name in self._schemes}

    def _reader(self, outline: ParameterOutline) -> Reader:
        schema = self._schema(outline.definition)
        is_form = kind_of(outline.media_type) == "form"
        decode = content_decoder(outline.media_type, schema) if outline.media_type and not is_form else None
        return Reader(
            parameter=_parameter(outline, schema),
            schema=schema,
            definition=outline.definition,
            style=outline.style,
            explode=outline.explode,
            decode=decode,
            allow_empty=outline.allow_empty,
            form=form_fields(schema, outline.encoding) if is_form else None,
            marks=self._marks([outline.definition], annotations(outline.extensions)),
        )

    def _marks(self, definitions: Sequence[str], beside: Mapping[str, Any] | None = None) -> Marks | None:
        """The marks of a value that these definitions judge, with annotations that stand `beside` its schema."""
        if not beside and not any(map(self._schemas.is_annotated, definitions)):
            return None
        try:
            return marks_of([*map(self._schemas.schema, filter(None, definitions)), beside], self._schemas.schema)
        except ValueError as error:
            raise DescriptionError([Problem(self._source, "$", str(error))]) from error

    def _response(self, outline: ResponseOutline) -> ResponseSchema:
        readers = [self._reader(each) for each in outline.headers]
        judged = [reader for reader in readers if reader.definition or reader.parameter.required]
        headers = tuple(
            (
                each.parameter.name,
                each.decode or single(each.schema, "simple", each.explode, each.parameter.name),
            )
            for each in readers
        )
        return ResponseSchema(
            outline.status,
            self._table(outline.media) if outline.media else None,
            headers=headers,
            validator=self._schemas.compile(joint_schema(readers)) if judged else None,
            streams=_streams(outline.media),
            json_only=bool(outline.media) and all(kind_of(each.media_type) == "json" for each in outline.media),
        )

    def _table(self, media: Sequence[MediaOutline]) -> MediaTable[MediaBody]:
        entries: dict[str, list[MediaOutline]] = {}
        for each in media:
            entries.setdefault(each.media_type, []).append(each)
        return MediaTable({name: self._media_body(name, found) for name, found in entries.items()})

    def _media_body(self, name: str, found: list[MediaOutline]) -> MediaBody:
        if "*" not in name:
            return MediaBody(self._body(found, kind_of(name)), {})
        return MediaBody(None, {kind: self._body(found, kind) for kind in _KINDS})

    def _body(self, found: list[MediaOutline], kind: Kind) -> BodySchema:
        """One body schema. The same media type declared twice, with other parameters, means either."""
        names = [each.definition for each in found]
        if len(names) > 1 and all(names):
            options = {"anyOf": [{"$ref": name} for name in dict.fromkeys(names)]}
            return self._make(found[0], kind, self._schema_of(options), names, self._marks(names))
        definition = names[0] if all(names) else ""
        key = (found[0].media_type, kind, definition, repr(found[0].encoding) if found[0].encoding else "")
        if key not in self._bodies:
            marks = self._marks([definition])
            self._bodies[key] = self._make(found[0], kind, self._schema(definition), [definition], marks)
        return self._bodies[key]

    def _make(
        self, outline: MediaOutline, kind: Kind, schema: Schema, definitions: Sequence[str], marks: Marks | None
    ) -> BodySchema:
        media_type = outline.media_type
        draw, rows = partial(self._drawn, definitions), _rows(media_type, marks)
        if kind in ("stream", "opaque", "xml") or schema.value is True:
            without_schema: Kind = kind if kind in ("stream", "json", "xml") else "opaque"
            return BodySchema(media_type, without_schema, marks=marks, draw=draw, rows=rows)
        if _is_binary(schema) or (kind == "text" and not schema.types() - {"object", "array"}):
            return BodySchema(media_type, "opaque", marks=marks, draw=draw, rows=rows)
        definition = definitions[0] if len(definitions) == 1 else ""
        validator = self._schemas.validator(definition) if definition else self._schemas.compile(schema.value)
        return BodySchema(
            media_type,
            kind,
            validator=validator,
            shape=self._shape(schema, definition),
            marks=marks,
            draw=draw,
            open=partial(open_properties, schema),
            pins=partial(pins_of, schema),
            prose=partial(prose_of, schema),
            readers=Readers(
                form=form_reader(schema, outline.encoding) if kind == "form" else None,
                parts=parts_reader(schema, outline.encoding) if kind == "multipart" else None,
                text=decoder(schema) if kind == "text" else str,
            ),
        )

    def _drawn(self, definitions: Sequence[str]) -> Part | None:
        """The parts of a value that these definitions judge."""
        if not all(definitions):
            return None
        try:
            return self._drawing.draw(map(self._schemas.schema, definitions))
        except ValueError:
            return None

    def _shape(self, schema: Schema, definition: str) -> Shape:
        if not definition:
            return Shape(schema.value, self._schemas.schema, self._schemas.compile)
        if definition not in self._shapes:
            self._shapes[definition] = Shape(schema.value, self._schemas.schema, self._schemas.compile)
        return self._shapes[definition]

    def _schema(self, definition: str) -> Schema:
        return self._schema_of(self._schemas.schema(definition) if definition else True)

    def _schema_of(self, value: Any) -> Schema:
        return Schema(value, self._book)


def _rows(media_type: str, marks: Marks | None) -> Rows:
    """Only what is said to name data subjects is read: whatever else streams may be endless."""
    if marks is None or marks.view(SUBJECT) is None:
        return ""
    if media_type in TABLES:
        return "table"
    return "lines" if media_type in LINES or media_type.endswith("+json-seq") else ""


def _streams(media: Iterable[MediaOutline]) -> bool:
    return any(kind_of(each.media_type) == "stream" for each in media)


def _is_binary(schema: Schema) -> bool:
    return isinstance(schema.value, dict) and any(part.get("format") == "binary" for part in _whole(schema))


def _whole(schema: Schema) -> list[dict[str, Any]]:
    """The parts of a schema that describe the value itself, where it may be a string."""
    return list(schema.parts()) if "string" in schema.types() else []


def _parameter(outline: ParameterOutline, schema: Schema) -> Parameter:
    style = outline.style if outline.location in ("query", "cookie") else "simple"
    field = Field(outline.name, schema, style, outline.explode)
    return Parameter(
        name=outline.name,
        location=outline.location,
        required=outline.required,
        pointer=outline.place.path,
        schema=outline.schema,
        style="" if outline.media_type else outline.style,
        repeats=outline.location in ("query", "cookie") and not outline.media_type and field.repeats,
        extensions=outline.extensions,
    )


def _operation(
    outline: OperationOutline, parameters: tuple[Parameter, ...], schemes: Mapping[str, SecurityScheme]
) -> Operation:
    return Operation(
        id=outline.id,
        method=outline.method,
        template=outline.template,
        path=outline.path,
        parameters=parameters,
        request_media_types=tuple(dict.fromkeys(each.media_type for each in outline.media)),
        body_required=outline.body_required,
        responses=tuple(
            Response(
                status=each.status,
                headers=tuple(header.name for header in each.headers),
            )
            for each in outline.responses
        ),
        security=outline.security,
        schemes=schemes,
        tags=outline.tags,
        deprecated=outline.deprecated,
        pointer=outline.place.path,
        extensions=outline.extensions,
    )
