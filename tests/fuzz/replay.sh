#!/bin/sh
# Each fuzz target replays its seeds (made by tests/fuzz/seeds.py) and mutations of them.
seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
PYTHONPATH="$top_srcdir/tests/tools" PYTHONDONTWRITEBYTECODE=1 python3 "$top_srcdir/tests/fuzz/seeds.py" "$seeds" ||
	{ echo "Bail out! seeds.py failed"; exit 1; }
n=0
for source in "$top_srcdir"/tests/fuzz/*.c; do
	name=$(basename "$source" .c)
	case $name in replay | rules) continue ;; esac
	target=$top_builddir/tests/fuzz/$name
	n=$((n + 1))
	mkdir -p "$seeds/$name"
	if "$target" "$seeds/$name" >"$seeds/log" 2>&1; then
		echo "ok $n - $name ($(sed -n 's/^# //p' "$seeds/log"))"
	else
		echo "not ok $n - $name"
		tail -n 30 "$seeds/log" | sed 's/^/# /'
	fi
done
echo "1..$n"
