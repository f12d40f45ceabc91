/*
 * Pickle, protocols 0 to 5: the format. The machine is in pickle_vm.c, what imports and calls
 * mean in pickle_calls.c. A file may hold several streams and junk between them; a loader that is
 * called again, or that seeks, reads them all, so we do.
 */
#include "config.h"

#include "format/format.h"
#include "format/pickle_vm.h"

#include "core/limits.h"

#define PROBE_OPCODES 20000
#define MAX_STREAMS 100000
#define RESYNC_TRIES 2000

static const char *const suffixes[] = { ".pkl", ".pickle", ".dill", ".joblib", ".p", ".pt", ".pth",
	".ckpt", ".bin", ".dat", ".data", ".sav", ".model", NULL };

int
pickle_probe(struct bytes b)
{
	struct member member = { .path = "", .name = "", .bytes = b };
	struct pickle_vm vm;
	int sure = 0;
	bool whole;

	if (b.len < 2)
		return 0;
	if (b.data[0] == 0x80 && b.data[1] <= 5 && b.data[1] >= 1) {
		static const char starts[] =
		    "(.012FIJKLMNPQRSTUVX]})"
		    "clibdegh\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97GBCj";

		return b.len > 2 && memchr(starts, b.data[2], sizeof(starts) - 1) != NULL ? 95 : 0;
	}
	/* Protocol 0 and 1 have no header: the opcodes must make sense as far as an import or the
	 * end. */
	if (memchr("(]}cIFLSVTUXKJMGilN)PB\x8c\x95", b.data[0], 24) == NULL ||
	    !vm_init(&vm, &member, 0))
		return 0;
	whole = vm_run(&vm, PROBE_OPCODES);
	if (whole && vm.opcodes > 1 && vm.stack.n == 0)
		sure = vm.nimports > 0 || vm.opcodes > 3 ? 70 : b.len == vm.r.pos ? 40 : 0;
	else if (vm.nimports > 0)
		sure = 60;
	else if (!vm.has_failed && vm.opcodes >= PROBE_OPCODES)
		sure = 60;
	vm_free(&vm);
	return sure;
}

static int
probe(const struct member *member)
{
	return pickle_probe(member->bytes);
}

/* One stream from START. True at its STOP. */
static bool
run_stream(const struct member *member, uint64_t start, unsigned flavor,
    const struct globals *globals, struct sink *sink, struct pickle_vm *vm)
{
	bool whole;

	if (!vm_init(vm, member, start))
		return false;
	vm->flavor = flavor;
	vm->globals = globals;
	vm->sink = sink;
	vm->is_judging = true;
	whole = vm_run(vm, 0);
	vm_judge(vm);
	return whole;
}

/* torch.save() before 1.6 wrote this number, then four pickles, then raw storages. */
static bool
is_torch_legacy(const struct member *member, uint64_t start)
{
	static const uint8_t magic[] = { 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8,
		0x50, 0x19, '.' };
	struct bytes head = bytes_slice(member->bytes, start + 2, sizeof(magic));

	return head.len == sizeof(magic) && memcmp(head.data, magic, sizeof(magic)) == 0;
}

/*
 * Junk between streams: where does the next pickle begin that imports something? Raw data holds
 * bytes that look like a beginning by chance, so only a stream that imports counts.
 */
static bool
resync(const struct member *member, uint64_t from, uint64_t *ret)
{
	struct bytes b = member->bytes;
	unsigned tries = 0;

	for (uint64_t pos = from; pos + 2 < b.len && tries < RESYNC_TRIES; pos++) {
		const uint8_t *hit = memchr(b.data + pos, 0x80, b.len - pos - 1);
		struct pickle_vm vm;
		bool imports;

		if (hit == NULL)
			return false;
		pos = (uint64_t)(hit - b.data);
		if (pickle_probe(bytes_slice(b, pos, 4096)) < 50 || !vm_init(&vm, member, pos))
			continue;
		tries++;
		(void)vm_run(&vm, PROBE_OPCODES);
		imports = vm.nimports > 0;
		vm_free(&vm);
		if (imports) {
			*ret = pos;
			return true;
		}
	}
	return false;
}

bool
pickle_analyze(const struct member *member, uint64_t start, unsigned flavor,
    const struct rules *rules, struct sink *sink, uint64_t *ret_end)
{
	struct status status = { 0 };
	const struct globals *globals = rules_get(rules, &globals_kind, &status);
	bool legacy = is_torch_legacy(member, start), any = false;
	uint64_t pos = start;

	*ret_end = start;
	if (globals == NULL) {
		sink_trouble(sink, STATUS_INTERNAL, "scan/detector-failed", start,
		    "the lists of globals: %s", status.text);
		return false;
	}
	for (unsigned streams = 0; streams < MAX_STREAMS; streams++) {
		struct pickle_vm vm;
		bool whole = run_stream(member, pos, flavor, globals, sink, &vm);
		uint64_t stopped = vm.r.pos, failed_at = vm.op;

		if (!whole)
			sink_trouble(sink, STATUS_MALFORMED, "pickle/malformed", failed_at,
			    "the pickle is broken at byte %ju: %s", (uintmax_t)failed_at,
			    vm.failure[0] == '\0' ? "unknown" : vm.failure);
		vm_free(&vm);
		if (whole) {
			any = true;
			*ret_end = stopped;
		}
		if (flavor & PICKLE_ONE)
			return any;
		pos = whole ? stopped : failed_at + 1;
		if (pos >= member->bytes.len)
			return any;
		if (whole && pickle_probe(bytes_slice(member->bytes, pos, SIZE_MAX)) >= 60)
			continue;
		if (whole && !legacy)
			sink_finding_once(sink, "pickle/trailing-data", pos,
			    member->bytes.len - pos, NULL, "%ju bytes follow the end of the pickle",
			    (uintmax_t)(member->bytes.len - pos));
		if (!resync(member, pos, &pos))
			return any;
	}
	sink_trouble(sink, STATUS_LIMIT, "scan/limit", pos,
	    "more than %d pickles follow each other", MAX_STREAMS);
	return any;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	uint64_t end;
	bool joblib = bytes_find(bytes_slice(member->bytes, 0, MIB),
			  bytes_of_string("NumpyArrayWrapper"), 0) >= 0;

	(void)pickle_analyze(member, 0, joblib ? PICKLE_JOBLIB : PICKLE_PLAIN, rules, sink, &end);
	if (member->bytes.len > 1 && member->bytes.data[0] == 0x80)
		sink_fact(sink, "pickle.protocol", "%u", member->bytes.data[1]);
}

const struct format format_pickle = {
	.name = "pickle",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
