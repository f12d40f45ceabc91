/* Strings in content that no format claims: see format/strings.h. */
#include "config.h"

#include "format/strings.h"

#define LEAST 16 /* bytes of a run; random data hold one in five megabytes */
#define RUNS_MOST                                                                      \
	512 /* that get a span each; what follows is one span with all that is between \
	     */

static bool
is_printable(uint8_t c)
{
	return (c >= ' ' && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
}

/* The storages of a PyTorch archive are called by their numbers: numbers all the way through. */
static bool
is_storage(const struct member *member)
{
	const char *name = member_basename(member);

	return member->depth > 0 && *name != '\0' && name[strspn(name, "0123456789")] == '\0';
}

/* The next run of at least LEAST bytes from *POS on; empty where there is none. */
static struct bytes
next_run(struct bytes b, size_t *pos)
{
	size_t start = *pos;

	/* A run that long cannot step over every LEASTth byte. */
	while (start + LEAST <= b.len) {
		size_t back = start + LEAST, end;

		while (back > start && is_printable(b.data[back - 1]))
			back--;
		if (back > start) {
			start = back;
			continue;
		}
		for (end = start + LEAST; end < b.len && is_printable(b.data[end]); end++)
			;
		*pos = end;
		return bytes_slice(b, start, end - start);
	}
	*pos = b.len;
	return bytes_of(NULL, 0);
}

void
strings_hand_on(const struct member *member, struct sink *sink)
{
	struct bytes b = member->bytes;
	size_t pos = 0;

	if (is_storage(member))
		return;
	for (unsigned n = 0; pos < b.len; n++) {
		struct bytes run = next_run(b, &pos);

		if (run.len == 0)
			return;
		if (n == RUNS_MOST)
			run = bytes_slice(b, (size_t)(run.data - b.data), SIZE_MAX);
		sink_text(sink, SPAN_CONSTANT, "", run, (uint64_t)(run.data - b.data));
		if (n == RUNS_MOST)
			return;
	}
}
