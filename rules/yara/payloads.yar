/* Code that is hidden in an encoding and run from there. */

rule encoded_python
{
	meta:
		check = "yara/encoded-payload"
		scope = "binary value source"
		description = "Python that runs what it decodes"
	strings:
		$a = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?(base64\.)?(b64decode|b32decode|b85decode|a85decode|urlsafe_b64decode)\s*\(/
		$b = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?(zlib|bz2|lzma|gzip|codecs)\.(decompress|decode)\s*\(/
		$c = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?bytes\.fromhex\s*\(/
		$d = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?__import__\s*\(\s*["'](base64|zlib|codecs|marshal|binascii|bz2|lzma)["']\s*\)/
		$e = /\b(exec|eval)\s*\(\s*marshal\.loads\s*\(/
		$f = /\bexec\s*\(\s*["']{1,3}(\\x[0-9a-f]{2}){16}/
		$g = /\bexec\s*\(\s*""\.join\s*\(\s*(map\s*\(\s*chr|\[?\s*chr\s*\()/
		$h = /\b(exec|eval)\s*\(\s*\(?\s*lambda\s[^\n]{0,40}:\s*(__import__|zlib|base64)/
	condition:
		any of them
}

rule encoded_shell
{
	meta:
		check = "yara/encoded-payload"
		scope = "binary value source"
		description = "a shell that runs what it decodes"
	strings:
		$a = /base64\s+(-d|-D|--decode)[^\n|]{0,60}\|\s*(sudo\s+)?(\/bin\/)?((ba|z|)sh|python[0-9.]*|perl)\b/
		$b = /\b(ba|z|)sh\s+-c\s+["']?\$\(\s*echo\s+["']?[A-Za-z0-9+\/=]{16,}["']?\s*\|\s*base64\s+-(d|D)/
		$c = /xxd\s+-r\s+-p[^\n|]{0,60}\|\s*(ba|z|)sh\b/
		$d = /openssl\s+(enc|base64)\s+[^\n|]{0,60}-d[^\n|]{0,60}\|\s*(ba|z|)sh\b/
	condition:
		any of them
}

rule encoded_executable
{
	meta:
		check = "yara/encoded-payload"
		scope = "binary value prose source data"
		description = "an executable in base64 or hexadecimal"
	strings:
		/* MZ header of every common linker; ELF of 64 and 32 bits; their first bytes up to a fixed field. */
		$pe64 = /TV(qQAAMAAAAEAAAA|pQAAIAAAAEAA8A|oAAAAAAAAAAAAA|pBUlVIieVIgewg|roAAAAAAAAAAAA)[A-Za-z0-9+\/]{64}/
		$elf64 = /f0VMRg(IBAQAAAAAAAAAAAA|IBAQMAAAAAAAAAAA|EBAQAAAAAAAAAAAA|EBAQMAAAAAAAAAAA)[A-Za-z0-9+\/]{48}/
		$hexpe = /4d5a90000300000004000000ffff0000b8000000[0-9a-f]{64}/ nocase
		$hexelf = /7f454c460[12]0101(00|03)0000000000000000[0-9a-f]{64}/ nocase
	condition:
		any of them
}

rule marshalled_code
{
	meta:
		check = "yara/marshal-code"
		scope = "binary"
		description = "marshalled Python code beside names that run programs"
	strings:
		/* A code object's flags and the names in it, as CPython 3.8 to 3.13 marshal them. */
		$code = { (63 | E3) 0? 00 00 00 0? 00 00 00 0? 00 00 00 ?? ?? 00 00 }
		$system = { (5A | DA) 06 73 79 73 74 65 6D }
		$popen = { (5A | DA) 05 70 6F 70 65 6E }
		$subprocess = { (5A | DA) 0A 73 75 62 70 72 6F 63 65 73 73 }
		$exec = { (5A | DA) 04 65 78 65 63 }
		$eval = { (5A | DA) 04 65 76 61 6C }
		$import = { (5A | DA) 0A 5F 5F 69 6D 70 6F 72 74 5F 5F }
	condition:
		any of ($system, $popen, $subprocess, $exec, $eval, $import) and for any i in (1..#code): (
			for any of ($system, $popen, $subprocess, $exec, $eval, $import): ( $ in (@code[i]..@code[i] + 4096) )
		)
}

rule encoded_pickle
{
	meta:
		check = "yara/encoded-pickle"
		scope = "value prose source data"
		description = "a pickle in base64 or hexadecimal"
	strings:
		/* A frame of less than 16 MiB; an import of a lower-case module; os, posix and builtins in protocol 0. */
		$frame = /gA[SW]V[A-Za-z0-9+\/]{4,6}AAAAA[A-Za-z0-9+\/]{8}/
		$import = /gA[EIJMN]j([Y-e][A-Za-z0-9+\/]{3}){3}/
		$system = "Y29zCnN5c3RlbQo"
		$posix = "Y3Bvc2l4CnN5c3RlbQ"
		$builtins = "Y2J1aWx0aW5zC"
		$older = "Y19fYnVpbHRpbl9fC"
		$hexframe = /800[45]95[0-9a-f]{6}0{10}[0-9a-f]{16}/ nocase
		$heximport = /800[1-3]63([67][0-9a-f]|2e|5f){2,40}0a/ nocase
		$hexname = /63(6f73|706f736978|6e74|6275696c74696e73|5f5f6275696c74696e5f5f)0a[67]/ nocase
	condition:
		any of them
}
