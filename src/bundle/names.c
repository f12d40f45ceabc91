/* Names of archive members: see bundle/names.h. */
#include "config.h"

#include "bundle/names.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>

#define NAME_SHOWN 300

bool
names_escapes(struct bytes path)
{
	long depth = 0;

	for (size_t i = 0; i <= path.len;) {
		size_t end = i;

		while (end < path.len && path.data[end] != '/' && path.data[end] != '\\')
			end++;
		if (end - i == 2 && path.data[i] == '.' && path.data[i + 1] == '.')
			depth--;
		else if (end > i && !(end - i == 1 && path.data[i] == '.'))
			depth++;
		if (depth < 0)
			return true;
		i = end + 1;
	}
	return false;
}

static bool
is_absolute(struct bytes name)
{
	if (name.len > 0 && (name.data[0] == '/' || name.data[0] == '\\'))
		return true;
	return name.len > 1 && name.data[1] == ':' &&
	    ((name.data[0] | 0x20) >= 'a' && (name.data[0] | 0x20) <= 'z');
}

static bool
has_unsafe_character(struct bytes name)
{
	for (size_t pos = 0; pos < name.len;) {
		uint32_t code;
		size_t len = text_decode_utf8(bytes_slice(name, pos, 4), &code);

		if (len == 0 || text_is_unsafe(code))
			return true;
		pos += len;
	}
	return false;
}

void
names_check(struct bytes name, uint64_t offset, struct sink *sink)
{
	const char *shown = text_safe(sink_arena(sink), name, NAME_SHOWN);

	if (name.len == 0)
		sink_finding(sink, "archive/unsafe-name", offset, 0, NULL, "a member has no name");
	else if (name.len > LIMIT_NAME)
		sink_finding(sink, "archive/unsafe-name", offset, 0, NULL,
		    "a member's name is %zu bytes long", name.len);
	if (names_escapes(name) || is_absolute(name))
		sink_finding(sink, "archive/path-traversal", offset, 0, shown,
		    "the member \"%s\" would be written outside the folder it is unpacked into",
		    shown);
	else if (memchr(name.data == NULL ? (const uint8_t *)"" : name.data, '\\', name.len) !=
	    NULL)
		sink_finding(sink, "archive/unsafe-name", offset, 0, shown,
		    "the name \"%s\" holds backslashes", shown);
	if (has_unsafe_character(name))
		sink_finding(sink, "archive/unsafe-name", offset, 0, shown,
		    "the name \"%s\" holds control or invisible characters, or is not UTF-8",
		    shown);
}

void
names_check_link(struct bytes name, struct bytes target, uint64_t offset, struct sink *sink)
{
	struct arena *arena = sink_arena(sink);
	const char *shown = text_safe(arena, name, NAME_SHOWN),
		   *leads = text_safe(arena, target, NAME_SHOWN);
	struct buffer joined = buffer_up_to((size_t)4 * LIMIT_NAME);
	size_t folder = name.len;

	while (folder > 0 && name.data[folder - 1] != '/')
		folder--;
	buffer_add(&joined, bytes_slice(name, 0, folder));
	buffer_add(&joined, target);
	if (is_absolute(target) || !buffer_ok(&joined) || names_escapes(buffer_bytes(&joined)))
		sink_finding(sink, "archive/link-outside", offset, 0, leads,
		    "the link \"%s\" leads to %s, outside the archive", shown, leads);
	else
		sink_finding(sink, "archive/link", offset, 0, leads,
		    "the link \"%s\" leads to %s inside the archive", shown, leads);
	buffer_free(&joined);
}

/* ---- sets of names: open addressing over 64-bit hashes, a collision counts as a duplicate of
 * neither */

struct name_set {
	struct bytes *slots;
	size_t room, used;
};

struct name_set *
name_set_new(void)
{
	return calloc(1, sizeof(struct name_set));
}

void
name_set_free(struct name_set *set)
{
	if (set == NULL)
		return;
	free(set->slots);
	free(set);
}

static uint64_t
hash_name(struct bytes name, bool fold)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (uint64_t)(fold ? text_lower(name.data[i]) : name.data[i])) *
		    0x100000001b3u;
	return h ^ h >> 31;
}

static bool
same_name(struct bytes a, struct bytes b, bool fold)
{
	if (!fold)
		return bytes_equal(a, b);
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (text_lower(a.data[i]) != text_lower(b.data[i]))
			return false;
	return true;
}

static bool
grow_set(struct name_set *set, bool fold)
{
	size_t n = set->room, room = n == 0 ? 256 : n * 2;
	struct bytes *slots = calloc(room, sizeof(*slots)), *old = set->slots;

	if (slots == NULL)
		return false;
	set->slots = slots;
	set->room = room;
	for (size_t i = 0; i < n; i++) {
		size_t at;

		if (old[i].data == NULL)
			continue;
		at = hash_name(old[i], fold) & (room - 1);
		while (slots[at].data != NULL)
			at = (at + 1) & (room - 1);
		slots[at] = old[i];
	}
	free(old);
	return true;
}

bool
name_set_add(struct name_set *set, struct bytes name, bool fold)
{
	size_t at;

	if (name.data == NULL || (set->used * 2 >= set->room && !grow_set(set, fold)))
		return true;
	at = hash_name(name, fold) & (set->room - 1);
	while (set->slots[at].data != NULL) {
		if (same_name(set->slots[at], name, fold))
			return false;
		at = (at + 1) & (set->room - 1);
	}
	set->slots[at] = name;
	set->used++;
	return true;
}
