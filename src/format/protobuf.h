/* Protocol Buffers ("Encoding"), read field by field without a library. */
#ifndef FORMAT_PROTOBUF_H
#define FORMAT_PROTOBUF_H

#include "core/compiler.h"
#include "core/reader.h"

/* One field of a message. */
struct protobuf_field {
	uint64_t number, value; /* value of a varint */
	unsigned wire;
	struct bytes bytes; /* of wire type 2 */
};

/* The next field. False where there is none that is whole; groups are not read. */
MUST_USE bool protobuf_next(struct reader *, struct protobuf_field *ret);

#endif
