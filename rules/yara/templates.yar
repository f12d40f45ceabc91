/* Chat templates are filled in by Jinja: a walk over attributes of Python leaves its sandbox (CVE-2024-34359). */

rule template_injection
{
	meta:
		check = "yara/template-injection"
		scope = "template"
		description = "a template that reaches into Python"
	strings:
		/* Plain strings: expressions of this kind cost three times as much on source code. */
		$dunder_class = "__class__"
		$dunder_mro = "__mro__"
		$dunder_base = "__base__"
		$dunder_bases = "__bases__"
		$dunder_subclasses = "__subclasses__"
		$dunder_globals = "__globals__"
		$dunder_builtins = "__builtins__"
		$dunder_import = "__import__"
		$dunder_init = "__init__"
		$dunder_getattribute = "__getattribute__"
		$dunder_getattr = "__getattr__"
		$dunder_dict = "__dict__"
		$dunder_code = "__code__"
		$dunder_self = "__self__"
		$dunder_reduce = "__reduce__"
		$dunder_loader = "__loader__"
		$dunder_module = "__module__"
		$dunder_name = "__name__"
		$hex = /\\x5f\\x5f[a-z]{3,16}\\x5f\\x5f/ nocase
		$escape = /(\\u005f|\\137|\\N\{LOW LINE\})[a-z]{3,16}/ nocase
		/* The two underscores of one end stand together: a quote and one of them is everywhere in source. */
		$parts = /["']__[a-z]{1,16}["']\s*[~+]\s*["'][a-z_]{1,16}["']/
		$ends = /["'][a-z_]{0,16}["']\s*[~+]\s*["'][a-z_]{0,16}__["']/
		$list = /["']__[a-z]{1,16}["']\s*,\s*["'][a-z_]{1,16}["']/
		$backwards = /["'][a-z_]{1,40}__["']\s*\[\s*::\s*-1\s*\]/
		$concat = /["']_["']\s*[~+*]|["']__["']\s*[~+*]/
		$popen = /\bos\s*(\.|\[\s*["'])\s*(popen|system)/
		$popen_call = /\.\s*popen\s*\(/
		$eval = /\b(eval|exec)\s*\(/
		$subprocess = "subprocess"
		$importlib = "importlib"
		$request = /\brequest\s*\.\s*(application|environ|args|cookies|form|headers|values)\b/
		$config = /\bconfig\s*\.\s*(items|__|from_|SECRET_KEY)/
		$attr = /\|\s*attr\s*\(/
	condition:
		any of them
}

rule template_injection_anywhere
{
	meta:
		check = "yara/template-injection"
		scope = "value source prose binary"
		description = "a template expression that walks to Python's builtins"
	strings:
		$mro = "__mro__"
		$subclasses = "__subclasses__"
		$globals = "__globals__"
		$builtins = "__builtins__"
		$cycler = "cycler.__"
		$joiner = "joiner.__"
		$lipsum = "lipsum.__"
		$namespace = "namespace.__"
		$url_for = "url_for.__"
		$flashed = "get_flashed_messages.__"
	condition:
		/* An expression or a statement of Jinja opens close before. */
		for any of them: (
			for any i in (1..#): (
				for any d in (2..200): ( @[i] >= d and (uint16(@[i] - d) == 0x7B7B or uint16(@[i] - d) == 0x257B) )
			)
		)
}

rule template_includes
{
	meta:
		check = "yara/template-include"
		scope = "template"
		description = "a template that includes or imports another file"
	strings:
		$foreign = /\{%-?\s*(include|import|extends|from)\s+["'][^"'\n]{1,200}["']/
	condition:
		$foreign
}
