/* Mining of crypto currencies on somebody else's machines. */

rule crypto_miner
{
	meta:
		check = "yara/miner"
		scope = "binary value source"
		description = "a crypto miner or its settings"
	strings:
		$stratum = /stratum\+(tcp|ssl|tls|udp):\/\/[a-z0-9.-]{4,80}/ nocase
		$pool1 = "pool.supportxmr.com"
		$pool2 = "pool.minexmr.com"
		$pool3 = "moneroocean.stream"
		$pool4 = "pool.hashvault.pro"
		$pool5 = "xmr.nanopool.org"
		$pool6 = "stratum.nicehash.com"
		$xmrig = "--donate-level"
		$algorithm = /--(algo|coin)[= ](rx\/0|randomx|cryptonight|cn\/r|monero|kawpow|ethash)/ nocase
		$name = /\b(xmrig|minerd|cpuminer|ethminer|cgminer|nbminer|phoenixminer)\b[^\n]{0,40}\s-(o|u|-url|-user)[= ]/
	condition:
		$stratum or any of ($pool*) or $name or ($xmrig and $algorithm)
}
