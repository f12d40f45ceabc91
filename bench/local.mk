# Benchmarks: never part of `make check`.
EXTRA_DIST += \
	bench/inputs.py \
	bench/measure.py \
	bench/mix.py \
	bench/run.sh \
	$(NULL)

bench: assay
	ASSAY='$(abs_builddir)/assay' top_srcdir='$(abs_top_srcdir)' $(SHELL) $(top_srcdir)/bench/run.sh
.PHONY: bench
