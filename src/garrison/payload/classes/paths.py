"""Paths: a name leaves its folder, names a file of the system, or a wrapper that fetches something else."""

from garrison.payload.classes.exploits import PATHS
from garrison.payload.paths import climbs_out, is_bare, is_hidden, is_read, leaves_folder, stands_apart
from garrison.payload.quoting import is_said, stands_alone
from garrison.payload.sign import PayloadClass, Sign, loose

_UP = r"(?:\.|%2e|%252e|0x2e|\xc0\xae|\xe3\x80\x82){2,3}"
_SEP = r"(?:[/\\]|%2f|%5c|%252f|%255c|0x2f|0x5c|;/|\xc0\xaf|\xc1\x9c)"
_ETC = (
    r"(?:passwd|shadow|group|hosts|issue|motd|crontab|fstab|sudoers|mtab|resolv\.conf|hostname|ssh/|ssl/|apache2?/|httpd/|nginx/|mysql/|my\.cnf|php\w{0,5}/|php\.ini|proftpd|vsftpd|pure-ftpd|samba|snmp|init\.d|"
    r"rc\.|rc\d|security/|master\.passwd|inetd|xinetd|services|logrotate|ftp|http|lighttpd|exports|syslog|redhat-release|debian_version|os-release|network|profile|bash|environment|aliases|wu-ftpd|chrootUsers|"
    r"sysctl|modules|ld\.so|lsb-release|gshadow|postgresql|docker|kubernetes|security|pam|cron|openldap|squid|tomcat|webmin|exim|postfix|mail|dovecot|phpmyadmin|firewall|netconfig|vhcs|ucd|stunnel|subversion|[a-z0-9._-]{1,30}(?:\.conf|\.cfg|\.ini|\.d/|\.cnf|\.key|\.pem)|conf)"
)

CLASS = PayloadClass(
    "path",
    "Paths and inclusion",
    (
        Sign("climbs", r"(?:[\x00/\\=\s'\":(]|file:)(?:\.{2,3}" + _SEP + r"+\.{0,2}){2}", 3, climbs_out),
        Sign("climbs-far", r"(?:" + _UP + _SEP + r"+){3}", 7, leaves_folder),
        Sign(
            "climbs-to",
            r"\.\."
            + _SEP
            + r"(?:[\w.\-/\\;%]*[/\\])?(?:etc\b|windows\b|winnt\b|boot\.ini|win\.ini|proc\b|var\b|usr\b|home\b|root\b|passwd|shadow|localstart|web-inf|meta-inf|\.env|\.git|\.ssh|\.ht|_?config\w{0,8}\.|conf\b|wp-config|system32|inetpub|autoexec|apache|xampp|logs?\b|bin\b|tmp\b|opt\b|global\.asa|web\.config|htdocs|www\b|sam\b|\w{1,20}\.(?:ini|conf|log|php|jsp|asp|cfg|pem|key|inc|cgi|bak|sql|db)\b)",
            10,
            leaves_folder,
        ),
        Sign("climbs-first", r"^[/\\]{0,3}(?:\.\.+" + _SEP + r"+)+[^\x00\s]{0,400}(?:\x00|%00|\?|#|;)", 6),
        Sign("climbs-one", r"^[/\\]\.\.[/\\]$", 10),
        Sign("climbs-only", r"^[/\\]{0,4}(?:\.{2,3}" + _SEP + r"+){2}", 10),
        Sign("climbs-backward", r"\.\.\\+(?:\.\.|[a-z])", 7, leaves_folder),
        Sign(
            "climbs-mixed",
            r"\.\.(?:/\\|\\/|//+|\\\\+|/\./|;/|\x5c\.\.)|/\.{3,}/|/\.\.;|(?:\./){4,}|\.\.\x00|(?:\.%00\./)",
            7,
            leaves_folder,
        ),
        Sign(
            "climbs-encoded",
            r"(?:%(?:25)*2e){2}|%(?:25)*c0%(?:25)*(?:ae|2e|2f|af|5c|9v|qf)|%(?:25)*c1%(?:25)*(?:9c|1c|af|8s|pc)|%(?:25)*e0%(?:25)*80%(?:25)*(?:ae|af)|%u(?:2215|2216|002e|002f|005c|ff0e|ef0e|efc8|uf025|f025)|%(?:25)*f[08c]%(?:25)*8|0x2e0x2e|\.\.%(?:25)*(?:2f|5c|u|c0|c1|00)|%(?:25)*(?:2f|5c)\.\.|%%32%65|%uff0e|\.\.0x(?:2f|5c)|\.\.%(?:%\d\d){2}",
            10,
        ),
        Sign(
            "climbs-odd",
            r"(?:\.\.2f){2}|(?:\.\.5c){2}|(?:/\.[\\/]{1,2}\.?){3}|(?:\.{1,2}[/\\]{1,3}){5}|%%3[0-9]|%%[0-9a-f]{2}%|%(?:25)?c[01]%(?:25)?[0-9a-z]{2}|%(?:25)?c[01]\.|(?:\?|\.){1,4}0x(?:2f|5c)|\.\.+%(?:25)*(?:2f|5c)|\?\?(?:/|\\|%2f|%5c)\w|(?:\xe2\x88\x95|\xef\xbc\x8f)etc|%bg%qf|%uF025|(?:\.\\/\\?){2}|\.\.(?:\xc3[\x80\x81]|\xef\xbf\xbd){1,2}[^\x00]{0,2}\.\.|(?:\xc3[\x80\x81]\xc2[\x80-\xbf]){1,2}[/\\.]|(?:\xef\xbf\xbd){2}[/\\](?:\xef\xbf\xbd){2}[/\\]",
            10,
            climbs_out,
        ),
        Sign(
            "absolute-alone",
            loose(
                r"^(?:file:)?(?:/{1,3}\.){0,4}/{1,3}(?:etc|var/(?:log|adm|www|mail|spool|run|cron|apache\w*|lib)|usr/(?:local|lib|pkgsrc|home|etc|spool)|apache2?/(?:logs|conf)|logs?/(?:access|error)[\w.]*|bin|sbin|boot|root)/?[^\x00\s]{0,120}$"
            ),
            8,
            stands_apart,
        ),
        Sign(
            "system-file",
            r"(?:[\x00/\\=\s'\":(<>,@|;`*])(?:[a-z]:)?[/\\]{1,4}(?:etc|private/etc)[/\\]{1,4}" + _ETC,
            7,
            is_said,
        ),
        Sign(
            "system-file-alone",
            r"^(?:file:/{0,3}|[a-z]:)?(?:[/\\]{1,4}\.?){0,4}[/\\]{1,4}(?:etc|proc|private|sys|boot|root)[/\\]{1,3}[\w.@/\\-]{2,100}(?:%00|\x00|\?)",
            10,
        ),
        Sign(
            "log-file-alone",
            loose(
                r"^(?:file:/{0,3}|[a-z]:)?[/\\]{0,4}(?:usr|var|opt|home\d?|root|srv|apache\d?|xampp|inetpub|windows|winnt|winnt\d+|boot|nginx|mysql|program ?files[^\x00\\/]{0,8}|bin|sbin|tmp|mnt|dev|library|system|volumes|users|logs?|www|lampp|wamp)[/\\]{1,3}(?:[\w.@ +-]{1,60}[/\\]{1,3}){0,9}[\w.@ +-]{0,60}(?:\.(?:conf|ini|log|cnf|cfg|inf|sam|err|pid|sock|pem|key|php|bak|old|dat|ht\w+|xml|sh|db|sql|asp|jsp|inc|history)|_log|access|error|passwd|shadow|sam|system|hosts|[\\/]|log|logs|messages|httpd\.conf\.?\w*|utmp|wtmp|lastlog|environ|cmdline|maillog|secure|syslog|dmesg|cron|auth\.log|xferlog|authorized_keys|id_[dr]sa)[^\x00\w/\\]{0,3}$"
            ),
            10,
            stands_apart,
        ),
        Sign(
            "accounts",
            r"(?:[/\\]{1,3}|\x00)etc[/\\]{1,3}(?:passwd|shadow)\b|\x00/(?:[\w-]{1,20}/){0,3}master\.passwd\b",
            10,
            is_bare,
        ),
        Sign(
            "proc",
            r"/proc/(?:self|version|cmdline|cpuinfo|meminfo|mounts|stat|swaps|net|modules|sched_debug|filesystems|loadavg|\d{1,5})(?:/(?:environ|cmdline|fd|maps|status|stat|root|exe|cwd|mounts|net|task))?\b",
            7,
            is_said,
        ),
        Sign(
            "windows-file",
            r"\b(?:boot|win|system)\.ini\b|[/\\](?:php|odbc|my)\.ini(?:[^\w-]|\x00)|\bsystem32[/\\]|\bwin(?:dows|nt)[/\\]+(?:system32|win\.ini|repair|debug|panther|temp|iis|php|my)|\binetpub[/\\]|\\\\[\w.-]{2,40}\\(?:[a-z]\$|admin\$|ipc\$|print\$)|\bautoexec\.bat|\bdrivers[/\\]etc[/\\]hosts|\brepair[/\\](?:sam|system)\b|\bunattend(?:ed)?\.xml|[/\\]sysprep\b|\bsysprep[/\\.]|\bglobal\.asa\b|\bntuser\.dat",
            10,
            is_said,
        ),
        Sign(
            "secret-file",
            r"(?:[\x00/\\=\s'\":])\.?(?:\.env(?:\.\w{2,12}){0,2}|\.git/(?:config|head|index|logs|refs)|\.svn/(?:entries|wc)|\.ht(?:access|passwd|group)\w{0,3}|\.ssh/\w+|\.aws/(?:credentials|config)|\.bash(?:_history|rc|_profile)|\.(?:mysql|sh|zsh|psql|python|nano)_history|\.netrc|\.npmrc|\.pgpass|\.docker/config|\.kube/config|\.ds_store|\.git-credentials|\.gitconfig|\.idea/\w+|\.vscode/\w+|id_[rd]sa\w{0,4}|authorized_keys|wp-config\.\w{2,5}\w*|web\.config|web-inf/|meta-inf/|config\.inc\.php|configuration\.php|settings\.php|localsettings\.php|database\.yml|secrets\.yml|application\.(?:yml|properties)|(?:phpinfo|info)\.php|server-status|server-info|composer\.(?:json|lock)|package\.json|docker-compose\.yml|dockerfile|sftp-config\.json|backup\.sql|dump\.sql|db\.sql|\.\w{2,12}/\w{2,12}\.(?:env|conf|key|pem)|\.(?:aws|azure|cargo|composer|config|docker|gcloud|gnupg|kube|npm|secrets?|ssh|terraform)/\w{2,24}\.(?:json|ya?ml|toml))(?:[\s'\"?#;,/\\~)]|%|\x00)",
            5,
            is_said,
        ),
        Sign(
            "secret-file-alone",
            r"^(?:~[\w-]{0,20})?[/\\]?(?:[\w.@-]{1,40}[/\\]){0,5}(?:\.env(?:\.\w{2,12}){0,2}|\.git(?:/\w+)?|\.svn(?:/\w+)?|\.ht(?:access|passwd|group|user)\w{0,3}|\.ssh(?:/\w+)?|\.aws/\w+|\.\w{2,9}_history|(?:web|meta)-inf[/\\][\w.-]{1,40}|\.netrc|\.[rs]hosts|\.cshrc|\.Xauthority|\.forward|\.login|\.kshrc|\.zshrc|\.vimrc|\.viminfo|\.lesshst|\.npmrc|\.pgpass|\.git-credentials|wp-config\.\w{2,5}[\w.~]*|web\.config|id_[rd]sa|authorized_keys|\.bashrc|\.profile|\.passwd|_?config(?:uration)?\.(?:inc|php|asp|ini|xml)\w*|passwd|shadow|\.\w{2,12}/\w{2,12}\.(?:env|conf|key|pem)|\.(?:aws|azure|cargo|composer|config|docker|gcloud|gnupg|kube|npm|secrets?|ssh|terraform)/\w{2,24}\.(?:json|ya?ml|toml))[~;?%\x00]{0,3}$",
            10,
        ),
        Sign(
            "home-or-log",
            r"/(?:var/(?:log|www|mail|spool|lib|adm|run|cpanel|apache\d?|local|cron)|usr/(?:local/(?:apache\d?|etc|php\d?|nginx|mysql|zend|cpanel|pureftpd|lib|psa|www|http)|lib/(?:php|cron|security|rpm)|pkgsrc|ports|home|spool|adm|etc|share/(?:adduser|logs|mysql))|home\d?/[\w.-]{1,20}/(?:\.|conf|apache|www|public_html)|opt/(?:lampp|apache\d?|nginx|xampp|lsws|httpd|tomcat))[/\\][^\x00\s]{0,120}",
            4,
            is_said,
        ),
        Sign(
            "wrapper",
            r"\b(?:php://(?:filter|input|stdin|memory|temp|output|fd)|zip://|phar://|expect://|data://text|glob://|ogg://|ssh2(?:\.\w{1,8})?://|rar://|compress\.(?:zlib|bzip2)://|zlib:/|jar:(?:file|http)|netdoc:|file:/{2,3}[^\x00\s\x22\x27\x60,)]|local_file:|file:\$[{(]\w|classpath:|php:/+filter)",
            10,
            is_read,
        ),
        Sign(
            "filter-chain",
            r"convert\.(?:base64-(?:en|de)code|iconv|quoted)|string\.(?:rot13|toupper|strip_tags)\b|resource\s*=\s*(?:php:|/|data:|index|config|\w{1,20}\.php)",
            10,
            is_said,
        ),
        Sign(
            "server-software-alone",
            r"^/?(?:[a-z]:)?[\\/]{0,2}(?:program files[^\x00\\/]{0,8}\\{1,2})?(?:apache\w{0,3}|apache (?:group|software foundation)|xampp|wamp\d*|appserv|mysql|php\d?|inetpub|filezilla[\w ]{0,10}|mercurymail|nginx|zend)\\[^\x00\n]{0,120}\x00|\x00\s*/(?:var/cpanel|usr/s?bin|usr/local/(?:cpanel|psa)|xampp|lampp|wamp\d*)/[\w./-]{1,80}$",
            10,
            stands_alone,
        ),
        Sign("hidden-folder-alone", r"^/(?:[\w-]{1,20}/)?\.[a-z0-9][\w-]{1,20}/[\w./-]{1,100}$", 10, is_hidden),
        Sign("climbs-parameter", r"/\.\.;/|(?:/\.[\r\n\t]\.){2}", 10, is_said),
        Sign("stream-named", r"\.\w{1,10}::\$(?:DATA|INDEX_ALLOCATION)\b", 10, is_said),
        Sign("folder-left", r"^/[\w/-]{1,40}[\w-]\.\.(?:/|%2f)[\w.%/-]{1,80}$", 10),
        Sign(
            "name-cut",
            r"^(?:[a-z]:)?[\w./\\-]{1,120}(?:%00|\xef\xbf\xbd)\.?(?:jpe?g|png|gif|txt|html?|pdf|css|js|ico)$",
        ),
        Sign(
            "home-named",
            r"^(?:\$\{?HOME\}?|%(?:USERPROFILE|APPDATA|HOMEPATH)%)[/\\]{1,2}\.(?:ssh|aws|kube|gnupg|docker|netrc|npmrc|pypirc|git-credentials|bash_history|azure)\b",
        ),
        Sign(
            "named-in-address", r"^[^\x00\s]{0,120}[?&][\w-]{1,20}=(?:/etc/[\w./-]{1,60}|/proc/self/[\w./-]{1,40})$", 10
        ),
        Sign("session-in-path", r"/\((?:S|F|A|Y|G)\(\w{1,60}\)\)/", 10, stands_alone),
        Sign("climbs-unmarked", r"^[./\\]{0,8}\.\.(?:25)?(?:2f|5c)(?:\.\.|etc|proc|var|usr|windows|winnt|boot)", 10),
        Sign("mounted-secret", r"^/(?:var/)?run/secrets/[\w./-]{1,80}$", 10),
        Sign("climbs-hexed", r"\.{2,}/?0x(?:2f|5c)", 10),
        Sign("null-byte", r"%00|\\0(?:\x00|\.)|\\x00", 5),
        Sign(
            "remote-file",
            r"^(?:https?|ftps?|sftp|gopher|dict|ldaps?|tftp|url:\w+|file)\s*:\s*/{0,3}[^\x00\s]{1,300}(?:\.(?:txt|php\d?|phps|inc|jpg|gif|asp|jsp|pl|cgi|dat|sh)\?{1,2}[^\x00=&]{0,40}|\?{1,2}|%00|\.php|/c99[^\x00]{0,12}|/r57[^\x00]{0,12})$",
            8,
        ),
        Sign("remote-address", r"^(?:ht|f)tps?://(?:\d{1,3}\.){3}\d{1,3}\b", 5),
        Sign("foreign-ftp", r"^(?:s?ftps?|gopher|tftp|dict|smb|afp|url:(?:file|https?|ftp))://", 5),
        Sign(
            "include-parameter",
            r"\b(?:include|require)(?:_once)?\s*\(\s*['\x22]?\s*(?:\$|\.\./\.\.|/|https?:|php:|data:|[\w/]{1,30}\.(?:php|inc|txt))|\b(?:include|require)_once\s*['\x22$]|\binclude\s+['\x22$]|\bfile_get_contents\s*\(|\breadfile\s*\(|\bfpassthru\s*\(|\bhighlight_file\s*\(|\bshow_source\s*\(",
            5,
            is_said,
        ),
        *PATHS,
    ),
    ("API8:2023", "CWE-22", "CWE-98", "CWE-73"),
)
