#!/bin/sh
# assay sign: every kind of key signs, assay verify believes it, and no byte of the tree may change.
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
succeeds() { what=$1; shift; "$@" >log 2>&1; result $? "$what"; }
refuses() { # EXIT WHAT COMMAND...
	want=$1 what=$2
	shift 2
	"$@" >log 2>&1
	[ $? -eq "$want" ]
	result $? "$what"
}
make_key() { # NAME CURVE
	openssl ecparam -name "$2" -genkey -noout -out "$1.pem" 2>/dev/null &&
		openssl ec -in "$1.pem" -pubout -out "$1.pub" 2>/dev/null
}
verify() { "$ASSAY" verify model --signature model/model.sig "$@"; }

mkdir -p model/sub model/.git
printf 'weights' >model/a.bin
printf '{}\n' >model/sub/config.json
printf 'x' >model/a-b
printf 'x' >model/.git/HEAD
for curve in prime256v1 secp384r1 secp521r1; do
	make_key "$curve" "$curve"
	succeeds "$curve signs" "$ASSAY" sign model --key "$curve.pem"
	succeeds "$curve verifies" verify --public-key "$curve.pub"
done
make_key other prime256v1
refuses 1 "another key does not" verify --public-key other.pub

"$ASSAY" sign model --key prime256v1.pem >log 2>&1
accepted=
for file in a.bin a-b sub/config.json; do
	size=$(wc -c <"model/$file") at=0
	cp "model/$file" saved
	while [ "$at" -lt "$size" ]; do
		printf '\377' | dd of="model/$file" bs=1 seek="$at" conv=notrunc 2>/dev/null
		verify --public-key prime256v1.pub >log 2>&1 && accepted="$accepted $file:$at"
		cp saved "model/$file"
		at=$((at + 1))
	done
done
echo "accepted:$accepted" >log
[ -z "$accepted" ]
result $? "no byte of the signed tree may change"
printf 'new' >model/new
refuses 1 "no file may be added" verify --public-key prime256v1.pub
rm model/new
mv model/a-b saved
refuses 1 "no file may be missing" verify --public-key prime256v1.pub
mv saved model/a-b
ln -s a.bin model/link
refuses 2 "a link is not signed unasked" "$ASSAY" sign model --key prime256v1.pem
rm model/link
openssl genpkey -algorithm ed25519 -out ed.pem 2>/dev/null
refuses 2 "the specification knows no Ed25519" "$ASSAY" sign model --key ed.pem
refuses 2 "a key is needed" "$ASSAY" sign model
succeeds "a single file is signed beside itself" "$ASSAY" sign model/a.bin --key prime256v1.pem
succeeds "and verifies" "$ASSAY" verify model/a.bin --signature model/a.bin.sig --public-key prime256v1.pub
rm model/a.bin.sig

printf '' >model/empty
printf 'y' >model/c:0:1
for hash in sha256 blake2b blake3; do
	succeeds "$hash signs files" "$ASSAY" sign model --key prime256v1.pem --hash "$hash"
	succeeds "$hash verifies" verify --public-key prime256v1.pub
	succeeds "$hash signs shards" "$ASSAY" sign model --key prime256v1.pem --hash "$hash" --method shards --shard-size 3
	succeeds "shards by $hash verify" verify --public-key prime256v1.pub
	grep -q 'signature/hole' log
	result $? "and the empty file is said to be left out ($hash)"
	for at in 0 2 3 6; do
		cp model/a.bin saved
		printf '\377' | dd of=model/a.bin bs=1 seek="$at" conv=notrunc 2>/dev/null
		refuses 1 "no byte of a shard may change ($hash, $at)" verify --public-key prime256v1.pub
		cp saved model/a.bin
	done
	printf 'z' >>model/a.bin
	refuses 1 "no byte may be added behind the last shard ($hash)" verify --public-key prime256v1.pub
	cp saved model/a.bin
done
"$ASSAY" sign model --key prime256v1.pem --method shards --shard-size 3 >log 2>&1
python3 - model/model.sig >names <<-'END'
	import base64, json, sys
	predicate = json.loads(base64.b64decode(json.load(open(sys.argv[1]))["dsseEnvelope"]["payload"]))["predicate"]
	print(" ".join(r["name"] for r in predicate["resources"]))
	print(predicate["serialization"]["method"], predicate["serialization"]["shard_size"])
END
cp names log
[ "$(cat names)" = "a-b:0:1 a.bin:0:3 a.bin:3:6 a.bin:6:7 c:0:1:0:1 sub/config.json:0:3
shards 3" ]
result $? "shards are named and sorted as the specification says"
"$ASSAY" verify model --signature model/model.sig --public-key prime256v1.pub --format json >shards.json 2>log
"$ASSAY" scan model --format json >plain.json 2>log
[ "$(jq -r '.targets[0].sha256' shards.json)" = "$(jq -r '.targets[0].sha256' plain.json)" ]
result $? "the digest of the target is one of whole files"
"$ASSAY" sign model --key prime256v1.pem >log 2>&1
cp model/model.sig before.sig
for wrong in "--method trees" "--hash md5" "--shard-size 3" "--ignore a*" "--ignore sub/../a.bin" "--ignore /a" \
	"--ignore sub//x"; do
	# shellcheck disable=SC2086
	refuses 2 "not with $wrong" "$ASSAY" sign model --key prime256v1.pem $wrong
done
cmp before.sig model/model.sig >log
result $? "a signature that cannot be made replaces none"
rm model/empty model/c:0:1
"$ASSAY" sign model --key prime256v1.pem >log 2>&1
ln -s model to-model
succeeds "a target that is a link is what it leads to" "$ASSAY" sign to-model --key prime256v1.pem
succeeds "and verifies" verify --public-key prime256v1.pub
printf 'precious' >precious
ln -sf ../precious model/model.sig
succeeds "a link in the signature's place is replaced" "$ASSAY" sign model --key prime256v1.pem
[ "$(cat precious)" = precious ] && [ ! -h model/model.sig ]
result $? "not written through"
ln -s ../a.bin model/sub/link
succeeds "links inside are followed on request" "$ASSAY" sign model --key prime256v1.pem --allow-symlinks \
	--method shards --shard-size 4
succeeds "and verify" verify --public-key prime256v1.pub --allow-symlinks
rm model/sub/link
succeeds "a file is left out on request" "$ASSAY" sign model --key prime256v1.pem --ignore sub/config.json
printf 'changed' >model/sub/config.json
succeeds "and may change" verify --public-key prime256v1.pub
grep -q 'signature/hole' log
result $? "which is said"
printf '{}\n' >model/sub/config.json
"$ASSAY" sign model --key prime256v1.pem >log 2>&1

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=ca \
	-days 30 -addext keyUsage=critical,keyCertSign 2>/dev/null
openssl req -new -key prime256v1.pem -out leaf.csr -subj /CN=signer 2>/dev/null
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n' >extensions
openssl x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 20 -extfile extensions \
	-out leaf.crt 2>/dev/null
succeeds "a certificate signs" "$ASSAY" sign model --key prime256v1.pem --certificate-chain leaf.crt
succeeds "and verifies under its root" verify --certificate-chain ca.crt
refuses 2 "not with the key of another" "$ASSAY" sign model --key other.pem --certificate-chain leaf.crt

module=
for file in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so; do
	[ -f "$file" ] && module=$file
done
if [ -z "$module" ] || ! command -v softhsm2-util >/dev/null; then
	n=$((n + 1))
	echo "ok $n - # SKIP a token: SoftHSM is not installed"
else
	SOFTHSM2_CONF=$work/softhsm.conf
	export SOFTHSM2_CONF
	mkdir tokens
	echo "directories.tokendir = $work/tokens" >"$SOFTHSM2_CONF"
	openssl pkcs8 -topk8 -nocrypt -in secp384r1.pem -out token.p8
	softhsm2-util --init-token --free --label gate --pin 1234 --so-pin 0000 >log 2>&1
	softhsm2-util --import token.p8 --token gate --label signer --id 01 --pin 1234 >log 2>&1
	uri="pkcs11:token=gate;object=signer;id=%01?module-path=$module"
	succeeds "a token signs" "$ASSAY" sign model --token "$uri&pin-value=1234"
	succeeds "and verifies with the public key" verify --public-key secp384r1.pub
	echo 1234 >pin
	succeeds "the PIN can stand in a file" "$ASSAY" sign model --token "$uri&pin-source=file:$work/pin"
	refuses 2 "a wrong PIN is refused" "$ASSAY" sign model --token "$uri&pin-value=0000"
fi
echo "1..$n"
