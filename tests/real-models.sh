#!/bin/sh
# Models written by the installed libraries pass, each format and protocol. Skipped where none of the libraries is there.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python=
for candidate in python3 /usr/bin/python3; do
	"$candidate" -c 'import numpy' 2>/dev/null && python=$candidate && break
done
if [ -z "$python" ]; then
	echo "1..0 # SKIP no Python with NumPy"
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 "$python" "$top_srcdir/tests/tools/real_models.py" "$folder" || {
	echo "Bail out! real_models.py failed"
	exit 1
}
n=0
for kind in "$folder"/*; do
	n=$((n + 1))
	name=$(basename "$kind")
	count=$(find "$kind" -type f | wc -l)
	if [ "$count" -eq 0 ]; then
		echo "ok $n - $name # SKIP not installed"
	elif "$ASSAY" scan --policy security --no-progress --format json "$kind" >"$folder.out" 2>&1; then
		echo "ok $n - $name ($count files)"
	else
		echo "not ok $n - $name"
		grep -A 8 '"check"' "$folder.out" | sed 's/^/# /'
	fi
done
rm -f "$folder.out"
# The test can fail: a pickle that calls something is no model.
n=$((n + 1))
printf 'cos\nsystem\n(tR.' >"$folder/call.pkl"
if "$ASSAY" scan --policy security --no-progress "$folder/call.pkl" >/dev/null 2>&1; then
	echo "not ok $n - a planted call is seen"
else
	echo "ok $n - a planted call is seen"
fi
# So do a layer and a link that are deep in the heaps and trees of HDF5.
mkdir "$folder/planted"
PYTHONDONTWRITEBYTECODE=1 "$python" "$top_srcdir/tests/tools/real_models.py" "$folder/planted" planted
for plant in layer:keras/lambda link:hdf5/external-link; do
	n=$((n + 1))
	file=$folder/planted/${plant%%:*}.h5
	if [ ! -e "$file" ]; then
		echo "ok $n - a planted ${plant%%:*} # SKIP not installed"
	elif "$ASSAY" scan --policy security --no-progress --format json "$file" | grep -q "\"check\": *\"${plant#*:}\""; then
		echo "ok $n - a planted ${plant%%:*} is seen"
	else
		echo "not ok $n - a planted ${plant%%:*} is seen"
	fi
done
echo "1..$n"
