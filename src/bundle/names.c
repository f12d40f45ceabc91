/* Names of archive members: see bundle/names.h. */
#include "config.h"

#include "bundle/names.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>
#include <strings.h>

#define NAME_SHOWN 300
#define PREFIXES_MAX 64 /* folders above a member that are looked up */

/* Unix modes, as archives carry them. */
#define MODE_TYPE 0170000u
#define MODE_FIFO 0010000u
#define MODE_CHARACTER 0020000u
#define MODE_BLOCK 0060000u
#define MODE_SOCKET 0140000u
#define MODE_PRIVILEGED 0006000u

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

/* What shells, web pages and spreadsheets give a meaning, and what Windows forbids. */
static bool
has_active_character(struct bytes name)
{
	static const char active[] = "<>\"|?*`$;";

	for (size_t i = 0; i < name.len; i++)
		if (memchr(active, name.data[i], sizeof(active) - 1) != NULL)
			return true;
	return name.len > 0 && memchr("=@-", name.data[0], 3) != NULL;
}

/*
 * Parts that some systems drop or change: empty ones, ".", and blanks or dots at an end. A "./" at
 * the beginning is what tar writes.
 */
static const char *
odd_part(struct bytes name)
{
	unsigned parts = 0;

	for (size_t i = bytes_starts(name, "./") ? 2 : 0; i < name.len;) {
		size_t end = i;

		while (end < name.len && name.data[end] != '/')
			end++;
		if (end == i || (end - i == 1 && name.data[i] == '.' && end < name.len))
			return "is not in its shortest form";
		if (name.data[i] == ' ' || name.data[end - 1] == ' ' ||
		    (name.data[end - 1] == '.' && end - i > 2))
			return "has blanks or dots at the end of a part, which some systems drop";
		if (++parts > LIMIT_DIRECTORY_DEPTH)
			return "is nested too deep";
		i = end + 1;
	}
	return NULL;
}

void
names_check_mode(struct bytes name, uint32_t mode, uint64_t offset, struct sink *sink)
{
	const char *shown = text_safe(sink_arena(sink), name, NAME_SHOWN);

	if ((mode & MODE_PRIVILEGED) != 0)
		sink_finding(sink, "archive/privileged-mode", offset, 0, shown,
		    "the member \"%s\" would run with the rights of its owner or group (mode %o)",
		    shown, mode & 07777u);
	switch (mode & MODE_TYPE) {
	case MODE_CHARACTER:
	case MODE_BLOCK:
	case MODE_FIFO:
	case MODE_SOCKET:
		sink_finding(sink, "archive/device", offset, 0, shown,
		    "the member \"%s\" is a device or a pipe", shown);
		break;
	default:
		break;
	}
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
	if (odd_part(name) != NULL && name.len <= LIMIT_NAME)
		sink_finding(sink, "archive/unsafe-name", offset, 0, shown, "the name \"%s\" %s",
		    shown, odd_part(name));
	if (has_active_character(name))
		sink_finding(sink, "archive/unsafe-name", offset, 0, shown,
		    "the name \"%s\" holds characters that shells, web pages or spreadsheets act "
		    "on",
		    shown);
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

/* The letters below U+00C0 to U+017F without their accents; '.' where there is no simple one. */
static const char latin[] = "aaaaaa.ceeeeiiii.nooooo..uuuuy..aaaaaa.ceeeeiiii.nooooo..uuuuy.y"
			    "aaaaaaccccccccdd..eeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll."
			    "...nnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz.";

/* The next character of B as file systems that fold case and accents see it; 0 at the end. */
static uint32_t
next_folded(struct bytes b, size_t *pos)
{
	while (*pos < b.len) {
		uint32_t code;
		size_t len = text_decode_utf8(bytes_slice(b, *pos, 4), &code);

		if (len == 0) {
			code = 0x110000u + b.data[*pos];
			len = 1;
		}
		*pos += len;
		if (code >= 0x300 && code < 0x370)
			continue; /* a combining mark */
		if (code < 0x80)
			return (uint32_t)text_lower((int)code);
		if (code >= 0xc0 && code - 0xc0 < sizeof(latin) - 1 && latin[code - 0xc0] != '.')
			return (uint32_t)latin[code - 0xc0];
		return code;
	}
	return 0;
}

static uint64_t
hash_name(struct bytes name, bool fold)
{
	uint64_t h = 0xcbf29ce484222325u;
	uint32_t code;

	for (size_t i = 0; !fold && i < name.len; i++)
		h = (h ^ name.data[i]) * 0x100000001b3u;
	for (size_t pos = 0; fold && (code = next_folded(name, &pos)) != 0;)
		h = (h ^ code) * 0x100000001b3u;
	return h ^ h >> 31;
}

static bool
same_name(struct bytes a, struct bytes b, bool fold)
{
	size_t i = 0, k = 0;
	uint32_t code;

	if (!fold)
		return bytes_equal(a, b);
	do {
		code = next_folded(a, &i);
		if (code != next_folded(b, &k))
			return false;
	} while (code != 0);
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

static bool
has_name(const struct name_set *set, struct bytes name)
{
	size_t at;

	if (set->room == 0 || name.data == NULL)
		return false;
	at = hash_name(name, false) & (set->room - 1);
	while (set->slots[at].data != NULL) {
		if (bytes_equal(set->slots[at], name))
			return true;
		at = (at + 1) & (set->room - 1);
	}
	return false;
}

bool
name_sets_conflict(struct name_set *files, struct name_set *folders, struct bytes name)
{
	bool is_folder = name.len > 0 && name.data[name.len - 1] == '/';
	struct bytes whole = bytes_slice(name, 0, is_folder ? name.len - 1 : name.len);
	bool conflict = has_name(is_folder ? files : folders, whole);
	unsigned prefixes = 0;

	for (size_t i = 1; i < whole.len && prefixes < PREFIXES_MAX; i++) {
		struct bytes prefix = bytes_slice(whole, 0, i);

		if (whole.data[i] != '/')
			continue;
		prefixes++;
		conflict |= has_name(files, prefix);
		(void)name_set_add(folders, prefix, false);
	}
	(void)name_set_add(is_folder ? folders : files, whole, false);
	return conflict;
}

bool
names_program(struct bytes name)
{
	static const char *const endings[] = { ".py", ".pyc", ".pyw", ".sh", ".bash", ".bat",
		".cmd", ".ps1", ".exe", ".dll", ".so", ".dylib", ".js", ".vbs", ".jar", ".rb",
		".pl", ".pth" };

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t len = strlen(endings[i]);

		if (name.len > len &&
		    strncasecmp((const char *)name.data + name.len - len, endings[i], len) == 0)
			return true;
	}
	return false;
}
