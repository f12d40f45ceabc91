# Rules, policies and schemas, installed as they stand; a file a line.
nobase_dist_pkgdata_DATA += \
	rules/checks/bundle.yaml \
	rules/checks/format.yaml \
	rules/checks/scan.yaml \
	$(NULL)

dist_man_MANS += \
	man/assay.1 \
	$(NULL)
bashcompletion_DATA = completions/assay.bash
EXTRA_DIST += completions/assay.bash
