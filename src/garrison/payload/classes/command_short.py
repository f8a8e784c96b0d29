"""Commands in values of a few words: what hides the name of one, and what is one whatever it is put into."""

from typing import Final

from garrison.payload.quoting import is_said, is_short, stands_alone
from garrison.payload.shell import ends_value, names_cmdlet
from garrison.payload.sign import Sign

_FIRST: Final = r"^[)'\x22]{0,3}\s{0,3}[;|&]{1,2}\s{0,3}"
_SHELL: Final = r"(?:/bin/)?(?:ba|z|da|k|c)?sh\b"

SHORT: Final[tuple[Sign, ...]] = (
    Sign(
        "word-broken",
        _FIRST
        + r"(?:/?\w{1,12}(?:\\[a-z]\w{0,12}|['\x22]\w{0,6}['\x22]\w{0,12}|`[a-z]{2,8}\s\w{1,8}`\w{0,12})|['\x22]/?\w{1,6}['\x22]\w{1,12}|/\w{1,6}\\\w)(?:[\s/]|\x00)",
        10,
        stands_alone,
    ),
    Sign("variable-alone", _FIRST + r"\$\{?[A-Z_]{2,20}\}?$", 10, stands_alone),
    Sign(
        "grouped-alone", r"(?:[;|&`]|\$\()\s{0,3}\{\s{0,3}(?:id|ls|pwd|whoami|env|uname)\s{0,3};?\s{0,3}\}", 10, is_said
    ),
    Sign(
        "slashed", r"^(?:&{1,2}|\|{1,2})\s{0,3}[a-z]{3,12}\s{1,3}/[a-z]{1,12}(?:\s[^\x00\n]{0,60})?$", 10, stands_alone
    ),
    Sign(
        "decoded-run",
        r"\bbase(?:64|32)\s{1,3}(?:-d\w{0,8}|--decode)\s{0,3}\|\s{0,3}"
        + _SHELL
        + r"|\x00\s*[;|&`$(]{1,3}\s{0,3}(?:echo|printf)\b[^\x00\n|]{1,200}\|\s{0,3}base(?:64|32)\s{1,3}-",
        10,
        is_said,
    ),
    Sign("bytes-printed", r"(?:`|\$\()\s{0,3}printf\s{1,3}['\x22]?\\{1,2}(?:x[0-9a-f]{2}|[0-7]{3})", 10, stands_alone),
    Sign(
        "aliased",
        r"^alias\s{1,3}(?:[+-]\w{1,4}\+?\s{1,3}\w|['\x22]?[\w.-]{1,20}['\x22]?=['\x22]?(?:(?:curl|wget|ncat|netcat|nc|socat|telnet|id|env|whoami|nslookup|dig|base64)['\x22]?(?:[\s&;|]|\x00)|[^\x00\s'\x22]{0,12}\$\{))",
        10,
        stands_alone,
    ),
    Sign(
        "file-shown",
        r"^(?:cat|tac|nl|xxd|strings|less|more|head|tail)\s{1,3}(?:-\w{1,4}\s{1,3}){0,2}/[\w./-]{3,80}$",
        10,
    ),
    Sign(
        "editor-left",
        _FIRST
        + r"(?:vim?|ex|view|rvim|vimdiff|ed|less|man)\b[^\x00\n]{0,80}!\s{0,2}(?:whoami|id|sh|bash|cat|ls|env)\b",
        10,
        stands_alone,
    ),
    Sign(
        "elsewhere",
        _FIRST + r"(?:ssh|scp|sftp|rsync|ssh-copy-id)\s{1,3}(?:-\w{1,4}\s{1,3}){0,2}[\w.-]{1,40}@[\w.-]{1,60}",
        10,
        stands_alone,
    ),
    Sign("between", r"^&{1,2}\s{0,3}[a-z][\w.-]{1,30}(?:\s[^\x00\n&]{0,120})?&{1,2}$", 10, stands_alone),
    Sign("substituted-whole", r"^\$\(\s{0,3}[a-z][\w.-]{1,30}\s{1,3}[^\x00\n()]{1,120}\)$", 10, stands_alone),
    Sign("joined-word", r"^(?:&&|\|\|)\s{0,3}[a-z][a-z0-9_.-]{2,20}$", 10, stands_alone),
    Sign(
        "separated-behind",
        r"^(?:\d{1,3}(?:\.\d{1,3}){3}|\d{1,6}|[\w-]{1,40}(?:\.[\w-]{1,40}){0,3}\.[a-z]{2,4})\s{0,2}(?:[;|&]{1,2}|\n)\s{0,2}(?:/(?:usr/)?bin/)?(?:ls|env|pwd|whoami|ifconfig|ipconfig|uname|netstat|ps|dir|id|printenv|hostname)\s{0,2}[;|&#]?\x00|\x00\s*[a-z]{1,8};(?:env|ls|pwd|whoami|printenv);$",
        10,
    ),
    Sign(
        "substituted-behind",
        r"^\s{0,3}['\x22;|&]{1,3}\s{0,3}`\s{0,2}(?:/(?:usr/)?bin/)?(?:id|whoami|uname|ls|cat|pwd|ifconfig|sleep|ping|curl|wget|nslookup|env)\b[^\x00`\n]{0,80}`",
        10,
    ),
    Sign("variable-inside", r"(?:[a-z]\$\{\w{1,3}\}){3}[a-z]", 10, is_said),
    Sign(
        "substituted-inside", r"^[;|&\s]{0,4}[a-z]{1,5}(?:\$\([a-z]\)|`[a-z]`)[a-z]{1,5}(?:\s|\x00)", 10, stands_alone
    ),
    Sign(
        "told-by-another",
        r"(?:[`(;|&]|\x00)\s{0,2}(?:xxd|base64|base32|tr|rev|cat|bash|sh|openssl)\b[^\x00\n]{0,60}<<<|\b(?:cat|sh|bash|eval)\s{1,3}(?:`|\$\()\s{0,2}xxd\s",
        10,
        stands_alone,
    ),
    Sign(
        "command-alone",
        r"^(?:touch\s{1,3}/(?:tmp|var/tmp|dev/shm)/[\w./-]{1,80}|rm\s{1,3}-[rf]{1,3}\s{1,3}(?:/|~)\*?|chmod\s{1,3}0?777\s{1,3}/[\w./-]{1,80}|(?:whoami|id|uname|ls|env)\s{0,3}>{1,2}\s{0,3}/[\w./-]{1,80}|expr\s{1,3}\d{1,9}\s{0,3}[*+-]\s{0,3}\d{1,9})$",
        10,
    ),
    Sign(
        "line-behind",
        r"^(?:\d{1,12}|[\d.]{7,15}|[^\x00\n]{0,12}[)'\x22])?\n\s{0,2}['\x22]?(?:id|whoami|ls|dir|pwd|env|uname|ifconfig|ipconfig|netstat|phpinfo\(\)|rm\s-rf?)\s{0,3}[;|&'\x22/#]{0,3}$",
        10,
    ),
    Sign(
        "line-told",
        r"^(?:[\d.]{1,15}|[^\x00\n]{0,12}[)'\x22])?\n\s{0,2}(?:wget\s{1,3}\S|curl\s{1,3}\S|nc\s{1,3}\S|ping\s{1,3}-|nslookup\s{1,3}\S|expr\s{1,3}\d|sleep\s{1,3}\d|cat\s{1,3}/|bash\s{1,3}-|sh\s{1,3}-)[^\x00\n]{0,120}\n?['\x22]?$",
        10,
    ),
    Sign(
        "quote-then-command",
        r"['\x22]\s{0,2}[|;&]{1,2}\s{0,2}(?:id|whoami|ls|env|pwd|dir|ifconfig|uname|(?:curl|expr|wget|sleep)\s{1,3}[^\x00\n\x22']{1,60}#?)$",
        10,
        stands_alone,
    ),
    Sign("option-quoted", r"^[a-z]{2,12}\s{1,3}(?:'-'|\x22-\x22)\w", 10, stands_alone),
    Sign(
        "shell-given",
        r"(?:[;|&`(]|\$\(|%0a)\s{0,3}(?:\$\{?(?:SHELL|BASH|0)\}?|(?:/bin/)?(?:ba|z|k|c|da|fi|tc)?sh|busybox\s{1,3}\w{0,3}sh)\s{1,3}-[a-z]{0,3}c\s{1,3}[\w'\x22$/]",
        10,
        is_said,
    ),
    Sign(
        "substituted-by-another",
        r"(?:`|\$\()\s{0,2}(?:busybox|sudo|doas|command|exec|env|nohup)\s{1,3}(?:id|whoami|ls|cat|uname|sh|ps|env|pwd|wget|curl|nc)\b",
        10,
        is_said,
    ),
    Sign("interpreter-piped", r"^\|\s{0,2}(?:tclsh|(?:ba|z|k|da|fi)?sh|perl|python[23]?)\s{0,2}$"),
    Sign("accounts-read", r"<\s{0,2}/etc/(?:passwd|shadow|group|hosts)\b", 10, stands_alone),
    Sign(
        "file-made",
        r"^[\w'\x22)]{0,12}\s{0,3}[;|&]{1,2}\s{0,3}>{1,2}\s{0,3}/(?:tmp|var|etc|dev/shm|root|home)/",
        10,
        stands_alone,
    ),
    Sign(
        "action-taken",
        r"--checkpoint-action\s?=\s?(?:exec|dot)|\s-exec(?:dir)?\s{1,3}[\w/.]{1,30}(?:\s[^\x00\n]{0,80})?\s(?:\\?;|\+|\{\})",
        10,
        stands_alone,
    ),
    Sign(
        "option-told",
        r"^-{1,2}(?:output|output-document|exec-path|o|K|config|D|dump-header|T|upload-file|trace|log-file)[\s=]{0,2}/(?:etc|tmp|var|root|home|dev/shm)/",
        10,
        stands_alone,
    ),
    Sign("transport-run", r"\bext::\s{0,2}(?:/|[a-z]{2,12}\s)", 10, stands_alone),
    Sign(
        "shell-connected",
        r"\bnc(?:at)?\s[^\x00\n]{0,60}\s-[a-z]{0,4}[ec]\s{1,3}(?:/bin/)?\w{0,3}sh\b",
        10,
        is_said,
    ),
    Sign(
        "cmdlet-run",
        r"^[\w.'\x22)-]{0,20}\s{0,2}(?:\$\(|[;|&]{1,2}\s{0,3}\(?)\s{0,3}(?:Get|Set|New|Invoke|Start|Stop|Remove|Test|Out|Add)-(?:Wmi\w{3,12}|Cim\w{3,12}|ChildItem|Content|Process|Service|Item\w{0,10}|Expression|RestMethod|WebRequest|Command|Object|Sleep|File|Host|Location|ExecutionPolicy|LocalUser|Net\w{3,20}|Acl|Credential|EventLog|ComputerInfo|Variable|MpPreference)\b",
        10,
        stands_alone,
    ),
    Sign(
        "expression-invoked",
        r"\biex\s{0,3}\(\s{0,3}(?:iwr|irm|curl|wget|new-object|\[|\$|invoke-|\()|\|\s{0,3}iex\b|\$executioncontext\.invokecommand\.|\x00[\w'\x22]{0,12}\s{0,2}[;|&]{1,2}\s{0,3}(?:\$\w{1,12}\s?=\s?)?(?:\[[\w.]{3,60}\]::[a-z]|new-object\s)|\x00\S{0,12}\$\(\s{0,2}\[[\w.]{3,60}\]::[a-z]",
        10,
        stands_alone,
    ),
    Sign(
        "value-ended",
        r"^(?:[a-z][\w.,'-]{0,20} ){0,8}[\w.@:/?=+%-]{0,40}['\x22)]{0,2}\s{0,2}(?:;|\|{1,2}|&{1,2}|\r?\n|[<>$]\()\s{0,2}[({]?\s?(?:/(?:usr/)?(?:local/)?s?bin/)?[a-z][\w.-]{1,16}(?:[\s<>;|&#\\%)]|\x00)",
        10,
        ends_value,
    ),
    Sign(
        "block-behind",
        r"^[\w.@-]{0,40}['\x22)]{0,2}\s{0,2}(?:[;|&]{1,2}|\n|%0a)\s{0,2}(?:if|for|while|until)\s[^\x00\n;]{1,60};\s{0,2}(?:then|do)\s[^\x00\n]{1,120};\s{0,2}(?:fi|done)\b[^\x00\n]{0,20}$",
        10,
        is_said,
    ),
    Sign(
        "told-later",
        r"^[\w.@:/?=+%-]{0,40}['\x22)]{0,2}\s{0,2}(?:[;|&]{1,2}|\n|%0a)\s{0,2}(?:trap\s{1,3}['\x22][^\x00'\x22\n]{1,120}['\x22]\s{1,3}(?:exit|err|debug|return|int|\d)|alias\s{1,3}\w{1,12}=['\x22]|case\s{1,3}[^\x00\s]{1,20}\s{1,3}in\s{1,3}[^\x00\s)]{1,12}\)|set\s{1,3}\w{1,12}=[^\x00\n]{1,60}&{1,2}\s?(?:call\s)?%|for\s{1,3}/[fdrl]\s)|\x00\s*-{1,2}[\w-]{1,30}=?\s?(?:\$\(|\x60)|\x00\s*\(?\[(?:System\.)?(?:Diagnostics|Net|IO|Reflection|Runtime|Management)\.[\w.]{1,40}\]::[a-z]|\x00[\w.@:/?+%-]{0,40}['\x22)]{0,2}\s{0,2}[;|&]{1,2}\s{0,2}\w{1,12}(?:\(\)\s?\{|=\$\(|=\x60)",
        10,
        is_said,
    ),
    Sign(
        "cmdlet-named",
        r"[;|&(]\s{0,3}[a-z]{3,12}-[a-z]{3,40}(?:\s{1,3}[-$'\x22]|\s{0,3}[|;)]|\x00)",
        10,
        names_cmdlet,
    ),
    Sign(
        "letters-escaped",
        r"\$'(?:\\(?:x[4-7][0-9a-f]|1[0-7]{2}|u00[4-7][0-9a-f])){2}",
        10,
        stands_alone,
    ),
    Sign("space-in-substitution", r"(?:[;|&=]|\x00)\s{0,2}`[^\x00`\n]{0,60}\$\{?IFS\b", 10, stands_alone),
    Sign(
        "transport-set",
        r"\bcore\.(?:sshcommand|fsmonitor|gitproxy|askpass|hookspath)\s?=\s?['\x22]?(?:[^\x00\s/]|/[^\x00\sd])|\x00\s*--(?:rsh|upload-pack|receive-pack|use-askpass|to-command|use-compress-program|rsync-path|open-files-in-pager)[=\s]",
        10,
        is_short,
    ),
    Sign("carets-in-word", r"\b(?:[a-z]\^){4,}[a-z]", 10, is_said),
    Sign(
        "windows-told",
        r"%comspec%\s{0,2}/[ck]\b|%[a-z_]{2,20}:~-?\d{1,2},-?\d{1,2}%|\x00&{1,2}\s{0,2}(?:start\s{1,3}(?:calc|cmd|notepad|/b|https?:|\\\\)|(?:vssadmin|bcdedit|wbadmin|wevtutil|fsutil|diskshadow|powershell(?:\.exe)?|pwsh|msbuild|regasm|cmstp|forfiles|msiexec|odbcconf|icacls|takeown)\s{1,3}\w)",
        10,
        stands_alone,
    ),
)
"""Signs of the class `command`."""
