"""Words that a structure is made of: each kind has a letter, and each word of a kind a sign of its own.

A word that stands in several languages has the kind of the first list that names it.
"""

from typing import Final

_FIRST: Final = 0xE000  # of Unicode's private use: signs that no text can forge a feature with

KINDS: Final[dict[str, str]] = {
    "L": ("or and xor not"),
    "S": (
        "select union where having insert update delete drop truncate alter exec execute declare waitfor shutdown"
        " into from join values except intersect procedure outfile dumpfile infile merge grant cast convert begin"
        " end minus distinct distinctrow collate escape returning"
    ),
    "C": ("like rlike regexp between is in exists ilike glob sounds soundex div mod binary"),
    "G": (
        "order group by limit offset asc desc as when then else case table database schema column all any delay"
        " time set on using cursor view index varchar nvarchar char nchar int integer numeric unsigned"
    ),
    "F": (
        "sleep benchmark pg_sleep concat concat_ws group_concat chr ascii substr substring mid length count"
        " version user load_file extractvalue updatexml xmltype md5 sha1 hex unhex ord floor rand round ifnull if"
        " nullif isnull coalesce randomblob dbms_pipe dbms_lock dbms_xmlgen utl_http utl_inaddr ctxsys make_set"
        " elt row_count json_keys current_user session_user system_user db_name host_name to_char string_agg"
        " array_agg getdate now sysdate least greatest lower upper ltrim rtrim replace reverse bit_length iif sin"
        " cos exp"
    ),
    "O": (
        "information_schema table_name column_name schema_name tables columns sysobjects syscolumns sysdatabases"
        " sysusers pg_catalog pg_user pg_shadow pg_tables sqlite_master all_tables user_tables dba_users"
        " msysaccessobjects dual master dbo sys mysql xp_cmdshell sp_oacreate xp_dirtree sp_password sp_executesql"
        " openrowset users admin passwd password username"
    ),
    "B": (
        "cat tac nl head tail more less id whoami uname ls dir pwd ping nslookup dig wget curl nc ncat netcat"
        " telnet ssh bash sh zsh ksh dash csh python perl ruby php node awk gawk sed xargs find env printenv echo"
        " printf netstat ifconfig ipconfig ps kill rm mv cp chmod chown touch mkdir base64 xxd systeminfo net"
        " powershell pwsh cmd reg tasklist certutil hostname sudo su crontab mount nano vi busybox socat openssl"
        " nohup exe start type copy del which whereis tee sort uniq rev ifs dev null tcp tmp usr bin etc proc"
        " service systemctl rundll32 bitsadmin mshta wmic cscript regsvr32 route arp finger w3m lynx tftp ftp"
        " timeout lsof getent iex invoke newobject downloadstring"
    ),
    "T": (
        "script img svg iframe object embed body input form video audio details style link meta base a span p b i"
        " u marquee isindex math td tr th frameset frame applet layer ilayer bgsound textarea button keygen xss"
        " image animate foreignobject use template noscript plaintext title html center font br hr li ul ol h1 h2"
        " h3 h4 code pre em strong blockquote source track option dialog xml noembed noframes comment xmp slot"
    ),
    "A": (
        "src href srcdoc data action formaction background lowsrc dynsrc xlink xmlns http equiv content rel class"
        " name value width height alt target autofocus tabindex contenteditable accesskey poster attributename to"
        " behavior expression url import moz binding draggable controls autoplay loop handler event for"
        " contextmenu"
    ),
    "J": (
        "alert confirm prompt eval document cookie window location domain fromcharcode unescape"
        " decodeuricomponent settimeout setinterval function constructor tostring innerhtml write writeln"
        " localstorage top parent self atob btoa xmlhttprequest fetch onload export string throw return new this"
        " var let const void charcodeat createelement appendchild getelementbyid reflect proto prototype __proto__"
        " require child_process execsync spawnsync process mainmodule global globalthis console log javascript"
        " vbscript livescript mocha jscript"
    ),
    "H": (
        "system passthru shell_exec popen proc_open phpinfo base64_decode assert create_function preg_replace"
        " file_get_contents file_put_contents fopen readfile include include_once require_once call_user_func die"
        " exit print print_r var_dump ini_get ini_set gzinflate str_rot13 gzuncompress move_uploaded_file symlink"
        " _get _post _request _server _cookie _files globals __halt_compiler highlight_file show_source"
        " allow_url_include auto_prepend_file disable_functions unserialize serialize array_map usort"
        " register_shutdown_function"
    ),
    "R": (
        "java lang runtime getruntime processbuilder classloader getclass forname getmethod newinstance javax"
        " scriptengine scriptenginemanager getenginebyname ognl memberaccess ognlcontext servletactioncontext"
        " getresponse getwriter println inputstream bufferedreader ioutils commons springframework classpath jndi"
        " ldap rmi corba iiop lookup beans facescontext session requestscope sessionscope param"
        " default_member_access struts xwork spring apache tomcat catalina protectiondomain pipeline freemarker"
        " velocity utility static objectconstructor nashorn groovy hibernate"
    ),
    "Y": (
        "__class__ __mro__ __subclasses__ __globals__ __builtins__ __init__ __import__ __base__ __bases__"
        " __dict__ __getitem__ __code__ mro subclasses config request cycler joiner lipsum namespace application"
        " os subprocess read url_for get_flashed_messages attr settings secret_key items range dump app smarty"
        " twig block extends autoescape raw filter map reduce erb irb io file kernel open backtick loads pickle"
        " builtins assign handlebars inputs pug jade mako"
    ),
    "P": (
        "shadow hosts issue motd environ cmdline fd www htdocs logs access error apache2 nginx httpd conf ini"
        " boot win windows winnt system32 drivers repair sam inetpub wwwroot web inf htaccess htpasswd git svn"
        " ds_store id_rsa authorized_keys bash_history home root my cnf auth mail spool cron wp wp_config"
        " phpmyadmin cgi cgi_bin autoexec bat asa aspnet jsp asp aspx cfm war jar dll backup bak old swp dotenv"
    ),
    "X": ("gopher dict phar expect zip ogg netdoc sftp ldaps smb ws feed mhtml about blob"),
    "h": ("https"),
    "Z": (
        "localhost internal metadata local latest computemetadata google169 amazonaws burpcollaborator interact"
        " oast evil attacker example dnslog ngrok requestbin"
    ),
    "D": (
        "cn uid objectclass ou dc userpassword samaccountname givenname surname sn memberof objectcategory"
        " telephonenumber accountexpires homedirectory"
    ),
    "M": (
        "ne gt lt gte lte nin regex elemmatch expr jsonschema text func accumulator mapreduce finalize tojson db"
        " getcollection findone insertone"
    ),
    "Q": (
        "doctype entity element attlist notation public cdata xinclude xi xsl stylesheet soap envelope xsd"
        " parameter standalone dtd virtual fsize flastmod"
    ),
    "N": ("true false none undefined nan unknown default"),
    "E": (
        "the of an you your it its that these those we our they their he she his her me us was were be been are"
        " am has have had do does did will would can could should may might must with without over under after"
        " before because but so than there here who what why how whose while until also only just very most some"
        " each every other another such no yes please thanks thank need want used make made get got go see first"
        " last one two at out up down off being through during against both same own too page add fix support test"
        " types field fields list names number date day year way le la les des et est une un que en el los las por"
        " con para una der das und ist von mit den nicht ein eine de um uma com il di che per non"
    ),
}
"""Words by the letter of their kind."""
