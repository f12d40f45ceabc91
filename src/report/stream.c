/* JSON written as it comes: see report/stream.h. */
#include "config.h"

#include "report/stream.h"

void
stream_open(struct stream *stream, FILE *file)
{
	*stream = (struct stream){ .file = file, .is_first = 1 };
}

static void
start(struct stream *stream, const char *key)
{
	if (stream->depth > 0)
		fprintf(stream->file, "%s\n%*s", stream->is_first ? "" : ",",
		    (int)(2 * stream->depth), "");
	stream->is_first = 0;
	if (key != NULL)
		fprintf(stream->file, "\"%s\": ", key);
}

void
stream_begin(struct stream *stream, const char *key, char bracket)
{
	start(stream, key);
	fputc(bracket, stream->file);
	stream->depth++;
	stream->is_first = 1;
}

void
stream_end(struct stream *stream, char bracket)
{
	stream->depth--;
	if (!stream->is_first)
		fprintf(stream->file, "\n%*s", (int)(2 * stream->depth), "");
	stream->is_first = 0;
	fputc(bracket, stream->file);
	if (stream->depth == 0)
		fputc('\n', stream->file);
}

void
stream_put(struct stream *stream, const char *key, struct json_object *value)
{
	start(stream, key);
	fputs(json_object_to_json_string_ext(
		  value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    stream->file);
	json_object_put(value);
}

void
stream_string(struct stream *stream, const char *key, const char *value)
{
	stream_put(stream, key, json_object_new_string(value));
}

void
stream_number(struct stream *stream, const char *key, uint64_t value)
{
	stream_put(stream, key, json_object_new_uint64(value));
}

void
item_string(struct json_object *item, const char *key, const char *value)
{
	json_object_object_add(item, key, json_object_new_string(value));
}

void
item_number(struct json_object *item, const char *key, uint64_t value)
{
	json_object_object_add(item, key, json_object_new_uint64(value));
}
