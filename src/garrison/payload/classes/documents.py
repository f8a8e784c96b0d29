"""Languages of documents and directories: XML entities and style sheets, LDAP filters, XPath, NoSQL operators."""

from garrison.payload.documents import closes_filter, is_operator, leaves_graph, leaves_path, leaves_script
from garrison.payload.quoting import stands_alone
from garrison.payload.sign import PayloadClass, Sign

XML = PayloadClass(
    "xml",
    "XML entities and style sheets",
    (
        Sign("entity", r"<!\s*entity\s"),
        Sign("doctype-external", r"<!\s*doctype\s[^\x00>]{0,200}(?:\bsystem\b|\[)[^\x00>]{0,4}"),
        Sign("doctype-public", r"<!\s*doctype\s+(?:[^\x00>h]|h[^\x00>t])[^\x00>]{0,200}\bpublic\b", 8),
        Sign(
            "include",
            r"<\s*(?:xi:include|[a-z]{1,10}:include)\b|http://www\.w3\.org/2001/XInclude|xsi:schemaLocation\s*=\s*['\"][^\x00'\"]{0,80}http://(?:\d|[^\x00'\"/]{0,40}(?:evil|attacker))",
            10,
        ),
        Sign(
            "style-sheet",
            r"<\s*xsl:(?:stylesheet|transform|value-of|template|copy-of|variable|include|import|for-each)\b|\bxmlns:(?:xsl|php|java|msxsl|exploit|rt|ob|saxon|xalan)\s*=|<\?xml-stylesheet\b|\bxsl:version\s*=|<msxsl:script",
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
            r"\*\s*\)\s*\(|\)\s*\(\s*[|&!]\s*\(|\)\s*\(\s*\w{1,30}\s*[~<>]?=|\*\)\)?(?:[%\x00]|\xef\xbf\xbd)|\x00\s*\s*[*)(|&!]{2,12}['\x22]?\s*\x00|\(\|\(\w{1,20}=|\x00\s*[^\x00(]{0,30}\)\s*\(\s*(?:[|&!]|\w{1,20}=)",
            10,
            closes_filter,
        ),
        Sign("filter", r"[(]\s*[&|!]\s*\(\s*\w{1,40}\s*(?::[\w.]*:)?[~<>]?=[^\x00]{0,80}\)", 10),
        Sign(
            "attribute",
            r"\(\s*(?:uid|cn|sn|objectClass|userPassword|password|mail|samaccountname|memberOf|member|ou|dc|givenName|user|pass|objectcategory|department|useraccountcontrol|homedirectory)\s*(?::[\w.]*:)?[~<>]?=\s*[^\x00()]{0,40}\*?[^\x00()]{0,40}\)",
            8,
        ),
        Sign(
            "wild",
            r"^\s*(?:\w{1,20}\s*=\s*)?[\w]{0,20}\*\s*\)+\s*[(&|)%\x00\x22']|\x00\s*\s*\)\s*[(&|%]|\*\(\|\(|\badmin\*\)|\|\(\w{1,20}=\*",
            10,
        ),
        Sign(
            "matching-rule",
            r"\b\d\.\d\.\d{1,3}(?:\.\d{1,6}){2,12}:=|userPassword:[\d.]+:=|\b1\.2\.840\.113556\.1\.4\.80[34]",
        ),
        Sign("encoded", r"(?:%2a|\\2a)(?:%29|\\29)|(?:%28|\\28)(?:%7c|%26|\\7c)", 8),
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
            r"\bcount\s*\(\s*(?:/|@|//|child|comment)|\b(?:string|count|substring|name)\s*\(\s*//?\w|\bdoc\s*\(\s*['\x22][^\x00'\x22]{0,80}(?:://|\.xml|/)|\bposition\s*\(\s*\)\s*=|\btext\s*\(\s*\)\s*(?:=|\[|/)",
            12,
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
            r"(?:[\x00{,\s'\x22\x5b.:])\$(?:ne|gt|gte|lt|lte|nin|regex|where|exists|nor|expr|elemMatch|eq|in|or|and|not)['\x22]?\s*(?:[:=]|\]\s*=|\x00)",
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
        ),
        Sign(
            "operator-key",
            r"(?:[\x00{,\s'\x22\x5b.])\$(?:accumulator|function|size|mod|all|type|text|jsonSchema|comment|query|orderby|set|unset|push|pull|inc|rename|group|lookup|project|match|reduce|map|func|eval|options|slice|natural)['\x22]?\s*(?:[:=\]]|\x00)",
            7,
        ),
        Sign(
            "operator-index",
            r"\[\s*['\"]?\$(?:ne|gt|gte|lt|lte|in|nin|eq|regex|exists|where|or|and|not|nor|options|expr|func)['\"]?\s*\]",
        ),
        Sign(
            "script",
            r"['\x22]\s*[)}\x5d;]{0,4}\s*(?:\|\||&&|;|\))\s*[(!]?\s*(?:this|return|db|sleep|while|'|\x22|\d|1|true|function|obj|it|do|var|if)\b|['\x22]\s*(?:\|\||&&)\s*['\x22]|['\x22]\s*\+\s*sleep",
            10,
            leaves_script,
        ),
        Sign(
            "script-left",
            r"\|\|\s*\d{1,3}\s*==\s*\d|\|\|\s*['\x22]\w{0,9}['\x22]?\s*==\s*['\x22]|\x00\s*[^\x00\s;]{0,16};\s*(?:return\s+(?:true|!?[01]|this\b|\()|sleep\s*\(|while\s*\(\s*(?:true|1)|var\s+\w{1,12}\s*=\s*new\s+Date|db\.\w|this\.\w)",
            10,
        ),
        Sign("sleep", r"(?:[^.\w]|\x00)sleep\s*\(\s*\d{3,5}\s*\)", 10, stands_alone),
        Sign(
            "shell",
            r"\bdb\.(?:\w{1,30}\.(?:find(?:One)?|insert(?:One|Many)?|drop|remove|update(?:One|Many)?|aggregate|count|mapReduce|group|save|ensureIndex|createIndex|deleteMany)\s*\(|(?:getCollectionNames|dropDatabase|getName|version|currentOp|injection|adminCommand|runCommand|getUsers|serverStatus|hostInfo|stats)\s*[.(])|\bmapReduce\s*:\s*|\bObjectId\s*\(\s*['\x22][^\x00]{0,30}['\x22]\s*\)\s*[;.)]|\bnew\s+Date\s*\(\s*\)\s*;?\s*do\s*\{|\bkeySet\s*\(\s*\)",
            10,
        ),
        Sign(
            "redis",
            r"[\r\n]\s*(?:config\s+(?:set|get)|flushall|slaveof|eval\s|set\s+\w+|get\s+\w+|save|quit|keys\s|stats|dbsize)[^\x00]{0,40}(?:[\r\n]|\x00)|\bconfig\s+set\s+(?:dir|dbfilename)\b",
            6,
        ),
        Sign(
            "cypher",
            r"['\"]\s*\}?\s*\)?\s*(?:return|with|match|union|call|delete|detach|create|set|merge|load\s+csv|foreach|where)\s[^\x00]{0,100}(?://|\breturn\b|\bas\b|\bdb\.labels|\bload\s+csv|\bnodes?\b|\bdelete\b|\bn\b)|\bload\s+csv\s+(?:with\s+headers\s+)?from\b|\bcall\s+(?:db|dbms|apoc)\.\w|\bdetach\s+delete\b",
            7,
            leaves_graph,
        ),
        Sign("regex", r"\[\$regex\]|['\x22]?\$regex['\x22]?\s*:\s*", 10),
    ),
    ("API8:2023", "CWE-943"),
)
