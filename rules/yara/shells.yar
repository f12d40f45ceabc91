/* Shells for somebody else: a connection out with an interpreter at its end. */

rule reverse_shell_bash
{
	meta:
		check = "yara/reverse-shell"
		scope = "binary value source"
		description = "a shell bound to a TCP connection (/dev/tcp)"
	strings:
		$a = /\b(ba|z|k|)sh\s+-i\s*(>&|>\s*&|&>|[0-9]>&|[0-9]?<>)\s*\/dev\/(tcp|udp)\//
		$b = /exec\s+[0-9]{1,3}\s*<>\s*\/dev\/(tcp|udp)\/[^\s]{3,60}/
		$c = /\/dev\/(tcp|udp)\/[0-9A-Za-z.-]{3,60}\/[0-9]{1,5}\s*(0>&1|<&1|2>&1)/
	condition:
		any of them
}

rule reverse_shell_netcat
{
	meta:
		check = "yara/reverse-shell"
		scope = "binary value source"
		description = "netcat that hands out a shell"
	strings:
		$a = /\b(nc|ncat|netcat)(\.exe)?\s+[^\n|;]{0,60}(-e|-c|--exec|--sh-exec)\s+["']?(\/bin\/|\/usr\/bin\/)?(ba|z|da|)sh\b/
		$b = /mkfifo\s+[^\s;]{1,60}\s*;[^\n]{0,80}\|\s*(\/bin\/)?(ba|)sh\s+-i[^\n]{0,60}\|\s*(nc|ncat|netcat|telnet)\b/
	condition:
		any of them
}

rule reverse_shell_python
{
	meta:
		check = "yara/reverse-shell"
		scope = "binary value source"
		description = "Python that hands a socket to a shell"
	strings:
		$dup = /os\.dup2\s*\(\s*[a-z_]{1,20}\.fileno\s*\(\s*\)/
		$spawn = /pty\.spawn\s*\(\s*\[?["'](\/bin\/)?(ba|z|)sh["']/
		$sh = /subprocess\.(call|run|Popen)\s*\(\s*\[\s*["'](\/bin\/)?(ba|z|)sh["']\s*,\s*["']-i["']/
		$socket = /socket\.socket\s*\(/
		$connect = /\.connect\s*\(\s*\(/
	condition:
		$socket and $connect and any of ($dup, $spawn, $sh)
}

rule reverse_shell_other
{
	meta:
		check = "yara/reverse-shell"
		scope = "binary value source"
		description = "Perl, PHP, Ruby, PowerShell or socat that hands out a shell"
	strings:
		$perl = /perl\s+(-[a-zA-Z]+\s+)*-e\s+["']use Socket;/
		$php = /fsockopen\s*\([^)]{3,80}\)\s*;\s*(exec|shell_exec|system|passthru|proc_open)\s*\(/
		$ruby = /TCPSocket\.(new|open)\s*\([^)]{3,80}\)[^\n]{0,60}exec\b/
		$powershell = /New-Object\s+(System\.)?Net\.Sockets\.TCPClient\s*\(/ nocase
		$stream = "GetStream()" nocase
		$iex = /\b(iex|Invoke-Expression)\b/ nocase
		$socat = /socat\s+[^\n]{0,80}exec:["']?(\/bin\/)?(ba|)sh/ nocase
	condition:
		$perl or $php or $ruby or $socat or ($powershell and $stream and $iex)
}
