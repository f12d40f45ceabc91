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
LDADD = libcore.la
unit_tests = \
	tests/unit/archives \
	tests/unit/audit \
	tests/unit/blake3 \
	tests/unit/bundle_docs \
	tests/unit/cosign \
	tests/unit/crypto \
	tests/unit/globals \
	tests/unit/hashlists \
	tests/unit/hdf5 \
	tests/unit/json \
	tests/unit/keras \
	tests/unit/license \
	tests/unit/license_anchors \
	tests/unit/license_data \
	tests/unit/license_expression \
	tests/unit/license_policy \
	tests/unit/oms \
	tests/unit/osv \
	tests/unit/numpy \
	tests/unit/pickle \
	tests/unit/policy \
	tests/unit/pii \
	tests/unit/pii_scan \
	tests/unit/onnx \
	tests/unit/reader \
	tests/unit/rules \
	tests/unit/scan \
	tests/unit/tensorflow \
	tests/unit/tensors \
	tests/unit/secret_engines \
	tests/unit/secret_examples \
	tests/unit/secret_search \
	tests/unit/secrets \
	tests/unit/sink \
	tests/unit/shards \
	tests/unit/skops \
	tests/unit/source \
	tests/unit/text_mask \
	tests/unit/texts \
	tests/unit/torch \
	tests/unit/validators \
	tests/unit/wire \
	tests/unit/yaml \
	tests/unit/yara \
	$(NULL)
check_PROGRAMS += $(unit_tests)
EXTRA_DIST += tests/formats.h tests/tap.h tests/unit/format_test.h
EXTRA_DIST += tests/tap.h tests/unit/authority.h tests/unit/claims.h
check_PROGRAMS += $(unit_tests) tests/corpus/tlog tests/corpus/validators tests/tools/examples
EXTRA_DIST += tests/formats.h tests/tap.h tests/unit/claims.h tests/unit/format_test.h tests/unit/zip_of.h

# Fuzz targets: a line in the list and two below. They replay files and mutations of them in every
# build; with --enable-fuzzing they are libFuzzer's.
fuzz_targets = \
	tests/fuzz/bundle \
	tests/fuzz/certificate \
	tests/fuzz/gguf \
	tests/fuzz/claims \
	tests/fuzz/json \
	tests/fuzz/keras \
	tests/fuzz/license \
	tests/fuzz/license_expression \
	tests/fuzz/secret \
	tests/fuzz/signed \
	tests/fuzz/markup \
	tests/fuzz/policy \
	tests/fuzz/osv \
	tests/fuzz/onnx \
	tests/fuzz/safetensors \
	tests/fuzz/report \
	tests/fuzz/pii \
	tests/fuzz/hdf5 \
	tests/fuzz/joblib \
	tests/fuzz/numpy \
	tests/fuzz/pickle \
	tests/fuzz/skops \
	tests/fuzz/tar \
	tests/fuzz/torch \
	tests/fuzz/trusted_root \
	tests/fuzz/zip \
	tests/fuzz/tensorflow \
	tests/fuzz/tensors \
	tests/fuzz/text \
	tests/fuzz/timestamp \
	$(NULL)
check_PROGRAMS += $(fuzz_targets)
if FUZZING
fuzz_common = tests/fuzz/rules.c tests/fuzz/fuzz.h
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_common = tests/fuzz/replay.c tests/fuzz/rules.c tests/fuzz/fuzz.h
fuzz_ldflags = $(AM_LDFLAGS)
endif
EXTRA_DIST += tests/fuzz/replay.c

tests_fuzz_certificate_SOURCES = tests/fuzz/certificate.c $(fuzz_common)
tests_fuzz_certificate_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_bundle_SOURCES = tests/fuzz/bundle.c $(fuzz_common)
tests_fuzz_bundle_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_hdf5_SOURCES = tests/fuzz/hdf5.c $(fuzz_common)
tests_fuzz_hdf5_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_joblib_SOURCES = tests/fuzz/joblib.c $(fuzz_common)
tests_fuzz_joblib_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_numpy_SOURCES = tests/fuzz/numpy.c $(fuzz_common)
tests_fuzz_numpy_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_pickle_SOURCES = tests/fuzz/pickle.c $(fuzz_common)
tests_fuzz_pickle_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_skops_SOURCES = tests/fuzz/skops.c $(fuzz_common)
tests_fuzz_skops_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_tar_SOURCES = tests/fuzz/tar.c $(fuzz_common)
tests_fuzz_tar_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_trusted_root_SOURCES = tests/fuzz/trusted_root.c $(fuzz_common)
tests_fuzz_trusted_root_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_torch_SOURCES = tests/fuzz/torch.c $(fuzz_common)
tests_fuzz_torch_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_zip_SOURCES = tests/fuzz/zip.c $(fuzz_common)
tests_fuzz_zip_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_gguf_SOURCES = tests/fuzz/gguf.c $(fuzz_common)
tests_fuzz_gguf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_claims_SOURCES = tests/fuzz/claims.c $(fuzz_common)
tests_fuzz_claims_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_json_SOURCES = tests/fuzz/json.c $(fuzz_common)
tests_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_keras_SOURCES = tests/fuzz/keras.c $(fuzz_common)
tests_fuzz_keras_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_license_SOURCES = tests/fuzz/license.c $(fuzz_common)
tests_fuzz_license_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_license_expression_SOURCES = tests/fuzz/license_expression.c $(fuzz_common)
tests_fuzz_license_expression_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_secret_SOURCES = tests/fuzz/secret.c $(fuzz_common)
tests_fuzz_secret_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_signed_SOURCES = tests/fuzz/signed.c $(fuzz_common)
tests_fuzz_signed_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_markup_SOURCES = tests/fuzz/markup.c $(fuzz_common)
tests_fuzz_markup_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_policy_SOURCES = tests/fuzz/policy.c $(fuzz_common)
tests_fuzz_policy_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_osv_SOURCES = tests/fuzz/osv.c $(fuzz_common)
tests_fuzz_osv_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_onnx_SOURCES = tests/fuzz/onnx.c $(fuzz_common)
tests_fuzz_onnx_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_safetensors_SOURCES = tests/fuzz/safetensors.c $(fuzz_common)
tests_fuzz_safetensors_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_report_SOURCES = tests/fuzz/report.c $(fuzz_common)
tests_fuzz_report_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_pii_SOURCES = tests/fuzz/pii.c $(fuzz_common)
tests_fuzz_pii_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_timestamp_SOURCES = tests/fuzz/timestamp.c $(fuzz_common)
tests_fuzz_timestamp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_tensorflow_SOURCES = tests/fuzz/tensorflow.c $(fuzz_common)
tests_fuzz_tensorflow_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_tensors_SOURCES = tests/fuzz/tensors.c $(fuzz_common)
tests_fuzz_tensors_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_text_SOURCES = tests/fuzz/text.c $(fuzz_common)
tests_fuzz_text_LDFLAGS = $(fuzz_ldflags)

lints = \
	tests/lint/banned.sh \
	tests/lint/catalog.sh \
	tests/lint/docs.sh \
	tests/lint/layers.sh \
	tests/lint/shell.sh \
	tests/lint/symbols.sh \
	$(NULL)

TESTS += \
	$(unit_tests) \
	$(lints) \
	tests/bypasses.py \
	tests/detached.sh \
	tests/faults.sh \
	tests/fuzz/replay.sh \
	tests/golden/run.sh \
	tests/interop/report.sh \
	tests/reports.py \
	tests/differential-pickle.py \
	tests/hashlists.sh \
	tests/masking.py \
	tests/real-models.sh \
	tests/sign.sh \
	$(NULL)
EXTRA_DIST += \
	$(lints) \
	tests/corpus/floor.py \
	tests/coverage.sh \
	tests/corpus/floors \
	tests/corpus/replay.sh \
	tests/bypasses.py \
	tests/detached.sh \
	tests/faults.sh \
	tests/reports.py \
	tests/fuzz/replay.sh \
	tests/fuzz/seeds.py \
	tests/differential-pickle.py \
	tests/hashlists.sh \
	tests/masking.py \
	tests/real-models.sh \
	tests/sign.sh \
	tests/interop/package.json \
	tests/interop/report.sh \
	tests/interop/verify.js \
	tests/run-all \
	tests/tools/demo-bundle.py \
	tests/tools/fixtures.py \
	tests/tools/gpgv-attempts.c \
	tests/tools/real_models.py \
	$(NULL)
# Golden cases are folders: all of them go along.
dist-hook:
	cp -r $(top_srcdir)/tests/golden $(distdir)/tests/

# What a change must pass before it lands: seconds, not minutes.
fast-check:
	$(MAKE) check TESTS='$(unit_tests) $(lints) tests/golden/run.sh'
golden:
	$(MAKE) check TESTS=tests/golden/run.sh
# make fuzz FUZZ_SECONDS=600 FUZZ_TARGETS="pickle zip": needs --enable-fuzzing.
FUZZ_SECONDS = 60
fuzz: $(fuzz_targets)
	$(MKDIR_P) fuzz-seeds
	PYTHONPATH=$(top_srcdir)/tests/tools python3 $(top_srcdir)/tests/fuzz/seeds.py fuzz-seeds
	for t in $${FUZZ_TARGETS:-`echo $(fuzz_targets) | sed 's#tests/fuzz/##g'`}; do \
		$(MKDIR_P) fuzz-seeds/$$t && top_srcdir=$(abs_top_srcdir) tests/fuzz/$$t -max_total_time=$(FUZZ_SECONDS) \
			-timeout=10 -rss_limit_mb=2048 -artifact_prefix=fuzz-seeds/crash-$$t- fuzz-seeds/$$t || exit 1; \
	done
.PHONY: fast-check golden fuzz
# Lines reached by the tests, a row for each source: needs --enable-coverage.
coverage:
	-$(MAKE) check
	top_builddir='$(abs_builddir)' top_srcdir='$(abs_top_srcdir)' $(SHELL) $(top_srcdir)/tests/coverage.sh
.PHONY: coverage
# What tests/interop/ installed from npm.
clean-local:
	rm -rf interop
