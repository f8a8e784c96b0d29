"""Objects and runtimes: serialised objects, prototypes, PHP, GraphQL, header lines, mail, and exploits that are known."""

from typing import Final

from garrison.payload.classes.exploits import CODE
from garrison.payload.documents import tells_server
from garrison.payload.expressions import is_opened, is_superglobal, is_typed
from garrison.payload.quoting import is_said, stands_alone
from garrison.payload.sign import PayloadClass, Sign

OBJECT = PayloadClass(
    "object",
    "Serialised objects and prototypes",
    (
        Sign(
            "class-loader",
            r"(?:[\x00\s.&?=\x5b\x22']|%2e)class(?:\.|\x5b['\x22]?|%2e)(?:module|classLoader|protectionDomain)\b|\bclassLoader\.(?:resources|parent|URLs|defaultAssertionStatus)\b",
            10,
            is_said,
        ),
        Sign(
            "php-object",
            r"(?:[\x00\s'\"=;{:|])(?:O|C):\+?\d{1,4}:\\?['\"][\w\\]{1,120}\\?['\"]:\d{1,4}:\s*\{|(?:[\x00;{])E:\d{1,4}:\\?['\"][\w\\]{1,120}:\w{1,60}\\?['\"];|(?:[\x00'\"=])a:\d{1,4}:\{(?:i:\d|s:\d{1,4}:\\?['\"]|\})",
            10,
        ),
        Sign(
            "java-object",
            r"\brO0AB[A-Za-z0-9+/]|\xc2\xac\xc3\xad|\\xac\\xed|[^#\w]H4sIAAAA|aced0005|\bKLAB[a-z0-9+/]{8}|cSerializ|\bysoserial\.|\byv66vgAAA|\bObjectInputStream|\breadObject\s*\(",
            10,
        ),
        Sign(
            "dotnet-object",
            r"\bAAEAAAD/{4}|\bTypeObject|\bSystem\.(?:Diagnostics\.Process|Windows\.Data\.ObjectDataProvider|Configuration\.Install|IO\.File|Web\.UI|Runtime\.Remoting)|['\"]\$type['\"]\s*:|ObjectDataProvider|\bExpandedWrapper\b|\bclr-namespace:System\b[^\x00\n]{0,20};assembly=mscorlib|__VIEWSTATE\w*=/wE|AQAAAP////8BAAAA|['\x22]__type['\x22]\s{0,3}:\s{0,3}['\x22]System\.",
            10,
            is_typed,
        ),
        Sign(
            "python-object",
            r"!!python/(?:object|module|apply|new)|!!(?:javax?|ruby|org|com)[./]\w|!ruby/(?:object|hash|struct)|\bgASV[A-Za-z0-9+/]{8}|\bcos\nsystem|\bcposix|\(S'[^\x00'\n]{0,200}'(?:\n|\\n)|\([dl]p\d{1,2}(?:\n|\\n)[ISVcad(]|\x00\s*gA[JN](?:9c|dc|j)[a-z0-9+/]{6}|c__builtin__|cbuiltins|\bBAh[bvI7][A-Za-z0-9+/=]{4}|py/(?:object|reduce|function|type|repr)\b|!!python/name:(?:os|posix|nt|subprocess|commands|builtins|importlib|pty|sys|socket)\b|!{1,2}(?:<!)?js/(?:function|regexp|undefined)|tag:yaml\.org,2002:(?:python|js|ruby|java|perl)/|!perl/(?:hash|code|ref)|!php/object|\x04\x08[oIuUeC][:\x22]|ctypes\.CDLL",
            10,
        ),
        Sign(
            "global-loaded",
            r"\xc2\x8c[^\x00][\w.]{1,60}(?:\xc2\x94)?\xc2\x8c[^\x00][\w.]{1,60}(?:\xc2\x94)?\xc2\x93|(?:\x00|\xc2\x80[\x02-\x05])c[a-z_][\w.]{0,60}\n\w{1,60}\n(?:[pqXV]\W?\d|q[\x00-\x1f]|\(|X)|(?:\xef\xbf\xbd){3}(?:\xc3\xbf){4}\x01",
        ),
        Sign(
            "class-made",
            r"(?:[\x00'\x22])[a-z][\w.]{3,100}\.(?:(?:ClassPath|FileSystem)XmlApplicationContext|JdbcRowSetImpl|JNDIConnectionSource|Jndi\w{3,40}|TemplatesImpl|URLClassLoader|ScriptEngineManager|DriverManagerConnectionSource|HikariConfig|MethodInvokingFactoryBean|PropertyPathFactoryBean|WrapperConnectionPoolDataSource|ProcessBuilder|InvokerTransformer|BadAttributeValueExpException|JtaTransactionManager|SerializedSystemIniFileInstanceLoader)(?:['\x22]|\x00)|['\x22]@type['\x22]\s{0,3}:\s{0,3}['\x22]L?(?:javax?|sun|com\.sun|org\.(?:apache|springframework)|ch\.qos|oracle|net\.sf)\.",
            10,
            is_said,
        ),
        Sign("ruby-object", r"['\x22](?:\^[ocu]|json_class)['\x22]\s{0,3}:|\x00\s*json_class\x00", 10),
        Sign("node-object", r"_\$\$ND_FUNC\$\$_|__js_function|\bfuncster\b", 10),
        Sign(
            "prototype",
            r"['\x22]__proto__['\x22]\s*[:\x5d]|(?:[^.\w]|\x00)__proto__\s*(?:[\x5b.\x5d=\x00]|%5b)|(?:[\x00.\x5b])constructor\s*(?:\]|\.)?\s*[\x5b.]\s*['\x22]?\s*prototype|['\x22]constructor['\x22]\s*:\s*\{\s*['\x22]prototype|\bObject\.(?:prototype\.\w{1,30}|__proto__)\s*=\s*[^=\s]|\x00\s*__proto__",
            10,
        ),
        Sign(
            "prototype-path",
            r"^[\w$.\x5b\x5d-]{1,60}[.\x5b]__proto__(?:[.\x5b][\w.$\x5b\x5d-]{0,60})?$",
            10,
        ),
        Sign("prototype-step", r"^(?:/[\w.-]{1,40}){0,6}/(?:constructor/prototype|__proto__)(?:/[\w.-]{1,40}){0,6}$"),
        Sign(
            "prototype-cut",
            r"__pro__proto__to__|\x00__(?:(?:define|lookup)[gs]etter|globals|builtins|subclasses|reduce(?:_ex)?)__\x00|\x00(?:[\w.]{1,40}\.)?constructor\.(?:constructor|prototype)\x00",
            10,
        ),
        Sign(
            "attribute-path",
            r"^[\w.]{0,60}__(?:class|init|base|mro|globals)__\.(?:__)?(?:globals|subclasses|builtins|mro|base|bases|init)__(?:[.\x5b][\w.\x5b\x5d'\x22-]{0,80})?$",
            10,
        ),
        Sign(
            "python-reduced",
            r"__(?:init|class|base|mro|globals)__\.__(?:globals|builtins|subclasses|mro|bases?)__[.\x5b(]|\(\s?os\.(?:system|popen)\s?,\s?\(",
            10,
            is_said,
        ),
        Sign(
            "prototype-set",
            r"\b\w{1,40}\.__proto__(?:\.\w{1,40}|\[['\x22]\w{1,40}['\x22]\])+\s{0,3}=[^=]",
            10,
            is_said,
        ),
        Sign(
            "runtime-options",
            r"\bNODE_OPTIONS['\x22\\]{0,3}\s{0,3}[:=]\s{0,3}['\x22\\]{0,3}--(?:inspect|require|import|loader|experimental-loader)",
            10,
            is_said,
        ),
        Sign("aliases-nested", r"(?:\*\w{1,20}\s{0,3},\s{0,3}){7}\*\w", 10, is_said),
        Sign("constructor-key", r"\x00constructor(?:\[prototype\]|\.prototype|%5bprototype)|\x00\s*constructor\[", 10),
    ),
    ("API8:2023", "CWE-502", "CWE-1321"),
)

_CALLED: Final = r"\s*\(\s*(?:['\"$)\x5b\d]|\w{2,30}\s*\()[^\x00]{0,200}?\)\s*(?:;|\.|\}|\)|\?>|\x00)"
"""How a function's name goes on that is called, and its call ends."""

RUNTIME = PayloadClass(
    "runtime",
    "PHP and other runtimes",
    (
        Sign(
            "php-open",
            r"<\?(?:php|=)?\s{0,6}[^\x00\n?]{0,60}(?:\b(?:system|exec|eval|passthru|shell_exec|popen|assert|phpinfo|base64_decode|file_get_contents|fopen|include|require|unlink|move_uploaded_file|md5|die|readfile|copy|create_function|proc_open)\b\s*[('\x22$]|\$\{?_|`[^`\x00\n]{1,80}`|\d\s*[-*+]\s*\d)|<script\s+language\s*=\s*['\x22]?php|\[php\]\s*[^\x00(]",
            10,
            is_opened,
        ),
        Sign(
            "php-superglobal",
            r"\$\{?_(?:GET|POST|REQUEST|SERVER|COOKIE|SESSION|FILES|ENV|GLOBALS)\b|\$GLOBALS\s*\[|\$HTTP_(?:RAW_POST_DATA|\w{2,10}_VARS)|\b_SERVER\[|\b_GET\[|\bGLOBALS\[",
            10,
            is_superglobal,
        ),
        Sign("php-echo", r"<\?=\s*[$]", 6),
        Sign("php-tag", r"<\?(?:php|=)", 4),
        Sign("php-line", r"^<\?(?:php\b|=)[^\x00\n]{0,300}$", 10),
        Sign(
            "variable-call",
            r"^[^\x00\n]{0,30}\$\{?\w{1,12}\}?\s*\(\s*['\x22$]|\$\w{1,12}\s*=\s*['\x22][^\x00\n]{0,60}['\x22]\s*;\s*\(?\$\w{1,12}\)?\s*\(",
            6,
        ),
        Sign(
            "php-call",
            r"\b(?:phpinfo|phpversion|php_uname|get_current_user|getmyuid|posix_\w{3,20}|disk_free_space|base64_decode|gzinflate|gzuncompress|str_rot13|create_function|call_user_func(?:_array)?|preg_replace|assert|file_put_contents|file_get_contents|move_uploaded_file|pcntl_exec|proc_open|shell_exec|passthru|highlight_file|show_source|php_strip_whitespace|ini_(?:set|get|alter)|putenv|parse_ini_file|allow_url_include|auto_prepend_file|extract|array_(?:map|filter|walk)|register_shutdown_function|ob_start|fsockopen|curl_exec|readgzfile|symlink|error_log|func_get_args?|getallheaders|apache_\w{4,20}|system|unserialize|var_dump|print_r|die|hexdec|dechex|chr|strrev|implode|session_id|opendir|scandir|unlink|chmod|fopen|fwrite|fputs|glob|define|exec)"
            + _CALLED
            # by itself: among the others, its two letters would be what wakes all of them
            + r"|\bdl"
            + _CALLED,
            4,
        ),
        Sign(
            "php-alone",
            r"^[\s;'\x22${@(.]*(?:phpinfo|system|passthru|shell_exec|popen|base64_decode|file_get_contents|readfile|call_user_func|assert|show_source|highlight_file|scandir|fopen|sleep)\s*\(\s*[^\x00]{0,200}\)\s*[;})'\x22%#]{0,5}\s*\x00|\x00\s*[\s;'\x22${@(.]*(?:printf?|echo|die|eval|exec|var_dump|include|require)\b\s*\(?\s*(?:md5|sha1|system|exec|passthru|shell_exec|phpinfo|phpversion|php_uname|\$_|`|\d{1,9}\s*[*+-]\s*\d|base64_decode|file_get_contents|getcwd|scandir|str_rot13|gzinflate|ini_get|get_current_user|chr\s*\(|pi\s*\()",
            10,
        ),
        Sign(
            "named-call",
            r"(?:\(\s*(?:/\*[^\x00*]{0,30}\*/\s*)?(?:system|exec|passthru|shell_exec|popen|proc_open|eval|assert|phpinfo|file_get_contents|readfile|call_user_func)\s*(?:/\*[^\x00*]{0,30}\*/\s*)?\)|['\x22](?:system|exec|passthru|shell_exec|popen|proc_open|eval|assert|phpinfo|file_get_contents|readfile|call_user_func)['\x22]|\[\s*(?:system|exec|passthru|shell_exec|popen|proc_open|eval|assert|phpinfo|file_get_contents|readfile|call_user_func)\s*\]\s*(?:\[\s*\d\s*\]|\{[^\x00}]{0,30}\}))\s*\}?\s*(?:/\*[^\x00*]{0,30}\*/\s*)?\(",
            10,
        ),
        Sign(
            "php-string-call",
            r"(?:[\x00;{}=\s'\x22])\(\s*(?:string\s*\)\s*)?(?:\$\w{1,20}|\(?['\x22]?\w{1,12}['\x22]?\)?(?:\s*\.\s*\(?['\x22]?\w{1,12}['\x22]?\)?){1,8}|\w{1,20})\s*\)?\s*(?:/\*[^*\x00]{0,40}\*/\s*)?\(\s*(?:['\x22][^\x00'\x22]{1,60}['\x22]|\$\w{1,20})\s*\)\s*(?:;|\x00|\?>)|['\x22]\w{3,20}['\x22]\s*\(\s*['\x22][^\x00'\x22]{1,60}['\x22]\s*\)\s*;|\)\s*\[\s*\d\s*\]\s*(?:\[\s*\d\s*\]\s*)?\(|\$\{@?(?:print|phpinfo|system|eval|exec|sleep|die)\s*\(|\{\$\{@?(?:print|phpinfo|system|eval|exec|passthru|sleep|die|md5)\b",
            10,
        ),
        Sign(
            "php-setting",
            r"^(?:\w{1,12}\s*=\s*)?(?:allow_url_(?:include|fopen)|auto_(?:prepend|append)_file|safe_mode|disable_(?:functions|classes)|open_basedir|memory_limit|display_errors|error_reporting|mbstring\.\w+|session\.\w+|extension(?:_dir)?|zend\.\w+|suhosin\.\w+|cgi\.\w+|opcache\.\w+|upload_tmp_dir|sendmail_(?:path|from)|error_log|max_execution_time|include_path|short_open_tag|opcache\.\w+|file_uploads|assert\.\w+|date\.timezone|doc_root|user_dir|enable_dl|log_errors|variables_order|request_order|unserialize_\w+|(?:serialize_)?precision|sys_temp_dir|register_globals|magic_quotes_\w+|asp_tags|output_buffering|xdebug\.\w+|soap\.\w+|phar\.\w+|default_charset|html_errors|engine|smtp)\s*=\s*(?:[^\x00\s(){}]{0,2}/[^\x00\s]{0,80}|true|false|on|off|\d{1,6}[kmg]?)?$",
            10,
        ),
        Sign(
            "upload-script",
            r"\x00filename\s*=\s*['\x22]?[^\x00'\x22\n]{0,200}[\w)%]\s*\.\s*(?:ph(?:p\d?|pt|tml?|ps|t|ar)|jspx?|aspx?|cgi|pl|shtml|cfm|ashx|asmx|war|htaccess|user\.ini)[\s.;:%\x22'/]*(?:\.(?:jpe?g|png|gif|txt)[\x22']?)?\x00",
            10,
        ),
        Sign(
            "named-for-two",
            r"^[\w.-]{1,60}\.(?:ph(?:p\d?|tml)|aspx?|asa|cer|jspx?)(?:;\.?\w{1,5}|(?:%00|%20)\.?\w{0,5})$",
            10,
        ),
        Sign(
            "function-named",
            r"\b(?:array_(?:map|filter|walk|reduce)|u[ak]?sort|call_user_func(?:_array)?|register_shutdown_function|ob_start|forward_static_call|iterator_apply)\s{0,2}\(\s{0,2}['\x22](?:system|exec|passthru|shell_exec|assert|eval|phpinfo|popen|proc_open)['\x22]|\bnew\s{1,3}Reflection(?:Function|Method|Class)\s{0,2}\(\s{0,2}['\x22](?:system|exec|passthru|shell_exec|assert|phpinfo)['\x22]|\bfile_put_contents\s{0,2}\(\s{0,2}['\x22][^\x00'\x22\n]{0,80}\.(?:php\d?|phtml|phar)['\x22]|\(\s{0,2}~[^\x00()\n]{1,80}\)\s{0,2}\(\s{0,2}~",
            10,
            is_said,
        ),
        *CODE,
    ),
    ("API8:2023", "CWE-94", "CWE-434"),
)

GRAPHQL = PayloadClass(
    "graphql",
    "GraphQL abuse",
    (
        Sign("introspection", r"\b__schema\s*\{|\bquery\s*[=:]\s*\{\s*(?:__schema|\}|__type)", 6),
        Sign(
            "injected",
            r"\bquery\b[^\x00]{0,200}\w\s*:\s*\\?\"[^\x00\"]{0,60}(?:'\s*(?:;|or\b|and\b|union\b|--)|\\?\"\s*\|\|)|\w\s{0,3}:\s{0,3}\\?\x22[^\x00\x22\\]{0,60}\\{1,3}\x22\s{1,3}(?:or|and)\s{1,3}\\{1,3}\x22|\(\s*\w{1,20}\s*:\s*\\?\"\d{1,9}['`]\\?\"\s*\)",
            24,
        ),
        Sign("alias-flood", r"(?:\b[a-z_]+\d+\s*:\s*\w+\s*[({][^\x00)}]*[)}]\s*(?:\{[^\x00{}]*\}\s*)?){12}", 10),
        Sign("directive-flood", r"\w\s{0,3}(?:@[a-z]\w{0,30}(?:\([^\x00()]*\))?\s{0,3}){10}", 10, is_said),
        Sign(
            "field-flood",
            r"(?:(?:\b\w{1,20}\s{0,2}:\s{0,2})?\b__typename\s{1,4}){6}|(?:\{\s{0,9}[a-z_]\w{0,30}\s{0,9}){14}",
            10,
            is_said,
        ),
    ),
    ("API4:2023", "CWE-943"),
)

HEADER = PayloadClass(
    "header",
    "Header lines and mail",
    (
        Sign(
            "header-line",
            r"[\r\n]{1,4}\s{0,2}(?:set-cookie|location|content-[a-z-]{3,24}|strict-transport-security|contenttype|contentlength|refresh|host|x-[a-z-]{2,30}|transfer-encoding|remote-addr|access-control-[a-z-]{4,20}|connection|referer|cookie|link|status|last-modified|cache-control|authorization|proxy-authorization)\s{0,3}:\s{0,3}[^\x00\n]{0,20}",
            5,
            is_said,
        ),
        Sign(
            "value-then-header",
            r"^[^\x00\n:{<]{0,60}\r?\n\r?\n?(?:(?:set-cookie|location|content-(?:type|length)|refresh|remote-addr)\s{0,3}:|http/1\.[01]\s)|\x00[^\x00\s]{0,120}(?:(?:\xe5\x98[\x8a\x8d]){1,2}|\xc4\x8d\xc4\x8a)[a-z][a-z-]{1,30}\s{0,2}:",
            10,
        ),
        Sign(
            "header-first",
            r"\x00[\r\n]{1,4}[a-z][a-z-]{1,30}:\s?[^\x00\s]{1,80}[\r\n]{0,4}\x00|\x00[^\x00\s%]{0,20}(?:%(?:25)?3f|%(?:25)?23)?(?:%(?:25)*0[ad]|%25%30(?:a|%61)|%%0a0a|%u000[ad]|%e5%98%8[ad]|%c0%8[ad]){1,4}(?:%09|%20|\s)?[a-z0-9-]{2,30}:",
            10,
        ),
        Sign(
            "status-line",
            r"[\r\n]\s{0,3}[\r\n]\s{0,3}(?:HTTP/[\d.]{1,4}\s+\d{3}|(?:GET|POST|HEAD|PUT|OPTIONS|CONNECT|TRACE)\s+[^\x00\s]{1,200}\s+HTTP/\d)|\x00\s*[^\x00\s]{0,60}[\r\n]{1,4}\s{0,3}(?:HTTP/[\d.]{1,4}\s+\d{3}|(?:GET|POST|HEAD|PUT|OPTIONS|CONNECT|TRACE)\s+[^\x00\s]{1,200}\s+HTTP/\d)",
            5,
            is_said,
        ),
        Sign("double-break-markup", r"\r?\n\r?\n\s{0,3}<\s*(?:html|script|body|head|img|svg|iframe)", 6),
        Sign(
            "mail",
            r"^[^\x00\r\n:]{0,100}(?:[\r\n]|%0a|%0d|\\n|\\r){1,4}\s{0,3}(?:to|cc|bcc|from|subject|reply-to|return-path|sender|errors-to|disposition-notification-to|mime-version|content-transfer-encoding|rcpt\s+to|mail\s+from|ehlo|helo|data)\s{0,2}:?\s{0,3}[<\w.+-]{1,64}@[\w.-]{1,64}|\x00\s*[^\x00\r\n:]{0,100}(?:[\r\n]|%0a|%0d|\\n|\\r){1,4}\s{0,3}(?:bcc|cc|to|rcpt to)\s*:[^\x00\r\n]{0,80}@",
            10,
        ),
        Sign(
            "mail-first",
            r"\x00(?:[\r\n]|\\r|\\n){1,4}\s{0,3}(?:RETR\s+\d|TOP\s+\d+\s+\d|LIST\s+\d|DELE\s+\d|APOP\s+\w|AUTH\s+\w|UIDL\b|STAT\b|CAPA\b|RSET\b|NOOP\b|QUIT\b|EHLO\s|HELO\s|VRFY\s|EXPN\s|MAIL\s+FROM|RCPT\s+TO|STARTTLS|XCLIENT|[a-z0-9]{1,4}\s+(?:CAPABILITY|FETCH|EXAMINE|SELECT|LOGIN|LOGOUT|AUTHENTICATE|CREATE|DELETE|RENAME))",
            10,
        ),
        Sign(
            "mail-command",
            r"[\r\n]\s{0,3}(?:(?:[a-z]\d{3}|\w{1,4})\s+(?:capability|fetch|examine|select|rename|login|delete|create|authenticate)\s|top\s+\d+\s+\d+|retr\s+\d+|uidl\s|rset\b|quit\b|noop\b|ehlo\s|helo\s|vrfy\s|mail\s+from|rcpt\s+to|stat\b|dele\s+\d|pass\s|user\s)[^\x00]{0,60}",
            5,
        ),
        Sign(
            "session-told",
            r"\x00[^\x00\s]{0,80}\r?\n(?:port\s{1,3}\d{1,3}(?:,\d{1,3}){5}|site\s{1,3}(?:exec|chmod|cpfr|cpto)\b|stor\s{1,3}[\w/.]{1,80}\s*\x00|dele\s{1,3}\d{1,6}\s*\x00|[a-z]{1,3}\d{1,4}\s{1,3}(?:(?:logout|noop|capability|expunge|starttls)\s*(?:\x00|\n)|(?:delete|create|select|examine|append|rename)\s{1,3}[\w\x22/.]{1,60}\s*(?:\x00|\n)|list\s{1,3}\x22|(?:uid\s{1,3})?(?:fetch|store|copy)\s{1,3}[\d:*,]{1,20}\s)|\.\r?\n(?:mail\s{1,3}from|rcpt\s{1,3}to|quit|helo|ehlo))|\x00[^\x00\s]{0,80}\r\n(?:(?:quit|rset|noop|starttls|stat|capa|uidl|syst|pasv)\r\n|data\r\n[^\x00]{0,400}\r\n\.(?:\r\n|\x00))|['\x22]\s[^\x00\n]{0,60}\r\n[a-z]{1,3}\d{1,4}\s{1,3}(?:logout|capability|list|delete|fetch|select|examine)\b",
            10,
        ),
        Sign(
            "server-told",
            r"^[^\x00\r\n]{0,80}(?:[\r\n]{1,4}|%0d%0a|%0a(?:%0d)?|\\r\\n|\\n)(?:\.(?:[\r\n]{1,4}|%0d%0a|%0a(?:%0d)?|\\r\\n|\\n))?(?:[a-z]{1,3}\d{1,4}\s{1,3}(?:capability|logout|noop|select|examine|create|delete|rename|fetch|list|login|search|store|append)\b|(?:quit|rset|noop|list|data|starttls|stat|capa|uidl)(?:[\r\n\\%]|\x00)|(?:ehlo|helo|vrfy|expn|dele|retr|auth)\s{1,3}[^\x00\s]{1,40}(?:[\s\\%]|\x00)|(?:mail\s{1,3}from|rcpt\s{1,3}to)\s?:)",
            10,
            tells_server,
        ),
        Sign(
            "mail-fetched",
            r"^[a-z]{1,3}\d{1,4}\s{1,3}(?:uid\s{1,3})?fetch\s{1,3}[\d:*,]{1,20}\s{1,3}\(?(?:body|rfc822|flags|all|envelope|full)\b",
            10,
        ),
        Sign(
            "sender-told",
            r"\$\{run\{|(?:[\x00\s])-(?:oq\s?/|o\s?queuedirectory\s?=|x/(?:var|tmp|home|srv|usr|opt|proc|www)/|be\s{1,3}\$\{)",
            10,
            stands_alone,
        ),
        Sign(
            "mail-line",
            r"^[^\x00\s@<>]{1,64}@[\w.-]{1,64}>?\r?\n(?:subject|to|cc|bcc|from|content-type|mime-version|reply-to)\s{0,2}:",
            10,
        ),
        Sign(
            "request-cut",
            r"^[^\x00\s]{0,80}\s{1,3}http/1\.[01]\r?\n[a-z-]{2,30}\s{0,2}:",
            10,
        ),
        Sign(
            "request-line-behind",
            r"^[^\x00\s]{0,80}(?:\r?\n){1,2}(?:GET|POST|PUT|DELETE|HEAD|OPTIONS|CONNECT|TRACE|PATCH)\s{1,3}[/h][^\x00\s]{0,200}\s{1,3}HTTP/\d",
            10,
            is_said,
        ),
        Sign(
            "header-escaped",
            r"^[^\x00\s{<]{0,80}(?:\s{1,3}http/1\.[01])?(?:(?:\\r)?\\n|[\r\n]|(?:\xe5\x98[\x8a\x8d]){1,2}|\xc4\x8d\xc4\x8a|%%0a0a|%0d%0a|%c0%8d%c0%8a){1,4}(?:[ \t]|%09|%20)?(?:(?:set-cookie2?|location|content-(?:type|length|security-policy)|transfer-encoding|access-control-[a-z-]{4,20}|clear-site-data|www-authenticate|mime-version|x-[a-z-]{2,30})\s?:|(?:GET|POST|PUT|DELETE|HEAD|OPTIONS|CONNECT|TRACE|PATCH)\s{1,3}/[^\x00\s]{0,120}\s{1,3}HTTP/1|HTTP/1\.[01]\s\d)|=\?[\w-]{3,20}\?q\?[^\x00?\s]{0,200}=0[ad]",
            10,
            is_said,
        ),
        Sign("request-behind", r"^0\r?\n\r?\n(?:GET|POST|PUT|HEAD|DELETE|PATCH)\s{1,3}[/h]", 10),
        Sign(
            "break-in-value",
            r"^[^\x00\r\n\s]{0,60}[\r\n]{1,4}[\t ]?[a-z-]{2,30}\s{0,2}[:=]\s{0,3}[^\x00\r\n]{0,200}[\r\n]{0,4}$",
            5,
        ),
    ),
    ("API8:2023", "CWE-93", "CWE-113"),
)
