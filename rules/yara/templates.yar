/* Chat templates are filled in by Jinja: a walk over attributes of Python leaves its sandbox (CVE-2024-34359). */

rule template_injection
{
	meta:
		check = "yara/template-injection"
		scope = "template"
		description = "a template that reaches into Python"
	strings:
		$dunder = /__(class|mro|base|bases|subclasses|globals|builtins|import|init|getattribute|getattr|dict|code|self|reduce|reduce_ex|loader|spec|wrapped|call|module|name)__/
		$hex = /\\x5f\\x5f[a-z]{3,16}\\x5f\\x5f/ nocase
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
		$walk = /\{[{%][^{}\n]{0,200}__(mro|bases|base|subclasses|globals|builtins)__[^\n]{0,300}(popen|system|import|eval|exec|subclasses|read)/
		$gadget = /\{[{%][^{}\n]{0,80}(cycler|joiner|namespace|lipsum|url_for|get_flashed_messages|self)\s*(\.|\[)\s*["']?_{2}[a-z]{4,20}_{2}/
	condition:
		any of them
}
