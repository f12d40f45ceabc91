/* Programs that fetch another one and run it. */

rule dropper_shell
{
	meta:
		check = "yara/dropper"
		scope = "binary value source"
		description = "a download that is piped into an interpreter or made executable"
	strings:
		$pipe = /\b(curl|wget)\s[^\n|]{4,200}\|\s*(sudo\s+)?(\/bin\/)?((ba|z|da|)sh|python[0-9.]*|perl)\b/
		$subst = /\b(ba|z|)sh\s+(-c\s+)?["']?(<\(|\$\()\s*(curl|wget)\s[^\n)]{4,200}\)/
		$run = /\b(curl|wget)\s[^\n]{4,200}(;|&&)\s*chmod\s+(\+x|[0-7]*[157][0-7]*)\s+[^\n;&]{1,100}(;|&&)\s*(nohup\s+)?(\.\/|\/tmp\/|\/dev\/shm\/|\/var\/tmp\/)/
	condition:
		$run or (any of ($pipe, $subst))
}

rule dropper_python
{
	meta:
		check = "yara/dropper"
		scope = "binary value source"
		description = "Python that runs what it fetches"
	strings:
		$a = /exec\s*\(\s*(urllib\.request\.urlopen|urlopen|requests\.get)\s*\(/
		$b = /exec\s*\(\s*__import__\s*\(\s*["'](urllib|requests)/
		$c = /exec\s*\(\s*compile\s*\(\s*(urllib|requests|urlopen)/
		$d = /os\.system\s*\(\s*f?["'](curl|wget)\s[^"'\n]{4,200}\|\s*(ba|z|)sh/
	condition:
		any of them
}

rule dropper_powershell
{
	meta:
		check = "yara/dropper"
		scope = "binary value source"
		description = "PowerShell or a Windows tool that runs what it fetches"
	strings:
		$a = /(iex|Invoke-Expression)\s*\(?\s*\(?\s*New-Object\s+(System\.)?Net\.WebClient\)?\.Download(String|Data)/ nocase
		$b = /powershell(\.exe)?\s[^\n]{0,80}-(e|ec|enc|encodedcommand)\s+[A-Za-z0-9+\/=]{40}/ nocase
		$c = /certutil(\.exe)?\s+[^\n]{0,40}-urlcache\s+[^\n]{0,20}-f\s+["']?https?:/ nocase
		$d = /mshta(\.exe)?\s+["']?(https?:|javascript:|vbscript:)/ nocase
		$e = /bitsadmin(\.exe)?\s+\/transfer\s/ nocase
		$f = /(iwr|Invoke-WebRequest|DownloadString)[^\n]{4,200}\|\s*(iex|Invoke-Expression)/ nocase
	condition:
		any of them
}
