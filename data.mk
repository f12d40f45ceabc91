# Rules, policies and schemas, installed as they stand; a file a line.
nobase_dist_pkgdata_DATA += \
	$(NULL)
