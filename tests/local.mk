# Tests speak TAP; lists are a file a line.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER =
TEST_EXTENSIONS = .sh .py
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = python3
AM_TESTS_ENVIRONMENT = \
	LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1700000000 \
	ASSAY='$(abs_builddir)/assay' top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_builddir)' \
	ASSAY_DATADIR='$(abs_top_srcdir)'; \
	export LC_ALL TZ SOURCE_DATE_EPOCH ASSAY top_srcdir top_builddir ASSAY_DATADIR;

# Unit tests: a line here, a file in tests/unit/.
unit_tests = \
	tests/unit/reader \
	$(NULL)
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

tests_unit_reader_SOURCES = tests/unit/reader.c tests/tap.h
tests_unit_reader_LDADD = libcore.la

TESTS += \
	$(NULL)
EXTRA_DIST += \
	$(NULL)
