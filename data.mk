# The YARA packs, in the order of their names: the build compiles them, too.
yara_packs = \
	rules/yara/data.yar \
	rules/yara/droppers.yar \
	rules/yara/executables.yar \
	rules/yara/graphs.yar \
	rules/yara/miners.yar \
	rules/yara/payloads.yar \
	rules/yara/shells.yar \
	rules/yara/templates.yar \
	rules/yara/web.yar \
	$(NULL)
nobase_dist_pkgdata_DATA += $(yara_packs)

# Rules, policies and schemas, installed as they stand; a file a line.
nobase_dist_pkgdata_DATA += \
	policies/audit.yaml \
	policies/ci.yaml \
	policies/developer.yaml \
	policies/security.yaml \
	rules/checks/archive.yaml \
	rules/checks/bundle.yaml \
	rules/checks/card.yaml \
	rules/checks/config.yaml \
	rules/checks/dependency.yaml \
	rules/checks/documentation.yaml \
	rules/checks/format.yaml \
	rules/checks/gguf.yaml \
	rules/checks/hash.yaml \
	rules/checks/hdf5.yaml \
	rules/checks/json.yaml \
	rules/checks/keras.yaml \
	rules/checks/license.yaml \
	rules/checks/notebook.yaml \
	rules/checks/numpy.yaml \
	rules/checks/onnx.yaml \
	rules/checks/pickle.yaml \
	rules/checks/pii.yaml \
	rules/checks/policy.yaml \
	rules/checks/python.yaml \
	rules/checks/safetensors.yaml \
	rules/checks/scan.yaml \
	rules/checks/secret.yaml \
	rules/checks/shard.yaml \
	rules/checks/signature.yaml \
	rules/checks/skops.yaml \
	rules/checks/source.yaml \
	rules/checks/tar.yaml \
	rules/checks/tensorflow.yaml \
	rules/checks/torch.yaml \
	rules/checks/yaml.yaml \
	rules/checks/yara.yaml \
	rules/checks/zip.yaml \
	rules/documentation/items.yaml \
	rules/globals/boosting.yaml \
	rules/globals/joblib.yaml \
	rules/globals/numpy.yaml \
	rules/globals/others.yaml \
	rules/globals/pandas.yaml \
	rules/globals/python.yaml \
	rules/globals/scipy.yaml \
	rules/globals/sklearn.yaml \
	rules/globals/stdlib.yaml \
	rules/globals/torch.yaml \
	rules/globals/transformers.yaml \
	rules/graphs/tensorflow.yaml \
	rules/licenses/list.tsv \
	rules/licenses/names.yaml \
	rules/licenses/obligations.yaml \
	rules/licenses/texts.dat \
	rules/licenses/words.tsv \
	rules/pii/america.yaml \
	rules/pii/asia.yaml \
	rules/pii/britain.yaml \
	rules/pii/europe.yaml \
	rules/pii/general.yaml \
	rules/pii/germany.yaml \
	rules/pii/others.yaml \
	rules/pii/world.yaml \
	rules/secrets/ai.yaml \
	rules/secrets/clouds.yaml \
	rules/secrets/formats.yaml \
	rules/secrets/forms.yaml \
	rules/secrets/generic.yaml \
	rules/secrets/near.yaml \
	rules/secrets/registries.yaml \
	rules/secrets/services.yaml \
	rules/secrets/words.yaml \
	schemas/policy.schema.json \
	schemas/report.schema.json \
	schemas/waivers.schema.json \
	$(NULL)

dist_man_MANS += \
	man/assay-policy.5 \
	man/assay-report.5 \
	man/assay.1 \
	$(NULL)
bashcompletion_DATA = completions/assay.bash
EXTRA_DIST += completions/assay.bash
