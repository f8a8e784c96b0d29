"""Objects and runtimes: serialised objects, prototypes, PHP, GraphQL, header lines, mail, and exploits that are known."""

from garrison.payload.sign import PayloadClass, Sign

OBJECT = PayloadClass(
    "object",
    "Serialised objects and prototypes",
    (
        Sign(
            "php-object",
            r"(?:[\x00\s'\"=;{:])(?:O|C):\+?\d{1,4}:\\?['\"][\w\\]{1,120}\\?['\"]:\d{1,4}:\s*\{|(?:[\x00'\"=])a:\d{1,4}:\{(?:i:\d|s:\d{1,4}:\\?['\"]|\})",
            10,
        ),
        Sign(
            "java-object",
            r"\brO0AB[A-Za-z0-9+/]|\xac\xed\x00\x05|\bH4sIAAAA|aced0005|\bKLAB|cSerializ|\bysoserial|\bObjectInputStream|\breadObject\s*\(",
        ),
        Sign(
            "dotnet-object",
            r"\bAAEAAAD/{4}|\bTypeObject|\bSystem\.(?:Diagnostics\.Process|Windows\.Data\.ObjectDataProvider|Configuration\.Install|IO\.File|Web\.UI|Runtime\.Remoting)|['\"]\$type['\"]\s*:|ObjectDataProvider|__VIEWSTATE\w*=/wE",
            10,
        ),
        Sign(
            "python-object",
            r"!!python/(?:object|name|module|tuple)|!!(?:javax?|ruby|org|com)[./]\w|!ruby/(?:object|hash|struct)|\bgASV[A-Za-z0-9+/]{8}|\bcos\nsystem|\bcposix|\(S'|c__builtin__|cbuiltins|\bBAh[bvI7][A-Za-z0-9+/=]{4}|py/(?:object|reduce|function)|ctypes\.CDLL",
        ),
        Sign("node-object", r"_\$\$ND_FUNC\$\$_|__js_function|\bnode-serialize|\bIIFE|\bfuncster\b"),
        Sign(
            "prototype",
            r"__proto__\s*(?:[\x5b.\]'\"=:\x00]|%5b)|(?:[\x00.\x5b])constructor\s*(?:\]|\.)?\s*[\x5b.]\s*['\"]?\s*prototype|['\"]constructor['\"]\s*:\s*\{\s*['\"]prototype|\bObject\.(?:prototype|assign|defineProperty|__proto__)\b[^\x00]{0,20}[\x5b.=]|^__proto__$",
        ),
        Sign("constructor-key", r"\x00constructor(?:\[prototype\]|\.prototype|%5bprototype)|^constructor\[", 10),
    ),
    ("API8:2023", "CWE-502", "CWE-1321"),
)

RUNTIME = PayloadClass(
    "runtime",
    "PHP and other runtimes",
    (
        Sign(
            "php-open",
            r"<\?(?:php|=)|<\?\s*(?:echo|system|eval|passthru|@|\$)|<script\s+language\s*=\s*['\"]?php|\[php\]",
        ),
        Sign(
            "php-superglobal",
            r"\$\{?_(?:GET|POST|REQUEST|SERVER|COOKIE|SESSION|FILES|ENV|GLOBALS)\b|\$GLOBALS\s*\[|\$HTTP_(?:RAW_POST_DATA|\w{2,10}_VARS)|\b_SERVER\[|\b_GET\[|\bGLOBALS\[",
            10,
        ),
        Sign(
            "php-call",
            r"\b(?:phpinfo|phpversion|php_uname|get_current_user|getmyuid|posix_\w{3,20}|disk_free_space|base64_decode|gzinflate|gzuncompress|str_rot13|create_function|call_user_func(?:_array)?|preg_replace|assert|file_put_contents|file_get_contents|move_uploaded_file|pcntl_exec|proc_open|shell_exec|passthru|highlight_file|show_source|php_strip_whitespace|ini_(?:set|get|alter)|putenv|parse_ini_file|allow_url_include|auto_prepend_file|extract|array_(?:map|filter|walk)|register_shutdown_function|ob_start|fsockopen|curl_exec|readgzfile|symlink|error_log|dl|func_get_args?|getallheaders|apache_\w{4,20}|system|unserialize|var_dump|print_r|die|hexdec|dechex|chr|strrev|implode|session_id|opendir|scandir|unlink|chmod|fopen|fwrite|fputs|glob|define|exec)\s*\(\s*(?:['\"$)\x5b\d]|\w{2,30}\s*\()[^\x00]{0,200}?\)\s*(?:;|\.|\}|\)|\?>|\x00)",
            4,
        ),
        Sign(
            "php-alone",
            r"^[\s;'\"${@(]*(?:phpinfo|system|exec|passthru|shell_exec|popen|eval|assert|print|echo|die|base64_decode|file_get_contents|include|require|var_dump|sleep|readfile|call_user_func)\s*\(\s*[^\x00]{0,200}\)\s*[;})'\"%]{0,5}",
            10,
        ),
        Sign(
            "php-string-call",
            r"(?:\(\s*(?:string\s*\)\s*)?['\"]?\w{0,12}['\"]?(?:\s*\.\s*['\"]\w{1,12}['\"]){0,6}\s*\)|['\"]\w{3,20}['\"])\s*\(\s*['\"][^\x00'\"]{1,60}['\"]\s*\)\s*;?|\)\s*\[\s*\d\s*\]\s*(?:\[\s*\d\s*\]\s*)?\(|\$\{?\w{1,12}\}?\s*\(\s*['\"$]|\$\{@?(?:print|phpinfo|system|eval|exec|sleep|die)\s*\(|\{\$\{|\$\w{1,12}\s*=\s*['\"][^\x00]{0,60}['\"]\s*;\s*\$",
            10,
        ),
        Sign(
            "php-setting",
            r"^(?:\w{1,12}\s*=\s*)?(?:allow_url_(?:include|fopen)|auto_(?:prepend|append)_file|safe_mode|disable_functions|open_basedir|memory_limit|display_errors|error_reporting|mbstring\.\w+|session\.\w+|extension|engine|smtp|zend\.\w+|suhosin\.\w+|cgi\.\w+|upload_tmp_dir|sendmail_path|error_log|max_execution_time|include_path|short_open_tag|opcache\.\w+|file_uploads|assert\.\w+|date\.timezone|doc_root|user_dir|enable_dl|log_errors|variables_order|request_order)\s*=\s*\w*",
            10,
        ),
        Sign(
            "upload-script",
            r"\.(?:ph(?:p\d?|tml|ps|t|ar|ar\.\w{1,4})|jspx?|aspx?|cgi|pl|shtml?|cfm|ashx|asmx|war|htaccess|user\.ini)[\s.;:%]{0,4}\x00",
            3,
        ),
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
            r"\bquery\b[^\x00]{0,200}\w\s*:\s*\\?\"[^\x00\"]{0,60}(?:'\s*(?:;|or\b|and\b|union\b|--)|\\?\"\s*\|\|)|\(\s*\w{1,20}\s*:\s*\\?\"\d{1,9}['`]\\?\"\s*\)",
            14,
        ),
        Sign("alias-flood", r"(?:\b[a-z_]+\d+\s*:\s*\w+\s*[({][^\x00)}]*[)}]\s*){12}", 10),
    ),
    ("API4:2023", "CWE-943"),
)

HEADER = PayloadClass(
    "header",
    "Header lines and mail",
    (
        Sign(
            "header-line",
            r"[\r\n]{1,4}\s{0,2}(?:set-cookie|location|content-(?:type|length|disposition|encoding)|contenttype|contentlength|refresh|host|x-[a-z-]{2,30}|transfer-encoding|remote-addr|access-control-[a-z-]{4,20}|connection|referer|cookie|link|status|last-modified|cache-control)\s{0,3}:\s{0,3}[^\x00\n]{0,20}",
            5,
        ),
        Sign(
            "value-then-header",
            r"^[^\x00\n:{<]{0,60}\r?\n\r?\n?(?:set-cookie|location|content-(?:type|length)|refresh|remote-addr|http/1\.[01])\s*[: ]",
            10,
        ),
        Sign(
            "status-line",
            r"[\r\n]\s{0,3}(?:HTTP/[\d.]{1,4}\s+\d{3}|(?:GET|POST|HEAD|PUT|OPTIONS|CONNECT|TRACE)\s+[^\x00\s]{1,200}\s+HTTP/\d)",
            5,
        ),
        Sign("double-break-markup", r"\r?\n\r?\n\s{0,3}<\s*(?:html|script|body|head|img|svg|iframe)", 6),
        Sign(
            "mail",
            r"(?:[\r\n]|%0a|%0d|\\n)\s{0,3}(?:to|cc|bcc|from|subject|reply-to|mime-version|content-transfer-encoding|rcpt\s+to|mail\s+from|ehlo|helo|data)\s{0,2}:?\s{0,3}[<\w.+-]{1,64}@[\w.-]{1,64}",
            10,
        ),
        Sign(
            "mail-command",
            r"[\r\n]\s{0,3}(?:(?:[a-z]\d{3}|\w{1,4})\s+(?:capability|fetch|examine|select|rename|login|delete|create|authenticate)\s|top\s+\d+\s+\d+|retr\s+\d+|uidl\s|rset\b|quit\b|noop\b|ehlo\s|helo\s|vrfy\s|mail\s+from|rcpt\s+to|stat\b|dele\s+\d|pass\s|user\s)[^\x00]{0,60}",
            5,
        ),
        Sign(
            "break-in-value",
            r"^[^\x00\r\n\s]{0,60}[\r\n]{1,4}[a-z-]{2,30}\s{0,2}[:=]\s{0,3}[^\x00\r\n]{0,200}[\r\n]{0,4}$",
            5,
        ),
    ),
    ("API8:2023", "CWE-93", "CWE-113"),
)
