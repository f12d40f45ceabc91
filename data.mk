# Rules, policies and schemas, installed as they stand; a file a line.
nobase_dist_pkgdata_DATA += \
	rules/checks/archive.yaml \
	rules/checks/bundle.yaml \
	rules/checks/format.yaml \
	rules/checks/pickle.yaml \
	rules/checks/scan.yaml \
	rules/checks/tar.yaml \
	rules/checks/zip.yaml \
	rules/globals/numpy.yaml \
	rules/globals/python.yaml \
	rules/globals/stdlib.yaml \
	rules/globals/torch.yaml \
	$(NULL)

dist_man_MANS += \
	man/assay.1 \
	$(NULL)
bashcompletion_DATA = completions/assay.bash
EXTRA_DIST += completions/assay.bash
