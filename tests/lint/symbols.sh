#!/bin/sh
# The shared library exports assay_* and only that; each exported symbol is declared in assay.h.
cd "$top_builddir" || exit 1
library=$(ls .libs/libassay.so 2>/dev/null || true)
if [ -z "$library" ]; then
	echo "1..0 # SKIP no shared library was built"
	exit 0
fi
exported=$(nm -D --defined-only "$library" | awk '{print $3}' | sort)
foreign=$(echo "$exported" | grep -v '^assay_' || true)
missing=$(for s in $exported; do grep -q "\b$s(" "$top_srcdir/src/assay.h" || echo "$s"; done)
undefined=$(grep -oE '\bassay_[a-z_0-9]+\(' "$top_srcdir/src/assay.h" | tr -d '(' | sort -u |
	while read -r s; do echo "$exported" | grep -qx "$s" || echo "$s"; done)
n=0
for part in "only assay_* is exported:$foreign" "what is exported is declared:$missing" "what is declared is exported:$undefined"; do
	n=$((n + 1))
	if [ -z "${part#*:}" ]; then echo "ok $n - ${part%%:*}"; else
		echo "not ok $n - ${part%%:*}"
		echo "${part#*:}" | sed 's/^/# /'
	fi
done
echo "1..$n"
