#!/bin/sh
# Shell scripts pass shellcheck; sources are formatted; the manual has no errors.
cd "$top_srcdir" || exit 1
n=0

report() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | head -n 40 | sed 's/^/# /'
	fi
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# A distribution has no .ci/run.
scripts=$(for script in quickstart .ci/run tests/run-all tests/lint/*.sh tests/golden/*.sh tests/interop/*.sh bench/*.sh; do
	[ -f "$script" ] && echo "$script"
done)
if command -v shellcheck >/dev/null; then
	# SC2154: the test driver sets top_srcdir and its like. The list is meant to be split into words.
	# shellcheck disable=SC2086
	report "shellcheck is content" \
		"$(shellcheck -s sh -e SC2154,SC2329,SC2317 $scripts 2>&1 || true)"
else
	skip "shellcheck is content" "shellcheck is not installed"
fi
if command -v clang-format >/dev/null; then
	report "clang-format changes nothing" \
		"$(clang-format --dry-run src/*/*.[ch] src/*.h tests/*.h tests/unit/*.c tests/fuzz/*.[ch] 2>&1 | grep warning || true)"
else
	skip "clang-format changes nothing" "clang-format is not installed"
fi
if command -v groff >/dev/null; then
	report "the manual pages have no errors" \
		"$(for page in man/*.[1-9]; do groff -mdoc -ww -z "$page" 2>&1; done)"
else
	skip "the manual pages have no errors" "groff is not installed"
fi
echo "1..$n"
