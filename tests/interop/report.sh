#!/bin/sh
# Other people's tools verify signed models, the signed report and its place in the log: openssl alone, and npm's
# @sigstore/verify; neither accepts a changed one.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

# report NAME STATUS: STATUS 0 is ok.
report() {
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# What doc/VERIFY.md tells an auditor to type.
openssl_signature() {
	jq -j .dsseEnvelope.payload "$1" | openssl base64 -d -A >statement.json &&
		jq -j '.dsseEnvelope.signatures[0].sig' "$1" | openssl base64 -d -A >statement.sig &&
		{ printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c <statement.json)" && cat statement.json; } >signed &&
		openssl dgst -sha256 -verify gate.pub.pem -signature statement.sig signed >/dev/null 2>&1
}

# The checkpoint's signature, and the path from the entry to the checkpoint's root.
openssl_log() {
	proof='.verificationMaterial.tlogEntries[0].inclusionProof'
	jq -j "$proof.checkpoint.envelope" "$1" >note &&
		sed '/^$/,$d' note >checkpoint.body &&
		sed -n 's/^— [^ ]* //p' note | openssl base64 -d -A | tail -c +5 >checkpoint.sig &&
		jq -r '.tlogs[0].publicKey.rawBytes' log/trusted_root.json | openssl base64 -d -A >log.der &&
		openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey log.der -sigfile checkpoint.sig -in checkpoint.body >/dev/null 2>&1 ||
		return 1
	index=$(jq -r "$proof.logIndex" "$1") last=$(($(jq -r "$proof.treeSize" "$1") - 1))
	{ printf '\0' && jq -j '.verificationMaterial.tlogEntries[0].canonicalizedBody' "$1" | openssl base64 -d -A; } |
		openssl dgst -sha256 -binary >node
	for sibling in $(jq -r "$proof.hashes[]" "$1"); do
		printf '%s' "$sibling" | openssl base64 -d -A >sibling
		if [ $((index % 2)) -eq 1 ] || [ "$index" -eq "$last" ]; then
			while [ $((index % 2)) -eq 0 ] && [ "$index" -ne 0 ]; do index=$((index / 2)) last=$((last / 2)); done
			order="sibling node"
		else
			order="node sibling"
		fi
		# shellcheck disable=SC2086
		{ printf '\1' && cat $order; } | openssl dgst -sha256 -binary >next
		mv next node
		index=$((index / 2)) last=$((last / 2))
	done
	[ "$(openssl base64 -A <node)" = "$(sed -n 3p checkpoint.body)" ]
}

cd "$work" || exit 1
"$ASSAY" keygen gate >/dev/null
mkdir model && echo '{"model_type": "test"}' >model/config.json
for i in 1 2 3; do
	"$ASSAY" scan --policy security --quiet --key gate.pem --log log --output "out$i" --format sarif model >/dev/null
done
bundle=out3/report.sigstore.json
"$ASSAY" report verify "$bundle" --public-key gate.pub.pem >/dev/null
report "assay verifies its own report" $?
"$ASSAY" log verify log >/dev/null
report "assay verifies its log" $?
[ "$("$ASSAY" log list log | wc -l)" -eq 3 ]
report "the log lists three entries" $?
"$ASSAY" log prove log 2 | head -n 2 | tail -n 1 | grep -qx 'index 2'
report "an entry is proven" $?
"$ASSAY" log prove log 3 >/dev/null 2>&1
report "an entry that is not there is not" $((! $?))
cp log/checkpoint kept && "$ASSAY" log init other --origin example.com/other >/dev/null
"$ASSAY" log verify other --checkpoint kept >/dev/null
report "another log is no continuation" $((! $?))
"$ASSAY" inspect model | grep -q config.json
report "assay inspects" $?
if command -v jq >/dev/null && command -v openssl >/dev/null; then
	openssl_signature "$bundle"
	report "openssl verifies the signature" $?
	openssl_log "$bundle"
	report "openssl verifies the place in the log" $?
	jq -c '.dsseEnvelope.payload |= (@base64d | sub("PASSED"; "FAILED") | @base64)' "$bundle" >changed.json
	openssl_signature changed.json
	report "openssl refuses a changed statement" $((! $?))
	jq -c '.verificationMaterial.tlogEntries[0].inclusionProof.hashes[0] |=
		((if startswith("A") then "B" else "A" end) + .[1:])' "$bundle" >changed.json
	openssl_log changed.json
	report "openssl refuses a changed proof" $((! $?))
else
	skip "openssl" "jq or openssl is missing"
fi
npm="$top_builddir/interop"
mkdir -p "$npm"
if [ ! -d "$npm/node_modules/@sigstore/verify" ]; then
	cp "$top_srcdir/tests/interop/package.json" "$npm/" &&
		(cd "$npm" && timeout 120 npm install --silent --no-audit --no-fund --no-package-lock) >/dev/null 2>&1
fi
if [ -d "$npm/node_modules/@sigstore/verify" ]; then
	verify() { NODE_PATH="$npm/node_modules" node "$top_srcdir/tests/interop/verify.js" "$@" >/dev/null; }
	verify "$bundle" gate.pub.pem log/trusted_root.json
	report "@sigstore/verify verifies report and log proof" $?
	verify changed.json gate.pub.pem log/trusted_root.json
	report "@sigstore/verify refuses a changed proof" $((! $?))
	"$ASSAY" keygen other >/dev/null
	verify "$bundle" other.pub.pem log/trusted_root.json
	report "@sigstore/verify refuses another key" $((! $?))
	"$ASSAY" sign model --key gate.pem >/dev/null
	verify model/model.sig gate.pub.pem
	report "@sigstore/verify verifies a signed model" $?
	verify model/model.sig other.pub.pem
	report "@sigstore/verify refuses another key's signature of a model" $((! $?))
else
	skip "@sigstore/verify" "npm cannot install it here"
fi
echo "1..$n"
