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
faults="segfault spin exit babble"
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
echo "1..$n"
