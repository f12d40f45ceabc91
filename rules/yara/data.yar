/* Code where only data belongs: metadata, settings, vocabularies. */

rule code_in_metadata
{
	meta:
		check = "yara/code-in-data"
		scope = "value"
		description = "a value that holds code which starts programs"
	strings:
		$a1 = "os.system("
		$a2 = "os.popen("
		$a3 = /os\.exec[lv]p?e?\(/
		$a4 = /subprocess\.(run|call|Popen|check_output|check_call)\(/
		$a5 = "pty.spawn("
		$b = /__import__\s*\(\s*["']/
		$c = /\b(exec|eval)\s*\(\s*(open|compile|input|base64|bytes|__import__|requests|urllib)/
		$d = /\bimport\s+(os|subprocess|socket|pty|ctypes)\s*(;|\n)/
		$e = /(^|[;&|`(]|\s)(rm\s+-rf\s+[\/~]|chmod\s+\+x\s|\/bin\/(ba|)sh\s+-c\s)/
		$f = /\b(curl|wget)\s+[^\n]{0,80}https?:\/\/[^\n|]{4,100}\|\s*(ba|z|)sh\b/
		$g = /<script\b[^>]{0,100}>/ nocase
	condition:
		any of them
}

rule command_in_model
{
	meta:
		check = "yara/code-in-data"
		scope = "binary"
		description = "a command line or a call that starts programs, in content that is no program"
	strings:
		$python = /python[0-9.]{0,4}\s+-c\s+["'][^"'\n]{0,40}import\s+(os|subprocess|socket|pty)\b/
		$system = /\b(os\.(system|popen)|subprocess\.(run|call|Popen|check_output))\(\s*\[?\s*["'](curl|wget|bash|sh|nc|ncat|powershell|rm|chmod|python)\b/
		$lua = /\bos\.execute\s*\(\s*["'](curl|wget|bash|sh|nc|powershell|rm|chmod)\b/
	condition:
		any of them
}
