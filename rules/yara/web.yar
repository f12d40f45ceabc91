/* Web shells, and pages that act in whoever reads the model card. */

rule webshell_php
{
	meta:
		check = "yara/webshell"
		scope = "binary value source prose data"
		description = "PHP that runs what a request carries"
	strings:
		$open = "<?php"
		$short = "<?="
		$a = /\b(eval|assert|system|exec|shell_exec|passthru|popen|proc_open)\s*\(\s*(@?\s*base64_decode\s*\(\s*)?@?\s*\$_(GET|POST|REQUEST|COOKIE|SERVER)\b/
		$b = /\$_(GET|POST|REQUEST|COOKIE)\s*\[[^\]]{1,40}\]\s*\(\s*\$_(GET|POST|REQUEST|COOKIE)/
		$c = /\bpreg_replace\s*\(\s*["']\/[^\n]{0,20}\/e["']\s*,\s*\$_(GET|POST|REQUEST)/
	condition:
		any of ($open, $short) and any of ($a, $b, $c)
}

rule webshell_jsp_asp
{
	meta:
		check = "yara/webshell"
		scope = "binary value source prose data"
		description = "JSP or ASP that runs what a request carries"
	strings:
		$a = /<%[^%]{0,300}Runtime\.getRuntime\(\)\.exec\s*\(\s*request\.getParameter/
		$b = /<%[^%]{0,200}\b(eval|execute)\s*\(?\s*request(\.item)?\s*[(\[]\s*["']/ nocase
	condition:
		any of them
}

rule active_content
{
	meta:
		check = "yara/active-content"
		scope = "prose"
		description = "markup that runs scripts in whoever views it"
	strings:
		$handler = /<(img|svg|body|iframe|details|video|audio|input|object|embed)\b[^>\n]{0,200}\bon(error|load|toggle|focus|mouseover|begin)\s*=/
		$link = /\]\(\s*javascript:/ nocase
		$frame = /<iframe\b[^>\n]{0,200}\bsrc(doc)?\s*=\s*["']?\s*(javascript:|data:text\/html)/ nocase
		$steal = /<script\b[^>\n]{0,200}>[^<]{0,400}(document\.cookie|localStorage|eval\s*\(|fetch\s*\(|XMLHttpRequest|alert\s*\(|\.location\b)/ nocase
	condition:
		any of them
}
