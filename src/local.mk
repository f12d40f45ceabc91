# The sources of libassay, a module a line, in the order of the layers.
noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES = \
	src/assay.h \
	src/core/arena.c src/core/arena.h \
	src/core/buffer.c src/core/buffer.h \
	src/core/bytes.h \
	src/core/catalog.c src/core/catalog.h \
	src/core/compiler.h \
	src/core/json.c src/core/json.h \
	src/core/json_escape.c src/core/json_escape.h \
	src/core/json_keys.c src/core/json_keys.h \
	src/core/json_tree.c \
	src/core/library.c src/core/library.h \
	src/core/limits.h \
	src/core/masks.c src/core/masks.h \
	src/core/reader.c src/core/reader.h \
	src/core/rules.c src/core/rules.h \
	src/core/scan.h \
	src/core/sink.c src/core/sink.h \
	src/core/status.c src/core/status.h \
	src/core/text.c src/core/text.h \
	src/core/utf8.c src/core/utf8.h \
	src/core/yaml.c src/core/yaml.h \
	src/crypto/base64.c src/crypto/base64.h \
	src/crypto/blake3.c src/crypto/blake3.h \
	src/crypto/digest.c src/crypto/digest.h \
	src/crypto/dsse.c src/crypto/dsse.h \
	src/crypto/fulcio.c src/crypto/fulcio.h \
	src/crypto/key.c src/crypto/key.h \
	src/crypto/merkle.c src/crypto/merkle.h \
	src/crypto/note.c src/crypto/note.h \
	src/crypto/tsa.c src/crypto/tsa.h \
	src/crypto/x509.c src/crypto/x509.h src/crypto/x509_private.h \
	src/crypto/token.c src/crypto/token.h \
	src/crypto/token_uri.c src/crypto/token_uri.h \
	src/bundle/libarchive.c src/bundle/libarchive.h \
	src/bundle/member.c src/bundle/member.h \
	src/bundle/names.c src/bundle/names.h \
	src/bundle/scratch.c src/bundle/spool.h \
	src/bundle/target.c src/bundle/target.h \
	src/bundle/unpack.c src/bundle/unpack.h \
	src/bundle/zip.c src/bundle/zip.h \
	src/bundle/zip_check.c src/bundle/zip_check.h \
	src/format/card.c \
	src/format/engine.c \
	src/format/format.c src/format/format.h \
	src/format/gguf.c src/format/gguf.h \
	src/format/gguf_tensors.c \
	src/format/globals.c src/format/globals.h \
	src/format/hdf5.c src/format/hdf5.h \
	src/format/hdf5_attribute.c src/format/hdf5_attribute.h \
	src/format/hdf5_dense.c \
	src/format/hdf5_groups.c \
	src/format/joblib.c \
	src/format/json.c \
	src/format/json_text.c src/format/json_text.h \
	src/format/keras.c src/format/keras.h \
	src/format/keras_archive.c \
	src/format/literal.c src/format/literal.h \
	src/format/media.c \
	src/format/numpy.c \
	src/format/onnx.c \
	src/format/operators.c src/format/operators.h \
	src/format/pickle.c src/format/pickle.h \
	src/format/pickle_build.c \
	src/format/pickle_calls.c \
	src/format/pickle_code.c \
	src/format/pickle_joblib.c \
	src/format/pickle_judge.c \
	src/format/pickle_nested.c \
	src/format/pickle_ops.c \
	src/format/pickle_search.c \
	src/format/pickle_stack.c \
	src/format/pickle_text.c \
	src/format/pickle_values.c \
	src/format/pickle_vm.c src/format/pickle_vm.h \
	src/format/protobuf.c src/format/protobuf.h \
	src/format/python.c src/format/python.h \
	src/format/regions.c src/format/regions.h \
	src/format/safetensors.c \
	src/format/settings.c src/format/settings.h \
	src/format/skops.c \
	src/format/source.c src/format/source.h \
	src/format/sources.c \
	src/format/stream.c \
	src/format/strings.c src/format/strings.h \
	src/format/table.c \
	src/format/tail_set.h \
	src/format/tar.c \
	src/format/tensor_names.c src/format/tensor_names.h \
	src/format/tensorflow.c \
	src/format/text.c \
	src/format/textual.c src/format/textual.h \
	src/format/torch.c \
	src/format/torch_legacy.c \
	src/format/torchscript.c \
	src/format/torchserve.c \
	src/format/yaml.c \
	src/format/yaml_tags.c src/format/yaml_tags.h \
	src/format/zip.c \
	src/detect/dependency.c \
	src/detect/detector.c src/detect/detector.h \
	src/detect/documentation.c \
	src/detect/hyperscan.c src/detect/hyperscan.h \
	src/detect/license.c \
	src/detect/license_align.c \
	src/detect/license_anchors.c src/detect/license_anchors.h \
	src/detect/license_decide.c \
	src/detect/license_declared.c \
	src/detect/license_expression.c src/detect/license_expression.h \
	src/detect/license_files.c src/detect/license_files.h \
	src/detect/license_filter.c src/detect/license_filter.h \
	src/detect/license_find.c \
	src/detect/license_names.c src/detect/license_names.h \
	src/detect/license_notices.c src/detect/license_notices.h \
	src/detect/license_reading.h \
	src/detect/license_regions.c src/detect/license_regions.h \
	src/detect/license_scan.c src/detect/license_scan.h \
	src/detect/license_terms.c src/detect/license_terms.h \
	src/detect/license_texts.c src/detect/license_texts.h \
	src/detect/license_versions.c \
	src/detect/license_words.c src/detect/license_words.h \
	src/detect/osv.c src/detect/osv.h \
	src/detect/osv_record.c src/detect/osv_record.h \
	src/detect/pep440.c src/detect/pep440.h \
	src/detect/pii.c \
	src/detect/pii_address.c \
	src/detect/pii_chance.c \
	src/detect/pii_context.c \
	src/detect/pii_find.h \
	src/detect/pii_key.c \
	src/detect/pii_marks.c src/detect/pii_marks.h \
	src/detect/pii_network.c \
	src/detect/pii_phone.c \
	src/detect/pii_report.c \
	src/detect/pii_rules.c src/detect/pii_rules.h \
	src/detect/pii_scan.h \
	src/detect/pii_shape.c \
	src/detect/pii_wallet.c \
	src/detect/pii_word.c \
	src/detect/validators.c src/detect/validators.h src/detect/validators_table.h \
	src/detect/validators_america.c \
	src/detect/validators_asia.c \
	src/detect/validators_central.c \
	src/detect/validators_dates.c \
	src/detect/validators_east.c \
	src/detect/validators_finance.c \
	src/detect/validators_north.c \
	src/detect/validators_south.c \
	src/detect/yara.c \
	src/detect/yara_compile.c src/detect/yara_compile.h \
	src/provenance/addressed.c \
	src/detect/secret.c src/detect/secret.h \
	src/detect/secret_anchors.c src/detect/secret_anchors.h \
	src/detect/secret_assign.c src/detect/secret_assign.h \
	src/detect/secret_claim.c src/detect/secret_claim.h \
	src/detect/secret_example.c src/detect/secret_example.h \
	src/detect/secret_fit.c \
	src/detect/secret_gate.c src/detect/secret_gate.h \
	src/detect/secret_index.c src/detect/secret_index.h \
	src/detect/secret_keywords.c src/detect/secret_keywords.h \
	src/detect/secret_outline.c src/detect/secret_outline.h \
	src/detect/secret_set.h \
	src/detect/secret_place.c src/detect/secret_place.h \
	src/detect/secret_rules.c src/detect/secret_rules.h \
	src/detect/secret_validate.c src/detect/secret_validate.h \
	src/detect/secret_value.c src/detect/secret_value.h \
	src/provenance/bundle.c src/provenance/bundle.h \
	src/provenance/cms.c \
	src/provenance/cosign.c \
	src/provenance/descriptors.c src/provenance/descriptors.h \
	src/provenance/detached.c src/provenance/detached.h \
	src/provenance/huggingface.c \
	src/provenance/intoto.c \
	src/provenance/keyless.c src/provenance/keyless.h \
	src/provenance/lfs.c \
	src/provenance/listing.c src/provenance/listing.h \
	src/provenance/match.c src/provenance/match.h \
	src/provenance/minisign.c \
	src/provenance/mlflow.c \
	src/provenance/oci.c \
	src/provenance/oms.c src/provenance/oms.h \
	src/provenance/oms_tree.c \
	src/provenance/oms_write.c src/provenance/oms_write.h \
	src/provenance/openpgp.c \
	src/provenance/provenance.c src/provenance/provenance.h \
	src/provenance/rawsig.c \
	src/provenance/record.c \
	src/provenance/rekor.c src/provenance/rekor.h \
	src/provenance/rekor_body.c src/provenance/rekor_body.h \
	src/provenance/shards.c \
	src/provenance/signer.c src/provenance/signer.h \
	src/provenance/sigstore.c \
	src/provenance/sums.c src/provenance/sums.h \
	src/provenance/sums_line.c \
	src/provenance/trusted_root.c src/provenance/trusted_root.h \
	src/scan/assemble.c \
	src/scan/collect.c src/scan/collect.h src/scan/collector.h \
	src/scan/fault.c src/scan/fault.h \
	src/scan/gpgv.c src/scan/gpgv.h \
	src/scan/hash.c src/scan/hash.h \
	src/scan/landlock.c src/scan/landlock.h \
	src/scan/pipeline.c src/scan/pipeline.h \
	src/scan/pool.c src/scan/pool.h \
	src/scan/result.h \
	src/scan/sandbox.c src/scan/sandbox.h \
	src/scan/sandbox_program.c \
	src/scan/scan.c src/scan/scan.h \
	src/scan/wire.c src/scan/wire.h \
	src/scan/worker.c src/scan/worker.h \
	src/policy/baseline.c src/policy/baseline.h \
	src/policy/claims.c \
	src/policy/controls.c \
	src/policy/decide.c src/policy/decide.h \
	src/policy/duties.c \
	src/policy/findings.h \
	src/policy/metric.c src/policy/metric.h \
	src/policy/policy.c src/policy/policy.h \
	src/policy/settings.c src/policy/settings.h \
	src/policy/userfile.c src/policy/userfile.h \
	src/policy/waivers.c src/policy/waivers.h \
	src/report/diff.c src/report/diff.h \
	src/report/folder.c src/report/folder.h \
	src/report/html.c \
	src/report/json.c \
	src/report/junit.c \
	src/report/load.c src/report/load.h \
	src/report/markdown.c \
	src/report/markup.c src/report/markup.h \
	src/report/report.c src/report/report.h \
	src/report/sarif.c \
	src/report/stream.c src/report/stream.h \
	src/report/text.c \
	src/policy/jsonfile.c src/policy/jsonfile.h \
	src/policy/licenses.c src/policy/licenses.h \
	src/audit/log.c src/audit/log.h src/audit/log_private.h \
	src/audit/log_write.c \
	src/audit/signed.c src/audit/signed.h \
	src/audit/signed_verify.c \
	src/audit/statement.c src/audit/statement.h \
	src/audit/tiles.c src/audit/tiles.h \
	src/api/evidence.c src/api/evidence.h \
	src/api/configuration.c src/api/configuration.h \
	src/api/doctor.c \
	src/api/explain.c \
	src/api/inspect.c \
	src/api/keygen.c \
	src/api/log.c \
	src/api/osv.c src/api/osv.h \
	src/api/policies.c src/api/policies.h \
	src/api/policy.c \
	src/api/report.c \
	src/api/rules.c src/api/rulekinds.h \
	src/api/scan.c \
	src/api/signed.c \
	src/api/signing.c src/api/signing.h \
	src/api/session.c src/api/session.h \
	src/api/sign.c \
	src/api/version.c \
	$(NULL)
libcore_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
libcore_la_LIBADD = $(DEPS_LIBS)

lib_LTLIBRARIES += libassay.la
include_HEADERS += src/assay.h
libassay_la_SOURCES =
libassay_la_LIBADD = libcore.la
libassay_la_LDFLAGS = $(AM_LDFLAGS) -export-symbols-regex '^assay_' -version-info 0:0:0 -no-undefined

# The program links the convenience library, so that ./assay is a real executable.
bin_PROGRAMS += assay
assay_SOURCES = \
	src/cli/command.h \
	src/cli/doctor.c \
	src/cli/explain.c \
	src/cli/inspect.c \
	src/cli/keygen.c \
	src/cli/log.c \
	src/cli/main.c \
	src/cli/parse.c src/cli/parse.h \
	src/cli/place.c \
	src/cli/policy.c \
	src/cli/report.c \
	src/cli/rules.c \
	src/cli/scan.c \
	src/cli/sign.c \
	$(NULL)
assay_LDADD = libcore.la

# The YARA packs, compiled into the program.
noinst_PROGRAMS += tools/yara-packs
tools_yara_packs_SOURCES = tools/yara-packs.c src/core/status.c src/detect/yara_compile.c
tools_yara_packs_LDADD = $(DEPS_LIBS)
src/detect/yara_packs.inc: $(yara_packs) tools/yara-packs$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/detect && tools/yara-packs$(EXEEXT) \
		`for f in $(yara_packs); do echo $(top_srcdir)/$$f; done` >$@.part && mv $@.part $@
BUILT_SOURCES = src/detect/yara_packs.inc
# Also where a single target is made in a fresh tree.
yara_packs_users = src/detect/libcore_la-yara.lo
$(yara_packs_users): src/detect/yara_packs.inc
CLEANFILES += src/detect/yara_packs.inc
