"""Shells: whether what follows a separator is a command with its arguments, or a sentence, a table, a line of code."""

import functools
import re
from bisect import bisect_left
from typing import Final

from garrison.payload.quoting import is_not_fenced, is_said, stands_alone

_SEPARATOR: Final = re.compile(r"[;|&]{1,2}|\$\(|<|%0a", re.IGNORECASE)
_HEAD: Final = re.compile(r"\s*[\"'(\\]{0,2}(?P<folder>/?(?:\w+/)*)(?P<word>[\w.-]+)(?P<rest>[^\n\x00]{0,200})")
_ARGUMENT: Final = re.compile(
    r"\s*(?:$|[;|&`)'\"<>$#%{}\\]"  # nothing, another separator, a quote, an expansion
    r"|[-+/][\w-]"  # an option
    r"|[~./\\]|\d|[A-Za-z]:[\\/]?"  # a path or a number
    r"|\S*[/.:@=\\*$]\S)"  # a file, an address, an assignment
)
_CODE: Final = re.compile(r"(?:import|export|const|let|var|function|return|class|public|private|namespace|use)\b")
_NAME: Final = r"([A-Za-z_]\w{0,11})"
_APART: Final = r"\s{0,2}(?:;|&&|\|\|)()\s{0,9}+())"  # two empty groups: where what may use the variable begins
# What is assigned is only looked at from its name, so that assignments in one another are all found.
_ASSIGNED: Final = (
    re.compile(rf"=(?<=\w=)(?=(?:\$?\\?'[^'\n]{{1,60}}+'|\$?\\?\"[^\"\n]{{1,60}}+\"){_APART}"),
    re.compile(rf"=(?<=\w=)(?=[^;&|\s]{{1,40}}+{_APART}"),
)
_NAMED: Final = re.compile(rf"(?:^|\W){_NAME}$")  # what stands before the sign of an assignment
_RUN: Final = re.compile(rf"(?:\w|[;&|]\s{{0,9}}+)(?=\$\{{?{_NAME}\b)")
_BLOCK: Final = 2000  # characters of a text that are read at once: each is then read about once
_BETWEEN: Final = 200  # characters of a line between a variable's assignment and its use
_NEAR: Final = 200  # characters of a line before a place in which a variable is assigned


def is_command(text: str, place: int) -> bool:
    """Whether the separator near the beginning of `text` is followed by a command with arguments of a command."""
    if not is_said(text, place) or "\n|" in text or _is_row(text) or _is_named(text):
        return False  # a table, a name
    found = _SEPARATOR.search(text, 0, 120)
    head = _HEAD.match(text, found.end()) if found else None
    if head is None:
        return True
    if found is not None and found[0] == "$(" and not prints(text, found.end()):
        return False
    if _CODE.match(head["word"]) or (found is not None and found[0] == "<" and ">" in head["rest"]):
        return False  # a line of code, an element
    rest = head["rest"]
    if not rest.strip("|;& "):
        return head["word"].lower() in _ALONE or bool(head["folder"])
    word = head["word"].lower()
    return _ARGUMENT.match(rest) is not None or word in _TOOLS or (len(rest.split()) == 1 and word not in _ADDRESSED)


def _is_row(text: str) -> bool:
    cells = text.count("|")
    bare = text.strip()
    return "||" not in text and (cells > 3 or (cells == 3 and bare[:2] == "| " and bare[-2:] == " |"))


def _is_named(text: str) -> bool:
    """Whether `text` begins with a name between bars that something is put in for (`|release| is out`)."""
    named = _BETWEEN_BARS.match(text)
    return named is not None and named[1].lower() not in _ALONE


_BETWEEN_BARS: Final = re.compile(r"\s*\|([A-Za-z][\w.]{2,30})\| [A-Za-z]")


_ALONE: Final = frozenset(
    word
    for line in (
        "id ls dir pwd whoami who ps w env set ipconfig ifconfig netstat hostname uname top df last date sh bash cmd",
        "phpinfo systeminfo tasklist printenv ver vol sysinfo reboot shutdown ping cat",
        "export zsh ksh dash dmesg mailq lsblk lscpu lsmod",
    )
    for word in line.split()
)
"""Commands that do something without an argument."""
_TOOLS: Final = frozenset({
    "netsh", "sc", "reg", "wmic", "net", "schtasks", "bcdedit", "systemctl", "iptables", "ufw", "useradd", "adduser",
    "busybox", "openssl", "doas", "vssadmin", "wbadmin", "wevtutil", "fsutil", "tclsh",
})  # fmt: skip
"""Commands whose first argument is a word, and which are no word of a sentence."""


def ends_value(text: str, place: int) -> bool:
    """Whether `text` is a value of one word, a separator, and a command with what such a command takes.

    Programs stand before a separator where somebody shows a line of a shell (`make; make install`), words where
    somebody writes: names that are words as well, or names of languages, must have an option or a path behind them.
    """
    found = _VALUE.match(text) if len(text) <= _LINES else None
    if found is None or not is_said(text, place) or _is_row(text) or not _is_value(found["value"], found["mark"]):
        return False
    word, rest = found["word"].lower().removesuffix(".exe"), found["rest"]
    if found["words"]:
        words = {*found["words"].lower().split(), found["value"].lower()}
        return _PROGRAMS.isdisjoint(words) and _is_told_to(word, rest)
    if found["folder"] or ((found["led"] or found["mark"][-1] == "(") and _is_led(word, rest)):
        return True
    if _runs_alone(word, found["mark"], rest.strip()) or _OPTION.match(rest) is not None:
        return True
    if word == "echo" and ("`" in rest or "$(" in rest or _WRITTEN.search(rest) is not None):
        return True
    if word in _WRAPPERS and _WRAPPED.match(rest) is not None:
        return True
    if word in _NAMED_TOOLS:
        return any(each.match(rest) is not None for each in (_GIVEN, _DOTTED, _TOLD))
    given = _GIVEN.match(rest)
    return given is not None and word in _WORDS and given[0].strip()[:1] not in {"'", '"'}


def _is_told_to(word: str, rest: str) -> bool:
    """Whether `word` is a command that is told what no sentence has: asked behind a value of several words."""
    if word in _ODD:
        return bool(rest.strip())
    if word in _NAMED_TOOLS or word in _TOOLS:
        return any(each.match(rest) is not None for each in (_OPTION, _GIVEN, _TOLD))
    return word in _WORDS and _AT_FILE.match(rest) is not None


_AT_FILE: Final = re.compile(r"\s+(?:-[A-Za-z]{1,4}\s+){0,2}(?:/(?:etc|proc|var|tmp|root|home|dev)/|[A-Za-z]:\\)")


def _is_value(value: str, mark: str) -> bool:
    """Whether `value` is none of a program, and where `mark` ends its line more than a word of a text."""
    if value.lower() in _PROGRAMS or (mark in {"&", "$("} and "=" in value) or (mark == "$(" and value[-1:] == '"'):
        return False
    return not mark.isspace() or _DATUM.fullmatch(value) is not None


_LINES: Final = 300
_DATUM: Final = re.compile(r"(?:[\w.+-]*[@/][\w.+@/-]+|[\d.:-]+|[\w-]{1,40}\.[a-z]{2,8}|[\w.-]{0,40}['\")]{1,2})?")


def _is_led(word: str, rest: str) -> bool:
    """Whether `word` is run where another program or a sign of the shell leads it."""
    if word in _WORDS and word not in _ALONE:
        return _OPTION.match(rest) is not None or _GIVEN.match(rest) is not None
    return word in _PROGRAMS


def _runs_alone(word: str, mark: str, rest: str) -> bool:
    """Whether `word` does something with nothing but `rest` behind it."""
    if word in _ODD:
        return bool(rest)
    if not rest:
        return word in _CERTAIN or (mark[0] == "&" and word in _ASKING) or (mark == "|" and word in _SHELLS)
    return word in _ALONE and (rest in {"#", "\\", "%00"} or _WRITTEN.match(rest) is not None)


_OPTION: Final = re.compile(r"\s+(?:-[A-Za-z](?:\s|$)|--[a-z][\w-]{2,30}(?:[=\s]|$))")
"""What no sentence has behind a word."""
_SHELLS: Final = frozenset({"sh", "bash", "zsh", "ksh", "dash", "csh", "perl", "python", "python3"})
_VALUE: Final = re.compile(
    r"\s*(?P<words>(?:(?:[A-Za-z][\w.,'-]{0,20} ){1,8}(?=[\w.@:/'\"-]))?)"
    r"(?P<value>[\w.@:/?=+%-]{0,40}['\")]{0,2})\s{0,2}(?P<mark>;|\|{1,2}|&{1,2}|\r?\n|(?:(?<=\w)[<>]|\$)\()"
    r"[ \t]{0,2}[({]?[ \t]?"
    r"(?P<led>(?:(?:sudo|doas|nohup|builtin|busybox|command|exec|eval|env|setsid|call|start|xargs(?:\s+-\S{1,4})?)\s+){0,2})"
    r"(?P<folder>(?:/(?:usr/)?(?:local/)?s?bin/)?)(?P<word>[A-Za-z][\w.-]{1,16})(?P<rest>(?:[\s<>;|&#\\%)][^\n]{0,160})?)\s*$"
)
_GIVEN: Final = re.compile(
    r"\s+(?:[-+]{1,2}\w|/\w|/\s+-|~/|\.{1,2}/|\$[\w({]|https?:|%[A-Z]{2,20}%|\d{1,3}(?:\.\d{1,3}){3}\b|[A-Za-z]:\\|\\\\\w|['\"])|\s*<{1,3}\s*\S"
)
_DOTTED: Final = re.compile(r"\s+[\w-]{1,40}\.(?:[\w-]{1,40}\.){0,3}[A-Za-z]{2,}\b")
_TOLD: Final = re.compile(
    r"\s+(?:ps|run|exec|get|images|inspect|describe|apply|s3|ec2|sts|iam|s_client|passwd|shadow|[cxt]z?j?v?f|(?:if|of)=\S)\b"
    r"|\s+(?:install|clone|add)\s+(?:-\S{1,20}\s+)?(?:https?:|git@|/|\.)"
)
"""What a tool of many is told first."""
_WRITTEN: Final = re.compile(r"\s*>{1,2}\s*(?:[~./]|\w{1,20}\.\w)")
_WRAPPED: Final = re.compile(
    r"\s+(?:[^\s;|&]{1,12}\s+){0,2}(?:id|whoami|uname|hostname|sh|bash)\s*(?:$|[;|&]|\w{1,6}$)"
)
_ASKING: Final = frozenset({"dir", "ver", "ipconfig", "systeminfo", "tasklist", "hostname", "whoami"})
_CERTAIN: Final = frozenset({
    "dmesg", "ifconfig", "ipconfig", "ls", "lsblk", "lscpu", "lsmod", "mailq", "netstat", "printenv", "pwd",
    "systeminfo", "tasklist", "uname", "whoami",
})  # fmt: skip
"""Commands that do something alone, and are neither a word nor what a column of a table is called."""
_ODD: Final = frozenset({
    "crictl", "gcloud", "redis-cli", "runc", "ufw",
    "attrib", "bitsadmin", "certutil", "chattr", "cmdkey", "cmstp", "cscript", "findstr", "forfiles", "fsutil",
    "gpasswd", "icacls", "insmod", "installutil", "iptables", "killall", "lsattr", "mkfifo", "mknod", "mshta",
    "gci", "gwmi", "icm", "iex", "irm", "iwr",
    "msiexec", "net1", "netsh", "nltest", "pkill", "regasm", "regsvr32", "rundll32", "schtasks", "setfacl",
    "ssh-keygen", "takeown", "taskkill", "useradd", "userdel", "usermod", "vssadmin", "wbadmin", "wevtutil", "wmic",
    "wscript",
})  # fmt: skip
"""Commands that are nothing else, whatever is behind them."""
_NAMED_TOOLS: Final = frozenset({
    "adduser", "apk", "apt", "apt-get", "awk", "aws", "base32", "base64", "bash", "busybox", "chgrp", "chmod",
    "chown", "chroot", "cmd", "crontab", "csh", "curl", "dash", "dd", "dig", "dmesg", "dnf", "doas", "docker", "du",
    "ed", "egrep", "fdisk", "ftp", "gawk", "gcc", "getent", "git", "grep", "gzip", "hexdump", "ifconfig", "ip",
    "java", "journalctl", "kill", "ksh", "kubectl", "ln", "ls", "lsof", "lua", "lynx", "mawk", "mkdir", "mv",
    "mysql", "mysqldump", "nano", "nc", "ncat", "netcat", "netstat", "nmap", "node", "nohup", "npm", "nslookup",
    "od", "openssl", "passwd", "perl", "php", "ping", "pip", "pip3", "powershell", "printf", "ps", "psql", "pwsh",
    "python", "python2", "python3", "rm", "rmdir", "rsync", "ruby", "scp", "sed", "setsid", "sftp", "sh",
    "smbclient", "socat", "sqlite3", "ss", "ssh", "stdbuf", "strace", "su", "sudo", "systemctl", "tac", "tar",
    "tcpdump", "telnet", "tftp", "traceroute", "uname", "unzip", "vi", "vim", "wget", "xargs", "xterm", "xxd",
    "yum", "zcat", "zip", "zsh",
})  # fmt: skip
_WORDS: Final = frozenset({
    "at", "cat", "command", "copy", "cp", "cut", "date", "del", "dir", "echo", "env", "eval", "exec", "expr", "fetch",
    "file", "find", "head", "host", "id", "last", "less", "locate", "mail", "man", "more", "mount", "move", "net",
    "nice", "nl", "paste", "read", "reg", "rev", "route", "sc", "script", "service", "shred", "sleep", "sort",
    "source", "split", "start", "stat", "strings", "tail", "tee", "time", "timeout", "top", "touch", "tr", "type",
    "watch", "who", "xcopy",
})  # fmt: skip
"""Commands that are words of a sentence as well."""
_WRAPPERS: Final = frozenset({
    "builtin", "command", "doas", "env", "eval", "exec", "man", "nice", "nohup", "script", "set", "sudo", "time",
    "timeout", "trap", "xargs",
})  # fmt: skip
_PROGRAMS: Final = frozenset({
    *_ALONE, *_TOOLS, *_ODD, *_NAMED_TOOLS, *_WORDS, *_WRAPPERS, "alias", "brew", "bundle", "cargo", "cd", "clear",
    "cmake", "composer", "dotnet", "false", "go", "gradle", "helm", "history", "jobs", "make", "mvn", "ninja", "npm",
    "pnpm", "poetry", "pytest", "rake", "sync", "terraform", "tox", "true", "uv", "yarn",
})  # fmt: skip
"""What is run, and so begins a line of a shell."""


def names_cmdlet(text: str, place: int) -> bool:
    """Whether a command of PowerShell is named before `place`: a verb and a noun, each with a capital."""
    return stands_alone(text, place) and is_said(text, place) and _CMDLET.search(text) is not None


_CMDLET: Final = re.compile(
    r"[;|&(]\s{0,3}(?:Get|Set|New|Invoke|Start|Stop|Remove|Test|Out|Add|Import|Export|Copy|Move|Enable|Disable|Register"
    r"|Send|Read|Write|Clear|Restart|Select|Convert\w{0,4}|Install|Uninstall|Enter|Find|Save|Mount)-[A-Z][A-Za-z]{2,40}"
)

_ADDRESSED: Final = frozenset({"wget", "curl", "ssh", "ftp", "git"})
"""Commands whose only argument is an address or a part of one, and no word alone."""


def is_separated(text: str, place: int) -> bool:
    """Whether what ends at `place` is said, and stands in no row of a table."""
    start = text.rfind("\n", 0, min(place, len(text))) + 1
    end = text.find("\n", start)
    row = text[start : min(start + _ROW, end if end >= 0 else len(text))].strip()
    near = max(start, place - _LONGEST_AGENT)
    if _AGENT.search(text, near, place) is not None or _is_escaped(text, start, place):
        return False
    return is_said(text, place) and not (row[:1] == "|" and row.count("|") > _CELLS)


_AGENT: Final = re.compile(r"\w/[\d.]+ \([^()|&$`]{0,120}; id;$|&(?:lt|gt|amp|quot|nbsp);id&$")
"""The comment of a program that names itself, where `(U; Linux; id; ...)` has Indonesian for its language; and what
stands between references to characters (`&lt;id&gt;`)."""
_LONGEST_AGENT: Final = 200
_ROW: Final = 400
_CELLS: Final = 2


def prints(text: str, place: int) -> bool:
    """Whether the substitution that is opened before `place` prints more than a variable, or gives it to a command that
    may do more than change its letters: `$(echo "$list" | cut -d, -f1)` says what `$list` says."""
    start = max(text.rfind("$(", 0, place), text.rfind("`", 0, place))
    shown = _SHOWN.match(text, start) if start >= 0 else None
    if shown is None:
        return is_said(text, place)
    end = text.find("\n", shown.end())
    line = text[shown.end() : end if end >= 0 else len(text)][:_ROW]
    runs = _PIPED.findall(_QUOTED.sub("", line))
    is_led = "$(" not in line and "`" not in line and all(map(_FILTER.fullmatch, runs))
    return is_said(text, place) and not (is_led and _EDITOR.search(line) is None)


_SHOWN: Final = re.compile(
    r"\$\(\s*(?:echo|printf)(?:\s+-[neE]{1,3})?(?:\s+[\"'](?:%[sb]|\\n|[:*.,/_-]){1,12}[\"']|\s+%[sb])?"
    r"(?:\s+\"(?:\$\{?\w{1,40}\}?|[:*.,/_-]){1,8}\"){1,6}(?=\s*[|)])"
)
_QUOTED: Final = re.compile(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"")
_PIPED: Final = re.compile(r"\|\s*([^\s)|`;&]*)")
_FILTER: Final = re.compile(r"_\w+|cut|sed|tr|[ef]?grep|head|tail|wc|sort|uniq|rev|jq")
"""What a text is led through to be cut or changed; names that begin with a line are functions of a script's own."""
_EDIT: Final = (
    r"\s*(?:s/[^/\n]{0,80}/[^/\n]{0,80}/[gpI\d]*|s\|[^|\n]{0,80}\|[^|\n]{0,80}\|[gpI\d]*|s#[^#\n]{0,80}#[^#\n]{0,80}#[gpI\d]*"
    r"|(?:/[^/\n]{0,80}/|[\d,$]{1,12}|\$\{?\w{1,40}\}?)?[pd])\s*"
)
_EDITOR: Final = re.compile(
    rf"\bsed\b(?!(?:\s+-[nEr]{{1,2}})?\s+(?:'{_EDIT}(?:;{_EDIT}){{0,6}}'|\"{_EDIT}(?:;{_EDIT}){{0,6}}\")\s*[|)])"
)
"""An editor of streams that is told more than to put one text for another: it can also run commands."""


def is_substituted(text: str, place: int) -> bool:
    """Whether a command is put in there, and not only shown in a block of code or written so that none is."""
    end = min(place, len(text))
    return is_not_fenced(text, place) and not _is_escaped(text, max(0, end - _ROW), end)


def _is_escaped(text: str, start: int, place: int) -> bool:
    """Whether the last `$(` before `place` has a second sign before it: to a shell `$$(` is an error of syntax, to who
    makes files of settings a sign that is only a sign."""
    at = text.rfind("$(", start, place)
    if at < 0 or text[at - 1 : at] != "$" or max(text.rfind(each, at + 2, place) for each in ";|&`") >= 0:
        return False
    signs = text[start : at + 1]
    return (len(signs) - len(signs.rstrip("$"))) % 2 == 0


def is_expanded(text: str, place: int) -> bool:
    """Whether the braces that `text` is made of give a command and its arguments: they count nothing (`a{0,4}`), and no
    part of a longer name stands in them."""
    del place
    return _COUNTED.search(text) is None and _NAMES.fullmatch(text.strip()) is None


_COUNTED: Final = re.compile(r"\{\d*,\d*\}")
_NAMES: Final = re.compile(
    r"(?:\w{3,}\{[A-Za-z_]{3,}(?:,[A-Za-z_]{3,})+\}\w*|\{[A-Za-z_]{3,}(?:,[A-Za-z_]{3,})+\}\w{3,})"
)


def runs_variable(text: str, place: int) -> bool:
    """Whether a variable that is assigned in this line is then run or put together: `a=cat;$a /etc/passwd`."""
    first = _first(place)
    assigned = _assigned(block(text, place))
    near = bisect_left(assigned, place - place % _NEAR - _NEAR - first)
    return near < len(assigned) and assigned[near] < place + _NEAR - first and is_said(text, place)


def block(text: str, place: int) -> str:
    """What is read there: the same for places near one another."""
    return text[_first(place) : _first(place) + _BLOCK + 4 * _NEAR]


def _first(place: int) -> int:
    return max(0, place - place % _BLOCK - _NEAR)


@functools.lru_cache(maxsize=8)
def _assigned(text: str) -> list[int]:
    """Where each variable is assigned that is then run: sought once, however many of its places are."""
    runs: dict[str, list[int]] = {}
    for run in _RUN.finditer(text):
        runs.setdefault(run[1], []).append(run.start())
    if not runs:
        return []
    found = [(_name(text, one.start()), one) for each in _ASSIGNED for one in each.finditer(text)]
    return sorted(
        one.start() - len(name)
        for name, one in found
        if name in runs and _is_run(text, runs[name], one.end(1), one.end(2))
    )


def _name(text: str, place: int) -> str:
    """The name that ends at `place`; empty where it is too long for one."""
    found = _NAMED.search(text[max(0, place - 13) : place])
    return found[1] if found is not None else ""


def _is_run(text: str, runs: list[int], separated: int, start: int) -> bool:
    """Whether the first of `runs` behind a separator is near enough: if it is not, none is."""
    at = bisect_left(runs, separated - 1)  # the separator itself may stand before the variable
    return at < len(runs) and runs[at] - start <= _BETWEEN and text.find("\n", start, runs[at]) < 0
