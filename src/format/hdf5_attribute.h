/* Attributes of HDF5: see format/hdf5_attribute.c. */
#ifndef FORMAT_HDF5_ATTRIBUTE_H
#define FORMAT_HDF5_ATTRIBUTE_H

#include "format/hdf5.h"

/* An attribute message of OBJECT: its text is handed on, a configuration of Keras judged. */
void hdf5_read_attribute(struct hdf5 *, uint64_t object, struct bytes message);

#endif
