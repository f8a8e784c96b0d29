"""Templates and expression languages: a text opens an expression, and the expression does something."""

from garrison.payload.expressions import (
    does_more,
    is_computed,
    is_evaluated,
    is_reached,
    is_reached_inside,
    is_run,
    is_whole,
)
from garrison.payload.quoting import is_said, stands_alone
from garrison.payload.sign import PayloadClass, Sign

_OPEN = r"(?:\{\{|\$\{|#\{|\*\{|@\{|~\{|<%[=\s#-]|\{%|\{#|\$\$\{|@\(|\[\[|\{php\}|\{\$|%\{|\{@|#set\s*\()"
_DO = (
    r"(?:__\w{3,20}__|\b(?:config|self|request|session|settings|lipsum|cycler|joiner|namespace|url_for|get_flashed_messages|app|_self|_context|dump|loop|range|dict|class|getclass|runtime|process(?:builder)?|system|exec|popen|passthru|shell_exec|"
    r"forname|newinstance|getruntime|execute|subclasses|mro|globals|builtins|import|attr|url|env|include|source|constant|file_excerpt|registerundefined\w*|getfilter|filter|map|sort|reduce|freemarker|"
    r"objectconstructor|jythonruntime|template|pushcontext|constructor|prototype|require|mainmodule|child_process|return|settimeout|string\.|product|version|smarty|object|secret|key|dir|file|open|read|eval|phpinfo|"
    r"java|javax|org\.|com\.|T\(|new\s+java|ognl|_memberaccess|context|application|param|header|cookie|pagecontext|servletcontext|faces\w*|view\w*|sessionscope|requestscope|applicationscope|user|sleep|print|debug|uppercase|name|script|this|"
    r"lookup|with|push|pop|concat|charat|join|get|set|for|if|block|assert|base|sys|os|id|whoami)\b)"
)

CLASS = PayloadClass(
    "template",
    "Templates and expression languages",
    (
        Sign(
            "arithmetic",
            r"(?:\{\{|\$\{|#\{|\*\{|@\{|~\{|<%=?|\{%|\$\$\{|@\(|\[\[|\[%|\[=|\{|%\{)\s*[\"'(=]{0,3}\s*\d{1,9}\s*[*+\-/%]\s*['\"]?\d{1,9}['\"]?\s*[)'\"]{0,2}\s*(?:\}|%>|\)|%?\])",
            10,
            is_computed,
        ),
        Sign(
            "alone",
            r"^(?:[\w ]{0,12}[=:]?\s*)?(?:\{\{|\$\{|#\{|\*\{|@\{|~\{|<%|\{%|\{#|\$\$\{|%\{|\{\{\{)[^\x00]{1,2000}?(?:\}|%>)[^\x00]{0,2}$",
            7,
            is_whole,
        ),
        Sign(
            "statement-alone",
            r"^(?:\{%|<%=?|\{\{|#\{|\$\{|\*\{)\s*[^\x00<]{1,400}?(?:\(|\[|[\x5b(]?['\x22\d]\s*[)\x5d]?\s*\||[\w)\x22']\s*\*\s*['\x22\d]|\w(?:\.\w+){3,}|password|secret)[^\x00]{0,400}?(?:\}|%>)|\x00\s*(?:\$\{=|\{\{=|\{=)|\x00\s*\{(?:%|\{[#/])\s*(?:end\w+|debug|csrf_token|with|each|if|unless|lookup|get_\w+)\b|\x00\s*(?:\{\{|\$\{|#\{|\*\{|@\{)[^\x00\w}]{0,12}\}|\x00\s*\{(?:var|syntax|contentType|do|php)\s",
            4,
        ),
        Sign(
            "dunder",
            r"__(?:class|mro|base|bases|subclasses|globals|builtins|init|import|getattribute|getitem|dict|code|reduce|loader|file|self)__[^\x00]{0,200}?(?:__|\.|\[|\()",
            6,
            is_said,
        ),
        Sign(
            "dunder-opened",
            _OPEN
            + r"[^\x00{}]{0,200}(?:__\w{3,20}__|\[\s*['\"]_{0,2}(?:class|mro|base|globals|init)|\|\s*attr\s*\(|\bpopen\b|\bsubclasses\b|\.mro\b|\.class\.)",
            10,
            is_reached_inside,
        ),
        Sign(
            "ognl",
            r"\(\s*#\w{1,20}\s*=\s*[@'\x22(#]|#_?memberAccess|@[a-z]\w*(?:\.\w+){1,8}@\w+\s*[(,]|#(?:context|application|session|attr|parameters)\.(?:get|put|remove)\b|allowStaticMethodAccess",
            10,
            is_said,
        ),
        Sign(
            "java",
            r"(?:\bT\s*\(\s*java|\bjava\.(?:lang\.(?:Runtime|ProcessBuilder|System|Class|Thread|Math|Character|String\b|Object|Process)|io\.|net\.|util\.(?:Scanner|zip)|nio\.|security\.|beans\.|rmi\.|sql\.Driver)\S{0,40}|\bgetClass\s*\(\s*\)|\.class\.(?:forName|getResource|getClassLoader|module|protectionDomain|base|mro)|class\.(?:module\.)?classLoader|\bgetRuntime\s*\(|\bnewInstance\s*\(|\bfreemarker\.template|\b#_memberAccess|\b@java\.|@ognl|#context\b|\bxwork\.|\bnew\s+javax?\.|\bScriptEngineManager\b|\bgetDeclared(?:Method|Constructor|Field)|\bgetMethod\s*\(\s*['\"])",
            6,
            is_run,
        ),
        Sign(
            "java-class",
            r"\b(?:java\.(?:lang|io|evil|rmi|net|nio|beans|util\.concurrent)\.[a-z]\w{2,40}|javax\.(?:naming|script|management|swing|el)\.[A-Za-z]\w+|org\.(?:apache\.(?:commons|struts2?|xalan|wicket|myfaces|xbean|catalina|tomcat|velocity|logging)|omg\.CORBA|springframework\.(?:context|expression|beans|web|aop)|codehaus\.groovy|mozilla\.javascript|hibernate|jboss|ognl)\b|com\.(?:opensymphony\.xwork2?|sun\.(?:rowset|org|syndication|jndi)|mchange|caucho|ibm\.|bea\.|tangosol|oracle\.wls)|sun\.(?:misc|reflect)\.\w+|ognl\.\w+|groovy\.(?:lang|util)\.\w+|freemarker\.\w+|xwork\.MethodAccessor)\b",
            5,
            is_run,
        ),
        Sign(
            "java-class-alone",
            r"^(?:\w{1,12}\s*[=:]\s*)?['\"]?(?:java|javax|sun|ognl|groovy|freemarker|org\.(?:apache|omg|springframework|codehaus|mozilla|hibernate|jboss)|com\.(?:opensymphony|sun|mchange|caucho|ibm|bea|tangosol|oracle))\.[\w.$#]{3,80}[('\"]?",
            5,
        ),
        Sign("arithmetic-escaped", r"\$\\{1,2}[a-z]\{\s{0,3}\d{1,9}\s{0,3}[*+-]\s{0,3}\d{1,9}\s{0,3}\}", 10, is_said),
        Sign("lookup-letters", r"\{::-[a-z$:]", 10),
        Sign(
            "lookup",
            r"\$\{(?:[^\x00{}]{0,29}[^\x00{}\w])?(?:jndi|env|sys|java|lower|upper|date|ctx|main|bundle|base64|script|dns|url|docker|k8s|log4j|marker|web|sd|map|const|file|localhost|::)\s*:",
        ),
        Sign(
            "lookup-nested",
            r"\$\{[^\x00{}\s]{0,20}\$\{[^\x00{}]{0,40}\}[^\x00\s]{0,60}(?:jndi|:|ldap|rmi|dns)|\bjndi\s*:\s*(?:ldaps?|rmi|dns|nis|iiop|corba|nds|http)|\$\{(?:::-|[a-z]{1,8}:[^\x00}\s]{0,12}:-)|\x26dollar;?\{|%24%7b|\$\{j(?:\$\{|ndi|\x7d)|(?:j\}\$|\}j)\{?n\}?\$?\{?d\}?\$?\{?i\s*:",
            10,
        ),
        Sign(
            "expression-run",
            _OPEN
            + r"[^\x00]{0,400}?(?:\b(?:system|exec|passthru|shell_exec|popen|getRuntime|ProcessBuilder|Runtime|execute|newInstance|forName|subclasses|child_process|mainModule|constructor|phpinfo|eval|__import__|include|file_get_contents|readfile|assert|os\.|registerUndefinedFilterCallback|getFilter|sleep)\b[\s'\"]*(?:\(|\.|\]|\[|\|)|\|\s*(?:map|filter|sort|reduce|join|attr)\s*\(?\s*['\"\x5b]|\|\s*join\b)",
            9,
            is_evaluated,
        ),
        Sign(
            "context-object",
            r"(?:\{\{|\$\{|#\{|<%=?|\{%|\*\{|\{\$)\s*-?\s*\(?['\x22]?\s*(?:(?:config|self|_self|lipsum|cycler|joiner|namespace|get_flashed_messages|url_for|g|smarty|applicationScope|sessionScope|requestScope|pageContext|facesContext|_context|globals?|process|\(\)|\[\]|''|\x22\x22|request|session|app|settings|handler|param|header|cookie|class|this)\s*(?:[.\x5b|(}]|\s[|}])|(?:dict|range|x|ns|loop|dump|object)\s*[.(]\s*\w{0,12}\(|[\w.]{1,40}\.(?:secret\w*|passw\w*|constructor|__\w+)|(?:secret\w*|flag|settings)\s*\}\})",
            6,
            is_reached,
        ),
        Sign(
            "tag",
            r"\{%\s*(?:set|for|if|block|extends|include|macro|raw|load|with|filter|autoescape|assign|capture|csrf_token|url|trans|comment|render|case|when)\b[^\x00]{0,200}%\}|\{\{#(?:with|each|if|unless)\b|<%=|<%\s*(?:if|for)\b|\{(?:if|include|assign|literal)\b[^\x00}]{0,80}\}",
            3,
            is_said,
        ),
        Sign(
            "set",
            r"#(?:set|foreach|if|macro|parse|include|evaluate|define)\s*\(\s*\$|\{%\s*(?:import|debug|print|python|from|do|include\s+['\x22]?[/.\w]*(?:/|\.\.)|set\s+\w+\s*=\s*[^\x00%]{0,60}[(\x5b_])[^\x00]{0,200}%\}|<#(?:assign|list|include|setting|import|attempt)\b|\{\{#lookup\b|\{(?:php|fetch|math|Smarty_Internal|self::|system|exec)\b[^\x00}]{0,80}\}|<%@?\s*(?:page|include|import|require|eval)|\[%[^\x00]{1,80}%\]|\{\{!?/?\w{1,12}\}\}\{|@\{?\s*(?:System|Model|Html|var)\b|\bTemplate\s*\(\s*['\x22](?:\$\{|\{\{|<%)|\\(?:input|include|write18|immediate|openin|read|newread|lstinputlisting|verbatiminput|usepackage|def|catcode|csname|loop|newwrite|openout)\s*[{\\\d]",
            5,
            is_said,
        ),
        Sign(
            "velocity",
            r"\$(?:class|session|request|response|e|ex|x|str|chr|out|ref|dummy|foo|rt|engine|sc|data|util)\s*\.\s*(?:getClass|class|inspect|forName|getRuntime|type|append|exec|getInputStream|getSession|getServletContext)",
            8,
        ),
        Sign(
            "engine-own",
            r"\$\{\{<%\x5b|__include__\s*\(|\{\{\s*\d{1,6}\s*\|\s*[a-z]|\{php\}\s*\w|\{\$smarty\.|\{%\s*debug\s*%\}|\x00\s*\{%\s*csrf_token\s*%\}|\{var\s+\$\w{1,20}\s*=|\{%\s*(?:for|if|set)\b[^\x00%]{0,60}\b(?:config|self|request|session|settings)\.(?:iter|items|values|__|args|environ)",
            10,
            is_said,
        ),
        Sign(
            "typeset-run",
            r"\\(?:write18|directlua|latelua|luaexec|ShellEscape)\s{0,3}\{[^\x00}\n]|\\(?:openout|openin|newread|newwrite)\s{0,3}\\[a-z]|\\read\s{0,3}\\\w{1,20}\s{1,3}to\s{0,3}\\[a-z]|\\catcode\s{0,3}`|\\immediate\s{0,3}\\write|\\input\s{0,3}\{?\|[a-z\x22]|\\(?:input|include|includegraphics|lstinputlisting|verbatiminput)\s{0,3}(?:\[[^\x00\]]{0,40}\])?\s{0,3}\{\s{0,3}(?:/etc/|/proc/|/home/|/root/)",
            10,
            stands_alone,
        ),
        Sign(
            "engine-asked",
            r"#evaluate\s{0,2}\(\s{0,2}['\x22$]|(?:\$\{|<#\w{2,10}\s)\s{0,3}\.(?:data_model|globals|namespace|main|version|now|locale|template_name|current_template_name|vars)\b|\{\$\w{1,30}(?:\|\w{1,20}:['\x22]?[\w.]{0,20}['\x22]?){0,2}\|(?:system|exec|passthru|shell_exec|eval|file_get_contents|readfile)\b|\{eval\s{1,3}var\s{0,3}=|\{math\s{1,3}equation\s{0,3}=[^\x00}]{0,80}\\{1,4}(?:[0-7]{3}|x[0-9a-f]{2})|\{fetch\s{1,3}file\s{0,3}=",
            10,
            is_said,
        ),
        Sign(
            "class-asked",
            r"\$!?\{?\w{1,20}\.(?:getClass\(\s{0,2}\)|class\.(?:forName|classLoader|protectionDomain|inspect)\b)",
            10,
            is_said,
        ),
        Sign(
            "page-code",
            r"[\x00\s>(:{]@\(?\s{0,2}(?:new\s{1,3})?(?:System\.(?:IO|Diagnostics|Net|Environment|Reflection|Web)\.\w{1,40}[.(]|Html\.Raw\s?\(|Environment\.(?:Get|User|Machine|Exit)|Model\.GetType\b|typeof\s?\()",
            10,
            stands_alone,
        ),
        Sign(
            "value-called",
            r"\{\{-?\s{0,3}(?:call\s{1,3}\.\w{1,30}\s{1,3}['\x22.]|(?:html|js)\s{1,3}['\x22])",
            10,
            is_said,
        ),
        Sign(
            "engine-told",
            r"[%$]\{\s{0,3}#\w{1,20}\s{0,2}=[^=]|[\x00\s]@using\s{1,3}System\.|@groovy\.transform\.|\bnashorn:mozilla_compat|\{{4}\s{0,2}/?raw\s{0,2}\}{4}",
            10,
            is_said,
        ),
        Sign("module-line", r"^%\s{0,3}import\s{1,3}(?:os|subprocess|sys|socket)\s*$"),
        Sign(
            "polyglot",
            r"\$\{\{<%\x5b%|\{\{[^\x00}]{0,4}<%|<%\{\{|\{\{\$\{|\$\{\{\s*[^\x00}\w]{0,4}\d{1,9}\s*[*+-]|#\{\s*<%|\{\{\}\}|\$\{\}|<%=?\s*%>",
            5,
        ),
        Sign(
            "server-page",
            r"<%\s*(?:=|@|!|Response|Runtime|system|eval|import|out\.|new\s|exec|if|for|set\b)|<\?(?:\s*(?:system|echo|eval|passthru|exec|phpinfo|print|include|require|\$|@))|<\?\s{0,3}(?:echo|system|\$_)|\[php\]|\[/php\]",
            8,
            does_more,
        ),
        Sign(
            "concatenated",
            r"['\"]\s*(?:\+|\.|~|\|\|)\s*(?:self\.|this\.|request\.|settings\.|T\(java|java\.|process\.|require\(|\w{1,12}\.constructor)",
            6,
        ),
    ),
    ("API8:2023", "CWE-94", "CWE-917", "CWE-1336"),
)
