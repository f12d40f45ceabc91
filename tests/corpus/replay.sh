#!/bin/sh
# usage: replay.sh SCORE ASSAY: runs the corpora beside the checkout and holds the floors of
# tests/corpus/floors: at least so many right, at most so many of what must not be. TAP.
score=$1 assay=$2
here=$(dirname "$0")
n=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r name least most options; do
	case $name in '' | \#*) continue ;; esac
	n=$((n + 1))
	# The options are words.
	# shellcheck disable=SC2086
	python3 "$score" --assay "$assay" $options --json "$work/$name.json" "$name" >"$work/$name.log" 2>&1 </dev/null
	if python3 "$here/floor.py" "$work/$name.json" "$least" "$most" >"$work/said"; then
		echo "ok $n - $name: $(cat "$work/said")"
	else
		echo "not ok $n - $name: $(cat "$work/said")"
		tail -n 12 "$work/$name.log" | sed 's/^/# /'
	fi
done <"$here/floors"
# Vectors of transparency logs, which the score does not run.
if [ -f "$(dirname "$score")/tlog.tar.xz" ]; then
	n=$((n + 1))
	tar -xJf "$(dirname "$score")/tlog.tar.xz" -C "$work"
	if "$(dirname "$assay")/tests/corpus/tlog" "$work/tlog" >"$work/tlog.log"; then
		echo "ok $n - tlog: $(grep -c '^ok' "$work/tlog.log") vectors"
	else
		echo "not ok $n - tlog"
		grep '^not ok' "$work/tlog.log" | sed 's/^/# /'
	fi
fi
# The secret detector's two engines, over samples and texts of the corpora.
for name in secrets pii licenses; do
	if [ -f "$(dirname "$score")/$name.tar.xz" ]; then
		tar -xJf "$(dirname "$score")/$name.tar.xz" -C "$work"
	fi
done
if [ -d "$work/secrets" ]; then
	n=$((n + 1))
	if ASSAY_TEXTS="$work" top_srcdir=$here/../.. "$(dirname "$assay")/tests/unit/secret_engines" >"$work/engines.log"; then
		echo "ok $n - both engines find the same secrets: $(tail -n 2 "$work/engines.log" | sed -n 's/^# //p')"
	else
		echo "not ok $n - both engines find the same secrets"
		grep '^#' "$work/engines.log" | head -n 40
	fi
fi
echo "1..$n"
