"""Queries of stores that are asked in a language of their own: graphs, triples, search servers, caches, OData."""

from typing import Final

from garrison.payload.documents import joins_filter, leaves_graph
from garrison.payload.quoting import is_said, is_short, stands_alone
from garrison.payload.sign import Sign

QUERIES: Final[tuple[Sign, ...]] = (
    Sign(
        "graph-called",
        r"['\x22]\s{0,3}\}?\s{0,3}\)?\s{0,3}(?:[\w\s,.:*()]{0,60}\s)?(?:call\s{1,3}(?:db|dbms|apoc|gds|algo)\.\w|foreach\s{0,3}\(\s{0,3}\w{1,20}\s{1,3}in\s{1,3}[^\x00|)]{1,80}\||load\s{1,3}csv\s)",
        10,
        leaves_graph,
    ),
    Sign(
        "graph-compared",
        r"['\x22]\s{0,3}(?:or|and|xor)\s{1,3}\w{1,20}\.\w{1,30}\s{0,3}(?:(?:starts|ends)\s{1,3}with|contains|=~)\s{0,3}['\x22]",
        10,
        joins_filter,
    ),
    Sign(
        "graph-exists",
        r"\b(?:or|and)\s{1,3}(?:not\s{1,3})?exists\s{0,3}\{\s{0,3}match\s{0,3}\(",
        10,
        stands_alone,
    ),
    Sign(
        "triples-left",
        r"^[^\x00{}\n]{0,80}\}\s{0,3}(?:(?:union|optional|minus)\s{0,3}\{|[;.]\s{0,3}(?:(?:drop|clear|copy|move)\s{1,3}(?:silent\s{1,3})?(?:(?:all|default|named)\s{0,3}(?:;|#|\x00|to\s)|graph\s{0,3}<)|(?:insert|delete)\s{1,3}(?:data|where)\s{0,3}\{|load\s{0,3}<)|(?:select|construct)\s{1,3}(?:\?|\*|distinct\s|where\s)[^\x00{}\n]{0,60}\{)",
        10,
        stands_alone,
    ),
    Sign(
        "triples-stacked",
        r"^[^\x00{}\n]{0,40};\s{0,3}(?:(?:insert|delete)\s{1,3}data\s{0,3}\{|(?:drop|clear)\s{1,3}(?:silent\s{1,3})?(?:(?:all|default|named)\s{0,3}(?:;|#|\x00)|graph\s{0,3}<))",
        10,
        stands_alone,
    ),
    Sign(
        "triple-joined",
        r"['\x22>]\s{0,3}\.\s{0,3}\?[a-z]\w{0,20}\s{1,3}[^\x00\s]{1,60}\s{1,3}(?:\?[a-z]|['\x22<])",
        10,
        stands_alone,
    ),
    Sign(
        "words-compared",
        r"\b(?:or|and|not)\s{1,3}\(?\s{0,3}\d{1,4}\s{1,3}(?:eq|ne|gt|lt|ge|le)\s{1,3}\d{1,4}\s{0,3}(?:\x00|[)&'\x22;,]|or\b|and\b)|(?:[\x00=(])\s{0,3}\d{1,4}\s{1,3}(?:eq|ne)\s{1,3}\d{1,4}(?:\s{1,3}(?:or|and)\b|\s{0,3}\x00)",
        10,
        is_said,
    ),
    Sign(
        "filter-joined",
        r"['\x22]\s{0,3}\)?\s{1,3}(?:or|and)\s{1,3}(?:not\s{1,3})?(?:['\x22][^\x00'\x22\n]{0,20}['\x22]\s{1,3}(?:eq|ne|gt|lt|ge|le)\s{1,3}['\x22]|(?:startswith|endswith|contains|substringof|indexof|length|tolower|matches|starts-with|ends-with|lower-case|upper-case)\s{0,2}\(\s{0,2}[\w/.$]{1,40}\s{0,3}[,)]|true\s{1,3}(?:or|and)\b|[\w/]{1,30}\s{1,3}(?:eq|ne|gt|lt|ge|le)\s{1,3}(?:['\x22]|null\b|\d))",
        10,
        joins_filter,
    ),
    Sign(
        "parser-named",
        r"\{!\s{0,2}(?:xmlparser|join|func|frange|boost|query|parent|child|lucene|edismax|dismax|raw|terms?|field|prefix|surround|switch|graph|geofilt|bbox|collapse|cache|type)(?:[\s=]|\}[\w*$\x22])[^\x00\n{}]{0,120}",
        10,
        stands_alone,
    ),
    Sign(
        "search-left",
        r"^[^\x00()\n]{0,40}[\w*\x22]\)\s{1,3}(?:or|and|not)\s{1,3}\(?\s{0,3}[\w.]{1,30}:[\w*\x22(\x5b]",
        10,
        stands_alone,
    ),
    Sign(
        "cache-told",
        r"\r\n\s{0,3}(?:(?:set|add|replace|append|prepend|cas)\s{1,3}[^\x00\s]{1,120}\s{1,3}\d{1,10}\s{1,3}\d{1,10}\s{1,3}\d{1,10}(?:\s{1,3}noreply)?\s{0,2}(?:[\r\n]|\x00)|flush_all\b|stats\s{1,3}(?:items|slabs|cachedump)\b)|\r\n\s{0,3}(?:config\s{1,3}(?:get\s{1,3}\*|(?:get|set)\s{1,3}(?:dir|dbfilename|requirepass|masterauth|maxmemory|save|appendonly|slave|replica|protected|bind))|debug\s{1,3}(?:sleep|segfault|object)\b|script\s{1,3}(?:flush|load|kill)\b|client\s{1,3}(?:list|kill)\b|shutdown\s{1,3}nosave|acl\s{1,3}setuser)|\n\s{0,3}eval\s{1,3}['\x22][^\x00\n]{1,80}['\x22]\s\d|\x00\*\d{1,3}\r?\n\$\d{1,5}\r?\n\w",
        10,
        is_said,
    ),
    Sign(
        "traversal-left",
        r"\bg\.[ve]\([^\x00)\n]{0,60}\)\.(?:drop|has\w{0,5}|values?\w{0,4}|property|iterate|outE?|inE?|bothE?)\(|['\x22]\)\.(?:or|and|not|union|coalesce|drop|iterate)\((?:__\.)?(?:has\w{0,5}\(|\)\.)",
        10,
        stands_alone,
    ),
    Sign(
        "return-cut",
        r"['\x22]\s{0,3}(?:or|and|\|\||&&)\s[^\x00\n]{1,120}\breturn\s[^\x00\n]{1,80}//\s{0,3}[^\x00\n]{0,12}$",
        10,
        joins_filter,
    ),
    Sign(
        "pattern-left",
        r"^[^\x00({\n]{0,30}[}\x5d)]{1,3}\s{0,3}(?:return|with|match|union|call)\s[^\x00\n]{1,120}\b(?:match\s{0,3}\(|union\s|detach\s|delete\s|merge\s{0,3}\()[^\x00\n]{0,120}//\s{0,3}\w{0,8}$",
        10,
        stands_alone,
    ),
    Sign(
        "guessing-tool",
        r"\bnot\s{1,3}in\s{0,3}\[\s{0,3}(?:['\x22][*+.?|^$&#]['\x22]\s{0,3},\s{0,3}){4}|\bexclude\w{0,12}\s{0,3}=\s{0,3}\[\s{0,3}(?:['\x22][*+.?|^$&#]['\x22]\s{0,3},\s{0,3}){4}|['\x22]\[[+*i!]\]\s{1,3}(?:flag|found|looking\s{1,3}for|cracked|pwned|leaked|extracted|dumped|vulnerable|exploited|brute\w{0,12}|guess\w{0,5}|trying)\b|\bfound\s{1,3}(?:one\s{1,3}more|next|another)\s{1,3}char",
        10,
        is_said,
    ),
    Sign(
        "document-left",
        r"^[^\x00\x22{}\x5b\x5d\n\\]{0,40}\\?\x22[ \t]{0,3}[}\x5d]{0,3}[ \t]{0,3},[ \t]{0,3}[{\x5b]{0,3}[ \t]{0,3}\\?\x22[\w$.@-]{1,40}\\?\x22[ \t]{0,3}:",
        10,
        is_short,
    ),
)
"""Signs of the class `nosql`."""
