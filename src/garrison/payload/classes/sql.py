"""SQL injection: a value ends where the statement did not mean it to, and the statement goes on."""

from garrison.payload.classes.sql_short import SHORT
from garrison.payload.quoting import is_not_fenced, is_said
from garrison.payload.sign import PayloadClass, Sign, loose
from garrison.payload.sql import (
    breaks_quote,
    ends_string,
    goes_on,
    goes_on_behind_value,
    is_asked_for,
    is_behind_comment,
    is_clause_left,
    is_delayed,
    is_joined,
    is_row,
    is_statement,
    is_unnamed,
    joins_json,
    joins_string,
    same_sides,
    stacks,
)

_Q = r"['\"]"
_OBJECTS = (
    r"information_schema\b|\bsys(?:objects|columns|databases|logins|users|processes|configures)\b|\bpg_(?:catalog|shadow|user|tables|database|group|authid|largeobject)\b"
    r"|\bsqlite_(?:master|schema|temp_master)\b|\b(?:all|user|dba)_(?:tables|tab_columns|users|objects|catalog|views|tab_privs)\b"
    r"|\bg?v\$(?:version|session|instance|database)\b|@@(?:version|hostname|datadir|servername|basedir|microsoftversion|global|spid|new)"
    r"|\bmysql\.(?:user|db|innodb_table_stats|proc)\b|\bmsys(?:aces|objects|queries|relationships|accessobjects)\b"
    r"|\bmaster\.(?:\.|dbo\.|sys)\w|\bsys\.(?:user\$|user_|all_|dba_|schema|tables|objects|databases|x\$|fn_|sql_)"
    r"|\b(?:northwind|tempdb|msdb)\b[^\x00]{0,6}[.;)]|\bdatabase\s*\(\s*\)|\b(?:system|session)_user\s*\(|\bsyscat\.|\bsysibm(?:adm)?\b|\brdb\$|\bmon\$"
)
_CALLS = (
    r"\b(?:extractvalue|updatexml|load_file|pg_sleep(?:_for|_until)?|pg_read_(?:binary_)?file|pg_ls_dir|json_keys|make_set|randomblob|sqlite_version|load_extension"
    r"|lo_import|lo_export|xmltype|row_count|found_rows|last_insert_id|gtid_subset|gtid_subtract|polygon|multipoint|linestring|geometrycollection"
    r"|name_const|database_to_xml|query_to_xml|table_to_xml|sql_to_xml|current_setting|set_config|generate_series|openrowset|opendatasource|openquery"
    r"|sp_(?:executesql|password|oacreate|configure|addextendedproc|makewebtask|help|who2?)|xp_\w{3,40}|fn_(?:my_permissions|virtualfilestats|trace_gettable|xe_file_target_read_file)"
    r"|aes_(?:en|de)crypt|substring_index|group_concat|concat_ws|string_agg|find_in_set|json_extract|sleepeachrow|ifx_load_module|is_(?:ipv[46]|srvrolemember|member)|has_dbaccess|suser_s?name|to_(?:n?char|base64)|rawtohex|utl_raw|uuid_short|sys_context|starts_with)\s*\("
    r"|\bsystem\$\w{3,40}\s*\(|\bbenchmark\s*\(\s*[\d@(]|\b(?:dbms_\w{2,30}|utl_(?:http|inaddr|file|smtp|tcp|encode)|ctxsys|owa_util|ordsys|dbms)\.\w"
)

CLASS = PayloadClass(
    "sql",
    "SQL",
    (
        Sign(
            "union-select",
            r"\b(?:union|intersect|except)\b[^\x00a-z]{0,200}(?:\b(?:all|distinct|distinctrow)\b)?[^\x00a-z]{0,100}(?:select|values|table)\b",
            10,
            goes_on,
        ),
        Sign(
            "union-all-select",
            r"\bunion\s*(?:all|distinct)?\s*[(\s]*select\s*[(\s]*(?:[\d@*'\"`]|null\b|[a-z_]{1,40}\s*[,(])",
            10,
            is_unnamed,
        ),
        Sign(
            "glued-union-number",
            r"\d(?:e\d{1,3}|\.)?union[\s(/*+]{1,9}(?:all[\s(]{1,9}|distinct\s{1,9})?select\b",
            10,
            is_not_fenced,
        ),
        Sign("glued-union", r"union[^\x00a-z]{0,10}select[^\x00a-z]{0,10}from"),
        Sign("wait", r"\bwaitfor\s{1,9}(?:delay|time)\b"),
        Sign(
            "extended-procedure",
            r"\b(?:xp_(?:cmdshell|dirtree|reg\w{3,20}|fileexist|subdirs|servicecontrol|availablemedia|loginconfig|makecab|enumgroups|ntsec\w*|terminate\w*)|sp_(?:oacreate|addextendedproc|makewebtask|executesql|prepare|sqlexec|sqlfulltext|replwritetovarbin|blitz\w*))\b",
        ),
        Sign("telling-call", _CALLS, 10, is_not_fenced),
        Sign(
            "sleep-compared",
            loose(
                r"^[-+('\x22]{0,3}(?:sleep|benchmark|pg_sleep)\s*\([^\x00)]{0,40}\)\s*(?:=|<|>|--|#|/\*|\x00|and\b|or\b)"
            ),
            10,
        ),
        Sign(
            "call-alone",
            r"^(?:@?[-+]?\d*\s*)?(?:sleep|benchmark|pg_sleep|extractvalue|updatexml|load_file|md5|sha1|user|version|database|current_user|char|chr|ascii|hex|unhex|substr(?:ing)?|mid|concat|ord|length|sin|cos|div|round|format|lower|upper|floor|rand|exp|conv|bin|if|ifnull|nvl|coalesce|greatest|least|power|cast|convert)\s*\(\s*[^\x00a-z]?[^\x00]{0,60}\)\s*(?:--|#|/\*|;|=|[<>|+*%-])",
            6,
        ),
        Sign(
            "call-opened",
            r"^[\"'`,)]{0,2}\s*(?:uncompress|pi|date|convert|time|round|sleep|benchmark|substring|substr|ltrim|rtrim|rand|left|right|hex|unhex|cos|sin|tan|abs|floor|ceil|ceiling|mod|pow|power|sqrt|exp|ln|log|ascii|ord|char|chr|concat|concat_ws|mid|instr|locate|length|char_length|lower|upper|lcase|ucase|replace|reverse|repeat|insert|if|ifnull|nullif|isnull|nvl|coalesce|cast|count|sum|avg|max|min|version|user|database|schema|md5|sha|sha1|sha2|load_file|name_const|elt|field|format|make_set|export_set|extractvalue|updatexml|row_count|found_rows|last_insert_id|uuid|values|greatest|least|interval|curdate|curtime|now|sysdate|date_format|str_to_date|to_days|from_unixtime|unix_timestamp|group_concat|json_extract|json_keys|bin|oct|conv|crc32|compress|encode|decode|encrypt|aes_encrypt|password|get_lock|release_lock|is_free_lock|inet_aton|inet_ntoa|position|quote|soundex|space|strcmp|trim|weight_string|xmltype|dbms_pipe|pg_sleep|stddev|variance|bit_and|bit_or|polygon|multipoint|linestring|point|year|month|day|week|quarter|hour|minute|second|default|len|in|local|db_name|lo_get|charset|collation|coercibility)[^\w\x00]{0,6}\(\s*[!\)]?$",
            10,
        ),
        Sign(
            "json-compared",
            r"^(?:or|and|having|like|where|'[^\x00']*'\s*(?:or|and))\s+['\x22][^\x00]{0,60}['\x22]\s*(?:::|->|[<>=@?!|&#]|not\s|like|regexp|in\b)|\x00\s*(?:having|or|and|where|regexp|xor)\s+['\x22(@\d][\w'\x22(]{0,12}\s*[=(<>]{0,2}\s*\x00|\x00\s*(?:having|or|and|where|xor|order\s+by|group\s+by|union|not|case)\s+\w{1,12}\s*[=<>(]\s*\x00|\x00\s*(?:not\s+)?in\s*\(|\x00\s*(?:declare|exec)\s+@\w+\s*\x00|\x00\s*(?:order|group)\s+by\s+\d{1,3}\s*\x00|\x00\s*exec\s+[sx]p\w{0,2}\s*\x00",
            10,
        ),
        Sign(
            "column-list",
            loose(
                r"^[(\s]*select\s+[-@(]*(?:['\x22]?\d+['\x22]?|@\w+|[a-z]+)[)\s]*,\s*[-(]*(?:sin|\d|[a-z_]+\s*\(|\()|\x00\s*[(\s]*select\s+(?:@\w|[-(]*\w+\s*\()|\x00\s*\(\s*select\b|\x00\s*\d+\s*\)\s*from\s|\d\s+as\s+\S+\s+from\b|\bselect\b[^\x00]{0,60}\bfrom\s+dual\b"
            ),
            10,
            is_asked_for,
        ),
        Sign(
            "word-alone",
            r"^(?:information_schema(?:\.\w+)?|rlike|xor|regexp|msdb|tempdb|northwind|sysobjects|syscolumns|mysql\.db|table_name|column_name|schema_name|msys\w{3,20}|pg_catalog|sqlite_master|waitfor|having|group\s+by|order\s+by|union(?:\s+all)?\s+select|procedure\s+analyse|sounds\s+like|xp_cmdshell|char\s*\(|@@[a-z_]{3,24})$",
            10,
        ),
        Sign(
            "compared",
            r"^['\"\d.(-]{1,9}['\")]{0,2}\s*(?:!=|<>|=|<=>|like|rlike|sounds\s+like|is\s+not|regexp|div|mod)\s*['\"(-]{0,3}[\d'\"][^\x00]{0,40}$",
            9,
        ),
        Sign(
            "number-logic",
            r"[\w.](?:['\")]{1,3}\s*|\s+)(?:and|or|xor|&&|\|\|)\s*[!~(+-]{0,3}\s*(?:\d[\d.+*/() -]{0,20}|'[^\x00']{0,12}'|\"[^\x00\"]{0,12}\")\s*(?:=|<>|!=|like|in|is|between|sounds|rlike|regexp|--|#|/\*|;)",
            10,
            goes_on_behind_value,
        ),
        Sign(
            "number-logic-alone",
            r"^['\"(-]{0,3}\d{0,9}['\")]{1,3}\s*(?:and|or|xor|&&|\|\|)\s*[!~(+'\"-]{0,3}\s*\w{1,20}['\"]?\s*(?:--|#|/\*|;)",
            10,
        ),
        Sign(
            "blind-call",
            r"(?:\b(?:and|or|xor|select|if|case|then|where|like|rlike|not|having|by|in)\b|['\x22`|=+,*/&!^-])(?:[ \t(+!]|/\*[^\x00/]{0,40}\*/)*(?:sleep|benchmark|pg_sleep|waitfor|randomblob)\s*\(\s*(?:/\*[^\x00/]{0,40}\*/\s*)?[\d(_'\x22-]",
            10,
            is_delayed,
        ),
        Sign("objects", _OBJECTS, 9, is_not_fenced),
        Sign(
            "objects-asked",
            r"\b(?:from|join|into|table|exec|select|and|where)[\s(/*+]{1,20}[\[`\"]?(?:" + _OBJECTS + ")",
            10,
            is_not_fenced,
        ),
        Sign(
            "stacked",
            r"(?:['\x22\d\x00)`%]|--|\w['\x22])\s*\)*\s*;[\s;]*(?:/\*[^\x00]{0,20}\*/)?\s*(?:drop|alter|truncate|create|insert|delete|update|exec(?:ute)?|declare|shutdown|select|grant|merge|begin|backup|restore|bulk|waitfor|copy|call|attach|handler|rename|replace|load|do|if|set|kill|use|with|show|pragma|detach|install|export|unload)\b",
            10,
            stacks,
        ),
        Sign(
            "stacked-verb",
            r";\s*(?:drop\s{1,9}(?:table|database|user|view|procedure|column|schema)|truncate\s{1,9}table|insert\s{1,9}into|delete\s{1,9}from|exec(?:ute)?[\s(]+(?:immediate|master|xp_|sp_|\()|declare\s+@|shutdown\b\s*(?:;|--|with)|update\s{1,9}\w{1,40}\s{1,9}set|create\s{1,9}(?:table|user|function|login|procedure|or\s)|alter\s{1,9}(?:table|user|database)|grant\s{1,9}(?:all|select|connect|dba)|select\s*[(\s]\s*(?:pg_|sleep|benchmark|\d|\*|case|load|@@))",
            10,
            stacks,
        ),
        Sign(
            "clause-number",
            r"(?:\b(?:order|group)\s{1,20}by\s{1,20}\d{1,4}|\blimit\s{1,9}\d{1,6}\s*,\s*\d{1,6}|\bhaving\s{1,9}[\d'\"(]{1,6}\s*[=<>])\s*(?:--|#|/\*|;|\)|\x00)",
            10,
            is_clause_left,
        ),
        Sign(
            "clause-after-value",
            r"^[-(]*(?:\d{1,9}|['\"`][^\x00'\"`]{0,20}['\"`]?|\w{0,12}['\"`])[)\s]*(?:(?:order|group)\s{1,9}by|having|procedure\s{1,9}analyse|into\s{1,9}(?:outfile|dumpfile)|limit\s+\d|rlike|regexp|sounds\s+like|union|between|like|is\s+(?:not\s+)?null)\b",
            7,
        ),
        Sign(
            "case-first",
            loose(
                r"^[\s('\"]{0,4}case(?:[\s(+]|/\*[^\x00/]{0,20}\*/){1,9}(?:[^\x00\s]{1,40}\s{1,9})?when\b[^\x00]{1,60}\bthen\b"
            ),
            10,
        ),
        Sign("quote-comment", r"'[^\x00'\n]{0,60}(?:--|;--)[\s+-]{0,3}$", 10),
        Sign(
            "quoted-or",
            r"(?:\x00[^\x00'\"\s]{0,20}|\w)['\"]\s{0,2}(?:or|and|xor|\|\||&&|like|div)\s{0,2}['\"(]",
            10,
            joins_string,
        ),
        Sign("comment-union", r"(?:#|--|/\*)[^\x00a-z]{0,60}\bunion\b", 10, is_behind_comment),
        Sign("pipe-quote", r"^\|\|\s*['\"(]|['\"]\s*\|\|\s*['\"]?\d", 10, is_joined),
        Sign(
            "into-file",
            r"\binto\s{1,20}(?:out|dump)file\s*(?:['\x22/@(\x5c\x00]|0x|\d|\w{2,12}\s*\(|--|lines|/\*|\xe2\x80)|\bload\s{1,9}data\s{1,9}(?:low_priority\s+|concurrent\s+|local\s+)?infile\b|\bprocedure\s{1,9}analyse\s*\(|\bcopy\s{1,9}[\w(][^\x00]{0,60}\s(?:from|to)\s{1,9}(?:program\s|stdout|'[^'\x00]{0,60}[./])",
            10,
        ),
        Sign(
            "same-sides",
            r"\b(?:or|and|xor|having|where|when|on|not|iif|elt|if|decode|nullif)\b[\s(!~+'\x22-]{1,6}[\w.]{1,30}['\x22]?\s*(?:=|like|<=>|regexp|rlike)\s*[(]?n?['\x22]?\w|(?:\|\||&&)[\s(!~+'\x22-]{0,6}[\w.]{1,30}['\x22]?\s*=\s*[(]?n?['\x22]?\w",
            10,
            same_sides,
        ),
        Sign(
            "having-constant",
            r"\bhaving\s{0,9}\(*\s{0,2}(?:\d{1,9}\s*(?:=|<|>|!=|or\b|and\b)|'[^'\x00]{0,9}'\s*=|(?:true|false|null)\s*(?:\)|or\b|and\b|--|#|\x00|=))",
            10,
            is_said,
        ),
        Sign(
            "constant-chosen",
            r"\b(?:iif|elt|if|make_set)\s*\(\s*\(?\s*\d{1,9}\s*[=<>]\s*\d|\bcase\s+when\s*\(?\s*\d{1,9}\s*[=<>]\s*\d|\(\s*\d{1,9}\s*=\s*\d{1,9}\s*\)\s*[*/+]\s*\d|\bin\s+boolean\s+mode\s*\)",
            10,
            is_said,
        ),
        Sign(
            "doubled-quotes",
            r"(?:''|\x22\x22)\s*\)?\s*(?:or|and)\s*\(?\s*(?:''|\x22\x22){1,2}\s*\w{0,9}(?:''|\x22\x22){1,2}\s*=|['\x22]\s*(?:or|and|&&|\|\|)\s*(?:''|\x22\x22)\s*[-*^&+|='\x22]",
            10,
        ),
        Sign(
            "comment-line",
            r"^-?[\w'\x22)][-\w'\x22).]{0,20}\s{0,4}(?:--|#)[^\x00\n]{0,60}\n\s*(?:#[^\x00\n]{0,40}\s{1,4}|--[^\x00\n]{0,40}\n\s{0,3}|--\s{1,4}){0,6}(?:and|or|union|select|having|order|from|where)\b",
            10,
        ),
        Sign("computed-comment", r"^[-+(]{0,3}\d[\d *+/.()]{0,20}(?:--|/\*|#)[ +-]?$", 10),
        Sign("variable-comment", r"^@{1,2}\w{1,30}\s*(?:--|/\*|#)", 10),
        Sign(
            "number-called",
            loose(
                r"^[-(]{0,3}\d{0,9}\s*(?:&&|\|\|)\s*\(?\s*(?:(?:substr(?:ing)?|length|user|version|sleep|cos|pi|ascii|ord|char|database|concat|if|mid|left)\s*\(|select\b)|\x00\s*(?:\w{2,8}\(\)|\d{1,9})\s*(?:and|or|xor|&&|\|\||div|mod|[-+*/\x5e])\s*\(?\s*(?:select\b|(?:substr(?:ing)?|length|user|version|cos|pi|ascii|ord|char|database|concat|mid|left|instr|locate|hex|unhex|typeof|json_[a-z]+|regexp_[a-z]+|st_[a-z]+|array_[a-z]+|current_user|connection_id|last_insert_rowid|bin_to_num|pg_[a-z]+|sqlite_[a-z]+|len|md5|isnull|nvl)\s*[(=])|\x00\s*\d{1,9}\s*(?:and|or|xor|&&|\|\|)\s*(?:current_user|session_user|user|@@?\w+)\s*(?:=|like|<|>)"
            ),
            10,
        ),
        Sign(
            "number-negated",
            loose(
                r"^['\x22(-]{0,3}\d{1,9}['\x22)]{0,3}\s*(?:and|or|xor|&&|\|\|)\s*[\d('\x22]{1,9}['\x22)]{0,2}\s*not\s+(?:between|like|in|rlike|regexp|null)\b|\x00\s*\d{1,9}\s+is\s+not\s+\d"
            ),
            10,
        ),
        Sign(
            "union-end",
            loose(
                r"^[-@]\w{1,12}\s*(?:union|intersect|except)(?:\s+all)?\s*(?:select|#|--|/\*|\x00)|\x00\s*['\x22`)]{1,3}\s*(?:or|and|union|having|order\s+by|xor|like|group\s+by)\s*\x00"
            ),
            10,
        ),
        Sign(
            "quote-ends",
            r"^[^\x00\s'\x22`]{1,60}['\x22`]\s*\)*\s*(?:/\*[^\x00]{0,40}\*/\s*)?;\s*(?:--[^\x00]{0,9}|#)?\s*$",
            10,
        ),
        Sign("exponent", r"(?:or|and|[=(,'\x22\s])\s*\d\.e\s*[(.]|\x00\s*\d\.e[.(]\w", 10),
        Sign(
            "nulls",
            r"(?:\bnull\s*,\s*){3}|,\s*null\s*\)\s*(?:waitfor|--|#|%20)|\bnull\s*,\s*null\b\s*(?:--|#|/\*|from\b)|(?:select|union|all)\s+null\s*,\s*null\b",
            10,
            is_row,
        ),
        Sign(
            "chars",
            r"\bch(?:a)?r\s*\(\s*(?:\d{1,4}|0x[0-9a-f]{2})\s*(?:,\s*\d{1,4}\s*){0,64}\)\s*(?:\|\||\+|,|&|%2b)\s*(?:n?ch(?:a)?r\s*\(|['\"(])|(?:=|like|\(|concat\s*\()\s*char\s*\(\s*\d",
        ),
        Sign(
            "hex-text",
            r"(?:concat|concat_ws|group_concat|char|unhex|=|,|select|like|union|cast|\()\s*\(?\s*0x[0-9a-f]{6,}",
            6,
        ),
        Sign(
            "cast",
            r"\b(?:cast|try_cast|convert)\s*\(\s*(?:\(?\s*select\b|0x|chr\(|@@|int\s*,|[^\x00()]{1,40}\bas\s{1,9}(?:int|integer|n?char|n?varchar|numeric|text|signed|unsigned|decimal|binary)\b)",
            9,
        ),
        Sign("case-when", r"\bcase\s{1,20}(?:\d{1,9}\s{1,9})?when\b[^\x00]{1,120}\bthen\b", 7),
        Sign(
            "subselect",
            r"(?:['\x22`=<>+,|(*/%^~!-]|\b(?:and|or|xor|in|offset|exists|like|rlike|union|any|all|not|select|if|when|then|div|mod)\b)\s*\(+\s*select\b[\s(/+]*(?:[\d*@'\x22`]|(?:count|concat|group_concat|char|substr(?:ing)?|version|user|database|length|ascii|case|top|distinct|load_file|sleep|null|max|min|name|password|table_name|column_name|schema_name|[a-z_]{1,40}\s{1,9}from|[a-z_]{1,40}\s*\()\b)",
            10,
            goes_on,
        ),
        Sign("quote-dangling-comment", r"['\"`]\s*\)*\s*(?:--[\s+-]*|#|/\*|;\s*--|;%00)$", 8, ends_string),
        Sign("value-comment", r"^[-\w'\"`)(.]{1,24}\s*\)*\s*(?:--[+\s-]*|/\*)$", 6, ends_string),
        Sign(
            "quote-goes-on",
            _Q
            + r"(?:[)\s]*(?:(?:or|and|xor|like|rlike|regexp|in|is|not|between|union|having|order|group|limit|procedure|where|select|into|div|mod|sounds|collate|glob|except|intersect|if|case|exec|insert|waitfor|declare|begin|shutdown)\b|(?:offset\s{1,3}\d|for\s{1,3}(?:xml|json|update|share)\b)|\|\||&&|[=<>!+*%^|&-]{1,3}[\s(]*(?:['\"\d@(]|n'|null|select|char|user|version|sleep|if\b)|,\s*(?:null|\d+\s*,|\(?select|sleep|char|if\())|\)*[ \t]*(?:--|#|/\*))",
            10,
            breaks_quote,
        ),
        Sign("quote-hex-goes-on", r"\\x2[27]\s*(?:or|and|\|\||&&|union|--|#)", 8),
        Sign(
            "tautology",
            r"(?:[\x00\s)'\"`\d(;/*+])(?:(?:or|and|xor|having|where|not)\b|['\"`)]\s*(?:\|\||&&))[\s(+!~/*-]*(?:[\d.][\d.+*/ -]{0,16}|['\"`][^\x00'\"`]{0,30}['\"`]?|null|true|false|0x[0-9a-f]{1,12}|@\w{1,20}|[a-z_]{1,20}\s*\([^\x00()]{0,40}\))[\s)]*(?:=|<>|!=|<|>|<=>|\blike\b|\bin\b|\bbetween\b|\bis\b|\brlike\b|\bregexp\b|--|#|/\*|;|\|\||&&|\bor\b|\band\b|\x00)",
            10,
            goes_on,
        ),
        Sign(
            "logic-column",
            r"(?:[\x00)'\"`\d])\s{0,9}(?:or|and|xor|\|\||&&)[\s(]{1,9}[a-z_.]{1,30}\s{0,9}(?:=|<>|!=|like\b|is\b|in\s*\(|between\b|>|<)",
            8,
            goes_on,
        ),
        Sign(
            "logic-document",
            r"['\"][)\s]{0,9}(?:or|and|xor|\|\||&&)[\s(]{1,9}[a-z_.]{1,30}\s{0,9}(?:(?:->>?|#>>?|\?[|&]?|@[>?@]|<@|!?~\*?)\s{0,9}(?:['\"]|array\b)|\[\s{0,9}['\"])",
            10,
            joins_string,
        ),
        Sign(
            "statement",
            r"^[(\s]*(?:select|insert\s{1,9}(?:ignore\s{1,9})?into|update\s{1,9}[\w.`\x5b\]\"]{1,40}\s{1,9}set|delete\s{1,9}from|drop\s{1,9}(?:table|database|user|view|procedure|index|schema)|truncate\s{1,9}table|create\s{1,9}(?:user|login|table|function|database|procedure|or|view|temp)|alter\s{1,9}(?:table|user|database|login)|exec(?:ute)?\s{0,9}(?:xp_|sp_|\(|master|immediate|@|[\w.]{1,30}\s*['@])|declare\s{1,9}@|grant\s{1,9}\w{1,20}\s{1,9}(?:to|on|privileges)|shutdown\s*(?:;|--|with)|merge\s{1,9}into|load\s{1,9}data|copy\s{1,9}\w{1,40}\s{1,9}(?:from|to)\s*['\"(]|show\s{1,9}(?:tables|databases|grants)|use\s{1,9}master|bulk\s{1,9}insert|call\s{1,9}\w{1,40}\s*\(|handler\s{1,9}\w{1,40}\s{1,9}(?:open|read)|set\s{1,9}@\w|begin\s{1,9}(?:declare|goto|execute)|with\s{1,9}\w{1,30}\s{1,9}as\s*\(\s*select)",
            7,
            is_statement,
        ),
        Sign(
            "version-comment",
            r"/\*!\s*(?:\d{3,6}\s*[a-z(]|\(|(?:union|select|and|or|all|distinct|from|where|order|group|by|having|limit|into|insert|update|delete|drop|table|values|null|like)\b|\w{1,20}\s?\()",
            10,
        ),
        Sign("inline-comment", r"[a-z0-9'\")]/\*[^\x00*]{0,20}\*/(?:[a-z0-9'\"(]|/\*)", 5),
        Sign(
            "split-keyword",
            r"\b(?:u|un|uni|unio|s|se|sel|sele|selec|f|fr|fro|wh|whe|wher|o|ord|orde)/\*[^\x00*]{0,20}\*/(?:n|on|ion|nion|t|ct|ect|lect|elect|m|om|rom|e|re|ere|r|er|der)\b",
            10,
        ),
        Sign(
            "wrapped-keyword",
            r"/\*[^\x00*]{0,20}\*/\s*(?:union|select|or|and|from|where|all|order|insert|drop|distinct)\b",
            10,
        ),
        Sign("spaceless", r"(?:\d|['\")])(?:union|or|and|having|order|group)\s*[('\"\d]", 4),
        Sign("dollar-quote", r"\$\w{0,8}\$[^\x00$]{1,60}\$\w{0,8}\$\s*(?:\|\||;|::|--|=)", 5),
        Sign(
            "declare",
            r"\bdeclare\s{1,9}@\w{1,30}\s{1,9}(?:as\s{1,9})?(?:n?varchar|n?char|int|sysname|table|cursor)\b|\bexec(?:ute)?\s*\(\s*@|\bexec(?:ute)?\s{1,9}(?:master\s?\.|sp_|xp_|immediate\b)",
        ),
        Sign(
            "if-then",
            r"\bif\s*\(\s*(?:\(?\s*select\b|[^\x00,]{1,60}(?:=|<|>|like|regexp)[^\x00,]{0,60},\s*(?:sleep|benchmark|\d|\(select|null|pg_sleep|\())",
            8,
        ),
        Sign("like-percent", r"['\"]\s*(?:or|and)\s{1,9}[\w.]{1,40}\s{1,9}(?:not\s{1,9})?like\s*(?:char\(|['\"(])", 10),
        Sign(
            "concat-quote",
            r"['\"]\s*(?:\|\||\+)\s*(?:\(?\s*select\b|\(?\s*case\b|chr?\(|char\(|user\b|version\(|@@|utl_|dbms_|substr)",
            10,
        ),
        Sign(
            "type-cast",
            r"['\x22`)]\s*::\s*(?:jsonb?|text|int|varchar|numeric|bigint|double|regclass|regproc|bool)\b",
            10,
        ),
        *SHORT,
        Sign("json-operator", r"['\x22]\s*(?:@>|<@|\?\||\?&|@\?|@@|#>>?|->>?)\s*['\x22]", 10, joins_json),
    ),
    ("API10:2023", "CWE-89"),
)
