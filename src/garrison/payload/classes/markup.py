"""Markup and scripts: a text opens an element that runs something, leaves an attribute, or leaves a script's string."""

from garrison.payload.markup import (
    begins_handler,
    leaves_attribute,
    leaves_element,
    leaves_script,
    opens_element,
    runs_odd,
)
from garrison.payload.quoting import is_not_fenced, is_said, stands_alone
from garrison.payload.sign import PayloadClass, Sign

_S = r"[\s/\x0b\x0c+'\"`\xa0]"
_RUN = r"(?:alert|confirm|prompt|eval|fetch|import|print|write(?:ln)?|setTimeout|setInterval|Function|execScript|open|atob|constructor|postMessage|console\.log|XSS\w{0,8})"
_ENDS = r"\s*(?:\(|`|&#|&lpar|\\u0028|\\x28|\?\.\(|\[|\)\()"

CLASS = PayloadClass(
    "markup",
    "Markup and scripts",
    (
        Sign(
            "script-element",
            r"<\s*/?\s*[\x00-]?(?:script|xss|vmlframe|bgsound|applet|frameset|layer|ilayer|isindex|scriptlet|xml:script|svg:script)(?:[\s/>\"'`=:(<;&]|\\|\x00)",
            10,
            opens_element,
        ),
        Sign(
            "active-element",
            r"<\s*(?:[a-z]{0,9}:)?(?:iframe|object|embed|frame|base|meta|link|form|button|svg|math|isindex|import|marquee|animate\w{0,10}|set|handler|listener|foreignobject|use|keygen|body|html|style|xml|video|audio|input|textarea|details|select|template|noscript|portal|param|source|event-source|image|head|title|dialog|blink|x|vmlframe)(?:[\s/>\x22'`]|\x00)",
            10,
            opens_element,
        ),
        Sign("handler", r"<[^\x00<>]{1,2000}?[\s/\"'`;\x0b\x0c]on[a-z]{3,30}\s*=\s*[^\s{\x00]", 10),
        Sign(
            "handler-loose",
            r"<[a-z!/?][^\x00]{0,400}?[\s/\"'`;\x0b\x0c<>]on[a-z]{3,30}\s*=\s*['\"`]?\s*[a-z0-9&\\%(.$_\x5b/]{1,40}",
            10,
        ),
        Sign(
            "attribute-left",
            r"['\x22][\s/]{0,20}(?:[a-z-]{1,20}\s*(?:=\s*['\x22]?[^\x00\s<>'\x22]{0,30}['\x22]?)?[\s/]{1,9}){0,4}on[a-z]{3,30}\s*=\s*['\x22`]?[^\s{'\x22`\x00]",
            10,
            begins_handler,
        ),
        Sign(
            "attribute-style-left",
            r"['\"`]\s{0,9}(?:style|autofocus|formaction|xlink:href|srcdoc|action|href|src|background|data|code)\s*=\s*['\"]?\s*(?:x:|javascript|data:|vbscript|[^\x00'\"]{0,40}(?:expression|url)\s*\()",
            10,
        ),
        Sign("linked-element", r"\bxlink:href\s*=\s*['\x22]?(?:[/?#]|javascript|data|h)", 7, is_not_fenced),
        Sign(
            "handler-alone",
            r"^[\s/\x0b]*on(?:error|load|click|focus(?:in|out)?|blur|mouse\w{2,8}|key\w{2,8}|pointer\w{2,14}|toggle|animation\w{3,12}|transition\w{3,9}|begin|end|resize|scroll|submit|change|input|wheel|drag\w{0,6}|drop|copy|cut|paste|\w{3,20})\s*=\s*['\"`]?\s*[a-z$_]{1,30}\s*[(.`]",
            10,
        ),
        Sign(
            "script-url-statement",
            r"(?:[^a-z_\x2d]|\x00)j\s{0,3}a\s{0,3}v\s{0,3}a\s{0,3}s\s{0,3}c\s{0,3}r\s{0,3}i\s{0,3}p\s{0,3}t\s{0,3}:\s{0,3}(?:let|var|const|try|if|for|while|new|throw|with|delete|import|return)\b",
            10,
            is_not_fenced,
        ),
        Sign(
            "script-url",
            r"(?:[^a-z_\x2d]|\x00)(?:j\s{0,3}a\s{0,3}v\s{0,3}a\s{0,3}s\s{0,3}c\s{0,3}r\s{0,3}i\s{0,3}p\s{0,3}t|vbscript|livescript|vbs|mocha)\s{0,9}:\s{0,9}(?://[^\x00]{0,60}(?:[\n\r]|%0|\\n)|[^\x00\s\x22';]{0,60}[(`=\[]|[\x22'`/(\[+!~-]|\w{1,20}\s*\()",
            10,
            is_said,
        ),
        Sign(
            "script-url-attribute",
            r"(?:href|src|action|data|code|value|from|to|values|background|url|lowsrc|dynsrc|poster|srcdoc|content|folder|classid|manifest|longdesc|cite|profile|codebase|usemap|formaction|handler)\s*[=(]\s*['\"`]?[\s\x01-\x20]*(?:[a-z]{0,12}\s*)?(?:javascript|vbscript|livescript|data\s*:\s*(?:text/html|image/svg|application/x|text/javascript|text/xml|application/javascript|text/vbscript|,|;|\x00))",
            10,
        ),
        Sign(
            "data-url",
            r"data\s*:\s*(?:text/(?:html|xml|javascript|vbscript)|application/(?:xhtml\+xml|javascript|x-javascript|ecmascript|xml)|image/svg(?:\+xml)?)[^\x00,<>\s]{0,60},[^\x00\"')]{0,3}(?:<|%3c|PH|PD|amF2|YWxl|[a-z]{1,20}\()",
            10,
        ),
        Sign(
            "telling-call",
            r"\b(?:alert|confirm|prompt)`[\w$.]{1,30}`|\b(?:alert\s?|confirm|prompt)(?:\(|&#(?:40|x28|96)|&lpar|\\u0028|\?\.\()\s*(?:['\x22`/]?\s*(?:\d{1,9}|xss\w{0,10}|document\.|1|/|hi|hello|hacked|test|owned|pwned|document|location|origin|String\.|this|window\.|self|top|navigator|cookie|a|x|kcf|\x28)\b|/|\d|\)|`|String)|\balert\s{0,2}(?:\(|`)\s*\\?['\x22`]|\(\s*\\?['\x22]XSS\\?['\x22]\s*\)|\x00['\x22]XSS['\x22]\)|(?:[^\w.>\s]|[\x00=;,(]\s?)(?:confirm|prompt)(?:\(|`)\s*['\x22`]|\b(?:window|self|top|parent|this|frames|globalThis)\.(?:confirm|prompt)\s{0,2}\(",
            10,
            is_not_fenced,
        ),
        Sign(
            "telling-call-context",
            r"(?:[\x00;'\"`,:=({!~+\-*/|&?>\x5b\\])\s*(?:\w{1,12}\.)?(?:alert|confirm|prompt)\s*(?:\(\s*(?:['\"`/]?(?:\d|xss|document\.|/)|\))|`\s*[\w.$]{0,30}`)",
            10,
            is_not_fenced,
        ),
        Sign(
            "script-left",
            r"['\x22`\\]\s*[)\]}]{0,4}\s*[;,)}+\-*/&|%^?:<>=]{1,3}\s*(?:\w{1,12}[.=(]\s*){0,3}(?:alert|confirm|prompt|eval|document|window|location|String\.|self\[|top\[|this\[|fetch\(|import\(|Function\(|setTimeout\(|new\s+Image|atob\()",
            9,
            leaves_script,
        ),
        Sign("cookie-set", r"\bdocument\.cookie\s*=\s*[^=\s]", 10, stands_alone),
        Sign(
            "document",
            r"\b(?:document|window|self|top|parent|this|frames|globalThis)\s*(?:\.\s*(?:cookie|domain|write(?:ln)?\s*\(|location|URL|referrer|documentURI|body\.innerHTML|forms|execCommand|defaultView|implementation)|\[\s*['\"`/(])",
            6,
        ),
        Sign(
            "cookie-sent",
            r"(?:https?:)?//[^\x00\s\"']{3,80}[\"']?\s*[+.]\s*(?:document\.cookie|escape\(|encodeURI\w*\(document)|document\.(?:location|write)[^\x00]{0,40}document\.cookie|location\s*(?:\.href)?\s*=\s*['\"`](?:https?:|javascript:|//)[^\x00]{0,60}['\"`]\s*\+",
            10,
        ),
        Sign(
            "char-codes",
            r"\bString\s*\.\s*fromC(?:har|ode)Code?\s*\(|\bfromCharCode\s*\(|(?:[^.\w])unescape\s*\(\s*['\x22`]%|\beval\s*\(\s*(?:atob|unescape|String|name|location|window|document|self|'|\x22|`|\\)|\batob\s*(?:\(|`)\s*['\x22`]?[A-Za-z0-9+/=]{8,}",
            10,
            is_said,
        ),
        Sign(
            "called-otherwise",
            r"\b(?:alert|confirm|prompt|eval)\s{0,3}\.\s{0,3}(?:call|apply|bind)\s*[(`]|\.(?:map|find|some|every|filter|forEach|reduce|with|from)\s*\(\s*(?:\d,\s*)?(?:alert|confirm|prompt|eval)\s*[),.]|\[?['\x22][a-z]{1,6}['\x22]\s*\+\s*['\x22][a-z]{1,6}['\x22]\s*\]?\s*\(|\w\[\d{5,12}\.\.toString\(\d{1,2}\)\]|(?:\$|jQuery)\.getScript\s*\(\s*['\x22]//",
            10,
            is_not_fenced,
        ),
        Sign("handler-split", r"\bo<[a-z/]{1,8}>n[a-z]{0,16}[<=\s]|\bon<[a-z/]{1,8}>[a-z]{3,16}\s*=", 10),
        Sign(
            "indirect-call",
            r"(?:\[\s*['\"/][^\x00\]]{1,40}['\"/](?:\.source)?\s*(?:\+\s*['\"/(][^\x00\]]{1,20}['\"/)](?:\.source)?\s*)*\])\s*(?:\(|`)|\b(?:self|top|window|this|parent|frames|globalThis)\s*\[\s*[^\x00\]]{1,60}\]\s*(?:\(|`|\[|=)|\w\.constructor\s*(?:\(|\[|`|\.constructor)|\b(?:map|find|forEach|some|every|filter|sort|reduce|call|apply|from)\s*\(\s*(?:alert|confirm|prompt|eval)\b|=\s*(?:alert|confirm|prompt|eval)\s*[,;)}]|\bthrow\s*(?:onerror|/)|onerror\s*=\s*(?:alert|eval|confirm|prompt)",
            9,
        ),
        Sign(
            "style-run",
            r"\b(?:expression|e\s*x\s*p\s*r\s*e\s*s\s*s\s*i\s*o\s*n|exp/\*[^\x00]{0,30}\*/ression)\s*\(\s*(?:alert|javascript|document|eval|window|this|open|\w{1,20}\s*\(|['\x22(])|-moz-binding\s*:|-o-link\s*:|behaviou?r\s*:\s*url|@import\s*(?:url\s*\(|['\x22(])?\s*['\x22]?\s*(?:javascript|data:|https?:|//|\\)|(?:background(?:-image)?|list-style(?:-image)?)\s*:\s*[^\x00;\x22<]{0,30}url\s*\(\s*['\x22]?\s*(?:javascript|vbscript|data:text|\\)",
            10,
            is_said,
        ),
        Sign(
            "closing-alone",
            r"^</\s*(?:div|form|body|html|head|a|p|script|title|textarea|style|svg|td|tr|table|span|b|i|h1)\s*>\s*(?:\x00|//|<[a-z!])",
            10,
        ),
        Sign(
            "element-left",
            r"</\s*(?:textarea|title|style|script|noscript|xmp|select|option|template|iframe|noembed|noframes|plaintext|math|svg|foreignObject)\s*/?>",
            10,
            leaves_element,
        ),
        Sign("quote-element", r"(?:['\"`][\s/]*[;)}\]]*\s*/?>|--!?>|\*/)\s*<\s*[a-z!/?]", 8, leaves_attribute),
        Sign(
            "server-include",
            r"<!--\s*#\s*(?:exec|echo|include|config|printenv|fsize|flastmod|set|if|odbc|goto|email|connect)\b",
        ),
        Sign("conditional-comment", r"<!--\s*\[\s*if\b|<!\[if\b|<!--[^\x00>]{0,20}<(?:img|script|a|svg)|--!>\s*<", 5),
        Sign(
            "broken-element",
            r"<\s{0,4}[a-z]{1,20}[\x00-\x08\x0b\x0c\x0e-\x1f/+~`'\"\\;:]{1,6}[a-z]{2,20}\s*=|<[%?/!]?\s{0,3}<|<[a-z]{1,12}/[a-z]{1,12}[=/]|<<\s*/?\s*script|<\s*\\x?|<scr[\x00\s/<]{1,9}(?:script|ipt)|<///?\w",
            7,
        ),
        Sign(
            "unknown-attribute",
            r"<[a-z:]{1,20}[^\x00<>]{0,120}?\s(?:formaction|xlink:href|srcdoc|dynsrc|lowsrc|autofocus|contenteditable|draggable|tabindex|fscommand|seeksegmenttime|http-equiv|allowscriptaccess|datasrc|datafld|dataformatas|implementation|attributename|background|ping|onxxx|accesskey|popover|popovertarget)\b\s*=?",
            4,
            opens_element,
        ),
        Sign("handler-name", r"^[\s<\"'/`]{0,6}on[a-z]{4,50}\s*=\s*[\"'`]?$", 10),
        Sign(
            "brackets",
            r"\[\]\s*\[\s*\(?\s*!|!\s*\[\s*\]\s*[+\]]|\(!\s*\[\s*\]|\[\s*\]\s*\.\s*(?:/\*\*/\s*)?(?:sort|map|filter|find)\s*\.\s*call|\+!!\[|!\+\[\]",
            10,
        ),
        Sign(
            "call-alone",
            r"^[\s;'\x22`)(+/*-]{0,6}(?:window\.|top\.|self\.|parent\.)?(?:alert\s*(?:\(\s*(?:[\d'\x22`/)\x5b]|document|location|window|this|origin|name|String|xss|x\)|self|top|eval|unescape|atob)|`|&#)|(?:confirm|prompt)(?:\(|`)|(?:atob|btoa|setInterval|setTimeout|eval)(?:\(|`)\s*['\x22`/\w)]|navigator\.\w+\s*[(=]|document\.(?:write(?:ln)?|cookie|location|domain|body|forms|getElement\w+|createElement|URL)\s*(?:\(|\[|=|\.)|window\.(?:location|open|name|eval|onerror|on\w+)\s*(?:\(|\[|=)|location(?:\.\w+)?\s*(?:\(|\[|=\s*['\x22/`]|=\w)|Reflect\.\w+[.\w]*\s*[(`]|document\.\w+\([^\x00)\n]{0,60}\)\.\w{1,30}\s*=)[^\x00\n]{0,400}$",
            10,
        ),
        Sign(
            "object-alone",
            r"^\(?(?:document|window|self|top|parent)\)?\s*(?:/\*[^\x00]{0,20}\*/)?\s*(?:\.\s*(?:location|cookie|domain)|\)?\s*(?:/\*[^\x00]{0,20}\*/\s*)?\[\s*['\"/(])",
            10,
        ),
        Sign(
            "odd-element",
            r"<[^\x00>]{0,400}?(?:\b(?:dataformatas|datasrc|datafld|ev:(?:event|handler))\s*=)|<\s*(?:listener|handler|!attlist)\b|<\?\s*import|\xc2\xbc\s*/?script|\]\]>\]|-->\]|<//|<\w+[^\x00>]{0,200}style\s*=\s*['\x22]?[^\x00>]{0,80}(?:content|background(?:-image)?|mask|cursor|filter|binding|font-family)\s*:\s*(?:url\s*\(|foo)|<\s*s(?:\s{1,4}c\s{0,4}r\s{0,4}i|c\s{1,4}r\s{0,4}i|cr\s{1,4}i|cri\s{1,4}p|crip\s{1,4}t)|<\s{1,4}script|<\s?[d f]\s[ioa]\s|<%\w{3,12}\b|<\s?x:\s?script",
            10,
            runs_odd,
        ),
        Sign(
            "framework",
            r"\{\{[^\x00{}]{0,120}(?:constructor|\$eval|\$on|\$new|toString\s*\(|charAt|_c\.|\$emit|\$root|\$parent|alert\s*\()|\bng-(?:app|click|init|csp|focus|bind-html|include|mouse\w+|blur)\b|\bv-(?:html|on:|bind:|show|if|for)\s*[=\w]|\bx-(?:data|init|on:|html)\s*=|<[a-z-]{1,20}[^\x00>]{0,40}\s@[a-z]{3,12}\s*=|\bhx-on\b|data-bind\s*=",
            8,
        ),
        Sign(
            "html-in-entities",
            r"\x26lt;?\s*/?\s*(?:script|img|svg|iframe|body|input|a\s)\b[^\x00]{0,200}(?:on[a-z]{3,20}\s*=|script|alert)",
            10,
        ),
        Sign(
            "activex",
            r"\bActiveXObject\s*\(|\bnew\s+XMLHttpRequest\b|\bMsxml2\.|\bWScript\.Shell|\ballowscriptaccess\s*=|\bfscommand\b|\bclsid:|\bgetURL\s*\(|\bnavigateToURL|ExternalInterface\.call|\bxml:base\s*=|\bxmlns\s*=\s*['\"]?urn:schemas|\bx\.open\b",
            5,
        ),
        Sign(
            "xss-word",
            r"\bxss\.rocks|\bxssed\b|ha\.ckers\.org|\bxss(?:er|hunter)?\.(?:js|htc|xml|svg|ht)\b|burpcollaborator|xss\.report|\binteract\.sh\b|\binteractsh\b|\.oast\.(?:fun|me|pro|live|site|online)\b|evil\.(?:com|js|org|net)\b|attacker\.(?:com|tld|net|org)\b|ckers\.org",
            10,
            is_said,
        ),
    ),
    ("API8:2023", "CWE-79", "CWE-80", "CWE-97"),
)
