/* What the names of values say about them: see detect/pii_scan.h. */
#include "config.h"

#include "detect/pii_scan.h"

#define KEY_MAX 64    /* bytes of a key in a run of JSON */
#define ARRAY_MAX 512 /* bytes of an array of numbers after its key */

/* The words of a key, one by one. */
static bool
key_has(const struct pii_words *words, struct bytes key)
{
	size_t from = 0;

	for (size_t i = 0; i <= key.len; i++) {
		if (i < key.len && pii_is_alnum(key.data[i]))
			continue;
		if (i > from && pii_words_have(words, bytes_slice(key, from, i - from)))
			return true;
		from = i + 1;
	}
	return false;
}

static void
read_key(const struct pii_rules *rules, struct bytes key, struct pii_key *ret)
{
	*ret = (struct pii_key){ .is_ignored = key_has(&rules->ignored_keys, key),
		.is_attribution = key_has(&rules->attribution, key) };
	pii_context_of(rules, key, &ret->context);
}

/* Rows of a table name the same few columns again and again: what a key says is kept. */
void
pii_read_key(struct pii_pass *pass)
{
	pass->key_read = pass->span->key;
	read_key(pass->rules, bytes_of_string(pass->span->key), &pass->key);
}

static size_t
skip_blanks_back(struct bytes text, size_t i)
{
	while (i > 0 &&
	    (text.data[i - 1] == ' ' || text.data[i - 1] == '\n' || text.data[i - 1] == '\r' ||
		text.data[i - 1] == '\t'))
		i--;
	return i;
}

/* Where the array of numbers begins of which one starts at START; START where there is none. */
static size_t
array_of(struct bytes text, size_t start)
{
	size_t i = skip_blanks_back(text, start);

	if (i == 0 || (text.data[i - 1] != ',' && text.data[i - 1] != '['))
		return start;
	while (i > 0 && start - i < ARRAY_MAX &&
	    (pii_is_digit(text.data[i - 1]) || strchr("+-.eE,\" \n\r\t", text.data[i - 1]) != NULL))
		i--;
	return i > 0 && text.data[i - 1] == '[' ? i - 1 : start;
}

/* The key in a run of JSON of the value, or of the array, that starts at START; empty where none
 * is next to it. */
static struct bytes
key_before(struct bytes text, size_t start)
{
	size_t i = start > 0 && text.data[start - 1] == '"' ? start - 1 : start, end;

	i = skip_blanks_back(text, array_of(text, i));
	if (i == 0 || text.data[i - 1] != ':')
		return bytes_of(NULL, 0);
	i = skip_blanks_back(text, i - 1);
	if (i == 0 || text.data[i - 1] != '"')
		return bytes_of(NULL, 0);
	end = --i;
	while (i > 0 && end - i < KEY_MAX && text.data[i - 1] != '"')
		i--;
	return bytes_slice(text, i, end - i);
}

void
pii_key_of(struct pii_pass *pass, size_t start, struct pii_key *ret)
{
	struct bytes key = bytes_of(NULL, 0);

	if (*pass->span->key == '\0' && span_is_data(pass->span))
		key = key_before(pass->text, start);
	if (key.len > 0)
		read_key(pass->rules, key, ret);
	else
		*ret = *pii_span_key(pass);
}
