#!/bin/sh
# A folder of src/ is a layer: it includes only itself and the layers before it, and cli/ only assay.h.
cd "$top_srcdir" || exit 1
layers="core crypto bundle format detect provenance scan policy report audit api"
n=0

# check FOLDER ALLOWED... : prints each include of a layer that is not allowed.
forbidden() {
	folder=$1
	shift
	pattern=$(echo "$*" | tr ' ' '|')
	grep -nE '^[[:space:]]*#[[:space:]]*include "[a-z]+/' "$tree/$folder"/*.[ch] 2>/dev/null |
		grep -vE "include \"($pattern)/" || true
}

report() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

tree=src
allowed=
for layer in $layers; do
	allowed="$allowed $layer"
	# shellcheck disable=SC2086
	report "$layer/ includes only itself and the layers before it" "$(forbidden $layer $allowed)"
done
report "cli/ includes only cli/ and assay.h" "$(forbidden cli cli)"
report "only cli/ and the planted faults read the environment" \
	"$(grep -nE '\b(secure_)?getenv\(' src/*/*.c | grep -vE '^src/(cli/|scan/fault\.c)' || true)"
report "library code never exits or prints" \
	"$(grep -nE '(^|[^_a-z])(exit|abort|printf|puts|putchar)\(' src/*/*.c | grep -vE '^src/(cli/|scan/fault\.c)' || true)"

# A planted violation must be seen.
tree=$(mktemp -d)
mkdir "$tree/core"
echo '#include "scan/scan.h"' >"$tree/core/planted.c"
if [ -n "$(forbidden core core)" ]; then planted=; else planted="the planted include was not seen"; fi
rm -r "$tree"
report "a planted violation is seen" "$planted"
echo "1..$n"
