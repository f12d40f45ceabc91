#!/bin/sh
# A line for each source: how much of it the tests that ran in this build have reached. For builds with
# --enable-coverage; `make coverage` runs the tests first.
cd "$top_builddir" || exit 1
find src -name '*.gcda' | sort | while read -r data; do
	gcov -n -o "$(dirname "$data")" "$data" 2>/dev/null
done | awk -v top="$top_srcdir/" '
	/^File / { file = $2; gsub(/\047/, "", file); sub(".*/src/", "src/", file); next }
	/^Lines executed:/ && file ~ /^src\/.*\.c$/ {
		# A source that is compiled twice counts as the better half of the two.
		split($0, part, /[:% ]+/)
		if (!(file in share) || part[3] > share[file]) { share[file] = part[3]; n[file] = $NF }
	}
	END { for (f in share) { printf "%6.1f %% of %5d lines  %s\n", share[f], n[f], f; all += n[f]; hit += share[f] * n[f] / 100 }
		if (all == 0) { print "no data: configure with --enable-coverage and run the tests" | "cat >&2"; exit 1 }
		printf "%6.1f %% of %5d lines  in all\n", 100 * hit / all, all }' | sort -k6
