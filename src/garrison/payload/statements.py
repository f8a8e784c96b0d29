"""Statements of SQL: verbs with what each of them takes, in the dialects that are in use."""

import re
from typing import Final

_READ: Final = 400  # characters of a statement that are looked at
_BETWEEN: Final = re.compile(r"/\*[^*]*+\*/|\+|(?:#|--)[^\n]{0,40}+\n")
_OBJECT: Final = (
    "(?:table|database|schema|user|view|procedure|proc|function|index|column|trigger|login|role|sequence|package"
    "|tablespace|server|alias|event|type|keyspace|collection|graph)"
)
_TAKES: Final = (
    r"select\s*(?:[(*@'\"`-]|\d|[\w.`]+\s*[,(]|(?:distinct|top|all|case|null)\s)",
    r"select\s[^;\n]{1,120}?\sfrom\s",
    r"(?:insert|replace)\s+(?:(?:ignore|low_priority|delayed|high_priority)\s+)*(?:into\s|[\w.`]+\s*(?:\(|values))",
    r"update\s+(?:(?:ignore|low_priority)\s+)*[\w.`\[\]\"]+\s+set\s",
    r"delete\s+(?:(?:quick|ignore|low_priority)\s+)*from\s",
    r"(?:drop|create|alter|rename|truncate|comment\s+on)\s+"
    r"(?:(?:if\s+exists|or\s+replace|temp(?:orary)?|unique|global)\s+){0,3}" + _OBJECT + r"(?:\s|$)",
    r"truncate\s+[\w.\[\]]+\s*(?:;|--|\#|$)",
    r"exec(?:ute)?\s*(?:\(|@|'|\"|xp_|sp_|master|immediate|dbms_|sys\b|cmd|[\w.]+\s*(?:'|@|--|;|$))",
    r"declare\s+(?:@|\w+\s+(?:n?varchar|char|int|number|integer|cursor|text))",
    r"(?:shutdown|checkpoint)\s*(?:;|--|with|$)",
    r"waitfor\s+(?:delay|time)",
    r"merge\s+into\s",
    r"(?:grant|revoke)\s+[\w, ]{1,60}?\s(?:to|on|from)\s",
    r"call\s+[\w.]+\s*\(",
    r"copy\s*(?:\(|[\w.]+\s+(?:from|to)\s)",
    r"attach\s+(?:database\s|')",
    r"handler\s+[\w.`]+\s+(?:open|read)",
    r"load(?:\s+(?:data|xml)|_extension)",
    r"begin\s+(?:declare|execute|dbms|goto|transaction|null|utl_|[\w.]+\s*\()",
    r"if\s*\(\s*(?:\d|select|ascii|len|substring|exists|@|user|system)",
    r"if\s+(?:not\s+)?(?:exists|not)\s*\(",
    r"if\s+\w+\(\)?\s*=",
    r"(?:backup|restore)\s+(?:database|log)\s",
    r"bulk\s+insert",
    r"do\s*(?:\(|\$|sleep|benchmark)",
    r"set\s+(?:@|\w+\s*=|(?:global|session|persist)\s)",
    r"use\s+\w+\s*(?:;|--|$)",
    r"kill\s+\d",
    r"pragma\s+\w+\s*(?:=|\()",
    r"detach\s+(?:database\s|')",
    r"install\s+\w+\s*;",
    r"unload\s*\(",
    r"export\s+(?:data\s|database\s')",
    r"show\s+(?:tables|databases|grants|variables)",
    r"with\s+\w+\s+as\s*\(",
    r"vacuum\s+into\s",
    r"prepare\s+\w+\s+(?:from|as)\s",
    r"flush\s+(?:privileges|tables|hosts|logs|status)",
    r"lock\s+tables?\s+\w",
    r"(?:optimize|repair|analyze)\s+table\s",
    r"explain\s+(?:analyze|select)\s",
    r"reset\s+(?:master|slave|query|persist)",
    r"(?:iif|elt|pg_sleep|sleep|benchmark)\s*\(",
)
_STATEMENT: Final = re.compile(rf"\s*(?:{'|'.join(_TAKES)})", re.IGNORECASE)


def begins_statement(text: str, start: int) -> bool:
    """Whether a statement begins at `start`: a verb with what such a verb takes, comments between them left aside."""
    part = text[start : start + _READ]
    if "/*" in part or "+" in part or "\n" in part:
        part = _BETWEEN.sub(" ", part)
    return part.lstrip()[:_LONGEST].lower().startswith(_VERBS) and _STATEMENT.match(part) is not None


_VERBS: Final = (
    "select", "insert", "replace", "update", "delete", "drop", "create", "alter", "rename", "truncate", "comment",
    "exec", "declare", "shutdown", "checkpoint", "waitfor", "merge", "grant", "revoke", "call", "copy", "attach",
    "handler", "load", "begin", "if", "backup", "restore", "bulk", "do", "set", "use", "kill", "show", "with", "iif",
    "vacuum", "prepare", "flush", "lock", "optimize", "repair", "analyze", "explain", "reset",
    "pragma", "detach", "install", "export", "unload",
    "elt", "pg_sleep", "sleep", "benchmark",
)  # fmt: skip
"""What each of `_TAKES` begins with: most of what is asked about begins with none of them."""
_LONGEST: Final = max(map(len, _VERBS))
