/* The names of tensors: see format/tensor_names.h. */
#include "config.h"

#include "format/tensor_names.h"

#include "bundle/zip.h"
#include "core/json.h"
#include "core/reader.h"
#include "format/pickle.h"

#define STREAMS 5 /* of PyTorch's legacy files: number, version, machine, object, keys */
#define METHOD_STORED 0

struct listing {
	struct arena *arena;
	struct buffer *out;
	size_t n;
};

static void
add_name(struct listing *listing, struct bytes name)
{
	buffer_add_u32le(listing->out, (uint32_t)name.len);
	buffer_add(listing->out, name);
	listing->n++;
}

static bool
visit(const struct json_token *token, void *context)
{
	struct listing *listing = context;
	struct bytes name;

	if (token->event != JSON_KEY || token->depth != 1)
		return true;
	if (!json_unescape(listing->arena, token, &name) || name.len > UINT32_MAX)
		return false;
	if (!bytes_equal_string(name, "__metadata__"))
		add_name(listing, name);
	return true;
}

/* The keys of the header, which is JSON behind its length (format/safetensors.c). */
static bool
list_safetensors(struct listing *listing, struct bytes b)
{
	struct reader r = reader_over(b);
	struct json_error ignored;
	struct bytes header;
	uint64_t len;

	return reader_u64le(&r, &len) && reader_bytes(&r, len, &header) &&
	    json_walk(header, visit, listing, &ignored);
}

static bool
add_survey(struct listing *listing, const struct pickle_survey *survey)
{
	for (size_t i = 0; i < survey->nnames; i++)
		add_name(listing, survey->names[i]);
	return survey->nnames > 0;
}

/* The keys of the object in ROOT/data.pkl (format/torch.c). */
static bool
list_archive(struct listing *listing, struct bytes b)
{
	struct pickle_survey survey;
	struct zip zip;

	if (!zip_open(b, listing->arena, &zip))
		return false;
	for (size_t i = 0; i < zip.n; i++) {
		const struct zip_entry *entry = &zip.entries[i];

		if (bytes_ends(entry->central.name, "data.pkl") && entry->has_local &&
		    entry->central.method == METHOD_STORED)
			return pickle_tensor_names(
				   bytes_slice(b, entry->data_offset, entry->central.packed),
				   listing->arena, &survey) &&
			    add_survey(listing, &survey);
	}
	return false;
}

/* The object is the fourth of a row of pickles (format/torch_legacy.c). */
static bool
list_streams(struct listing *listing, struct bytes b)
{
	for (unsigned i = 0; i < STREAMS && b.len > 0; i++) {
		struct pickle_survey survey;

		if (!pickle_tensor_names(b, listing->arena, &survey))
			return false;
		if (add_survey(listing, &survey))
			return true;
		b = bytes_slice(b, survey.end, SIZE_MAX);
	}
	return false;
}

bool
tensor_names(const struct member *member, struct arena *arena, struct buffer *ret)
{
	struct listing listing = { arena, ret, 0 };
	struct bytes b = member->bytes;
	bool done = list_safetensors(&listing, b);

	if (!done) {
		buffer_reset(ret);
		listing.n = 0;
		done = zip_find_end(b) >= 0 ? list_archive(&listing, b)
		    : pickle_probe(b) > 0   ? list_streams(&listing, b)
					    : false;
	}
	return done && buffer_ok(ret);
}
