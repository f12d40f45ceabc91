/*
 * Pickle, protocols 0 to 5: the format. The machine is in pickle_vm.c, what imports and calls
 * mean in pickle_calls.c. A file may hold several streams and junk between them; a loader that is
 * called again, or that seeks, reads them all, so we do.
 */
#include "config.h"

#include "format/format.h"
#include "format/pickle_vm.h"

#include "core/buffer.h"
#include "core/limits.h"

#define PROBE_OPCODES 20000
#define MAX_STREAMS 100000
#define NAMES_KEPT 4000 /* bytes of the fact that lists what is imported */

extern const struct format format_pickle;

static const char *const suffixes[] = { ".pkl", ".pickle", ".dill", ".joblib", ".p", ".pt", ".pth",
	".ckpt", ".bin", ".dat", ".data", ".sav", ".model", NULL };

int
pickle_probe(struct bytes b)
{
	/* Opcodes that need nothing on the stack; PROTO may say 0, which no pickler writes. */
	static const char firsts[] =
	    "(]}cIFLSVTUXKJMGilN)PBC\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d"
	    "\x8e\x8f\x95\x96\x97";
	struct member member = { .path = "", .name = "", .bytes = b };
	struct pickle_vm vm;
	int sure = 0;
	bool whole;

	/* A zip file begins with what would be a persistent id, where a loader of plain pickles
	 * stops. */
	if (b.len < 2 || bytes_starts(b, "PK\3\4"))
		return 0;
	if (b.data[0] == 0x80 && b.data[1] <= 5 && b.data[1] >= 1) {
		static const char starts[] =
		    "(.012FIJKLMNPQRSTUVX]})"
		    "clibdegh\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97GBCj";

		return b.len > 2 && memchr(starts, b.data[2], sizeof(starts) - 1) != NULL ? 95 : 0;
	}
	/* Protocol 0 and 1 have no header: the opcodes must make sense as far as an import or the
	 * end. */
	if (memchr(firsts, b.data[0], sizeof(firsts) - 1) == NULL || !vm_init(&vm, &member, 0))
		return 0;
	whole = vm_run(&vm, PROBE_OPCODES);
	if (whole && vm.opcodes > 1 && vm.stack.n == 0)
		sure = vm.nimports > 0 || vm.opcodes > 3 ? 70 : b.len == vm.r.pos ? 40 : 0;
	else if (vm.nimports > 0 && vm.calls > 0)
		sure = 60; /* word lists import by chance, but call nothing */
	else if (!vm.has_failed && vm.opcodes >= PROBE_OPCODES)
		sure = 60;
	vm_free(&vm);
	return sure;
}

/*
 * A name that promises a pickle where no other format claims the content: it is judged as the
 * broken pickle that it is, so that what cannot be loaded is never said to be harmless.
 */
static bool
is_promised(const struct member *member)
{
	static const char *const strong[] = { ".pkl", ".pickle", ".pk", ".dill", ".joblib" };
	bool is_strong = false;

	for (size_t i = 0; i < ARRAY_LEN(strong); i++)
		is_strong |= member_has_suffix(member, strong[i]);
	if (!is_strong || member->bytes.len == 0)
		return false;
	for (size_t i = 0; formats[i] != NULL; i++)
		if (formats[i] != &format_pickle && !(formats[i]->traits & FORMAT_TEXT) &&
		    (formats[i]->refines == NULL || strcmp(formats[i]->refines, "pickle") != 0) &&
		    formats[i]->probe(member) > 0)
			return false;
	return true;
}

static int
probe(const struct member *member)
{
	int sure = pickle_probe(member->bytes);

	return sure == 0 && is_promised(member) ? 1 : sure;
}

/* What all streams of a member gave. */
struct reading {
	const struct member *member;
	struct pickle_lists lists;
	struct pickle_texts texts;
	struct sink *sink;
	struct pickle_survey *survey;
	uint64_t stopped; /* where the stream that was read last ended */
	uint64_t failed;  /* the opcode at which it broke */
	struct buffer names;
};

/* The imports of a stream, for the facts. */
static void
keep_names(struct reading *reading, struct pickle_vm *vm)
{
	for (size_t i = 0; i < vm->nimports; i++) {
		const char *name = vm_full_name(vm, &vm->imports[i]);

		if (reading->names.len + strlen(name) + 2 > NAMES_KEPT)
			return;
		if (reading->names.len > 0)
			buffer_add_string(&reading->names, ", ");
		buffer_add_string(&reading->names, name);
	}
}

static bool
makes_array(const struct pickle_vm *vm)
{
	const struct import *import;

	if (tag_of(vm->result) != TAG_RESULT)
		return false;
	import = &vm->imports[payload_of(vm->result)];
	return bytes_equal_string(import->name, "_reconstruct") ||
	    bytes_equal_string(import->name, "_mareconstruct") ||
	    bytes_equal_string(import->name, "_frombuffer");
}

/* One stream from START. True at its STOP. */
static bool
run_stream(struct reading *reading, uint64_t start)
{
	struct pickle_survey *survey = reading->survey;
	struct pickle_vm vm;
	bool whole;

	if (!vm_init(&vm, reading->member, start))
		return false;
	vm.lists = &reading->lists;
	vm.texts = &reading->texts;
	vm.sink = reading->sink;
	vm.arena = sink_arena(reading->sink);
	vm.survey = survey;
	vm.storage_room = survey->nstorages;
	vm.is_judging = true;
	whole = vm_run(&vm, 0);
	vm_judge(&vm);
	keep_names(reading, &vm);
	reading->stopped = vm.r.pos;
	reading->failed = vm.op;
	survey->protocol = vm.protocol > survey->protocol ? vm.protocol : survey->protocol;
	if (whole) {
		survey->streams++;
		survey->end = vm.r.pos;
		survey->makes_array = makes_array(&vm);
	} else {
		sink_trouble(reading->sink, STATUS_MALFORMED, "pickle/malformed", vm.op,
		    "the pickle is broken at byte %ju: %s", (uintmax_t)vm.op,
		    vm.failure[0] == '\0' ? "unknown" : vm.failure);
	}
	vm_free(&vm);
	return whole;
}

/*
 * Where the stream after the one just read begins; false where there is none. What lies between is
 * searched for imports: a loader that seeks, or one that skips arrays of its own, may read it.
 */
static bool
find_next(struct reading *reading, bool whole, unsigned flavor, uint64_t *pos)
{
	struct bytes b = reading->member->bytes;
	uint64_t from = whole ? reading->stopped : reading->failed + 1;
	bool found;

	if (from >= b.len)
		return false;
	if (whole && pickle_probe(bytes_slice(b, from, SIZE_MAX)) >= 60) {
		*pos = from;
		return true;
	}
	if (whole && !(flavor & PICKLE_TAIL_KNOWN))
		sink_finding_once(reading->sink, "pickle/trailing-data", from, b.len - from, NULL,
		    "%ju bytes follow the end of the pickle", (uintmax_t)(b.len - from));
	found = pickle_resync(reading->member, from, reading->sink, pos);
	pickle_salvage(reading->member, from, found ? *pos : b.len, &reading->lists, reading->sink);
	return found;
}

bool
pickle_analyze(const struct member *member, uint64_t start, unsigned flavor,
    const struct rules *rules, struct sink *sink, struct pickle_survey *ret)
{
	struct reading reading = { .member = member,
		.lists = { .rules = rules, .sink = sink },
		.texts = pickle_texts_new(sink),
		.sink = sink,
		.survey = ret,
		.names = buffer_up_to(NAMES_KEPT) };
	uint64_t pos = start;
	unsigned streams = 0;
	bool more = true;

	*ret = (struct pickle_survey){ .end = start };
	while (more && streams++ < MAX_STREAMS) {
		bool whole = run_stream(&reading, pos);

		more = !(flavor & PICKLE_ONE) && find_next(&reading, whole, flavor, &pos);
	}
	if (more)
		sink_trouble(sink, STATUS_LIMIT, "scan/limit", pos,
		    "more than %d pickles follow each other", MAX_STREAMS);
	if (reading.names.len > 0)
		sink_fact(sink, "pickle.globals", "%.*s", (int)reading.names.len,
		    (const char *)reading.names.data);
	sink_fact(sink, "pickle.protocol", "%u", ret->protocol);
	if (ret->streams > 1)
		sink_fact(sink, "pickle.streams", "%ju", (uintmax_t)ret->streams);
	pickle_texts_end(&reading.texts);
	buffer_free(&reading.names);
	return ret->streams > 0;
}

static bool
survey_stream(struct bytes b, struct arena *arena, struct pickle_survey *ret)
{
	struct member member = { .path = "", .name = "", .bytes = b };
	struct pickle_vm vm;
	bool whole;

	if (!vm_init(&vm, &member, 0))
		return false;
	vm.arena = arena;
	vm.survey = ret;
	whole = vm_run(&vm, 0);
	ret->protocol = vm.protocol;
	ret->streams = whole;
	ret->end = whole ? vm.r.pos : 0;
	vm_free(&vm);
	return whole;
}

bool
pickle_survey(struct bytes b, struct arena *arena, struct pickle_survey *ret)
{
	*ret = (struct pickle_survey){ 0 };
	return survey_stream(b, arena, ret);
}

bool
pickle_tensor_names(struct bytes b, struct arena *arena, struct pickle_survey *ret)
{
	*ret = (struct pickle_survey){ .keeps_names = true };
	return survey_stream(b, arena, ret);
}

/* Does a format that is a kind of pickle claim the member? It analyzes it then. */
static bool
is_refined(const struct member *member)
{
	for (size_t i = 0; formats[i] != NULL; i++)
		if (formats[i]->refines != NULL && strcmp(formats[i]->refines, "pickle") == 0 &&
		    formats[i]->probe(member) > 0)
			return true;
	return false;
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct pickle_survey survey;

	if (!is_refined(member))
		(void)pickle_analyze(member, 0, PICKLE_PLAIN, rules, sink, &survey);
}

const struct format format_pickle = {
	.name = "pickle",
	.suffixes = suffixes,
	.traits = FORMAT_MODEL,
	.probe = probe,
	.analyze = analyze,
};
