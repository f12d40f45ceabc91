# Benchmarks: never part of `make check`.
EXTRA_DIST += \
	bench/inputs.py \
	bench/measure.py \
	bench/mix.py \
	bench/run.sh \
	$(NULL)

# Not built by `all`: only the benchmark wants it.
EXTRA_PROGRAMS = bench/hyperscan
bench_hyperscan_LDADD = libcore.la $(HYPERSCAN_LIBS)
CLEANFILES += bench/hyperscan$(EXEEXT)

bench: assay bench/hyperscan
	ASSAY='$(abs_builddir)/assay' HYPERSCAN='$(abs_builddir)/bench/hyperscan' \
	top_srcdir='$(abs_top_srcdir)' $(SHELL) $(top_srcdir)/bench/run.sh
.PHONY: bench
