"""Languages of documents and directories: XML entities and style sheets, LDAP filters, XPath, NoSQL operators."""

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
            r"\*\s*\)\s*\(\s*[|&!*]?|\)\s*\(\s*[|&!]\s*\(|\)\s*\(\s*\w{1,30}\s*[~<>]?=|\*\)\)?[%\x00]|^\s*[*)(|&!]{2,12}$|\(\|\(\w{1,20}=|^[^\x00(]{0,30}\)\s*\(\s*(?:[|&]|\w{1,20}=)",
            8,
        ),
        Sign("filter", r"[(]\s*[&|!]\s*\(\s*\w{1,40}\s*(?::[\w.]*:)?[~<>]?=[^\x00]{0,80}\)", 10),
        Sign(
            "attribute",
            r"\(\s*(?:uid|cn|sn|objectClass|userPassword|password|mail|samaccountname|memberOf|member|ou|dc|givenName|user|pass|objectcategory|department|useraccountcontrol|homedirectory)\s*(?::[\w.]*:)?[~<>]?=\s*[^\x00()]{0,40}\*?[^\x00()]{0,40}\)",
            8,
        ),
        Sign(
            "wild",
            r"^\s*(?:\w{1,20}\s*=\s*)?[\w]{0,20}\*\s*\)+|^\s*\)\s*[(&|%]|\*\(\|\(|\badmin\*\)|\|\(\w{1,20}=\*",
            10,
        ),
        Sign(
            "matching-rule",
            r"\b\d\.\d\.\d{1,3}(?:\.\d{1,6}){2,12}:=|userPassword:[\d.]+:=|\b1\.2\.840\.113556\.1\.4\.80[34]",
        ),
        Sign("encoded", r"(?:%2a|\\2a)(?:%29|\\29)|(?:%28|\\28)(?:%7c|%26|\\7c)|\x2a\x29\x28", 8),
    ),
    ("API8:2023", "CWE-90"),
)

XPATH = PayloadClass(
    "xpath",
    "XPath",
    (
        Sign(
            "axis",
            r"\b(?:ancestor|descendant|following|preceding|parent|child|self|attribute|namespace)(?:-or-self|-sibling)?::(?:node|text|\*|\w)",
            10,
        ),
        Sign(
            "function",
            r"(?:['\"\])]|\b(?:and|or)\b)[^\x00]{0,20}\b(?:string-length|substring|contains|starts-with|name|count|position|local-name|text|doc|normalize-space|codepoints-to-string|translate|unparsed-text)\s*\(\s*(?:/|\.\.|@|//|\*|'|\w{1,30}\s*[/,)])",
            10,
        ),
        Sign(
            "call",
            r"\b(?:string-length|codepoints-to-string|string-to-codepoints|doc-available|local-name|starts-with|normalize-space|system-property|generate-id|unparsed-text)\s*\(",
            8,
        ),
        Sign(
            "counted",
            r"\bcount\s*\(\s*(?:/|@|//|\*|child|comment)|\b(?:string|count|substring|name)\s*\(\s*//?\w|\bdoc\s*\(\s*['\"]|\bposition\s*\(\s*\)\s*=|\btext\s*\(\s*\)\s*(?:=|\[|/)",
            10,
        ),
        Sign(
            "union",
            r"['\"]\s*\)?\s*\]\s*\|\s*/{1,2}\s*(?:\*|\w{1,20})|\]\s*\|\s*//\w|//\*\s*(?:\[|\||\x00)|/\*\s*\[\s*\d",
            8,
        ),
    ),
    ("API8:2023", "CWE-643"),
)

NOSQL = PayloadClass(
    "nosql",
    "NoSQL operators and scripts",
    (
        Sign(
            "operator-key",
            r"(?:[\x00{,\s'\"\x5b.])\$(?:where|ne|gt|gte|lt|lte|in|nin|eq|regex|exists|or|and|not|nor|elemMatch|expr|function|accumulator|size|mod|all|type|text|jsonSchema|comment|query|orderby|set|unset|push|pull|inc|rename|group|lookup|project|match|reduce|map|func|eval|options|slice|natural)['\"]?\s*(?:[:=\]]|\x00)",
            8,
        ),
        Sign(
            "operator-index",
            r"\[\s*['\"]?\$(?:ne|gt|gte|lt|lte|in|nin|eq|regex|exists|where|or|and|not|nor|options|expr|func)['\"]?\s*\]",
        ),
        Sign(
            "script",
            r"['\"]\s*(?:\|\||&&|;|\))\s*(?:this|return|db|sleep|while|'|\"|\d|1|true|function|obj|it)\b[^\x00]{0,60}|\bthis\.\w{1,30}\s*(?:\.match\s*\(|==|!=|\[|\.constructor|\.startsWith)|;\s*(?:return\s+(?:true|1|this)|sleep\s*\(|while\s*\(\s*(?:true|1)|var\s+\w{1,10}\s*=\s*new\s+Date)",
            7,
        ),
        Sign(
            "script-left",
            r"['\"]\s*[)}\];]{0,3}\s*(?:\|\||&&|;)\s*(?:return|sleep|this|db\.|while|do|var|'\d?'?\s*==|\"\w?\"?\s*==|\d\s*==|true)\b|\|\|\s*\d{1,3}\s*==\s*\d|\|\|\s*['\"]\w{0,9}['\"]?\s*==\s*['\"]|['\"]\s*\+\s*sleep",
            10,
        ),
        Sign(
            "shell",
            r"\bdb\.(?:\w{1,30}\.(?:find(?:One)?|insert(?:One|Many)?|drop|remove|update(?:One|Many)?|aggregate|count|mapReduce|group|save|ensureIndex|createIndex|deleteMany)\s*\(|(?:getCollectionNames|dropDatabase|getName|version|currentOp|injection|adminCommand|runCommand|getUsers|serverStatus|hostInfo|stats)\s*[.(])|\bmapReduce\s*:\s*|\bObjectId\s*\(\s*['\"][^\x00]{0,30}['\"]\s*\)\s*[;.)]|\bnew\s+Date\s*\(\s*\)\s*;?\s*do\s*\{|\bkeySet\s*\(\s*\)|\bsleep\s*\(\s*\d{3,5}\s*\)",
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
        ),
        Sign("regex", r"\[\$regex\]|['\"]?\$regex['\"]?\s*:\s*|['\"]\s*:\s*\{\s*['\"]\$", 10),
    ),
    ("API8:2023", "CWE-943"),
)
