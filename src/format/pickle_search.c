/* What stands outside of the pickles of a file: behind them, between them, behind a broken one. */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"
#include "core/text.h"

#define RESYNC_TRIES 1000000	 /* beginnings that turn out to be none: 50 GB of random bytes */
#define RESYNC_OPCODES 200000000 /* run in all of them together */
#define TRY_OPCODES 20000	 /* in one */
#define NAME_MAX_LEN 100	 /* a longer one is no name of anything dangerous */
#define SALVAGE_WORK (2 * GIB)	 /* bytes of names that are read in a search: seconds */
#define JUDGE_WORK 200		 /* what judging a name costs, in the same measure */
#define SALVAGED_MAX 100	 /* findings; the first says enough */

/*
 * Raw data holds bytes that look like the beginning of a pickle by chance, so only a stream that
 * imports something counts.
 */
bool
pickle_resync(const struct member *member, uint64_t from, struct sink *sink, uint64_t *ret)
{
	struct bytes b = member->bytes;
	uint64_t opcodes = 0;
	unsigned tries = 0;

	for (uint64_t pos = from; pos + 2 < b.len; pos++) {
		const uint8_t *hit = memchr(b.data + pos, 0x80, b.len - pos - 2);
		struct pickle_vm vm;
		bool imports;

		if (hit == NULL)
			return false;
		pos = (uint64_t)(hit - b.data);
		if (pickle_probe(bytes_slice(b, pos, 4096)) < 50)
			continue;
		if (++tries > RESYNC_TRIES || opcodes > RESYNC_OPCODES) {
			sink_trouble(sink, STATUS_LIMIT, "scan/limit", pos,
			    "too much in it looks like the beginning of a pickle");
			return false;
		}
		if (!vm_init(&vm, member, pos))
			return false;
		(void)vm_run(&vm, TRY_OPCODES);
		imports = vm.nimports > 0;
		opcodes += vm.opcodes;
		vm_free(&vm);
		if (imports) {
			*ret = pos;
			return true;
		}
	}
	return false;
}

static bool
is_name_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '_' || c == '.';
}

/* A line of a name. */
static bool
read_name_line(struct reader *r, struct bytes *ret, uint64_t *work)
{
	struct bytes rest = bytes_slice(r->in, r->pos, NAME_MAX_LEN);
	size_t n = 0;

	while (n < rest.len && is_name_byte(rest.data[n]))
		n++;
	*work += n;
	if (n == 0 || n == rest.len || (rest.data[n] != '\n' && rest.data[n] != '\r'))
		return false;
	*ret = bytes_slice(rest, 0, n);
	if (rest.data[n] == '\r')
		n++;
	return reader_skip(r, n + 1);
}

/* A short string of a name, perhaps memoized. */
static bool
read_name_text(struct reader *r, struct bytes *ret, uint64_t *work)
{
	uint8_t opcode, len, next;
	uint32_t len32;

	if (!reader_u8(r, &opcode))
		return false;
	if (opcode == 0x8c) {
		if (!reader_u8(r, &len) || !reader_bytes(r, len, ret))
			return false;
	} else if (opcode != 'X' || !reader_u32le(r, &len32) || len32 > NAME_MAX_LEN ||
	    !reader_bytes(r, len32, ret)) {
		return false;
	}
	*work += ret->len;
	for (size_t i = 0; i < ret->len; i++)
		if (!is_name_byte(ret->data[i]))
			return false;
	if (r->pos < r->in.len) {
		next = r->in.data[r->pos];
		if (next == 0x94)
			return reader_skip(r, 1);
		if (next == 'q')
			return reader_skip(r, 2);
	}
	return ret->len > 0;
}

/* An import at POS, by GLOBAL, INST or STACK_GLOBAL. */
static bool
read_import(struct bytes b, size_t pos, struct bytes *module, struct bytes *name, uint64_t *work)
{
	struct reader r = reader_over(b);
	uint8_t opcode;

	if (!reader_seek(&r, pos) || !reader_u8(&r, &opcode))
		return false;
	if (opcode == 'c' || opcode == 'i')
		return read_name_line(&r, module, work) && read_name_line(&r, name, work);
	return reader_seek(&r, pos) && read_name_text(&r, module, work) &&
	    read_name_text(&r, name, work) && reader_u8(&r, &opcode) && opcode == 0x93;
}

/* Reports what is imported at POS. */
static void
report(struct sink *sink, struct bytes module, struct bytes name, uint64_t pos, const char *why)
{
	struct arena *arena = sink_arena(sink);
	const char *shown = arena_format(arena, "%s.%s", text_safe(arena, module, NAME_MAX_LEN),
	    text_safe(arena, name, NAME_MAX_LEN));

	sink_finding(sink, "pickle/dangerous-import", pos, 0, shown,
	    "outside of its pickles the file imports %s: %s", shown == NULL ? "" : shown,
	    why == NULL ? "" : why);
}

void
pickle_salvage(const struct member *member, uint64_t start, uint64_t end,
    struct pickle_lists *lists, struct sink *sink)
{
	struct bytes b = bytes_slice(member->bytes, 0, end);
	uint64_t work = 0;
	unsigned found = 0;

	for (uint64_t pos = start; pos < b.len && found < SALVAGED_MAX; pos++) {
		uint8_t c = b.data[pos];
		const struct globals *globals;
		struct global_verdict verdict;
		struct bytes module, name;

		if (c != 'c' && c != 'i' && c != 0x8c && c != 'X')
			continue;
		if (work > SALVAGE_WORK) {
			sink_trouble(sink, STATUS_LIMIT, "scan/limit", pos,
			    "too much behind its pickles looks like an import");
			return;
		}
		if (!read_import(b, pos, &module, &name, &work))
			continue;
		work += JUDGE_WORK;
		globals = pickle_lists_get(lists);
		if (globals == NULL)
			return;
		verdict = globals_judge(globals, module, name);
		if (verdict.kind != GLOBAL_DANGEROUS)
			continue;
		found++;
		report(sink, module, name, pos, verdict.why);
	}
}
