#!/bin/sh
# The benchmark: whole processes on generated inputs, each as a ratio to `openssl dgst -sha256` over the
# same bytes in the same run. usage: make -C build bench   (BENCH_DIR: where inputs go, 11 GiB)
dir=${BENCH_DIR:-$(mktemp -d)}
[ -n "${BENCH_DIR:-}" ] || trap 'rm -rf "$dir"' EXIT
PYTHONPATH="$top_srcdir/tests/tools" python3 "$top_srcdir/bench/inputs.py" "$dir" || exit 1
exec python3 "$top_srcdir/bench/measure.py" "$ASSAY" "$dir"
