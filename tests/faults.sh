#!/bin/sh
# A worker that misbehaves costs its member and nothing else (builds with --enable-faults).
grep -q '^#define ASSAY_FAULTS 1' "$top_builddir/config.h" || { echo "1..0 # SKIP not built with --enable-faults"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bundle"
echo one >"$work/bundle/bad.txt"
echo two >"$work/bundle/good.txt"
n=0

expect() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		echo "# got $2, want $3"
	fi
}

sanitized=$(grep -c '^#define ASSAY_SANITIZED 1' "$top_builddir/config.h")
faults="segfault spin exit babble again"
# These three are stopped by the confinement, which sanitizer builds do not have.
[ "$sanitized" -gt 0 ] || faults="$faults allocate exec connect open"
for fault in $faults; do
	ASSAY_TEST_FAULT=$fault:bad.txt "$ASSAY" scan --timeout 3 --policy security --format json "$work/bundle" \
		>"$work/report.json" 2>/dev/null
	expect "$fault: the verdict is incomplete" $? 3
	expect "$fault: the member is said to be lost" \
		"$(jq -r '[.findings[] | select(.check == "scan/worker-failed") | .member] | join(",")' "$work/report.json")" bad.txt
	expect "$fault: the other member is judged" \
		"$(jq -r '.members[] | select(.path == "good.txt") | .formats | join(",")' "$work/report.json")" text
done
"$ASSAY" scan --policy security --format json "$work/bundle" >/dev/null 2>&1
expect "without a fault the bundle passes" $? 0

# In place of gpgv runs a program that calls every signature good, once what it tries succeeds. It
# is judged by whether it can: only the one that tries nothing is believed.
printf -- '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n' >"$work/signature.asc"
printf 'key' >"$work/keyring"
: >"$work/secret"
for attempt in nothing read write list socket unix run fork trace kill; do
	if ! ${CC:-cc} -DATTEMPT="try_$attempt" -DFOLDER="\"$work\"" -o "$work/gpgv-$attempt" \
		"$top_srcdir/tests/tools/gpgv-attempts.c" >"$work/cc.log" 2>&1; then
		n=$((n + 1))
		echo "ok $n - # SKIP gpgv $attempt: there is no compiler"
		continue
	fi
	want=3
	[ "$attempt" != nothing ] || want=0
	ASSAY_TEST_GPGV=$work/gpgv-$attempt "$ASSAY" verify "$work/bundle/good.txt" --signature "$work/signature.asc" \
		--keyring "$work/keyring" >"$work/log" 2>&1
	expect "a gpgv that tries $attempt: the exit status" $? "$want"
done
ASSAY_TEST_GPGV=$work/gpgv-read "$ASSAY" verify --no-sandbox "$work/bundle/good.txt" --signature "$work/signature.asc" \
	--keyring "$work/keyring" >"$work/log" 2>&1
expect "without the sandbox it could" $? 0
[ ! -e "$work/written" ]
expect "nothing was written" $? 0
echo "1..$n"
