"""Languages of documents and directories: XML entities and style sheets, LDAP filters, XPath, NoSQL operators."""

from garrison.payload.classes.queries import QUERIES
from garrison.payload.documents import (
    closes_filter,
    escapes_filter,
    is_asked,
    is_foreign,
    is_operator,
    is_whole_pattern,
    joins_path,
    leaves_element,
    leaves_graph,
    leaves_path,
    leaves_script,
    names_class,
    repeats_key,
)
from garrison.payload.quoting import is_said, stands_alone
from garrison.payload.sign import PayloadClass, Sign

XML = PayloadClass(
    "xml",
    "XML entities and style sheets",
    (
        Sign("entity", r"<!\s*entity\s"),
        Sign("doctype-external", r"<!\s*doctype\s[^\x00>]{0,200}(?:\bsystem\b|\[)[^\x00>]{0,4}", 10, is_foreign),
        Sign("doctype-public", r"<!\s*doctype\s+(?:[^\x00>h]|h[^\x00>t])[^\x00>]{0,200}\bpublic\b", 8),
        Sign(
            "doctype-fetched",
            r"<!\s*doctype\s[^\x00>]{0,120}\bpublic\b[^\x00>]{0,120}['\x22](?:(?:https?|ftp)://(?:\d{1,3}\.\d|\x5b|localhost|[^\x00'\x22/\s]{1,80}:\d)|(?:file|jar|gopher|netdoc|php|expect|data):)",
        ),
        Sign(
            "include",
            r"<\s*(?:xi:include|[a-z]{1,10}:include)\b|http://www\.w3\.org/2001/XInclude|chemaLocation\s*=\s*['\"][^\x00'\"]{0,80}(?:file:|https?://)(?:\d|/etc|localhost|[^\x00'\"/]{0,40}(?:evil|attacker))",
            10,
        ),
        Sign(
            "odd-encoding",
            r"<\?xml\s[^\x00>]{0,80}encoding\s{0,3}=\s{0,3}['\x22](?:utf-7|utf-32|ucs-4|ebcdic|cp037|ibm-?0?37|ibm1047)|<meta\s[^\x00>]{0,80}charset\s{0,3}=\s{0,3}['\x22]?utf-7",
            10,
            is_said,
        ),
        Sign(
            "edge-include",
            r"</?esi:[a-z]|<!--\s{0,2}esi\b|\$\((?:HTTP_(?:COOKIE|HEADER|USER_AGENT|REFERER|ACCEPT_LANGUAGE)|QUERY_STRING)[){]",
            10,
            is_said,
        ),
        Sign(
            "tag-library",
            r"<\s{0,2}(?:c:(?:import|redirect)|jsp:(?:include|forward|plugin))\s[^\x00>]{0,60}=\s{0,2}['\x22](?:https?:|ftp:|file:|/etc/|/proc/)",
            10,
            is_said,
        ),
        Sign("element-left", r"^[^<\x00]{0,200}</\w{2,30}>\s{0,4}<\w", 10, leaves_element),
        Sign(
            "style-sheet",
            r"<\s*xsl:(?:stylesheet|transform|value-of|template|copy-of|variable|include|import|for-each|result-document|document|call-template|apply-templates)\b|<\s*(?:exsl:document|redirect:write|saxon:\w|xalan:(?:script|component))|\brt:(?:exec|getRuntime)\s*\(|\bxmlns:(?:xsl|php|java|msxsl|exploit|rt|ob|saxon|xalan)\s*=|<\?xml-stylesheet\b|\bxsl:version\s*=|<msxsl:script",
            10,
        ),
        Sign(
            "parameter-entity", r"%[a-z]\w{0,20};\s*(?:%|\]|<)|\x26\w{1,12};\s*</|<!ATTLIST|<!ELEMENT\s|<!NOTATION", 6
        ),
        Sign("declaration-alone", r"^(?:%[a-z]\w{0,20};|<!(?:ELEMENT|ATTLIST|NOTATION)\s[^\x00<>]{1,200}>?)$", 10),
        Sign(
            "soap-script",
            r"<(?:java|object|void|array)\s+(?:version|class|method|property)\s*=|<map>\s*<entry>|<linked-hash-set>|<dynamic-proxy>|<sorted-set>",
            10,
        ),
        Sign("class-element", r"<(?:javax?|jdk|sun|com\.sun)\.[\w.]{1,100}\.\w", 10, names_class),
        Sign("cdata-script", r"<!\[CDATA\[\s*(?:<\s*(?:script|img|svg|iframe)|\]\]>|<\]\]>)", 10),
        Sign("script", r"<\s*(?:x|html|xhtml|svg|h):script\b|<script\s+xmlns", 10),
    ),
    ("API8:2023", "CWE-611", "CWE-776", "CWE-91"),
)

LDAP = PayloadClass(
    "ldap",
    "LDAP filters",
    (
        Sign(
            "filter-left",
            r"\*\s*\)\s*\(|\)\s*\({1,4}\s*[|&!]\s*\(|\)\s*\({1,4}\s*[\w.;-]{1,60}\s*[~<>]?=|[\w*]\){1,4}(?:%00|\xef\xbf\xbd)|\*\)\)?[%\x00]|\x00\s*\s*[*)(|&!]{2,12}['\x22]?\s*\x00|\(\|\(\w{1,20}=|\x00\s*[^\x00(]{0,30}\)\s*\(\s*(?:[|&!]|\w{1,20}=)",
            10,
            closes_filter,
        ),
        Sign("filter", r"[(]\s*[&|!]\s*\(\s*\w{1,40}\s*(?::[\w.]*:)?[~<>]?=[^\x00]{0,80}\)", 10, is_asked),
        Sign(
            "attribute",
            r"\(\s*(?:uid|cn|sn|objectClass|userPassword|password|mail|samaccountname|memberOf|member|ou|dc|givenName|user|pass|objectcategory|department|useraccountcontrol|homedirectory)\s*(?::[\w.]*:)?[~<>]?=\s*[^\x00()]{0,40}\*?[^\x00()]{0,40}\)",
            8,
            is_asked,
        ),
        Sign(
            "wild",
            r"^\s*(?:\w{1,20}\s*=\s*)?[\w]{0,20}\*\s*\)+\s*[(&|)%\x00\x22']|\x00\s*\)\s*(?:[(%]|[&|]\s*[(!\x00])|\*\({1,4}\|\({1,4}\w|\badmin\*\)|\|\(\w{1,20}=\*",
            10,
            is_said,
        ),
        Sign(
            "matching-rule",
            r"\b\d\.\d\.\d{1,3}(?:\.\d{1,6}){2,12}:=|userPassword:[\d.]+:=|\b\w{1,40}:dn(?::[\w.]{1,60})?:=|\b1\.2\.840\.113556\.1\.4\.80[34]",
        ),
        Sign(
            "filter-alone",
            r"^(?:(?:admin(?:istrator)?|root)\*|\w{1,20}\s{0,3}[~<>]?=\s{0,3}[\w*]{0,20}\){2,6}|[\w*]{1,30}\)\s{0,3}\(\s{0,3}\*|\(?\w{1,30}\)\s{0,3}\(\w{1,30}\s{0,3}=\s{0,3}\*\){0,3})$",
            10,
        ),
        Sign("encoded", r"(?:%2a|\\2a)(?:%29|\\29)|(?:%28|\\28)(?:%7c|%26|\\7c)", 8),
        Sign("escaped", r"\\(?:2[189a]|26|7c)[^\x00\n\\]{0,30}\\(?:2[189a6]|7c|3d)", 10, escapes_filter),
        Sign(
            "nul-between",
            r"%00\s{0,3}\(\s{0,3}(?:%00)?[|&!(\w][^\x00()\n=]{0,30}%00\s{0,3}=",
            10,
        ),
    ),
    ("API8:2023", "CWE-90"),
)

XPATH = PayloadClass(
    "xpath",
    "XPath",
    (
        Sign(
            "axis",
            r"\b(?:ancestor|descendant|following|preceding)(?:-or-self|-sibling)?::(?:node|text|\*|\w)|\b(?:parent|child|self|attribute|namespace)::(?:node\s*\(|text\s*\(|\*|\w{1,30}\s*[\x5b/\x5d|])",
            10,
        ),
        Sign(
            "function",
            r"(?:['\x22\x5d)]|\b(?:and|or|not)\b)\s{0,3}(?:(?:and|or|=|\||\x5d|\x5b|not)\s*\(?\s{0,3})?\b(?:string-length|substring|contains|starts-with|name|count|position|local-name|text|doc|normalize-space|codepoints-to-string|translate|unparsed-text)\s*\(\s*(?:/|\.\.|@|//|'|\w{1,30}\s*/|\)\s*[=<>])|\x00\s*(?:and|or)\s+(?:string-length|substring|contains|starts-with|count|name)\s*\(",
            10,
            leaves_path,
        ),
        Sign(
            "call",
            r"\b(?:string-length|codepoints-to-string|string-to-codepoints|doc-available|local-name|starts-with|normalize-space|system-property|generate-id|unparsed-text)\s*\(",
            8,
        ),
        Sign(
            "counted",
            r"\bcount\s*\(\s*(?:/|@|//|child|comment)|\b(?:string|count|substring|name)\s*\(\s*\(?//?\w|\bdoc\s*\(\s*['\x22][^\x00'\x22]{0,80}(?:://|\.xml|/)|\bposition\s*\(\s*\)\s*=|\btext\s*\(\s*\)\s*(?:=|\[|/)",
            12,
        ),
        Sign(
            "document-opened",
            r"\b(?:document|unparsed-text|doc|doc-available|json-doc|collection)\(\s{0,2}['\x22](?:https?:|file:|ftp:|jar:|/etc/|/proc/)",
            10,
            stands_alone,
        ),
        Sign(
            "query-whole",
            r"\bfor\s{1,3}\$\w{1,20}\s{1,3}in\s{1,3}(?:/|\(?\s?(?:fn:)?(?:doc|collection|db:open)\s?\()|\x00\s*(?:let\s{1,3}\$\w{1,20}\s{0,3}:=|declare\s{1,3}(?:function|variable|option|namespace)\s{1,3}\$?[\w-]{1,20}[:=])",
            10,
            is_said,
        ),
        Sign(
            "path-left",
            r"^(?:['\x22]?[\w-]{0,12}['\x22]?|\))\s{0,2}\](?:\[[^\x00\]\n]{1,30}\])?\s{0,3}\|\s{0,3}/{1,2}\s{0,2}(?:\*|[a-z])",
            10,
            stands_alone,
        ),
        Sign(
            "node-compared",
            r"['\x22]\s{0,3}(?:or|and)\s{1,3}(?:\.|\*|@\*|text\(\)|node\(\))\s{0,2}=\s{0,2}['\x22]",
            10,
            leaves_path,
        ),
        Sign(
            "truth-joined",
            r"['\x22\x5d]\s{0,3}(?:or|and)\s{1,3}(?:not\s{0,2}\(\s{0,2})?(?:true|false|last|position|boolean|lang|number|sum|string|id|count|exists|empty|matches|upper-case|lower-case)\s{0,2}\(",
            10,
            leaves_path,
        ),
        Sign(
            "call-joined",
            r"['\x22\x5d]\s{0,3}\)?\s{0,3}(?:or|and)\s{1,3}\(?\s{0,2}(?:(?:if|for|let|some|every)\s{0,2}[($]|\.\./|/{1,2}[\w*@]|@\w|[a-z][\w-]{1,30}(?::[\w-]{1,30})?\s{0,2}\([^\x00()\n]{0,60}(?:\([^\x00()\n]{0,40}\)[^\x00()\n]{0,40})?\)\s{0,2}(?:[/=!<>\x5d]|or\b|and\b|['\x22]|\x00))",
            10,
            joins_path,
        ),
        Sign(
            "number-joined",
            r"^\d{1,9}\)?\s{0,3}(?:\||or\s|and\s)\s{0,3}\(?(?:\.\./\w|/{1,2}[\w*@]|[a-z][\w-]{1,30}\s?\(\s{0,2}(?:/{1,2}\w|@|\.\.|name\()|(?:some|every)\s{1,3}\$|if\s?\(\s?[a-z-]{3,20}\()",
            10,
            stands_alone,
        ),
        Sign("path-alone", r"^/{1,2}[\w*@./\x5b\x5d'\x22=-]{1,80}/(?:text|node|comment|processing-instruction)\(\)$"),
        Sign("path-between", r"['\x22]\s{0,3}\|\s{0,3}//\s{0,2}[*\w]", 10, leaves_path),
        Sign(
            "path-through",
            r"['\x22]\s{0,2}\x5d\s{0,2}/{1,2}\s{0,2}(?:\.\.|\*|@?\w)[^\x00\n]{0,80}\|\s{0,3}(?:/{1,2}\s{0,2}[*\w]|\w{1,12}\x5b)",
            10,
            leaves_path,
        ),
        Sign(
            "path-given",
            r"\b(?:concat|string|sum|number|boolean)\s{0,2}\([^\x00()\n]{0,60}[,(]\s{0,2}//\w{1,30}[\x5b/]",
            10,
            stands_alone,
        ),
        Sign("union-bare", r"\]\s*\|\s*//\w|//\*\s*(?:\[|\||\x00)|/\*\s*\[\s*\d", 5),
        Sign("union", r"['\x22]\s*\)?\s*\]\s*\|\s*/{1,2}\s*(?:\*|\w{1,20})|\x00\s*//\*\s*(?:\[|\||\x00)", 10),
    ),
    ("API8:2023", "CWE-643"),
)

NOSQL = PayloadClass(
    "nosql",
    "NoSQL operators and scripts",
    (
        Sign(
            "operator",
            r"(?:[\x00{,\s'\x22\x5b.:])\$(?:ne|gt|gte|lt|lte|nin|regex|where|exists|nor|expr|elemMatch|eq|in|or|and|not)\\?['\x22]?\s*(?:[:=]|\]\s*=|\x00)",
            10,
            is_operator,
        ),
        Sign(
            "this",
            r"\bthis\.\w{1,30}\s*(?:\.match\s*\(|={2,3}\s*['\x22/\d]|!=\s*['\x22/\d]|\[\s*\d|\.constructor|\.startsWith\s*\()",
            6,
        ),
        Sign(
            "object-left",
            r"^[^\x00{\s]{0,20}\s*['\x22]?\s*\}\s*,?\s*\{\s*['\x22]?\w{1,30}['\x22]?\s*:|:\s*/\.[*+]/\s*[,}]|\x00\s*[^\x00{]{0,20}['\x22]\s*,\s*['\x22]?\$?\w{1,12}['\x22]?\s*:\s*(?:\{\s*['\x22]?\$|['\x22]\d\s*==)|\{\s*['\x22]?[&$][a-z]{2,10}['\x22]?\s*:\s*(?:false|true|null|undefined)\s*\}",
            10,
            is_said,
        ),
        Sign(
            "operator-key",
            r"(?:[\x00{,\s'\x22\x5b.])\$(?:accumulator|function|size|mod|all|type|text|jsonSchema|comment|query|orderby|set|unset|push|pull|inc|rename|group|lookup|project|match|reduce|map|func|eval|options|slice|natural)['\x22]?\s*(?:[:=\]]|\x00)",
            7,
            is_said,
        ),
        Sign(
            "stage",
            r"['\x22\x00\x5b]\$(?:lookup|graphLookup|unionWith|elemMatch|function|accumulator|jsonSchema|mod|facet|unwind|addFields|replaceRoot|redact|geoWithin|geoIntersects|near(?:Sphere)?|regularExpression|all|size|bits(?:All|Any)(?:Set|Clear)|currentOp|collStats|indexStats|listSessions|out|merge|match|rename|inc|mul|push|pull|pullAll|pop|addToSet|setOnInsert|bucketAuto|sortByCount|documents|group|project|sample)(?:['\x22]\s{0,3}:|\x00|\x5d)",
            10,
            is_operator,
        ),
        Sign(
            "operator-index",
            r"\[\s*['\"]?\$(?:ne|gt|gte|lt|lte|in|nin|eq|regex|exists|where|or|and|not|nor|options|expr|func|type|size|all|mod|elemMatch|text|near(?:Sphere)?|jsonSchema|comment|slice|meta|natural|bits\w{6,10}|geo\w{6,13})['\"]?\s*\]",
        ),
        Sign(
            "script",
            r"['\x22]\s*[)}\x5d;]{0,4}\s*(?:\|\||&&|;|\))\s*[(!]{0,3}\s*(?:\)\s?=>|this|return|db|sleep|while|'|\x22|\d|1|true|function|obj|it|do|var|if|let|const|object\.|new\s{1,3}date|process|await|throw|globalthis|fetch)\b|['\x22]\s*(?:\|\||&&)\s*['\x22]|['\x22]\s*\+\s*(?:sleep|\(?\s*function\b)",
            10,
            leaves_script,
        ),
        Sign(
            "script-left",
            r"\|\|\s*\d{1,3}\s*==\s*\d|\|\|\s*['\x22]\w{0,9}['\x22]?\s*==\s*['\x22]|\x00\s*[^\x00\s;]{0,16};\s*(?:return(?:\s+(?:true|!?[01]|this\b)|\s*\(\s*(?:true|!?[01]|this\b))|sleep\s*\(|while\s*\(\s*(?:true|1)|var\s+\w{1,12}\s*=\s*new\s+Date|db\.\w|this\.\w)",
            10,
        ),
        Sign(
            "script-alone",
            r"^(?:return\b\s{0,3})?[!(]{0,3}(?:this\.\w{1,30}(?:\.(?:match|test|search|includes|indexOf|startsWith|endsWith|char\w{2,8}|codePointAt|substr\w{0,4}|slice|at|constructor|hasOwnProperty|valueOf|toString)\s{0,3}\(|\.length\b|\[\s{0,3}['\x22\d]|\s{0,3}(?:[=!<>]=|&&|\|\|))|\d{1,9}\s{0,3}={2,3}\s{0,3}\d)[^\x00\n]{0,200}\x00|\x00\s*;?\s{0,3}(?:while|for)\s{0,3}\(\s{0,3}(?:true|1|;\s?;)\s{0,3}\)\s{0,3}[{;][^\x00\n]{0,200}\x00|\x00\s*return\s{0,3}\(?\s{0,3}['\x22]?\w{1,12}['\x22]?\s{0,3}={2,3}\s{0,3}['\x22\w]{1,12}\s{0,3}\)?;?\s*\x00",
            10,
            is_said,
        ),
        Sign(
            "function-alone",
            r"^function\s{0,3}\w{0,20}\s{0,3}\(\s{0,3}\)\s{0,3}\{\s{0,3}(?:return\s{1,3}(?:true|!?[01]\b|this\.\w{1,30}\s{0,3}(?:[=!<>]=|[<>]|&&|\|\|))|return\s{1,3}[\w.]{1,20}\(\s?this\s?\)|sleep\s{0,3}\(|while\s{0,3}\(|(?:var|let)\s\w{1,12}\s{0,3}=\s{0,3}(?:new\s{1,3}Date|db\.)|db\.\w|emit\s{0,3}\(\s{0,3}this\b)|\x00\s*function\s{0,3}\(\s{0,3}\w{1,12}\s{0,3}\)\s{0,3}\{\s{0,3}emit\s{0,3}\(|\x00\s*\(\s{0,3}\)\s{0,3}=>\s{0,3}\{?\s{0,3}(?:return\s{1,3})?(?:while\s{0,3}\(|sleep\s{0,3}\(|db\.\w|(?:true|!0|1)\s{0,3};?\s{0,3}\}?\s*\x00)",
            10,
            stands_alone,
        ),
        Sign(
            "block-left",
            r"^[^\x00({\n]{0,20}['\x22]{0,2}\s{0,3}\)+\s{0,3};?\s{0,3}\{\s{0,3}(?:return|sleep|while|var|db|this)\b|\x00\s*(?:\w{0,20}['\x22])?\s{0,3}[}\x5d][\s}\x5d,{'\x22]{0,8}\$\w{2,20}['\x22]?\s{0,3}:",
            10,
        ),
        Sign(
            "administered",
            r"^/?(?:[\w-]{1,40}/)?_(?:all_dbs|all_docs|design_docs|utils|replicator|node/[\w@.-]{1,40}/_config|config/\w{1,30})(?:[/?][^\x00\n]{0,80})?$",
        ),
        Sign("quotes-probe", r"^(?:'\x22|\x22')`\s{0,3}[{(;<]"),
        Sign(
            "repeated-key",
            r"^\{\s{0,3}['\x22]\w{1,40}['\x22]\s{0,3}:[^\x00{}\n]{1,200},[^\x00{}\n]{1,200}\}$",
            10,
            repeats_key,
        ),
        Sign("sleep", r"(?:[^.\w]|\x00)sleep\s*\(\s*\d{3,5}\s*\)", 10, stands_alone),
        Sign(
            "shell",
            r"\bdb(?:\s?\[\s?['\x22]\w{1,40}['\x22]\s?\]\s?)?\.(?:(?:\w{1,30}\.)?(?:find(?:One)?|insert(?:One|Many)?|drop|remove|update(?:One|Many)?|aggregate|count|mapReduce|group|save|ensureIndex|createIndex|deleteMany)\s*\(|(?:getCollection(?:Names)?|getSiblingDB|createUser|dropUser|shutdownServer|dropDatabase|getName|version|currentOp|injection|adminCommand|runCommand|getUsers|serverStatus|hostInfo|stats)\s*[.(])|\bmapReduce['\x22]?\s*:|\bObjectId\s*\(\s*['\x22][^\x00]{0,30}['\x22]\s*\)\s*[;.)]|\bnew\s+Date\s*\(\s*\)\s*;?\s*do\s*\{|\bkeySet\s*\(\s*\)",
            10,
            is_said,
        ),
        Sign(
            "redis-script",
            r"\beval\s{1,3}['\x22][^\x00\n]{0,80}\bredis\.p?call\s{0,3}\(|(?:[\r\n\x00]|\\n)\s{0,3}(?:flushall|flushdb|slaveof\s|replicaof\s|config\s{1,3}set\s{1,3}(?:dir|dbfilename)\s|module\s{1,3}load\s{1,3}/|\$\d{1,2}(?:\r?\n|\\r\\n)(?:flushall|config|eval|slaveof))",
            10,
            is_said,
        ),
        Sign(
            "graph-alone",
            r"^(?:optional\s{1,3})?match\s{0,3}\(\s{0,3}\w{0,20}\s{0,3}[:){][^\x00]{0,300}\b(?:return|delete|set)\s",
            10,
            is_whole_pattern,
        ),
        Sign(
            "redis",
            r"[\r\n]\s*(?:config\s+(?:set|get)|flushall|slaveof|eval\s|set\s+\w+|get\s+\w+|save|quit|keys\s|stats|dbsize)[^\x00]{0,40}(?:[\r\n]|\x00)|\bconfig\s+set\s+(?:dir|dbfilename)\b",
            6,
            is_said,
        ),
        Sign(
            "cypher",
            r"['\"]\s*\}?\s*\)?\s*(?:return|with|match|union|call|delete|detach|create|set|merge|load\s+csv|foreach|where)\s[^\x00]{0,100}(?://|\breturn\b|\bas\b|\bdb\.labels|\bload\s+csv|\bnodes?\b|\bdelete\b|\bn\b)|\bload\s+csv\s+(?:with\s+headers\s+)?from\b|\bcall\s+(?:db|dbms|apoc)\.\w|\bdetach\s+delete\b",
            7,
            leaves_graph,
        ),
        Sign(
            "graph-cut",
            r"['\x22]\s{0,3}\}?\s{0,3}\)?\s{0,3}(?:return|with|match|union|call|yield|detach|delete|set|merge|filter|for|sort|limit|remove|insert|update)\s[^\x00\n]{1,200}//\s*\x00",
            10,
            leaves_graph,
        ),
        *QUERIES,
        Sign("regex", r"\[\$regex\]|['\x22]?\$regex['\x22]?\s*:\s*", 10, is_said),
    ),
    ("API8:2023", "CWE-943"),
)
