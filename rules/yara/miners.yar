/* Mining of crypto currencies on somebody else's machines. */

rule crypto_miner
{
	meta:
		check = "yara/miner"
		scope = "binary value source"
		description = "a crypto miner or its settings"
	strings:
		$stratum = /stratum\+(tcp|ssl|tls|udp):\/\/[a-z0-9.-]{4,80}/ nocase
		$pool = /\b(pool\.(supportxmr|minexmr|hashvault)\.(com|pro)|xmr\.(pool|nanopool)\.[a-z]{2,10}|moneroocean\.stream|pool\.hashvault\.pro|nicehash\.com:[0-9]{4})/ nocase
		$xmrig = "--donate-level" nocase
		$algorithm = /--(algo|coin)[= ](rx\/0|randomx|cryptonight|cn\/r|monero|kawpow|ethash)/ nocase
		$name = /\b(xmrig|minerd|cpuminer|ethminer|cgminer|nbminer|phoenixminer)\b[^\n]{0,40}\s-(o|u|-url|-user)[= ]/ nocase
	condition:
		$stratum or $pool or $name or ($xmrig and $algorithm)
}
