# Benchmarks: never part of `make check`.
EXTRA_DIST += \
	bench/inputs.py \
	bench/measure.py \
	bench/mix.py \
	bench/run.sh \
	$(NULL)

# Built by the tests, so that it goes on compiling; run by the benchmark only.
check_PROGRAMS += bench/hyperscan
bench_hyperscan_LDADD = libcore.la $(HYPERSCAN_LIBS)

bench: assay bench/hyperscan
	ASSAY='$(abs_builddir)/assay' HYPERSCAN='$(abs_builddir)/bench/hyperscan' \
	top_srcdir='$(abs_top_srcdir)' $(SHELL) $(top_srcdir)/bench/run.sh
.PHONY: bench
