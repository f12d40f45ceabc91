/*
 * The strings of a pickle as text for the detectors. The first ones are spans of their own, values
 * of dictionaries with their key; so are long ones. The rest is gathered, a line each: the opcodes
 * between strings would glue letters to them. Past some millions of strings what follows is one
 * span as it stands, opcodes and all: copies and spans of it would take more memory than the
 * member.
 */
#include "config.h"

#include "format/pickle_vm.h"

#include "core/limits.h"

#define TEXT_LEAST 6 /* shorter ones hold nothing that is searched for */
#define TEXT_OWN 256 /* from here on a string is worth a span of its own */
#define KEY_MOST 64
#define OWN_MOST 512
#define LINES_MOST (64 * KIB) /* gathered for one span; its place is that of the first line */
#define COPIED_MOST (32 * MIB)
#define LONG_MOST 200000

struct pickle_texts
pickle_texts_new(struct sink *sink)
{
	return (struct pickle_texts){ .sink = sink,
		.lines = buffer_up_to(2 * LINES_MOST),
		.own_left = OWN_MOST,
		.long_left = LONG_MOST };
}

static void
flush(struct pickle_texts *texts)
{
	const char *copy;

	if (texts->lines.len == 0)
		return;
	copy = buffer_ok(&texts->lines)
	    ? arena_string_of(sink_arena(texts->sink), buffer_bytes(&texts->lines))
	    : NULL;
	if (copy != NULL)
		sink_text(texts->sink, SPAN_CONSTANT, "", bytes_of(copy, texts->lines.len),
		    texts->offset);
	else
		sink_trouble(texts->sink, STATUS_MEMORY, "scan/limit", texts->offset,
		    "no memory for the text of the pickle");
	texts->copied += texts->lines.len;
	buffer_reset(&texts->lines);
}

void
pickle_texts_end(struct pickle_texts *texts)
{
	flush(texts);
	buffer_free(&texts->lines);
	if (texts->run_end > texts->run_start)
		sink_text(texts->sink, SPAN_CONSTANT, "",
		    bytes_slice(texts->member, texts->run_start, texts->run_end - texts->run_start),
		    texts->run_start);
}

/* Bytes are text only where they begin like text. */
static bool
begins_as_text(struct bytes b)
{
	for (size_t i = 0; i < b.len && i < 64; i++)
		if (b.data[i] < ' ' && b.data[i] != '\n' && b.data[i] != '\t' && b.data[i] != '\r')
			return false;
	return true;
}

/* The key of the dictionary that the string just read is a value of; empty where it is none. */
static struct bytes
key_of(struct pickle_vm *vm)
{
	size_t floor = vm_floor(vm), n = vm->stack.n - floor;
	const pickle_value *items;
	struct bytes key;
	bool is_value;

	if (n == 0)
		return bytes_of(NULL, 0);
	items = vm->stack.v + floor;
	/* EMPTY_DICT MARK key value key value SETITEMS, or a dictionary, key and value SETITEM. */
	is_value = vm->marks.n > 0 && floor > 0 && n % 2 == 1 && tag_of(items[-1]) == TAG_DICT;
	is_value |= n >= 2 && tag_of(items[n - 2]) == TAG_DICT;
	if (!is_value || !vm_text(vm, items[n - 1], &key) || key.len > KEY_MOST)
		return bytes_of(NULL, 0);
	return key;
}

/* Is there no room for more spans and copies? Then the string becomes part of the run. */
static bool
joins_run(struct pickle_vm *vm, struct bytes content, uint64_t offset)
{
	struct pickle_texts *texts = vm->texts;

	if (vm->nesting > 0 || (texts->copied < COPIED_MOST && texts->long_left > 0))
		return false;
	if (texts->run_end == 0) {
		texts->member = vm->member->bytes;
		texts->run_start = offset;
	}
	texts->run_end = offset + content.len;
	return true;
}

void
vm_hand_text(struct pickle_vm *vm, struct bytes content, uint64_t offset, bool is_text)
{
	struct pickle_texts *texts = vm->texts;
	bool is_own = texts != NULL && texts->own_left > 0;
	struct bytes key;
	const char *name = NULL;

	if (texts == NULL || content.len < TEXT_LEAST || (!is_text && !begins_as_text(content)))
		return;
	if (vm->nesting > 0)
		offset = vm->outer;
	vm_look_for_code(vm, content, offset);
	if (is_own) {
		texts->own_left--;
		key = key_of(vm);
		name = key.len == 0 ? NULL : arena_string_of(vm->arena, key);
	}
	if (!is_own && joins_run(vm, content, offset))
		return;
	if (is_own || content.len >= TEXT_OWN) {
		texts->long_left -= !is_own && texts->long_left > 0;
		sink_text(texts->sink, SPAN_CONSTANT, name == NULL ? "" : name, content, offset);
		return;
	}
	if (texts->lines.len == 0)
		texts->offset = offset;
	buffer_add(&texts->lines, content);
	buffer_add_u8(&texts->lines, '\n');
	if (texts->lines.len >= LINES_MOST)
		flush(texts);
}
