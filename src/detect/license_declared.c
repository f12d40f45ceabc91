/*
 * What a member declares about its license: the front matter of model cards, the metadata of
 * packages (Python, npm, R, Rust, Ruby, conda, citation files, Debian), JSON annotations (OCI), and
 * fields that format analyzers name (GGUF general.license, safetensors metadata).
 *
 * Fields are read line by line: these files are written by hand, and a parser that refuses one for
 * a tab would leave its license unseen.
 */
#include "config.h"

#include "detect/license_scan.h"

#include "core/limits.h"
#include "core/text.h"

#include <stdlib.h>

#define MAX_FIELD 400		     /* bytes of a value */
#define MAX_METADATA (1 * MIB)	     /* package metadata is small, a CHANGELOG in it is not */
#define MAX_FRONT_MATTER (256 * KIB) /* model-index tables are long */

struct declaring {
	const struct license_data *data;
	struct arena *arena;
	struct license_declared *out;
	bool is_other; /* a model card whose license is none of the Hub's */
};

/* What tools and people write where they declare nothing, or only where to look. */
static bool
says_nothing(struct bytes value)
{
	return text_equal_ignoring_case(value, "unknown") ||
	    text_equal_ignoring_case(value, "none") ||
	    text_equal_ignoring_case(value, "NOASSERTION") ||
	    bytes_starts(value, "SEE LICENSE IN") || bytes_starts(value, "Copyright");
}

/* One more license that is declared. Several of a list all apply. */
static void
declare(struct declaring *d, struct bytes value, uint64_t offset)
{
	struct status status = { 0 };
	const struct license_node *node;
	const char *expression = NULL;

	if (value.len == 0 || value.len > MAX_FIELD || says_nothing(value))
		return;
	if (d->out->is_card)
		expression = license_names_hub_family(d->data->names, value);
	if (expression == NULL)
		expression =
		    license_notices_value(d->data->names, d->data->variants, d->arena, value);
	node = expression == NULL ? NULL : license_expression_parse(d->arena, expression, &status);
	if (d->out->expression == NULL && d->out->unknown == NULL)
		d->out->offset = offset;
	if (node == NULL)
		d->out->unknown = text_safe(d->arena, value, 120);
	else
		d->out->expression =
		    license_expression_join(d->arena, LICENSE_AND, d->out->expression, node);
}

static struct bytes
trim(struct bytes b)
{
	while (b.len > 0 && (b.data[0] <= ' ' || b.data[0] == '"' || b.data[0] == '\''))
		b = bytes_slice(b, 1, b.len);
	while (b.len > 0 &&
	    (b.data[b.len - 1] <= ' ' || b.data[b.len - 1] == '"' || b.data[b.len - 1] == '\'' ||
		b.data[b.len - 1] == ','))
		b.len--;
	return b;
}

/* The next line of TEXT from *POS on, without its end; false at the end of the text. */
static bool
next_line(struct bytes text, size_t *pos, struct bytes *line)
{
	const uint8_t *newline;

	if (*pos >= text.len)
		return false;
	newline = memchr(text.data + *pos, '\n', text.len - *pos);
	*line = bytes_slice(
	    text, *pos, newline == NULL ? text.len : (uint64_t)(newline - text.data) - *pos);
	*pos += line->len + 1;
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* ---- model cards -------------------------------------------------------------------------- */

/* Splits "key: value" at column 0. */
static bool
split_key(struct bytes line, struct bytes *key, struct bytes *value)
{
	const uint8_t *colon = memchr(line.data, ':', line.len);

	if (colon == NULL || line.data[0] <= ' ' || line.data[0] == '-' || line.data[0] == '#')
		return false;
	*key = trim(bytes_of(line.data, (size_t)(colon - line.data)));
	*value = trim(bytes_slice(line, (uint64_t)(colon - line.data) + 1, line.len));
	return true;
}

/* Each item of "[a, b]", or the value itself. */
static void
each_item(struct declaring *d, struct bytes value, uint64_t offset,
    void (*take)(struct declaring *, struct bytes, uint64_t))
{
	if (value.len < 2 || value.data[0] != '[') {
		take(d, value, offset);
		return;
	}
	value = bytes_slice(value, 1, value.len - (value.data[value.len - 1] == ']' ? 2 : 1));
	while (value.len > 0) {
		const uint8_t *comma = memchr(value.data, ',', value.len);
		size_t n = comma == NULL ? value.len : (size_t)(comma - value.data);

		take(d, trim(bytes_slice(value, 0, n)), offset);
		value = bytes_slice(value, n + 1, value.len);
	}
}

static void
add_base_model(struct declaring *d, struct bytes value, uint64_t offset)
{
	const char *name = text_safe(d->arena, value, 200);

	(void)offset;
	if (value.len == 0 || name == NULL)
		return;
	d->out->base_models = d->out->base_models == NULL
	    ? name
	    : arena_format(d->arena, "%s, %s", d->out->base_models, name);
}

static void
declare_card(struct declaring *d, struct bytes value, uint64_t offset)
{
	/* "other" is named by license_name. */
	if (!text_equal_ignoring_case(value, "other"))
		declare(d, value, offset);
	else
		d->is_other = true;
}

static void
read_card_field(struct declaring *d, const char *key, struct bytes value, uint64_t offset)
{
	if (strcmp(key, "license") == 0 || strcmp(key, "licenses") == 0)
		each_item(d, value, offset, declare_card);
	else if (strcmp(key, "base_model") == 0)
		each_item(d, value, offset, add_base_model);
	else if (strcmp(key, "license_name") == 0 && value.len > 0)
		d->out->name = text_safe(d->arena, value, 120);
	else if (strcmp(key, "license_link") == 0 && value.len > 0)
		d->out->link = text_safe(d->arena, value, 300);
}

static const char *
card_key(struct bytes key)
{
	static const char *const keys[] = { "license", "licenses", "license_name", "license_link",
		"base_model" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (bytes_equal_string(key, keys[i]))
			return keys[i];
	return NULL;
}

/* license_name is what the Hub shows; one that is on no list still names the license. */
static void
name_other(struct declaring *d)
{
	struct status status = { 0 };
	const char *expression = NULL, *from[] = { d->out->name, d->out->link };
	char *reference;

	for (size_t i = 0; i < 2 && expression == NULL && d->out->expression == NULL; i++)
		if (from[i] != NULL)
			expression = license_notices_value(
			    d->data->names, d->data->variants, d->arena, bytes_of_string(from[i]));
	if (expression == NULL && d->out->name != NULL && d->out->expression == NULL) {
		reference = arena_format(d->arena, "LicenseRef-%s", d->out->name);
		for (char *c = reference; c != NULL && *c != '\0'; c++)
			if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
				(*c >= '0' && *c <= '9') || *c == '.'))
				*c = '-';
		expression = reference;
	}
	if (expression != NULL)
		d->out->expression = license_expression_parse(d->arena, expression, &status);
	else if (d->is_other && d->out->expression == NULL)
		d->out->unknown = "other, without a license_name";
}

/* YAML between two lines of "---" at the start of a Markdown file (Hugging Face model cards). */
static bool
read_front_matter(struct declaring *d, struct bytes text)
{
	struct bytes line, key, value;
	const char *open_key = NULL;
	size_t pos = 0;

	if (bytes_starts(text, "\xef\xbb\xbf"))
		pos = 3;
	if (!next_line(text, &pos, &line) || !bytes_equal_string(trim(line), "---"))
		return false;
	text = bytes_slice(text, 0, MAX_FRONT_MATTER);
	d->out->is_card = true;
	while (next_line(text, &pos, &line) && !bytes_equal_string(trim(line), "---")) {
		uint64_t offset = (uint64_t)(line.data == NULL ? 0 : line.data - text.data);
		struct bytes item = trim(line);

		if (item.len == 0)
			continue;
		if (item.data[0] == '-' && open_key != NULL) {
			read_card_field(d, open_key, trim(bytes_slice(item, 1, item.len)), offset);
			continue;
		}
		if (!split_key(line, &key, &value))
			continue;
		open_key = card_key(key);
		if (open_key != NULL && value.len > 0) {
			read_card_field(d, open_key, value, offset);
			open_key = NULL;
		}
	}
	name_other(d);
	return true;
}

/* ---- package metadata --------------------------------------------------------------------- */

struct metadata {
	const char *name;	 /* glob over the last part of the path, lower case */
	const char *const *keys; /* lower case; what may stand before ':' or '=' */
};

static const char *const keys_plain[] = { "license", "licence", NULL };
static const char *const keys_python[] = { "license", "license-expression", NULL };
static const char *const keys_ruby[] = { "s.license", "spec.license", "gem.license", NULL };
static const struct metadata metadata[] = {
	{ "metadata", keys_python },
	{ "pkg-info", keys_python },
	{ "pyproject.toml", keys_plain },
	{ "setup.cfg", keys_plain },
	{ "setup.py", keys_plain },
	{ "cargo.toml", keys_plain },
	{ "description", keys_plain },
	{ "citation.cff", keys_plain },
	{ "meta.yaml", keys_plain },
	{ "*.gemspec", keys_ruby },
	{ "*.cabal", keys_plain },
	{ "*.spec", keys_plain },
	{ NULL, NULL },
};

/* The value behind one of KEYS at the start of LINE; false where there is none. */
static bool
match_key(struct bytes line, const char *const *keys, struct bytes *value)
{
	line = trim(line);
	for (size_t i = 0; keys[i] != NULL; i++) {
		size_t n = strlen(keys[i]), at = n;

		if (!text_equal_ignoring_case(bytes_slice(line, 0, n), keys[i]))
			continue;
		while (at < line.len && (line.data[at] == ' ' || line.data[at] == '\t'))
			at++;
		if (at >= line.len || (line.data[at] != ':' && line.data[at] != '='))
			continue;
		*value = trim(bytes_slice(line, at + 1, line.len));
		return true;
	}
	return false;
}

/* Of "{text = "MIT"}" and "{file = "LICENSE"}" the text; R's "MIT + file LICENSE" without the
 * file. False where the value only points to a file. */
static bool
inner_value(struct bytes *value)
{
	int64_t at = bytes_find(*value, bytes_of_string("+ file"), 0);

	if (at < 0)
		at = bytes_find(*value, bytes_of_string("| file"), 0);
	if (at >= 0)
		*value = trim(bytes_slice(*value, 0, (uint64_t)at));
	if (bytes_starts(*value, "file ") || bytes_starts(*value, "file:"))
		return false;
	if (value->len == 0 || value->data[0] != '{')
		return value->len > 0;
	at = bytes_find(*value, bytes_of_string("text"), 0);
	if (at < 0)
		return false;
	*value = bytes_slice(*value, (uint64_t)at + 4, value->len);
	while (value->len > 0 && (value->data[0] == ' ' || value->data[0] == '='))
		*value = bytes_slice(*value, 1, value->len);
	while (value->len > 0 && (value->data[value->len - 1] == '}'))
		value->len--;
	*value = trim(*value);
	return value->len > 0;
}

static void
read_fields(struct declaring *d, struct bytes text, const char *const *keys)
{
	struct bytes line, value;
	size_t pos = 0;

	d->out->is_metadata = true;
	text = bytes_slice(text, 0, MAX_METADATA);
	while (next_line(text, &pos, &line))
		if (line.len > 8 && match_key(line, keys, &value) && inner_value(&value))
			declare(d, value, (uint64_t)(value.data - text.data));
}

/* ---- JSON --------------------------------------------------------------------------------- */

/* The string that starts at POS ("..."), without its quotes; false where there is none. */
static bool
json_string(struct bytes text, size_t pos, struct bytes *ret, size_t *ret_end)
{
	size_t end;

	if (pos >= text.len || text.data[pos] != '"')
		return false;
	for (end = pos + 1; end < text.len && text.data[end] != '"' && text.data[end] != '\n';
	     end++)
		if (text.data[end] == '\\')
			end++;
	if (end >= text.len || text.data[end] != '"')
		return false;
	*ret = bytes_slice(text, pos + 1, end - pos - 1);
	*ret_end = end + 1;
	return true;
}

static size_t
skip_space(struct bytes text, size_t pos)
{
	while (pos < text.len &&
	    (text.data[pos] <= ' ' || text.data[pos] == ':' || text.data[pos] == ','))
		pos++;
	return pos;
}

/* The value of a license key at POS: a string, a list of them, or objects with "type", "name" or
 * "id". */
static void
read_json_value(struct declaring *d, struct bytes text, size_t pos)
{
	size_t budget = 64;
	int depth = 0;

	for (pos = skip_space(text, pos); pos < text.len && budget-- > 0;
	     pos = skip_space(text, pos)) {
		struct bytes string;
		uint8_t c = text.data[pos];

		if (c == '[' || c == '{') {
			depth++;
			pos++;
		} else if (c == ']' || c == '}') {
			depth--;
			pos++;
		} else if (!json_string(text, pos, &string, &pos)) {
			return;
		} else if (skip_space(text, pos) > pos && text.data[pos] == ':') {
			/* The key of an object: only some hold a name. */
			size_t at = skip_space(text, pos);
			bool names = bytes_equal_string(string, "type") ||
			    bytes_equal_string(string, "name") || bytes_equal_string(string, "id");

			if (!json_string(text, at, &string, &pos))
				return;
			if (names)
				declare(d, string, (uint64_t)(string.data - text.data));
		} else {
			declare(d, string, (uint64_t)(string.data - text.data));
		}
		if (depth <= 0)
			return;
	}
}

/* Does KEY of an object DEPTH deep declare? "license" further inside is often a script or a file.
 */
static bool
declares(struct bytes key, unsigned depth)
{
	return bytes_equal_string(key, "org.opencontainers.image.licenses") ||
	    (depth == 1 &&
		(bytes_equal_string(key, "license") || bytes_equal_string(key, "licenses") ||
		    bytes_equal_string(key, "license_name")));
}

static void
read_json(struct declaring *d, struct bytes text)
{
	unsigned depth = 0;
	struct bytes key;
	size_t end;

	d->out->is_metadata = true;
	text = bytes_slice(text, 0, MAX_METADATA);
	for (size_t pos = 0; pos < text.len; pos++) {
		uint8_t c = text.data[pos];

		depth += c == '{' || c == '[';
		depth -= (c == '}' || c == ']') && depth > 0;
		if (c != '"' || !json_string(text, pos, &key, &end))
			continue;
		pos = end - 1;
		while (end < text.len && text.data[end] <= ' ')
			end++;
		if (end < text.len && text.data[end] == ':' && declares(key, depth))
			read_json_value(d, text, end);
	}
}

/* Files of packages and images whose JSON declares a license. Lock files list those of others. */
static bool
is_json_metadata(const char *name)
{
	static const char *const globs[] = { "package.json", "*_package.json", "composer.json",
		"bower.json", "component.json", "codemeta.json", "dataset_infos.json",
		"dataset_info.json", "croissant.json", "manifest.json", "index.json",
		"*.metadata.json", "modelcard.json", "model_card.json" };

	for (size_t i = 0; i < ARRAY_LEN(globs); i++)
		if (text_glob(globs[i], name))
			return true;
	return false;
}

/* ---- values of formats -------------------------------------------------------------------- */

/* Does a key ("general.license", "__metadata__.license", "annotations.org...licenses") declare? */
static bool
is_license_key(const char *key)
{
	static const char *const ends[] = { "license", "licenses", "licence", "license_name" };
	const char *last = key;

	for (const char *c = key; *c != '\0'; c++)
		if (*c == '.' || *c == '/' || *c == ']' || *c == '[')
			last = c + 1;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (text_equal_ignoring_case(bytes_of_string(last), ends[i]))
			return true;
	return false;
}

static const char *
lower_name(struct arena *arena, const struct member *member)
{
	char *name = arena_string(arena, member_basename(member));

	for (char *c = name; c != NULL && *c != '\0'; c++)
		*c = (char)text_lower((unsigned char)*c);
	return name;
}

void
license_declared_read(const struct license_data *data, struct arena *arena,
    const struct member *member, const struct span *spans, size_t n, struct license_declared *ret)
{
	struct declaring d = { .data = data, .arena = arena, .out = ret };
	const char *name = lower_name(arena, member);

	*ret = (struct license_declared){ 0 };
	if (name == NULL)
		return;
	if (member_has_suffix(member, ".md") && read_front_matter(&d, member->bytes))
		return;
	for (size_t i = 0; metadata[i].name != NULL; i++)
		if (text_glob(metadata[i].name, name)) {
			read_fields(&d, member->bytes, metadata[i].keys);
			return;
		}
	if (is_json_metadata(name)) {
		read_json(&d, member->bytes);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (spans[i].kind == SPAN_VALUE && is_license_key(spans[i].key))
			declare(&d, spans[i].text, spans[i].offset);
}
