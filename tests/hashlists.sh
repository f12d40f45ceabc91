#!/bin/sh
# Hash lists as the programs that make them write them: each holds, and no byte of the tree may change.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0

result() { # STATUS WHAT
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		sed 's/^/# /' log
	fi
}
# The list NAME, made by COMMAND in the folder, is verified; with one byte changed it is not.
judge() { # NAME COMMAND...
	list=$1
	shift
	if ! command -v "$1" >/dev/null; then
		n=$((n + 1))
		echo "ok $n - $list # SKIP $1 is not installed"
		return
	fi
	(cd model && "$@" model.bin 'we ird.json' sub/c.bin >"../$list" 2>/dev/null)
	mv "$list" model/
	"$ASSAY" verify model >log 2>&1
	result $? "$* verifies"
	printf 'X' | dd of=model/sub/c.bin bs=1 seek=70000 conv=notrunc 2>/dev/null
	"$ASSAY" verify model >log 2>&1
	[ $? -eq 1 ]
	result $? "$*: one changed byte is refused"
	cp c.bin model/sub/c.bin
	rm "model/$list"
}

mkdir -p model/sub
printf 'weights' >model/model.bin
printf '{}\n' >'model/we ird.json'
seq 1 40000 >c.bin
cp c.bin model/sub/c.bin
judge SHA256SUMS sha256sum
judge SHA256SUMS sha256sum --binary
judge SHA256SUMS sha256sum --tag
judge SHA512SUMS sha512sum
judge SHA384SUMS sha384sum
judge B2SUMS b2sum
judge B2SUMS b2sum --tag
judge B3SUMS.blake3 b3sum
judge CHECKSUMS openssl dgst -sha256
judge CHECKSUMS openssl dgst -sha3-256
judge SHA256SUMS shasum -a 256
(cd model && md5sum model.bin >MD5SUMS)
"$ASSAY" verify model >log 2>&1
[ $? -eq 3 ]
result $? "MD5 alone verifies nothing"
rm model/MD5SUMS

accepted=
(cd model && sha256sum model.bin >SHA256SUMS)
at=0
while [ "$at" -lt 7 ]; do
	printf '\377' | dd of=model/model.bin bs=1 seek="$at" conv=notrunc 2>/dev/null
	"$ASSAY" verify model >log 2>&1 && accepted="$accepted $at"
	printf 'weights' >model/model.bin
	at=$((at + 1))
done
echo "accepted:$accepted" >log
[ -z "$accepted" ]
result $? "no byte of a listed file may change"
printf 'weights!' >model/model.bin
"$ASSAY" verify model >log 2>&1
[ $? -eq 1 ]
result $? "nothing may be appended to it"
echo "1..$n"
