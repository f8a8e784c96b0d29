"""Every class, in the order in which reasons name them."""

from garrison.payload.classes import command, documents, markup, objects, paths, requests, sql, templates
from garrison.payload.sign import PayloadClass

CLASSES: tuple[PayloadClass, ...] = (
    sql.CLASS,
    documents.NOSQL,
    command.CLASS,
    paths.CLASS,
    templates.CLASS,
    markup.CLASS,
    documents.XML,
    requests.CLASS,
    documents.LDAP,
    documents.XPATH,
    objects.OBJECT,
    objects.RUNTIME,
    objects.GRAPHQL,
    objects.HEADER,
)
