"""Requests that the server is made to send: targets inside its network, and schemes that speak other protocols."""

from garrison.payload.paths import is_asked_of, is_bare, is_one, points_inward
from garrison.payload.quoting import is_said, stands_alone
from garrison.payload.sign import PayloadClass, Sign, loose

_SCHEME = r"[a-z0-9+.-]\s*:\s*[/\\]{1,4}"
_SCHEME_FIRST = r"(?:jdbc:)?[a-z][a-z0-9+.-]+\s*:\s*[/\\]{1,4}"

CLASS = PayloadClass(
    "request",
    "Requests of the server's own",
    (
        Sign(
            "names-inside",
            r"://[^\x00\s/@]*\b(?:nip\.io|xip\.io|sslip\.io|localtest\.me|lvh\.me|vcap\.me|1u\.ms|rbndr\.us|burpcollaborator\.net|oastify\.com|interact\.sh|oast\.\w{2,6}|requestrepo\.com|dnslog\.\w{2,6}|canarytokens\.\w{2,6}|\w\.localhost|google\.internal)\b",
            10,
            is_said,
        ),
        Sign(
            "service-inside",
            r"^https?://(?:kubernetes\.default\b|rancher-metadata\b|[\w-]{1,40}\.service\.consul\b|(?:host|gateway)\.(?:docker|containers)\.internal\b)",
            10,
            stands_alone,
        ),
        Sign(
            "service-asked",
            r"^https?://(?:[^\x00\s/@]{0,40}@)?(?:[\w.-]{1,60}:(?:2[235]|110|143|3306|5432|6379|11211|27017|2181|237[569]|1025[05])|(?:consul|elasticsearch|etcd|vault|redis|memcached|rabbitmq|couchdb|solr|jenkins|kibana|grafana)(?::\d{2,5})?/(?:_|v\d/|api/|actuator|containers|solr|script))(?:[/?#\w]|\x00)",
        ),
        Sign(
            "inner-page",
            r"^https?://(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}(?::\d{1,5})?/(?:admin|manager|console|actuator|cgi-bin|_|\.env|\.git|server-status|solr|script|api/v1/(?:namespaces|pods|secrets)|jmx-console|phpmyadmin|wp-admin)",
        ),
        Sign(
            "socket-named",
            r"^(?:https?(?:\+|://))?unix:/{1,3}[^\x00\s]{0,60}(?:docker|containerd|crio|podman)\.sock\b",
            10,
        ),
        Sign("name-inside-alone", r"^[\w.-]{1,60}\.(?:nip|xip|sslip)\.io(?::\d{1,5})?/?$", 10),
        Sign(
            "inside",
            _SCHEME
            + r"(?:[^\x00\s/@]{0,80}@)?\[?(?:localhost|127\.\d{1,3}(?:\.\d{1,3}){0,2}|0\.0\.0\.0|0[:/?#\x00]|169\.254\.\d{1,3}\.\d{1,3}|::1?\]|::ffff:|0{1,4}:0|0:0:|fd00:ec2|metadata|instance-data|100\.100\.100\.200|192\.0\.0\.192|local(?:domain|test\.me)|lvh\.me)",
            3,
        ),
        Sign(
            "inside-alone",
            r"^(?:url\s*[=:]\s*)?"
            + _SCHEME_FIRST
            + r"(?:[^\x00\s/@]{0,80}@)?\[?(?:localhost|127\.|0\.0\.0\.0|0[:/x\x00?]|0\d{3}|169\.254\.|::|0:0|0000|fd00|ip6-|metadata|instance-data|100\.100\.100\.200|192\.0\.0\.192|\d{8,11}[:/?#\s\x00]|0x[0-9a-f]{2}|[oq0]o?177|(?:0x[0-9a-f]{1,2}|0[0-7]{2,11})(?:\.(?:0x[0-9a-f]{1,8}|0[0-7]{1,11}|\d{1,5})){0,3}[:/?#\s\x00]|\d{1,3}\.\d{4,9}[:/?#\s\x00]|[3-9]\d\d\.\d{1,3}\.)",
            10,
            points_inward,
        ),
        Sign(
            "schemeless",
            r"^(?:https?|ftps?|gopher|dict|ldap|file|url):/{0,1}(?:0x[0-9a-f]{2,16}|0[0-7]{2,4}\.[\d.]+|\d{8,11}[:/?#\s\x00]|127\.|169\.254\.|[\w.-]{1,60}\.[a-z]{2,12}(?:[/?#]|\x00))|\x00\s*https?:[^\x00/\s]{1,60}@(?:0x|0\d|\d|\x5b)",
            10,
        ),
        Sign(
            "six-bare",
            r"^(?:https?|ftp)://[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}(?:[/?#]|\x00)|\x00\s*(?:https?|ftp|gopher):\[[0-9a-f:.]{2,45}\]",
            10,
        ),
        Sign("six", loose(r"^\w{2,9}://(?:[^\x00@/\s]{0,40}@)?\[[0-9a-f:.%\w]{2,50}\]"), 10, is_said),
        Sign(
            "hidden-letters",
            r"^\w{2,9}:/{0,4}(?:\\{1,4}\w){3}|\x00\s*\w{2,9}://[^\x00/\s]{1,60}(?:\xe3\x80\x82|\xef\xbd\xa1)|r3dir\.me|://\w{1,20}\.[\w.-]{1,40}[^\x00]{0,20}=\s?https?://(?:127|localhost)",
            10,
        ),
        Sign("setting-named", r"\$\{AWS_", 10, is_bare),
        Sign(
            "marked-host",
            loose(
                r"^https?://[^\x00\s/]{1,60}[/]?[:@][^\x00\s/@]{0,30}@|\x00\s*https?://[^\x00\s]{1,60}\s[@\x26]|\x00\s*https?://[\w.]{1,40}:\d{1,5}[:\\]+[\\@]"
            ),
            10,
            is_said,
        ),
        Sign(
            "metadata",
            r"(?:169\.254\.169\.254|100\.100\.100\.200|192\.0\.0\.192|168\.63\.129\.16|metadata\.(?:google\.internal|tencentyun\.com|packet\.net|platformequinix)|/latest/(?:meta-data|user-data|dynamic|api/token)|/computeMetadata/v1|/opc/v[12]/|/metadata/(?:instance|v1|identity)|/openstack/latest|\bmeta-data/iam)",
            10,
            is_asked_of,
        ),
        Sign(
            "odd-number",
            _SCHEME
            + r"(?:[^\x00\s/@]{0,40}@)?(?:0x[0-9a-f]{6,8}|0[0-7]{9,12}|\d{9,10}|(?:0x[0-9a-f]{1,8}\.){1,3}0x[0-9a-f]{1,8}|(?:0[0-7]{1,9}\.){1,3}0[0-7]{1,9}|\d{1,3}\.(?:0x[0-9a-f]{1,8}|0[0-7]{2,9})\.[\dxa-f.]{3,20}|\d{1,3}\.\d{4,9}|\d{1,3}\.\d{1,3}\.\d{4,5})[:/?#\s\x00]",
            10,
        ),
        Sign(
            "other-protocol",
            r"\b(?:gopher|dict|ldaps?|tftp|netdoc|jar:https?|sftp|php|phar|expect|ogg|smb|rmi|iiop)://[^\x00\s\x60'\x22,)][^\x00\s]",
            10,
            is_said,
        ),
        Sign(
            "two-hosts",
            r"^https?:[/\\]{1,3}[^\x00\s/?#]{1,80}(?:[@\\#]|%23|%40|\x20)[^\x00\s/]{0,60}[@\\:]|\x00\s*https?:[^/\x00]{1,40}(?:@|\\)|https?:/{0,3}\\|https?://[^\x00\s]{1,60}\x26@|http://\S{1,40}\s@",
            10,
        ),
        Sign(
            "share-inside",
            r"^(?:\\{2,4}|/{2,4})(?:127\.|localhost\b|169\.254\.|\x5b?::1\b|0\.0\.0\.0)[^\x00\s]{0,120}$",
        ),
        Sign("host-escaped", r"^https?://[\w.-]{1,80}\\{1,2}[.@/\w]"),
        Sign("coder-named", r"^(?:msl|vid|ephemeral|mvg):(?:msl:)?/[\w.*/-]{1,80}$"),
        Sign("host-alone", r"^//[\w-]{1,40}(?:\.[\w-]{1,40}){1,4}/?$", 10),
        Sign("host-encoded", r"^https?:[/\\]{1,3}[\w.-]{1,60}%(?:0|2[0-9ef]|5c|40|e[0-9a-f])", 10),
        Sign(
            "foreign-host",
            r"^(?:/{3,20}|/{1,3}[\t\r\n]{1,4}/{0,3}|/{1,3}\\{1,4}/{0,3}|(?:\\{1,3}/{1,3}){1,4})[^\x00\s/\\]{1,80}\.[a-z]{2,12}(?:[/?#:%\\]|\x00)|\x00//[^\x00\s/\x5b]{1,60}@[^\x00\s]{2}|\x00/{1,3}(?:\xe3\x80|\xe3\x82)",
            10,
            is_one,
        ),
        Sign(
            "other-digits",
            r"://[\w.-]{0,60}(?:\xe2[\x91\x92\x93]|\xef\xbc[\x8e\x90-\x99\xa1-\xba]|\xef\xbd[\x81-\x9a]|(?:\xe3\x80\x82|\xef\xbd\xa1)[a-z0-9]|\xf0\x9d[\x90-\x9f])",
            10,
        ),
        Sign("host-spelt", r"^/{0,2}https?:/{1,2}(?:%[2-7][0-9a-f]){3}", 10),
        Sign("socket-proxied", r"^unix:[^\x00|\s]*\|\s{0,3}(?:https?|fcgi|ajp|uwsgi|scgi)://", 10),
    ),
    ("API7:2023", "CWE-918"),
)
