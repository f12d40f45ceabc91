/* What licenses are called: see detect/license_names.h. */
#include "config.h"

#include "detect/license_names.h"

#include "core/limits.h"
#include "core/text.h"
#include "core/yaml.h"

#include <stdlib.h>

#define MAX_PHRASES 8192
#define MAX_PHRASE_WORDS 24
#define MAX_FAMILIES 128
#define MAX_PREFIXES 32
#define MAP_SLOTS 16384 /* a power of two; about 4,000 are used */
#define MAX_URL 300
#define FILTER_BITS 16

/* Hash to string. */
struct map {
	struct {
		uint64_t key; /* 0: free */
		const char *value;
	} slots[MAP_SLOTS];
	unsigned n;
};

struct license_names {
	struct arena *arena;
	const struct license_variants *variants;
	struct license_anchors *anchors;
	struct license_phrase phrases[MAX_PHRASES]; /* by first word, longest first */
	size_t nphrases;
	struct license_family families[MAX_FAMILIES];
	size_t nfamilies;
	const char *prefixes[MAX_PREFIXES]; /* normalized URLs whose last part is a name */
	size_t nprefixes;
	struct map wholes, urls, ids, exceptions, hub_families;
	uint8_t filter[(1 << FILTER_BITS) / 8]; /* first words of phrases */
	uint32_t skipped[5];			/* version, v, ver, vers, the */
	uint32_t ignored[4];			/* license, licenses, software, terms */
};

/* ---- maps --------------------------------------------------------------------------------- */

static uint64_t
hash_of(struct bytes text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (uint64_t)text_lower(text.data[i])) * 0x100000001b3u;
	return hash == 0 ? 1 : hash;
}

static const char *
map_get(const struct map *map, uint64_t key)
{
	for (uint64_t i = key;; i++) {
		if (map->slots[i % MAP_SLOTS].key == key)
			return map->slots[i % MAP_SLOTS].value;
		if (map->slots[i % MAP_SLOTS].key == 0)
			return NULL;
	}
}

/* The first value stays, unless REPLACES. A map that is nearly full takes no more. */
static void
map_put(struct map *map, uint64_t key, const char *value, bool replaces)
{
	for (uint64_t i = key;; i++) {
		if (map->slots[i % MAP_SLOTS].key == key) {
			if (replaces)
				map->slots[i % MAP_SLOTS].value = value;
			return;
		}
		if (map->slots[i % MAP_SLOTS].key == 0) {
			if (map->n < MAP_SLOTS / 4 * 3) {
				map->slots[i % MAP_SLOTS].key = key;
				map->slots[i % MAP_SLOTS].value = value;
				map->n++;
			}
			return;
		}
	}
}

/* ---- words -------------------------------------------------------------------------------- */

static uint32_t
word(const char *text)
{
	return license_hash(bytes_of_string(text));
}

static bool
is_in(const uint32_t *list, size_t n, uint32_t hash)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == hash)
			return true;
	return false;
}

static bool
is_number(struct bytes text, const struct license_word *w)
{
	return text.data[w->offset] >= '0' && text.data[w->offset] <= '9';
}

/* The key of a whole value: its words without those that add nothing. 0 where none is left. */
static uint64_t
key_of(const struct license_names *names, const struct license_words *words)
{
	uint64_t key = 0;

	for (size_t i = 0; i < words->n; i++) {
		uint32_t hash = words->words[i].hash;

		if (is_in(names->skipped, ARRAY_LEN(names->skipped), hash) ||
		    is_in(names->ignored, ARRAY_LEN(names->ignored), hash))
			continue;
		key = key * 0x9e3779b97f4a7c15u + hash + 1;
	}
	return key;
}

/* ---- filling ------------------------------------------------------------------------------ */

static void
add_whole(struct license_names *names, struct bytes text, const char *id, bool replaces)
{
	struct license_words words = { 0 };
	uint64_t key;

	license_words_read(&words, names->variants, text);
	key = key_of(names, &words);
	if (key != 0)
		map_put(&names->wholes, key, id, replaces);
	license_words_free(&words);
}

/* Adds TEXT as a way to say PHRASE. */
static void
add_phrase(struct license_names *names, struct bytes text, struct license_phrase phrase)
{
	struct license_words words = { 0 };
	uint32_t *list = arena_array(names->arena, MAX_PHRASE_WORDS, sizeof(*list));

	license_words_read(&words, names->variants, text);
	for (size_t i = 0; list != NULL && i < words.n && phrase.n < MAX_PHRASE_WORDS; i++)
		if (!is_in(names->skipped, ARRAY_LEN(names->skipped), words.words[i].hash))
			list[phrase.n++] = words.words[i].hash;
	license_words_free(&words);
	if (phrase.n == 0 || names->nphrases == MAX_PHRASES)
		return;
	license_anchors_add(names->anchors, text);
	phrase.words = list;
	names->filter[(list[0] & 0xffff) / 8] |= (uint8_t)(1 << (list[0] & 7));
	names->phrases[names->nphrases++] = phrase;
}

/* Splits LINE at tabs. */
static size_t
split(struct bytes line, struct bytes *fields, size_t max)
{
	size_t n = 0;

	for (size_t start = 0; n < max && start <= line.len; n++) {
		const uint8_t *tab = memchr(line.data + start, '\t', line.len - start);
		size_t end = tab == NULL ? line.len : (size_t)(tab - line.data);

		fields[n] = bytes_of(line.data + start, end - start);
		start = end + 1;
	}
	return n;
}

/* A URL without what does not matter: scheme, "www.", fragment, query, suffix, last slashes. */
static size_t
normalize_url(struct bytes url, char *out)
{
	static const char *const endings[] = { "/", ".html", ".htm", ".txt", ".php", ".md",
		"/legalcode", "/deed.en", "/deed", "-standalone", ".en", ".", ",", ";", ":", ")" };
	struct bytes scheme = bytes_of_string("://");
	int64_t at = bytes_find(bytes_slice(url, 0, 12), scheme, 0);
	size_t n = 0;
	bool cut = true;

	if (at >= 0)
		url = bytes_slice(url, (uint64_t)at + 3, url.len);
	if (bytes_starts(url, "www."))
		url = bytes_slice(url, 4, url.len);
	for (; n < url.len && n < MAX_URL && url.data[n] != '#' && url.data[n] != '?'; n++)
		out[n] = (char)text_lower(url.data[n]);
	while (cut) {
		cut = false;
		for (size_t i = 0; i < ARRAY_LEN(endings); i++)
			if (bytes_ends(bytes_of(out, n), endings[i])) {
				n -= strlen(endings[i]);
				cut = true;
			}
	}
	return n;
}

static void
add_url(struct license_names *names, struct bytes url, const char *id, bool replaces)
{
	char normal[MAX_URL + 1];
	size_t n = normalize_url(url, normal);
	uint64_t key = hash_of(bytes_of(normal, n));
	const char *old = map_get(&names->urls, key);

	/* A page without a path is nobody's license, and one of two licenses neither's. */
	if (n == 0 || (!replaces && memchr(normal, '/', n) == NULL))
		return;
	if (bytes_find(bytes_of(normal, n), bytes_of_string("licen"), 0) >= 0)
		license_anchors_add(names->anchors, url);
	if (old == NULL || replaces)
		map_put(&names->urls, key, id, true);
	else if (strncmp(old, id, 5) != 0)
		map_put(&names->urls, key, "", true);
}

static bool
is_gnu_id(const char *id)
{
	return strncmp(id, "GPL-", 4) == 0 || strncmp(id, "LGPL-", 5) == 0 ||
	    strncmp(id, "AGPL-", 5) == 0 || strncmp(id, "GFDL-", 5) == 0;
}

/* Does a name say that it is one of a license? "MIT License" does, "Zed" does not. */
static bool
speaks_of_licensing(struct bytes name)
{
	static const char *const says[] = { "icense", "icence", "exception", "Agreement" };

	for (size_t i = 0; i < ARRAY_LEN(says); i++)
		if (bytes_find(name, bytes_of_string(says[i]), 0) >= 0)
			return true;
	return false;
}

/* One line of list.tsv. */
static bool
add_line(struct license_names *names, struct bytes line)
{
	struct bytes fields[64];
	size_t n = split(line, fields, ARRAY_LEN(fields));
	bool is_exception = bytes_equal_string(fields[0], "exception");
	struct license_phrase phrase = { .is_exception = is_exception };
	const char *id;

	if (n < 2)
		return false;
	if (bytes_equal_string(fields[0], "family")) {
		if (n > 2)
			map_put(&names->hub_families, hash_of(fields[1]),
			    arena_string_of(names->arena, fields[2]), false);
		return n > 2;
	}
	id = arena_string_of(names->arena, fields[bytes_equal_string(fields[0], "hub") ? 2 : 1]);
	if (id == NULL)
		return false;
	if (bytes_equal_string(fields[0], "hub")) {
		if (strchr(id, '<') != NULL || strcmp(id, "NOASSERTION") == 0)
			return true;
		add_whole(names, fields[1], id, false);
		if (strncmp(id, "LicenseRef-", 11) != 0)
			return true;
		map_put(&names->ids, hash_of(bytes_of_string(id)), id, false);
	} else {
		map_put(
		    is_exception ? &names->exceptions : &names->ids, hash_of(fields[1]), id, false);
		if (!is_exception)
			add_whole(names, fields[1], id, true);
		if (n < 3)
			return true;
		for (size_t i = 3; i < n && !is_exception; i++)
			add_url(names, fields[i], id, false);
		fields[3] = fields[2];
	}
	if (n < 3 || is_gnu_id(id))
		return true;
	phrase.id = id;
	phrase.is_weak = !speaks_of_licensing(fields[3]);
	add_phrase(names, fields[3], phrase);
	if (!is_exception)
		add_whole(names, fields[3], id, false);
	return true;
}

static bool
read_list(struct license_names *names, const struct rule_file *file, struct status *status)
{
	unsigned number = 0;

	for (size_t pos = 0; pos < file->bytes.len;) {
		const uint8_t *start = file->bytes.data + pos;
		const uint8_t *newline = memchr(start, '\n', file->bytes.len - pos);
		size_t len = newline == NULL ? file->bytes.len - pos : (size_t)(newline - start);

		number++;
		pos += len + 1;
		if (len > 0 && *start != '#' && !add_line(names, bytes_of(start, len)))
			return status_set(status, STATUS_USAGE, "%s:%u: a kind and an id expected",
			    file->source, number);
	}
	return true;
}

static struct bytes
text_of(const struct yaml_node *node)
{
	return bytes_of(node->text, node->kind == YAML_SCALAR ? node->len : 0);
}

/* NAMES of YAML become ways to say PHRASE. */
static void
add_list(struct license_names *names, const struct yaml_node *list, struct license_phrase phrase)
{
	for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->n; i++) {
		add_phrase(names, text_of(&list->items[i]), phrase);
		if (phrase.id != NULL && !phrase.is_exception)
			add_whole(names, text_of(&list->items[i]), phrase.id, false);
	}
}

static bool
read_family(struct license_names *names, const struct yaml_node *node, const char *source,
    struct status *status)
{
	static const char *const keys[] = { "id", "names", "weak", "versions", "later",
		"unversioned", "mistaken_for", NULL };
	const struct yaml_node *versions = yaml_get(node, "versions");
	const char *id = yaml_get_string(node, "id"), *unversioned, *mistaken;
	struct license_family *family;
	struct license_phrase phrase = { 0 };

	if (!yaml_check_keys(node, source, keys, status))
		return false;
	if (id == NULL || names->nfamilies == MAX_FAMILIES)
		return status_set(
		    status, STATUS_USAGE, "%s:%u: a family needs an id", source, node->line);
	family = &names->families[names->nfamilies++];
	family->id = arena_string(names->arena, id);
	unversioned = yaml_get_string(node, "unversioned");
	family->unversioned = unversioned == NULL ? NULL : arena_string(names->arena, unversioned);
	mistaken = yaml_get_string(node, "mistaken_for");
	for (size_t i = 0; mistaken != NULL && i + 1 < names->nfamilies; i++)
		if (strcmp(names->families[i].id, mistaken) == 0)
			family->mistaken_for = &names->families[i];
	family->has_suffix = yaml_get_string(node, "later") != NULL;
	for (size_t i = 0; versions != NULL && i < versions->n && i < LICENSE_VERSIONS; i++)
		family->versions[i] = arena_string(names->arena, versions->items[i].text);
	phrase.family = family;
	add_list(names, yaml_get(node, "names"), phrase);
	phrase.is_weak = true;
	add_list(names, yaml_get(node, "weak"), phrase);
	return true;
}

/* "ID: [name, ...]" */
static void
read_single(struct license_names *names, const struct yaml_node *map, struct license_phrase phrase)
{
	for (size_t i = 0; map != NULL && map->kind == YAML_MAP && i < map->n; i++) {
		phrase.id = arena_string(names->arena, map->keys[i]);
		if (phrase.id == NULL)
			return;
		if (strncmp(phrase.id, "LicenseRef-", 11) == 0)
			map_put(&names->ids, hash_of(bytes_of_string(phrase.id)), phrase.id, false);
		add_list(names, &map->items[i], phrase);
	}
}

static bool
read_names(struct license_names *names, const struct rule_file *file, struct status *status)
{
	static const char *const keys[] = { "families", "names", "weak", "exceptions",
		"url_prefixes", "urls", "deprecated", NULL };
	struct yaml *yaml = yaml_parse(file->bytes, file->source, status);
	const struct yaml_node *root = yaml == NULL ? NULL : yaml_root(yaml), *list, *urls;
	bool done = yaml != NULL && yaml_check_keys(root, file->source, keys, status);

	list = yaml_get(root, "families");
	for (size_t i = 0; done && list != NULL && i < list->n; i++)
		done = read_family(names, &list->items[i], file->source, status);
	if (done) {
		read_single(names, yaml_get(root, "names"), (struct license_phrase){ 0 });
		read_single(
		    names, yaml_get(root, "weak"), (struct license_phrase){ .is_weak = true });
		read_single(names, yaml_get(root, "exceptions"),
		    (struct license_phrase){ .is_exception = true });
		list = yaml_get(root, "url_prefixes");
		for (size_t i = 0; list != NULL && i < list->n && names->nprefixes < MAX_PREFIXES;
		     i++)
			names->prefixes[names->nprefixes++] =
			    arena_string(names->arena, list->items[i].text);
		list = yaml_get(root, "deprecated");
		for (size_t i = 0; list != NULL && list->kind == YAML_MAP && i < list->n; i++)
			add_whole(names, bytes_of_string(list->keys[i]),
			    arena_string_of(names->arena, text_of(&list->items[i])), true);
		urls = yaml_get(root, "urls");
		for (size_t i = 0; urls != NULL && urls->kind == YAML_MAP && i < urls->n; i++)
			add_url(names, bytes_of_string(urls->keys[i]),
			    arena_string_of(names->arena, text_of(&urls->items[i])), true);
	}
	yaml_free(yaml);
	return done;
}

/* ---- opening ------------------------------------------------------------------------------ */

static int
by_first_word(const void *a, const void *b)
{
	const struct license_phrase *x = a, *y = b;

	if (x->words[0] != y->words[0])
		return x->words[0] < y->words[0] ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	for (unsigned i = 1; i < x->n; i++)
		if (x->words[i] != y->words[i])
			return x->words[i] < y->words[i] ? -1 : 1;
	return x->is_weak - y->is_weak;
}

struct license_names *
license_names_new(const struct rule_file *files, size_t n, const struct license_variants *variants,
    struct status *status)
{
	static const char *const skipped[] = { "version", "v", "ver", "vers", "the" },
				 *const ignored[] = { "license", "licenses", "software", "terms" };
	struct license_names *names = calloc(1, sizeof(*names));
	bool done = names != NULL;

	if (done) {
		names->arena = arena_new(8 * MIB);
		names->variants = variants;
		names->anchors = names->arena == NULL ? NULL : license_anchors_new(names->arena);
		done = names->anchors != NULL;
		for (size_t i = 0; i < ARRAY_LEN(skipped); i++)
			names->skipped[i] = word(skipped[i]);
		for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
			names->ignored[i] = word(ignored[i]);
	}
	if (!done)
		status_set(status, STATUS_MEMORY, "no memory for the names of licenses");
	for (size_t i = 0; done && i < n; i++)
		if (bytes_ends(bytes_of_string(files[i].name), "/list.tsv"))
			done = read_list(names, &files[i], status);
		else if (bytes_ends(bytes_of_string(files[i].name), "/names.yaml"))
			done = read_names(names, &files[i], status);
	if (!done) {
		license_names_free(names);
		return NULL;
	}
	license_anchors_choose(names->anchors);
	if (names->nphrases > 0)
		qsort(names->phrases, names->nphrases, sizeof(names->phrases[0]), by_first_word);
	return names;
}

void
license_names_free(struct license_names *names)
{
	if (names == NULL)
		return;
	arena_free(names->arena);
	free(names);
}

const struct license_anchors *
license_names_anchors(const struct license_names *names)
{
	return names->anchors;
}

/* ---- looking up --------------------------------------------------------------------------- */

/* Does PHRASE stand at word I? "version" before a number and articles are passed over. */
static bool
stands_at(const struct license_names *names, const struct license_phrase *phrase, struct bytes text,
    const struct license_words *words, size_t i, size_t *ret_end)
{
	const struct license_word *last;
	size_t behind;

	for (unsigned k = 0; k < phrase->n; k++, i++) {
		for (unsigned skips = 0; k > 0 && i < words->n && skips < 2 &&
		     words->words[i].hash != phrase->words[k] &&
		     is_in(names->skipped, ARRAY_LEN(names->skipped), words->words[i].hash);
		     skips++)
			i++;
		if (i >= words->n || words->words[i].hash != phrase->words[k])
			return false;
	}
	/* "1.1" is not where "1.1.2" is. */
	last = &words->words[i - 1];
	behind = (size_t)last->offset + last->len;
	if (is_number(text, last) && behind + 1 < text.len && text.data[behind] == '.' &&
	    text.data[behind + 1] >= '0' && text.data[behind + 1] <= '9')
		return false;
	*ret_end = i;
	return true;
}

const struct license_phrase *
license_names_at(const struct license_names *names, struct bytes text,
    const struct license_words *words, size_t i, size_t *ret_end)
{
	uint32_t first = words->words[i].hash;
	size_t low = 0, high = names->nphrases;

	if ((names->filter[(first & 0xffff) / 8] & 1 << (first & 7)) == 0)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->phrases[middle].words[0] < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < names->nphrases && names->phrases[low].words[0] == first; low++)
		if (stands_at(names, &names->phrases[low], text, words, i, ret_end))
			return &names->phrases[low];
	return NULL;
}

const char *
license_names_whole(const struct license_names *names, struct bytes value)
{
	struct license_words words = { 0 };
	uint64_t key;

	if (value.len > MAX_URL)
		return NULL;
	license_words_read(&words, names->variants, value);
	key = key_of(names, &words);
	license_words_free(&words);
	return key == 0 ? NULL : map_get(&names->wholes, key);
}

const char *
license_names_url(const struct license_names *names, struct bytes url)
{
	char normal[MAX_URL + 1];
	size_t n = normalize_url(url, normal);
	const char *found = map_get(&names->urls, hash_of(bytes_of(normal, n)));

	if (found != NULL && *found != '\0')
		return found;
	for (size_t i = 0; i < names->nprefixes; i++) {
		size_t len = strlen(names->prefixes[i]);

		if (n <= len + 1 || memcmp(normal, names->prefixes[i], len) != 0 ||
		    normal[len] != '/')
			continue;
		found = license_names_whole(names, bytes_of(normal + len + 1, n - len - 1));
		if (found != NULL)
			return found;
	}
	return NULL;
}

const char *
license_names_known(const struct license_names *names, const char *id, bool is_exception)
{
	return map_get(
	    is_exception ? &names->exceptions : &names->ids, hash_of(bytes_of_string(id)));
}

const char *
license_names_hub_family(const struct license_names *names, struct bytes value)
{
	return map_get(&names->hub_families, hash_of(value));
}
