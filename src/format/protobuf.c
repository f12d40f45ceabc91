/* Protocol Buffers: see format/protobuf.h. */
#include "config.h"

#include "format/protobuf.h"

bool
protobuf_next(struct reader *r, struct protobuf_field *ret)
{
	uint64_t tag, len;

	if (!reader_varint(r, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return false;
	*ret = (struct protobuf_field){ .number = tag >> 3, .wire = tag & 7 };
	switch (ret->wire) {
	case 0:
		return reader_varint(r, &ret->value);
	case 1:
		return reader_skip(r, 8);
	case 2:
		return reader_varint(r, &len) && reader_bytes(r, len, &ret->bytes);
	case 5:
		return reader_skip(r, 4);
	default: /* groups were given up before these formats were made */
		return false;
	}
}
