/* Executables inside of other content. Headers are checked field by field, since tensors hold every short magic. */

rule embedded_pe
{
	meta:
		check = "yara/embedded-executable"
		scope = "binary value prose source data"
		description = "a Windows executable or library (PE)"
	strings:
		/* Signature, machine, sections < 256, no symbols, size of the optional header, its magic. */
		$pe = { 50 45 00 00 (4C 01 | 64 86 | 64 AA | C0 01 | C4 01) ?? 00 ?? ?? ?? ?? 00 00 00 00 00 00 00 00 (E0 | F0) 00 ?? ?? 0B (01 | 02) }
	condition:
		for any i in (1..#pe): (
			uint8(@pe[i] + 6) > 0 and uint8(@pe[i] + 6) <= 96 and
			for any d in (64..1024): ( @pe[i] >= d and uint16(@pe[i] - d) == 0x5A4D and uint32(@pe[i] - d + 0x3C) == d )
		)
}

rule embedded_elf
{
	meta:
		check = "yara/embedded-executable"
		scope = "binary value prose source data"
		description = "a Linux executable or library (ELF)"
	strings:
		$little = { 7F 45 4C 46 (01 | 02) 01 01 (00 | 03 | 09) 0? 00 00 00 00 00 00 00 (01 | 02 | 03) 00 ?? 00 01 00 00 00 }
		$big = { 7F 45 4C 46 (01 | 02) 02 01 (00 | 03 | 09) 0? 00 00 00 00 00 00 00 00 (01 | 02 | 03) 00 ?? 00 00 00 01 }
	condition:
		any of them
}

rule embedded_macho
{
	meta:
		check = "yara/embedded-executable"
		scope = "binary value prose source data"
		description = "a macOS executable or library (Mach-O)"
	strings:
		/* Magic, CPU, subtype, file type 1 to 11, fewer than 256 commands of fewer than 64 KiB. */
		$thin64 = { CF FA ED FE (07 | 0C) 00 00 01 ?? 00 00 (00 | 80) (01 | 02 | 03 | 04 | 05 | 06 | 07 | 08 | 09 | 0A | 0B) 00 00 00 ?? 00 00 00 ?? ?? 00 00 }
		$thin32 = { CE FA ED FE (07 | 0C) 00 00 00 ?? 00 00 00 (01 | 02 | 03 | 04 | 05 | 06 | 07 | 08 | 09 | 0A | 0B) 00 00 00 ?? 00 00 00 ?? ?? 00 00 }
		$fat = { CA FE BA BE 00 00 00 (01 | 02 | 03 | 04) 0? 00 00 (07 | 0C) }
	condition:
		any of them
}

rule whole_elf
{
	meta:
		check = "yara/embedded-executable"
		scope = "binary"
		description = "a Linux executable or library (ELF) as a member"
	strings:
		$elf = { 7F 45 4C 46 (01 | 02) (01 | 02) 01 }
	condition:
		$elf at 0
}

rule eicar_test_file
{
	meta:
		check = "yara/test-file"
		description = "the test file of anti-virus programs (EICAR)"
	strings:
		$eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
	condition:
		$eicar
}
