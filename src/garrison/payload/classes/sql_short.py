"""SQL in values of a few words: what they end without having begun it, and words that something hides or cuts."""

from typing import Final

from garrison.payload.quoting import is_said, is_short, stands_alone
from garrison.payload.sign import Sign, words
from garrison.payload.sql import closes_first, joins_string

_ASKED = words(
    "ascii benchmark cast char char_length coalesce concat contains convert count elt exists extractvalue field find_in_set"
    " greatest hex if ifnull iif in instr interval is_srvrolemember isnull json_[a-z]+ least left length like load_file locate"
    " lower md5 mid nullif nvl ord pg_[a-z_]+ pi position rand regexp_[a-z]+ right round row sha1 sleep starts_with strcmp string-length"
    " substr substring unhex updatexml upper utl_[a-z]+ version"
)

SHORT: Final[tuple[Sign, ...]] = (
    Sign(
        "bracket-left",
        r"^[\s'\x22`;!]{0,3}[)`'\x22;!/]\s*(?:as\s{1,9}[^\x00\s(),.]{1,40}\s{1,9}from|(?:not\s{1,9})?(?:like|in|between)\s*\(|when\s{1,9}[\w'\x22]{1,20}\s{1,9}then|(?:not\s{1,9})?regexp\s{0,9}['\x22\x00])",
        10,
        closes_first,
    ),
    Sign("aliased-from", r"^[^\x00]{0,16}\bas[^\x00\w]{1,8}(?:\w{1,30}[^\x00\w]{1,8})?from$", 10, is_short),
    Sign(
        "from-first",
        r"^from\s{1,9}[`\[\x22]?[\w.`\[\]\x22]{1,80}\s{1,9}(?:where\s{1,9}[`\[\x22]?[\w.`\[\]\x22]{1,80}\s*(?:=|<|>|!=|like\b|in\s*\()|where\s{1,9}\w{1,20}\s*\(|(?:order|group)\s{1,9}by\s{1,9}[`\w]|limit(?:\s{1,9}\d|\x00))",
        10,
    ),
    Sign(
        "logic-first",
        r"^\d{1,9}\s{1,3}(?:or|and|xor)\s{1,3}(?:/\*[^\x00*]{0,40}\*/\s{0,3})?(?:true|false|not\s)|\x00\s*(?:and|or|xor|&&|\|\|)\s{1,9}(?:true|false|null|\d{1,9}|not\s{1,9}\w{1,12}|\(?\s*exists\b[^\x00]{0,60}|[\w.]{1,30}\s{0,3}(?:=|<>|<=>)\s{0,3}[\w.'\x22]{1,30}|[\w.]{1,30}\s{1,3}like\s{1,3}['\x22]%[^\x00]{0,20}|"
        + _ASKED
        + r"\(\s*[\w'\x22/(][^\x00]{0,80}\)(?:\s{0,3}[<>=]{1,2}\s{0,3}['\x22]?\w{1,12}['\x22]?)?)\s*(?:--[\s+-]*|#|/\*)?$",
        10,
    ),
    Sign(
        "quote-logic-first",
        r"^\s{0,3}['\x22`]{1,3}[\s)]{0,4}(?:or|and|xor|having|like)\b\s{0,3}[^\x00\s]{0,30}(?:\s{1,3}[^\x00\s]{1,20})?$",
        10,
        closes_first,
    ),
    Sign(
        "quote-logic-marked",
        r"(?:[\x00\w)])['\x22]\s{0,3}(?:or|and|xor)\s{1,3}\w{1,20}\s*(?:--|#|/\*|;)",
        10,
        closes_first,
    ),
    Sign(
        "escaped-quote-logic",
        r"^(?:[^\x00\\.][^\x00\\]{0,20})?\\{1,3}['\x22`]{1,2}\s{0,9}(?:or|and|xor|union|\|\||&&)(?:[\s('\x22`\d\\]|\x00)",
        10,
        is_short,
    ),
    Sign("glued-logic", r"[^\w.]\d{1,9}(?:or|and|xor|div|mod)\d{1,9}\s*(?:=|<|>|like\b|--|#)", 10),
    Sign(
        "comparison-computed",
        r"^\d{1,9}\s?[-+*/^|&%]{1,2}\s?\({1,3}\s?(?:\d{1,9}|['\x22]\w{0,10}['\x22])\)?\s{0,3}(?:=|<=>|like\b|r?like\b|regexp\b|between\b|is\s|in\s?\()[^\x00]{1,40}\)$",
        10,
        is_short,
    ),
    Sign("number-asked-about", r"^\d{1,9}\s{1,3}(?:is\s{1,3}(?:not\s{1,3})?null|not\s{1,3}in\s?\([^\x00()]{1,40}\))$"),
    Sign(
        "numbers-compared",
        r"^(?:\w,)?['\x22(]{0,2}\d{1,6}['\x22)]{0,2}\s{0,2}(?:=|==|!=|<>|<=>|(?:not\s{1,3})?(?:like|regexp|rlike))\s{0,2}['\x22(]{0,2}\d{1,6}['\x22)]{0,2}$",
        10,
    ),
    Sign(
        "joined-value",
        r"^[('\x22]{0,2}-?\d{0,9}['\x22)]{0,2}\s{0,2}\|\|\s{0,2}(?:\d{1,9}|[a-z_]\w{0,20}(?:\.\w{1,20}|\(\s*\)))\s*\)?$",
        10,
    ),
    Sign("cast-alone", r"^[\w.]{1,40}::(?:int\d?|integer|n?varchar|numeric|bigint|jsonb?|regclass|regproc|oid)$", 10),
    Sign(
        "wild-alone",
        r"^\s{0,3}(?:not\s{1,3})?(?:like|rlike|regexp|glob|escape)\s{1,4}(?:null\b|['\x22][^\x00'\x22]{0,12}['\x22]?)\s*(?:--|#)?$",
        10,
    ),
    Sign("quoted-logic-number", r"^['\x22]\s{0,2}(?:or|and|xor)\s{0,2}['\x22]\s{0,2}\d{1,6}\s{0,2}[=<>]\s{0,2}\d", 10),
    Sign(
        "name-like-name",
        r"['\x22]\s*(?:or|and)\s{1,9}\w{1,30}\s{1,9}(?:(?:not\s{1,9})?(?:like|glob|regexp|rlike|is)|=)\s{1,9}\w{1,30}\s*(?:;|--|#|escape\s*'|\x00)",
        10,
        closes_first,
    ),
    Sign("char-compared", r"\b(?:and|or|xor|where|having)\s{1,9}n?char\s*\(\s*\d{1,3}\s*\)", 10),
    Sign("path-compared", r"['\x22]\s*(?:->>?|[<>=]{1,2})\s*['\x22]\$(?:\.\w|\[)", 10, is_said),
    Sign("if-number", r"^[\s'\x22)(]{0,4}if\s*\(\s*\d{1,9}\s*(?:=[^=]|<|>|\x00)", 10),
    Sign(
        "curly-quote-logic",
        r"\xe2\x80[\x99\x9d]\s{0,3}(?:or|and|xor|\|\||&&)\s{0,3}(?:\xe2\x80[\x98\x99\x9c\x9d]|\d)\w{0,12}(?:\xe2\x80[\x98\x99\x9c\x9d])?\s{0,3}(?:[=>]|<\s{0,3}(?:\d|\xe2))",
        10,
    ),
    Sign("quote-remark", r"^[^\x00'\x22\s]{0,24}['\x22]\s{0,3}--\s{0,3}[^\x00\s-][^\x00\s]{0,24}$", 10, closes_first),
    Sign(
        "row-left",
        r"^[\w'\x22-]{0,12}['\x22]?\s*\)\s*,\s*\(\s*(?:['\x22@]|\w{2,20}\s*\(|select\b)",
        10,
        closes_first,
    ),
    Sign(
        "quote-operated",
        r"^(?:'\s?[-*^&|=+/%]\s?'|\x22\s?[\^&|]\s?\x22|['\x22]\s?[\^&|*-]\s?\d{1,3}\s?(?:#|--)\s?|'\w{0,12}'\s*(?:\|\||<>|!=|=)\s*'\w{0,12}'?)$",
        10,
    ),
    Sign("quote-piped", r"^\s*['\x22]\s*\|\|\s*[a-z_][\w.]{1,40}\s*\(", 10, is_said),
    Sign("prepared", r"\bprepare\s{1,9}\w{1,30}\s{1,9}from\s{1,9}(?:@|'|0x|concat)", 10, is_said),
    Sign(
        "user-made",
        r"^['\x22;)\s]{0,4}(?:(?:create|alter)\s{1,9}user\s{1,9}[\w.'\x22@%-]{1,60}\s{1,9}identified\s{1,9}by\b|grant\s{1,9}(?:connect|resource|dba|all|file|super)\b[^\x00;]{0,60}\sto\s{1,9}['\x22`]?\w)",
        10,
        stands_alone,
    ),
    Sign(
        "words-apart",
        r"\b(?:union|select|and|or|from|where|limit|order|all|having|like)(?:#|--)[\w.-]{0,60}\n\s{0,3}(?:all\b|select\b|by\b|union\b|from\b|\d|null\b|[\w.]{1,30}\s*[(=]|['\x22])",
        10,
    ),
    Sign(
        "words-apart-unseen",
        r"(?:[\w)'\x22])[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]{1,4}(?:and|or|xor|union|order|group|select|from|where|like|having|all)[\x01-\x08\x0b\x0c\x0e-\x1f\x7f(]",
        10,
    ),
    Sign(
        "words-apart-remarks",
        r"/\*\w{0,12}\*/[\w'\x22|&=<>()!,.@-]{1,30}/\*\w{0,12}\*/[\w'\x22|&=<>()!,.@-]",
        10,
        is_said,
    ),
    Sign(
        "secret-compared",
        r"^(?:\w{1,20}\.)?pass(?:w(?:or)?d|phrase)?\s{0,3}(?:[=!]?=|<>|\blike\b)\s{0,3}(?:'[^'\x00\n]{0,20}'|\x22[^\x22\x00\n]{0,20}\x22)$",
        10,
    ),
    Sign(
        "quote-verb-cut",
        r"^['\x22]\s{0,3}(?:union|alter|select|insert|update|delete|truncate|drop|exec|declare)\b[\s/*(]{0,3}\w{0,2}$",
        10,
        closes_first,
    ),
    Sign(
        "separator-verb",
        r"^['\x22)]{0,3}\s{0,3};\s{0,3}(?:select|truncate|drop|delete|insert|update|alter|union|exec|create|declare|shutdown|waitfor|merge)\s{0,3}(?:[\x5b(*'\x22@][^\x00\n]{0,80})?$",
        10,
    ),
    Sign("sleep-named", r"\bselect\s{1,3}pg_sleep\b", 10, is_said),
    Sign("provider", r"['\x22](?:msdasql|sqloledb|sqlncli\d{0,2}|oraoledb\.oracle)['\x22]", 10, is_said),
    Sign("like-cut", r"^[\w.]{1,30}\s{1,3}(?:not\s{1,3})?i?like\s{0,3}['\x22]%?$"),
    Sign("escaped-quote-number", r"^\\{1,3}['\x22]{1,2}\s{0,3}\d{1,9}\s{1,3}(?:or|and|xor)\s{1,3}\d", 10, is_short),
    Sign(
        "large-object", r"\blo_(?:get|put|import|export|from_bytea|create|unlink)\s{0,3}\(\s{0,3}['\x22\d]", 10, is_said
    ),
    Sign("quotes-dotted", r"(?:['\x22]\.){6}"),
    Sign(
        "defined-alone",
        r"^(?:create\s{1,3}(?:temp(?:orary)?\s{1,3})?table\s{1,3}[`\x22\x5b]?[\w.]{1,60}[`\x22\x5d]?\s{0,3}\(\s{0,3}[`\x22\x5b]?\w{1,60}[`\x22\x5d]?\s{1,3}(?:text|int|integer|bigint|n?varchar|char|serial|date|timestamp|float|bool|number|blob)\b|alter\s{1,3}table\s{1,3}[`\x22\x5b]?[\w.]{1,80}[`\x22\x5d]?\s{1,3}(?:add|drop|change|modify|rename|alter)\s|create\s{1,3}(?:or\s{1,3}replace\s{1,3})?function\s{1,3}[\w.]{1,60}\s{0,3}\([^\x00\n]{0,120}\)\s{0,3}returns\b|(?:backup|restore)\s{1,3}(?:database|log|\w{4,10}only)\s{1,3}(?:\S{1,40}\s{1,3})?(?:to|from)\s{1,3}disks?\s{0,3}=)",
        10,
        stands_alone,
    ),
    Sign(
        "words-in-words",
        r"(?:u|un|uni|unio)union(?:nion|ion|on|n)\b|(?:s|se|sel|sele|selec)select(?:elect|lect|ect|ct|t)\b|(?:fr|fro)from(?:om|m)\b|(?:wh|whe|wher)where(?:ere|re|e)\b|\b(?:oorr|aandnd|anandd)\b",
        10,
    ),
    Sign(
        "union-first",
        r"^['\x22)\d-]{1,12}\s{0,9}union\s{1,9}(?:all\s{1,9}|distinct\s{1,9})?select\s{1,9}[\w@,.*'\x22() ]{1,80}$",
        10,
    ),
    Sign("select-unseen", r"\bselect[\x01-\x08\x0b\x0c\x0e-\x1f]{1,4}[\w*(@]", 10),
    Sign(
        "bracket-logic",
        r"^['\x22]?[\w-]{1,12}['\x22]?\){1,4}\s{1,9}(?:and|or|xor)\s{1,9}[\w.]{1,30}\s{0,3}(?:=|<|>|like\b)",
        10,
        closes_first,
    ),
    Sign(
        "strings-joined",
        r"^'\s{0,2}(?:\+|\|\|)?\s{0,2}'[^'\x00\n]{1,60}'\s{0,2}(?:\+|\|\|)?\s{0,2}'\x00|\x00\s*\x22\s{0,2}(?:\+|\|\|)?\s{0,2}\x22[^\x22\x00\n]{1,60}\x22\s{0,2}(?:\+|\|\|)?\s{0,2}\x22$",
        10,
    ),
    Sign(
        "column-added",
        r"['\x22`]\s{0,3},\s{0,3}[\w.]{1,30}\s{0,3}=\s{0,3}\(?\s{0,3}select\b",
        10,
        closes_first,
    ),
    Sign("sleep-of-package", r"\b(?:user_lock|dbms_lock|dbms_session)\.sleep\s{0,3}\(", 10, is_said),
    Sign(
        "quote-signed",
        r"^[\w.-]{1,20}(?:'\s?(?:[\x5e<>|&%/+*-]|!=|<>)\s?'|\x22\s?(?:[\x5e<>|&%/+*-]|!=|<>)\s?\x22)[\w.-]{0,12}$",
        10,
    ),
    Sign(
        "number-then-verb",
        r"^\d{1,9}['\x22)]{0,3}\s{1,3}(?:or|and)\s{1,3}[\w.]{1,30}\s{1,3}is\s{1,3}(?:not\s{1,3})?null\b|\x00\s*\d{1,9}::\w{3,12}\s{0,2}=|\x00\s*\d{1,9}['\x22)]{0,3}\s{0,2};\s{0,2}(?:values\s{0,2}\(|table\s{1,3}\w{1,30}\s*(?:\x00|--|;))",
        10,
    ),
    Sign("quote-implied", r"['\x22]\s{1,3}(?:eqv|imp)\s{1,3}(?:\w{1,20}\s{0,2}\(|['\x22\d(])", 10, joins_string),
    Sign(
        "statement-cut",
        r"^select\s{1,9}(?:\d{1,9}|'[^\x00'\n]{0,20}'|\x22[^\x00\x22\n]{0,20}\x22|null)\s{1,9}from\s{1,9}[\w.`]{1,40}\s{1,9}where\s*\x00|\x00\s*exec(?:ute)?\s{1,9}[sx]p\w{0,30}\s*\x00",
        10,
    ),
    Sign(
        "statement-run",
        r"\bexec(?:ute)?\s{0,3}\(\s{0,3}'{1,8}\s{0,3}(?:exec|select|create|drop|insert|update|delete|alter|[sx]p_)",
        10,
        is_said,
    ),
    Sign("variable-selected", r"\bselect\s{1,3}@\w{1,30}\s{1,3}(?:as|into|from)\b", 10, is_said),
    Sign(
        "function-compared",
        r"^[\d'\x22)\s]{0,12}\s(?:and|or|xor)\s{1,3}(?:greatest|least|strcmp|coalesce|nullif|ifnull|isnull|interval|field|elt|locate|instr|find_in_set)\s{0,3}\([^\x00)]{1,60}\)\s{0,3}[=<>!]|\bif\s{0,3}\(\s{0,3}isnull\s{0,3}\(\s{0,3}\d",
        10,
        is_said,
    ),
)
"""Signs of the class `sql`."""
