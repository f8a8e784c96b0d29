"""Commands: a value ends a command of a shell and begins another."""

from garrison.payload.classes.command_short import SHORT
from garrison.payload.quoting import is_not_fenced, is_said, stands_alone
from garrison.payload.shell import is_command, is_expanded, is_separated, is_substituted, prints, runs_variable
from garrison.payload.sign import PayloadClass, Sign, loose, words

_PLAIN = words(
    "cat tac nl head tail more less id whoami uname ls dir pwd ping ping6 nslookup dig host wget curl fetch nc ncat netcat telnet ssh ftp tftp scp"
    " bash sh zsh ksh csh dash python[23]? perl ruby php[5-8]? node lua awk gawk sed xargs find env printenv set echo printf sleep type netstat ifconfig"
    " ipconfig ip route arp ps top kill killall rm rmdir mv cp chmod chown touch mkdir ln dd tar zip gzip base64 xxd od strings systeminfo net net1"
    " powershell pwsh cmd reg sc tasklist taskkill wmic certutil bitsadmin mshta rundll32 regsvr32 cscript wscript hostname who w last lastlog finger"
    " useradd adduser passwd su sudo crontab at service systemctl mount df du free vim? nano ed emacs gcc make git svn docker kubectl mysql psql sqlite3"
    " mail sendmail time timeout nohup exec eval source export alias unset read test expr bc rev sort uniq cut tr tee socat openssl busybox nmap tcpdump"
    " phpinfo system passthru shell_exec popen proc_open xterm copy del move getent groups locate which whereis stat file"
)
_TELLING = words(
    r"whoami uname[\s+]+-a ifconfig ipconfig nslookup netstat systeminfo tasklist (?:wget|curl)[\s+]+(?:-|[^\s\x00]*[.:/$%]) netcat ncat cat[\s+]+/ cat[\s+]+[\w./]*passwd"
    r" ls[\s+]+-?[/al] dir[\s+]+c: id[\s+]*[;|&'`)\x00\x5c] ping(?:\.exe)?[\s+]+-[cni][\s+]*\d sleep[\s+]+\d"
    r" bash[\s+]+-[ci] sh[\s+]+-[ci] nc[\s+]+-[elv] rm[\s+]+-[rf] powershell phpinfo python\w?[\s+]+-c perl[\s+]+-e ruby[\s+]+-e php[\s+]+-r chmod[\s+]+[0-7u]"
    r" type[\s+]+[c%] net[\s+]+(?:user|localgroup|view) reg[\s+]+(?:add|query) certutil useradd passwd telnet[\s+]+[^\s\x00] tftp lsof crontab netsh[\s+]+\w touch[\s+]+/"
    r" cmd[\s+]*(?:\.exe)?[\s+]*/c printenv\b"
)
_RECON = words(
    r"whoami uname[\s+]+-[amrs] ifconfig ipconfig netstat[\s+]+-\w systeminfo tasklist cat[\s+]+/etc/ type[\s+]+c: dir[\s+]+c: net[\s+]+(?:user|localgroup)s?"
    r" id[\s+]*[;|&`)\x00] ping(?:\.exe)?[\s+]+-[cniw][\s+]*\d sleep[\s+]+\d cat[\s+]+[\w./]*passwd printenv\x00 phpinfo"
)
_FOLDER = r"(?:/?(?:usr/)?(?:local/)?s?bin/)?"

CLASS = PayloadClass(
    "command",
    "Shell commands",
    (
        Sign(
            "separated-telling",
            r"(?:[;|&]|\$\(|\|\||&&|<\(|>\(|%0a|\{)[\s+]*(?:\$\{?\w{0,8}\}?[\s+]*)?[\"'(\\]{0,2}" + _FOLDER + _TELLING,
            7,
            is_separated,
        ),
        Sign(
            "separated-recon",
            r"(?:\x00\s*[^\x00;|&]{0,40}|[\w'\")])[\s+]*(?:[;|&]{1,2}|\$\(|%0a)[\s+]*[\"'(\\]{0,2}" + _FOLDER + _RECON,
            3,
            is_said,
        ),
        Sign(
            "separated-first",
            r"^(?:[\w.\-'\")\\: =/*,]{0,40}?)?\s*(?:[;|&]{1,2}|\$\(|%0a|\\n)[\s+]*(?:\$\{?\w{1,12}\}?\s{1,3})?[\"'(\\]{0,2}(?:/?(?:usr/)?(?:local/)?s?bin/)?"
            + _PLAIN
            + r"(?:\s|\+|[;|&`)'\"<>$]|\x00)",
            7,
            is_command,
        ),
        Sign(
            "separated-alone",
            r"^(?:[\"'])?\s*(?:[;|&]{1,2}|\$\(|<|%0a)\s*[\"'(\\]{0,2}"
            + _FOLDER
            + _PLAIN
            + r"(?:\s[^\x00]{0,200})?[;|&`)'\"<>$]{0,3}$",
            10,
            is_command,
        ),
        Sign(
            "substituted-path",
            r"^[^\x00`\s]{0,20}`\s{0,2}(?:ping\s+\d|ls\s+-\w{1,6}\s+/|touch\s+/|cat\s+/|rm\s+-|wget\s|curl\s)[^\x00`\n]{0,60}`[^\x00\s]{0,10}$",
            10,
        ),
        Sign("substituted-alone", r"^[^\x00`\s]{0,20}`\s{0,2}" + _FOLDER + _RECON, 10),
        Sign(
            "variable-run",
            r"\b\w{1,12}=(?:\$?\\?'[^\x00'\n]{1,60}'|\$?\\?\x22[^\x00\x22\n]{1,60}\x22|[^\x00;&|\s]{1,40})\s{0,2}(?:;|&&|\|\|)\s{0,9}(?:[^\x00\n]{0,200}(?:[;&|]\s{0,9}|\w))?\$\{?\w",
            10,
            runs_variable,
        ),
        Sign(
            "spreadsheet",
            r"(?:[\x00\s,;'\x22\d])[=+@-]\s{0,2}[\w.]{1,20}\|\s{0,2}'[^\x00'\n]{0,120}'!\w|\bcmd\s?\|\s?'\s?/|\x00\s*[=+@-]\s{0,2}[-+\d]{0,6}\s{0,2}(?:HYPERLINK\s*\([^\x00\n]{0,120}&|(?:IMPORT(?:XML|DATA|HTML|FEED|RANGE)|(?:FILTERXML\s*\(\s*)?WEBSERVICE|DDE|RTD|CALL|EXEC|REGISTER(?:\.ID)?)\s*\()|\bDDE\s?\(\s?\x22\w",
            10,
            is_said,
        ),
        Sign(
            "names-guessed",
            r"(?:[\x00\s;|&'\x22(])/\w{0,4}\?{1,4}\w{0,4}/[\w?*]{0,12}[?*]|(?:[\x00\s;|&'\x22(])/(?:bin|etc|usr|tmp|var|sbin)\$\{?\w{1,12}\}?/\w",
            10,
            is_said,
        ),
        Sign(
            "variable-empty",
            r"^[\w.'\x22)-]{0,20}\s?[;|&]{1,2}\s{0,2}\$\{?\w{1,12}\}?\s{1,3}" + _PLAIN + r"\s",
            10,
        ),
        Sign(
            "sourced",
            r"(?:[\w)'\x22]|\x00)\s{0,2}[;|&]{1,2}\s{0,2}\.\s{1,3}(?:rm|cat|ls|id|wget|curl|sh|bash|nc|ping|sleep|/|\./)[\s\w./-]",
            10,
            is_said,
        ),
        Sign(
            "substituted-twice",
            r"\$\(\s{0,2}`\s{0,2}[a-z]|\$\(\s{0,2}<\s{0,2}/(?:etc|proc|var|root|home)/",
            10,
            is_not_fenced,
        ),
        Sign(
            "code-given",
            r"[;|&]{1,2}\s{0,3}(?:/usr/bin/)?(?:perl|python[23]?|ruby|php|node|lua)\s{1,3}-(?:e|c|r)\s{1,3}['\x22]",
            10,
            stands_alone,
        ),
        Sign(
            "run-by-another",
            r"^(?:cpulimit|flock|nice|nohup|timeout|strace|ltrace|setarch|stdbuf|taskset|watch|env|ionice|setsid|busybox|unshare|chroot|gdb|script|sudo)\s[^\x00\n]{0,60}\s(?:whoami|id|sh|bash|/bin/\w{1,8}|uname)\s*$",
            10,
        ),
        Sign(
            "nothing-inside",
            r"(?:[;|&]|\x00)\s*[a-z]{1,10}\$[*@!?$_#-][a-z]{1,10}[\s+/]|[a-z](?:\$|[<>])\(\)[a-z]|\b[a-z]{1,6}``[a-z]{1,6}\s+\d|\x00[a-z]{2,8}(?:\$\(\)|``)\s+\d|[a-z]\$[a-z]\\{1,2}[a-z]",
            10,
        ),
        Sign(
            "dot-command",
            r";\s*(?:\\n|\s)*\.\s*[\\'\"]{0,2}(?:shell|system|databases|tables|schema|sh|import|load|output|once|read|dump|open)\b",
            10,
        ),
        Sign("arithmetic-substituted", r"\$\(\(\s*\d{1,5}\s*[+*%-]\s*\d{1,5}\s*\)\)", 6, is_said),
        Sign("echo-substituted", r"(?:\$\(|`)\s*(?:echo|printf|expr)\b", 5, prints),
        Sign("print-substituted", r"\b(?:print|die|eval)\s*\(\s*`\s*\w|\becho\s*`[^\x00`\n]{2,60}`\s*;", 10),
        Sign(
            "line-alone",
            r"\x00(?:\n|\r|\\n|\\r)+\s*(?:id|ls|pwd|whoami|ifconfig|uname(?: -\w+)?)\s*(?:\n|\r|\\n|\\r)*\x00",
            10,
        ),
        Sign(
            "separated-accounts",
            r"(?:[;|&`(]|\$\(|%0a)[\s+]*[\x5c'\x22]{0,2}(?:/(?:usr/)?bin/)?(?:cat|type|more|less|head|tail|tac|nl|vim?|strings|paste|sort|rev|od|xxd|base64|grep|awk|sed|cp|curl)[\s+\x22'%$\x5c]{1,4}(?:-\w{1,6}[\s+])?[\x22']?(?:file://)?/etc/(?:passwd|shadow|group|hosts|issue)\b",
            10,
            is_said,
        ),
        Sign(
            "reads-accounts",
            r"(?:\x00|[^\w`])(?:cat|type|more|less|head|tail|tac|nl|vim?|strings|paste|sort|rev|od|xxd|base64|grep|awk|sed|cp|curl|file)[\s+\x22'%$\x5c]{1,4}(?:-\w{1,6}[\s+])?[\x22']?(?:file://)?/etc/(?:passwd|shadow|group|hosts|issue)\b",
            10,
            stands_alone,
        ),
        Sign(
            "shell-told",
            r"(?:[;|&`(\x00]|\$\(|%0a)\s*(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:ba|da|z|k|c)?sh\s+-[a-z]{0,3}c\s+['\x22][^\x00]",
            10,
            is_said,
        ),
        Sign("found-and-run", r"\bfind\s+[/.~][^\x00\s]{0,60}\s[^\x00\n]{0,100}-exec(?:dir)?\s", 10, is_said),
        Sign(
            "windows-alone",
            loose(
                r"^[$+|&\s]{0,6}(?:dir[\s+]+c:|ipconfig[\s+]*/all|net[\s+]+(?:user|localgroup|view)\x00|type[\s+]+[c%][:%])[^\x00\n]{0,60}$"
            ),
            10,
        ),
        Sign("quoted-word", r"^['\"`)]{1,3}\s*(?:whoami|ifconfig|ipconfig|systeminfo|uname)\b[^\x00\n]{0,20}$", 10),
        Sign(
            "piped-end",
            r"^/?[\w./-]{1,40}[|;&]{1,2}\s?(?:/?(?:usr/)?bin/)?(?:id|ls|pwd|dir|whoami|ifconfig|netstat|uname)\s?(?:-\w{1,4})?[|;&]\s*\x00|\x00\s*[|;&`]?/?usr/bin/(?:id|whoami|env)\b[^\x00]{0,4}$",
            10,
        ),
        Sign("braces", r"^\w{0,8}\{[\w/.-]{0,12},[\w/.,-]{0,24}\}\w{0,8}$", 10, is_expanded),
        Sign(
            "escaped-line",
            r"(?:\\n|\\r|%0a|%0d|\n)\s*(?:/(?:usr/)?s?bin/\w+|(?:id|ls|dir|cat|type|ping|sleep|whoami|uname|wget|curl|nc|exit|shell)\b[^\x00\n]{0,80}(?:\\n|%0a|\x00))",
            8,
            is_not_fenced,
        ),
        Sign(
            "separator-first",
            r"^[\"')]{0,3}\s{0,3}(?:\$?(?:%26|\x26){2}|\|{1,2}|;)\s*[a-z_][a-z0-9_.-]{1,20}(?:\s[^\x00;]{1,120})?(?:\x00|\||;|\x26|`|#|\\n)",
            10,
            is_command,
        ),
        Sign(
            "fork",
            r"[\w.:]{1,8}\s*\(\)\s*\{\s*[\w.:]{1,8}(?:\(\))?\s*[|&]\s*[\w.:]{1,8}(?:\(\))?\s*[;&}]|\bProcess\.(?:spawn|start)\s*\(\s*['\x22]|\bIO\.popen\b|@\{\[\s*(?:system|exec)|%x[\x28{\x5b]\s*['\x22]?(?:ls|cat|id|whoami|uname)\b",
            10,
            is_said,
        ),
        Sign(
            "quotes-in-words",
            r"/\w{1,5}['\x22]\w{0,5}['\x22]?/\w{1,8}['\x22]\w{1,8}['\x22]?\w|[;|&]\s{0,3}[a-z]{1,5}['\x22][a-z]{1,5}['\x22][a-z]{0,6}[\s/]|\w\$[a-z]\w{0,2}[\s+]{0,3}/\w{1,10}\$[a-z]\w{0,2}/\w",
            10,
            is_said,
        ),
        Sign("quotes-between", r"[^'\"](?:''|\"\")\w{1,3}(?:''|\"\")\w|\w''\w{1,4}\s[\w/.-]", 10),
        Sign(
            "telling-alone",
            r"^[\s'\"|&;`$(+]{0,8}(?:whoami|phpinfo\(\)|ifconfig|ipconfig|systeminfo|id|uname\s+-a|netstat(?:\s+-\w+)?|dir\s+c:\\?|nid)[\s'\"|&;`)+\\n]{0,6}\x00",
            7,
        ),
        Sign(
            "path-first",
            r"^[\"')]{0,3}\s*(?:\x26\x26|\|{1,2}|;|\$\(|\\n)[\s+]*(?:/(?:usr/)?(?:local/)?s?bin/\w|\w{2,12}\s+-\w|(?:net|netsh|sysinfo|date|uconv|dir|type|phpinfo)\b)",
            10,
            is_command,
        ),
        Sign("runner", r"^(?:flock|nice|nohup|timeout|strace|watch|xargs|env|ionice|setsid|busybox)\s+-{1,2}\w", 9),
        Sign(
            "letters-hidden",
            r"\w\$[$@*!?-]/?\w+\$|\w(?:''|\"\")\w{1,6}(?:''|\"\")|\\\w\\[a-z]\\\w\\?\w|\$\{\w{1,4}:\d",
            5,
            is_not_fenced,
        ),
        Sign(
            "alone",
            r"^(?:time\s+(?:curl|wget|ping|sleep|cat)\s|(?:\w|\w{2,3})\(\)\s*\{\s*[a-z]{2,12}[\s;]|~[+\d-]?\x00)",
            10,
            stands_alone,
        ),
        Sign(
            "substitution",
            r"\$\(\s*(?:/?(?:usr/)?bin/)?"
            + _PLAIN
            + r"\b[^\x00)]{0,120}\)|`\s*(?:/(?:usr/)?bin/\w+|"
            + _TELLING
            + r")[^\x00`]{0,120}`",
            5,
            is_substituted,
        ),
        Sign("binary", r"(?:[\x00\s;|&`'\"(=>])/(?:usr/)?(?:local/)?s?bin/" + _PLAIN + r"\b", 5, is_said),
        Sign(
            "reverse-shell",
            r"/dev/(?:tcp|udp)/[\w.]|\bnc(?:at)?\s+-\w{0,5}[elvp]\w{0,5}\s|\bbash\s+-i\b|\bmkfifo\s+/|\bsocat\s+(?:tcp|exec)|\b0<&\d|>&\s*/dev|\bfsockopen\s*\(|-e\s+/bin/(?:ba)?sh|\bsh\s+-i\b",
            10,
            is_not_fenced,
        ),
        Sign(
            "space-trick",
            r"[^\s\x00(]\$\{?IFS\b|\$\{?IFS\b\}?[^\s\x00.,;:)\x60]|\{,?(?:cat|ls|echo|wget|curl|uname|ping|bash|sh|nc|ip|ifconfig|whoami|python\d?|perl|php|tac|head|rm|touch|dir|sleep),[^\x00}\s]{0,40}\}|\{,?id,-|\bc['\x22\\$@*?]{1,4}a['\x22\\$@*?]{1,4}t\b|\$@\w|\w\$@|/\?{2,3}/[?*\w]{2,}|/e(?:[?*]|t[?*])[c?*]{0,2}/p|/etc/p[a?*]{0,2}[?*]|/b(?:[?*]|i[?*])[n?*]{0,2}/[\w?*]|\$\{(?:PATH|HOME|PWD|SHELL|OLDPWD)(?::|\}[^\x00\s/\x22]*\$)",
            10,
            is_said,
        ),
        Sign(
            "shell-shock",
            r"\(\s*\)\s*\{\s*(?::\s*;|_;|foo:?;|:\s*\}|\)\s*;|_\s*;)|\(\)\s*\{\s*\w*:?;\s*\}\s*;|(?:[\x00'\x22])\(\)\s{0,2}\{\s{0,2}[\w.:]{1,8}[\s;]",
        ),
        Sign(
            "download-run",
            r"\b(?:wget|curl|fetch|lwp-download|tftp|certutil|bitsadmin|invoke-webrequest|iwr|iex|downloadstring|downloadfile)\b[^\x00\n]{0,120}(?:https?:|ftp:|//|\$\()[^\x00\n]{2,120}(?:\|\s*(?:ba|z|k)?sh\b|;|&&|\.sh\b|\.pl\b|\.php\b|\.exe\b|\.txt\b|-o\b)",
            6,
        ),
        Sign(
            "command-whole",
            r"^(?:ping(?:\.exe)?\s+-\w{1,2}\s+\d{1,5}\s+[\w.:-]{3,60}|(?:perl\s+-e|python\d?\s+-c|ruby\s+-e|php\s+-r)\s+['\x22][^\x00\n]{0,300})$",
            10,
        ),
        Sign(
            "command-first",
            r"^[;|&\s]*(?:ping\s+-[cnit]|wget\s+-?\S*\s*https?:|curl\s+-?\S*\s*['\"]?(?:https?:|-|\w)|nc\s+-|bash\s+-|sh\s+-c|cat\s+/|ls\s+-|uname\s+-|id\s*;|whoami|net\s+(?:user|localgroup)|cmd(?:\.exe)?\s*/|powershell(?:\.exe)?\s+-|rm\s+-|chmod\s+|nslookup\s|ifconfig|ipconfig|netstat\s*-|python[23]?\s+-c|perl\s+-e|ruby\s+-e|php\s+-r|telnet\s|type\s+[%c]|dir\s+[c/\\]|echo\s+[^\x00]{0,60}>|systeminfo|tasklist|reg\s+(?:add|query)|xterm\s|sudo\s|su\s+-)",
            5,
        ),
        Sign(
            "windows",
            r"(?:%(?:systemroot|comspec|windir|programfiles|temp|appdata|userprofile|path)(?::~[^\x00%]{1,12})?%|\bcmd(?:\.exe)?[\s/+]{1,3}/?[ck]\b|\bpowershell(?:\.exe)?\s+[^\x00]{0,60}-(?:e|enc|encodedcommand|nop|w|c|command|exec)\b|\bwscript\.shell\b|\bHKLM\\|\bHKEY_(?:LOCAL|CURRENT)|\bnet\s+(?:user|localgroup)\s+\S+\s+\S+\s*/add|\bStart-Process\b|\bInvoke-(?:Expression|Command|WebRequest|Mimikatz)\b|\bNew-Object\s+(?:System\.)?Net\.)",
            6,
            is_said,
        ),
        Sign(
            "redirect",
            r"[>|]\s*(?:/(?:tmp|var|etc|dev/null|home|usr)|&\d|\\\\|[a-z]:\\)|2>&1|<\s*/etc/|\|\s*(?:base64|sh|bash|tee|nc|xargs|perl|python\w?)\b",
            4,
            is_said,
        ),
        Sign(
            "code-run",
            r"\b(?:system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|os\.system|os\.popen|subprocess\.(?:call|popen|run|check_output)|child_process['\"]\)\.\w{4,9}|execSync|spawnSync|getRuntime\(\)\.exec|ProcessBuilder|Kernel\.(?:system|exec|`)|IO\.popen|open3|os\.execute|io\.popen|Deno\.run|Bun\.spawn(?:Sync)?|subprocess\.get(?:status)?output)(?:\(\s*(?:\{\s{0,2}cmd\s{0,2}:\s{0,2})?['\"`\x5b]{0,2}|\s{1,3}\(\s*\x5b?['\"`]|\s{1,3}\(\s*(?:/|\$))\s*(?:"
            + _TELLING
            + r"|"
            + _PLAIN
            + r"\b|/(?:bin|usr|tmp|etc)|cmd|calc|touch|\$_)",
            10,
            is_said,
        ),
        Sign(
            "python-run",
            r"__import__\s*\(|\beval\s*\(\s*(?:compile|__import__|base64|['\"]|\$_|request)|\bexec\s*\(\s*['\"]import|\bos\.(?:system|popen|exec\w{1,3})\s*\(|\bsubprocess\.(?:Popen|call|check_output|run)\s*\(|\bbuiltins\.__|__builtins__",
            5,
        ),
        Sign(
            "node-run",
            r"\brequire\s*\(\s*['\"`](?:child_process|vm)['\"`]\s*\)\s*\.|\brequire\s*\(\s*['\"`](?:fs|net|http|os)['\"`]\s*\)\s*\.\w{2,30}\s*\(|\bprocess\.(?:mainModule|binding)|\bglobal\.process\b|\bthis\.constructor\.constructor\b|_\$\$ND_FUNC\$\$_|\bres\.(?:end|write|send)\s*\(\s*require",
            10,
            is_said,
        ),
        Sign(
            "node-run-alone",
            r"^[^\x00\n]{0,60}\b(?:process\.(?:env\b|exit\s*\(|kill\s*\(|cwd\s*\()|new\s+Function\s*\(\s*['\"])[^\x00\n]{0,120}$",
            10,
        ),
        Sign(
            "argument",
            r"^\s*-{1,2}(?:o?ProxyCommand|use-compress-program|checkpoint-action|to-command|exec|upload-pack|open-files-in-pager|config-file|post-file|output-document|eval|gpu-launcher|renderer-cmd-prefix)\b[=\s]|['\x22]-{1,2}(?:o\s?ProxyCommand|gpu-launcher|renderer-cmd-prefix|checkpoint-action|use-compress-program)=",
            10,
        ),
        *SHORT,
    ),
    ("API10:2023", "CWE-77", "CWE-78", "CWE-94"),
)
