#!/bin/sh
# Detached signatures made by the tools that make them: each holds, and holds for nothing else.
# Certificates are made here and now; the suite's time would be years before they begin.
unset SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset SOURCE_DATE_EPOCH # certificates are made now, and must be valid
n=0

result() { # STATUS WHAT
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
		echo "not ok $n - $2"
		sed 's/^/# /' log
	fi
}
exits() { # EXIT WHAT COMMAND...
	want=$1 what=$2
	shift 2
	"$@" >log 2>&1
	[ $? -eq "$want" ]
	result $? "$what"
}
verify() { # SIGNATURE OPTION FILE
	"$ASSAY" verify model.bin --signature "$1" "$2" "$3"
}
# The signature holds over the file, and over no other content.
judge() { # WHAT SIGNATURE OPTION FILE
	exits 0 "$1" verify "$2" "$3" "$4"
	cp model.bin saved
	printf 'X' | dd of=model.bin bs=1 seek=3 conv=notrunc 2>/dev/null
	exits 1 "$1: a changed file is refused" verify "$2" "$3" "$4"
	mv saved model.bin
}

printf 'these are the weights' >model.bin
for kind in ed25519 "ec -pkeyopt ec_paramgen_curve:P-256" "rsa -pkeyopt rsa_keygen_bits:2048"; do
	name=${kind%% *}
	# shellcheck disable=SC2086
	openssl genpkey -algorithm $kind -out "$name.pem" 2>/dev/null
	openssl pkey -in "$name.pem" -pubout -out "$name.pub"
done
openssl pkeyutl -sign -rawin -inkey ed25519.pem -in model.bin -out model.bin.ed25519
judge "Ed25519" model.bin.ed25519 --public-key ed25519.pub
# The bundle of a key of Ed25519, which is over the content; a log's word that it is over a digest
# leaves it unjudged.
digest=$(openssl dgst -sha256 -binary model.bin | openssl base64 -A)
bundle() { # ENTRIES
	printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"k"},'
	printf '"tlogEntries":[%s]},"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"%s"},' "$1" "$digest"
	printf '"signature":"%s"}}' "$(openssl base64 -A -in "$2")"
}
bundle "" model.bin.ed25519 >model.sigstore.json
exits 0 "Ed25519 in a bundle of Sigstore" verify model.sigstore.json --public-key ed25519.pub
mkdir apart && cp model.bin model.sigstore.json apart/
exits 0 "and where the bundle is found beside the file" "$ASSAY" verify apart --public-key ed25519.pub
head -c 64 /dev/zero >zeros
bundle "" zeros >zeros.sigstore.json
exits 1 "another signature is refused" verify zeros.sigstore.json --public-key ed25519.pub
bundle "{\"canonicalizedBody\":\"$(printf '{"keyDetails":"PKIX_ED25519_PH"}' | openssl base64 -A)\"}" zeros >ph.sigstore.json
exits 3 "Ed25519ph is not judged" verify ph.sigstore.json --public-key ed25519.pub
# What the user names must cover the target.
exits 0 "a bundle that is named and covers all" "$ASSAY" verify apart --signature apart/model.sigstore.json \
	--public-key ed25519.pub
printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"model.bin","digest":{"sha256":"%s"}}]}\n' \
	"$(openssl dgst -sha256 -r model.bin | cut -d' ' -f1)" >all.intoto.jsonl
exits 0 "a statement that is named and covers all" "$ASSAY" verify apart --signature all.intoto.jsonl \
	--ignore model.sigstore.json
printf 'added' >apart/added
exits 1 "a bundle that is named and does not" "$ASSAY" verify apart --signature apart/model.sigstore.json \
	--public-key ed25519.pub
exits 0 "unless that is accepted" "$ASSAY" verify apart --signature apart/model.sigstore.json \
	--public-key ed25519.pub --ignore-unsigned
exits 1 "a statement that is named and does not" "$ASSAY" verify apart --signature all.intoto.jsonl \
	--ignore model.sigstore.json
rm -r apart
openssl dgst -sha256 -sign ec.pem -out model.bin.ecdsa model.bin
judge "ECDSA" model.bin.ecdsa --public-key ec.pub
openssl base64 -in model.bin.ecdsa -out model.bin.sig
judge "ECDSA in base64" model.bin.sig --public-key ec.pub
printf '{"base64Signature":"%s","cert":"","rekorBundle":null}' "$(openssl base64 -A -in model.bin.ecdsa)" >model.bin.bundle
judge "cosign's old bundle" model.bin.bundle --public-key ec.pub
openssl dgst -sha256 -sign rsa.pem -sigopt rsa_padding_mode:pss -out model.bin.rsapss model.bin
judge "RSA-PSS" model.bin.rsapss --public-key rsa.pub
exits 1 "another key is refused" verify model.bin.rsapss --public-key ec.pub

accepted=
at=0
cp model.bin.ed25519 saved.ed25519
while [ "$at" -lt 64 ]; do
	byte=$(od -An -tu1 -j "$at" -N1 saved.ed25519 | tr -d ' ')
	# shellcheck disable=SC2059
	printf "$(printf '\\%03o' $((byte ^ 1)))" | dd of=model.bin.ed25519 bs=1 seek="$at" conv=notrunc 2>/dev/null
	verify model.bin.ed25519 --public-key ed25519.pub >log 2>&1 && accepted="$accepted $at"
	cp saved.ed25519 model.bin.ed25519
	at=$((at + 1))
done
echo "accepted:$accepted" >log
[ -z "$accepted" ]
result $? "no byte of a signature may change"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout cms.key -out cms.crt -subj /CN=signer \
	-days 30 2>/dev/null
openssl cms -sign -binary -in model.bin -signer cms.crt -inkey cms.key -outform DER -out model.bin.p7s 2>/dev/null
judge "CMS" model.bin.p7s --certificate-chain cms.crt
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.crt -subj /CN=other \
	-days 30 2>/dev/null
exits 1 "CMS under another root is refused" verify model.bin.p7s --certificate-chain other.crt
exits 3 "without any key nothing is verified" "$ASSAY" verify model.bin --signature model.bin.ed25519

if command -v minisign >/dev/null; then
	minisign -G -W -p ms.pub -s ms.key >/dev/null 2>&1
	minisign -S -s ms.key -m model.bin -t 'version 1' -x model.bin.minisig >/dev/null 2>&1
	judge "minisign" model.bin.minisig --public-key ms.pub
	sed 's/version 1/version 2/' model.bin.minisig >changed.minisig
	exits 1 "minisign: the trusted comment is signed" verify changed.minisig --public-key ms.pub
	minisign -S -l -s ms.key -m model.bin -x legacy.minisig >/dev/null 2>&1
	judge "minisign, legacy" legacy.minisig --public-key ms.pub
else
	n=$((n + 1))
	echo "ok $n - minisign # SKIP it is not installed"
fi
signify=$(command -v signify-openbsd || command -v signify)
if [ -n "$signify" ]; then
	"$signify" -G -n -p sg.pub -s sg.sec
	"$signify" -S -s sg.sec -m model.bin -x signify.sig
	judge "signify" signify.sig --public-key sg.pub
	mkdir folder && cp model.bin folder/
	(cd folder && openssl dgst -sha256 model.bin | sed 's/^SHA2-256(\(.*\))= /SHA256 (\1) = /' >SHA256)
	"$signify" -S -e -s sg.sec -m folder/SHA256 -x folder/SHA256.sig
	rm folder/SHA256
	exits 0 "signify's signed list" "$ASSAY" verify folder --public-key sg.pub
	printf 'x' >>folder/model.bin
	exits 1 "signify's signed list: a changed file is refused" "$ASSAY" verify folder --public-key sg.pub
else
	n=$((n + 1))
	echo "ok $n - signify # SKIP it is not installed"
fi
if command -v gpg >/dev/null && command -v gpgv >/dev/null; then
	GNUPGHOME=$work/gnupg
	export GNUPGHOME
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-generate-key 'signer <s@example.com>' ed25519 sign never 2>/dev/null
	gpg --batch --quiet --armor --export >keys.asc 2>/dev/null
	gpg --batch --quiet --armor --detach-sign --output model.bin.asc model.bin 2>/dev/null
	gpgconf --kill all 2>/dev/null
	judge "OpenPGP" model.bin.asc --keyring keys.asc
	exits 3 "OpenPGP without a keyring is not judged" verify model.bin.asc --public-key ec.pub
else
	n=$((n + 1))
	echo "ok $n - OpenPGP # SKIP gpg and gpgv are not installed"
fi
echo "1..$n"
