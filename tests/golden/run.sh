#!/bin/sh
# Golden command-line cases, a folder each:
#   args       what follows `assay`, a line for each call; $ASSAY_CASE is the case's folder
#   make.py    writes the input into the current folder (optional; tests/tools is on its path)
#   expected   standard output, standard error and "exit N" of each call
# REGEN=1 rewrites what is expected; the review is `git diff`.
cases="$top_srcdir/tests/golden"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
for args in "$cases"/*/args; do
	case=$(dirname "$args")
	name=$(basename "$case")
	n=$((n + 1))
	mkdir "$work/$name"
	(
		cd "$work/$name" || exit 1
		# No configuration but what a case makes itself.
		XDG_CONFIG_HOME="$work/$name/config"
		export XDG_CONFIG_HOME
		if [ -f "$case/make.py" ]; then
			PYTHONPATH="$top_srcdir/tests/tools" PYTHONDONTWRITEBYTECODE=1 python3 "$case/make.py" || echo "make.py failed"
		fi
		while IFS= read -r line; do
			echo "\$ assay $line"
			ASSAY_CASE="$case" sh -c "\"\$ASSAY\" $line" >"$work/out" 2>"$work/err" </dev/null
			status=$?
			cat "$work/out"
			sed 's/^/2> /' "$work/err"
			echo "exit $status"
		done <"$args"
	) 2>&1 | sed -E -e "s#$top_srcdir#TOP#g" -e 's/rules `?[0-9a-f]{12}/rules DIGEST/; s/("rules": ?\{"sha256": ?")[0-9a-f]{64}/\1DIGEST/' \
		-e "s#$work/$name#.#g" -e 's/landlock abi [0-9]+, seccomp, rlimits|none \(sanitizer build\)/SANDBOX/g' \
		-e 's/assay [0-9]+\.[0-9]+\.[0-9]+/assay VERSION/g' -e 's/"version": ?"[0-9]+\.[0-9]+\.[0-9]+"/"version":"VERSION"/g' \
		>"$work/$name.got"
	if [ -n "${REGEN:-}" ]; then cp "$work/$name.got" "$case/expected"; fi
	if cmp -s "$work/$name.got" "$case/expected"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		diff -u "$case/expected" "$work/$name.got" | head -n 60 | sed 's/^/# /'
	fi
	rm -rf "${work:?}/$name"
done
echo "1..$n"
