/*
 * One record of the OSV format (ossf/osv-schema 1.x), read in one walk over its JSON: most of a
 * record is prose that nobody needs, and a database has tens of thousands of them.
 *
 *   { id, modified, schema_version, withdrawn, aliases: [],
 *     affected: [ { package: { ecosystem, name }, versions: [],
 *                   ranges: [ { type, events: [ { introduced | fixed | ... } ] } ] } ] }
 */
#include "config.h"

#include "detect/osv_record.h"

#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"

/* Where in a record a value stands. */
enum place {
	PLACE_OTHER, /* in what is not read */
	PLACE_TOP,
	PLACE_RECORD,
	PLACE_ALIASES,
	PLACE_AFFECTED,
	PLACE_ENTRY,
	PLACE_PACKAGE,
	PLACE_VERSIONS,
	PLACE_RANGES,
	PLACE_RANGE,
	PLACE_EVENTS,
	PLACE_EVENT,
};

/* What is done with a string. */
enum slot {
	SLOT_NONE,
	SLOT_ID,
	SLOT_MODIFIED,
	SLOT_SCHEMA,
	SLOT_WITHDRAWN,
	SLOT_ALIAS,
	SLOT_ECOSYSTEM,
	SLOT_NAME,
	SLOT_VERSION,
	SLOT_TYPE,
	SLOT_INTRODUCED,
	SLOT_FIXED,
	SLOT_LAST_AFFECTED,
	SLOT_LIMIT,
};

/* The values that are read: KEY of the object PARENT, or each value of the array PARENT (NULL). */
struct field {
	enum place parent;
	const char *key;
	enum json_event event;
	enum place place; /* that the value opens */
	enum slot slot;
};

static const struct field fields[] = {
	{ PLACE_TOP, NULL, JSON_OBJECT_BEGIN, PLACE_RECORD, SLOT_NONE },
	{ PLACE_RECORD, "id", JSON_STRING, PLACE_OTHER, SLOT_ID },
	{ PLACE_RECORD, "modified", JSON_STRING, PLACE_OTHER, SLOT_MODIFIED },
	{ PLACE_RECORD, "schema_version", JSON_STRING, PLACE_OTHER, SLOT_SCHEMA },
	{ PLACE_RECORD, "withdrawn", JSON_STRING, PLACE_OTHER, SLOT_WITHDRAWN },
	{ PLACE_RECORD, "aliases", JSON_ARRAY_BEGIN, PLACE_ALIASES, SLOT_NONE },
	{ PLACE_RECORD, "affected", JSON_ARRAY_BEGIN, PLACE_AFFECTED, SLOT_NONE },
	{ PLACE_ALIASES, NULL, JSON_STRING, PLACE_OTHER, SLOT_ALIAS },
	{ PLACE_AFFECTED, NULL, JSON_OBJECT_BEGIN, PLACE_ENTRY, SLOT_NONE },
	{ PLACE_ENTRY, "package", JSON_OBJECT_BEGIN, PLACE_PACKAGE, SLOT_NONE },
	{ PLACE_ENTRY, "versions", JSON_ARRAY_BEGIN, PLACE_VERSIONS, SLOT_NONE },
	{ PLACE_ENTRY, "ranges", JSON_ARRAY_BEGIN, PLACE_RANGES, SLOT_NONE },
	{ PLACE_PACKAGE, "ecosystem", JSON_STRING, PLACE_OTHER, SLOT_ECOSYSTEM },
	{ PLACE_PACKAGE, "name", JSON_STRING, PLACE_OTHER, SLOT_NAME },
	{ PLACE_VERSIONS, NULL, JSON_STRING, PLACE_OTHER, SLOT_VERSION },
	{ PLACE_RANGES, NULL, JSON_OBJECT_BEGIN, PLACE_RANGE, SLOT_NONE },
	{ PLACE_RANGE, "type", JSON_STRING, PLACE_OTHER, SLOT_TYPE },
	{ PLACE_RANGE, "events", JSON_ARRAY_BEGIN, PLACE_EVENTS, SLOT_NONE },
	{ PLACE_EVENTS, NULL, JSON_OBJECT_BEGIN, PLACE_EVENT, SLOT_NONE },
	{ PLACE_EVENT, "introduced", JSON_STRING, PLACE_OTHER, SLOT_INTRODUCED },
	{ PLACE_EVENT, "fixed", JSON_STRING, PLACE_OTHER, SLOT_FIXED },
	{ PLACE_EVENT, "last_affected", JSON_STRING, PLACE_OTHER, SLOT_LAST_AFFECTED },
	{ PLACE_EVENT, "limit", JSON_STRING, PLACE_OTHER, SLOT_LIMIT },
};

struct reading {
	struct arena *arena;
	struct osv_record *record;
	enum place places[LIMIT_JSON_DEPTH + 2]; /* of what is open, by depth of its contents */
	struct bytes key;
	/* Where the next item of a list goes; lists keep the order of the file. */
	struct osv_text **aliases, **versions;
	struct osv_affected *entry, **entries;
	struct osv_range *range, **ranges;
	struct osv_event **events;
	const char *source;
	struct status *status;
};

static bool
out_of_memory(struct reading *reading)
{
	return status_set(reading->status, STATUS_LIMIT, "%.300s: the record needs too much memory",
	    reading->source);
}

static bool
add_text(struct reading *reading, struct osv_text ***end, struct bytes text)
{
	struct osv_text *item = arena_alloc(reading->arena, sizeof(*item));

	if (item == NULL)
		return out_of_memory(reading);
	item->text = text;
	**end = item;
	*end = &item->next;
	return true;
}

static bool
add_event(struct reading *reading, enum osv_event_kind kind, struct bytes version)
{
	struct osv_event *event = arena_alloc(reading->arena, sizeof(*event));

	if (event == NULL)
		return out_of_memory(reading);
	event->kind = kind;
	event->version = version;
	*reading->events = event;
	reading->events = &event->next;
	reading->range->nevents++;
	return true;
}

/* An object or array begins. */
static bool
open_place(struct reading *reading, enum place place)
{
	switch (place) {
	case PLACE_ENTRY:
		reading->entry = arena_alloc(reading->arena, sizeof(*reading->entry));
		if (reading->entry == NULL)
			return out_of_memory(reading);
		*reading->entries = reading->entry;
		reading->entries = &reading->entry->next;
		reading->versions = &reading->entry->versions;
		reading->ranges = &reading->entry->ranges;
		return true;
	case PLACE_RANGE:
		reading->range = arena_alloc(reading->arena, sizeof(*reading->range));
		if (reading->range == NULL)
			return out_of_memory(reading);
		*reading->ranges = reading->range;
		reading->ranges = &reading->range->next;
		reading->events = &reading->range->events;
		reading->entry->nranges++;
		return true;
	case PLACE_OTHER:
	case PLACE_TOP:
	case PLACE_RECORD:
	case PLACE_ALIASES:
	case PLACE_AFFECTED:
	case PLACE_PACKAGE:
	case PLACE_VERSIONS:
	case PLACE_RANGES:
	case PLACE_EVENTS:
	case PLACE_EVENT:
		break;
	}
	return true;
}

static bool
put(struct reading *reading, enum slot slot, struct bytes text)
{
	switch (slot) {
	case SLOT_NONE:
		break;
	case SLOT_ID:
		reading->record->id = text;
		break;
	case SLOT_MODIFIED:
		reading->record->modified = text;
		break;
	case SLOT_SCHEMA:
		reading->record->schema_version = text;
		break;
	case SLOT_WITHDRAWN:
		reading->record->withdrawn = text;
		break;
	case SLOT_ALIAS:
		return add_text(reading, &reading->aliases, text);
	case SLOT_ECOSYSTEM:
		reading->entry->ecosystem = text;
		break;
	case SLOT_NAME:
		reading->entry->name = text;
		break;
	case SLOT_VERSION:
		return add_text(reading, &reading->versions, text);
	case SLOT_TYPE:
		reading->range->type = text;
		break;
	case SLOT_INTRODUCED:
		return add_event(reading, OSV_INTRODUCED, text);
	case SLOT_FIXED:
		return add_event(reading, OSV_FIXED, text);
	case SLOT_LAST_AFFECTED:
		return add_event(reading, OSV_LAST_AFFECTED, text);
	case SLOT_LIMIT:
		return add_event(reading, OSV_LIMIT, text);
	}
	return true;
}

static const struct field *
field_of(const struct reading *reading, enum place parent)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].parent == parent &&
		    (fields[i].key == NULL || bytes_equal_string(reading->key, fields[i].key)))
			return &fields[i];
	return NULL;
}

static bool
visit(const struct json_token *token, void *context)
{
	struct reading *reading = context;
	enum place parent = reading->places[token->depth];
	const struct field *field;
	struct bytes text;

	if (token->event == JSON_OBJECT_END || token->event == JSON_ARRAY_END)
		return true;
	if (token->event == JSON_OBJECT_BEGIN || token->event == JSON_ARRAY_BEGIN)
		reading->places[token->depth + 1] = PLACE_OTHER;
	if (parent == PLACE_OTHER)
		return true;
	if (token->event == JSON_KEY)
		return json_unescape(reading->arena, token, &reading->key) ||
		    out_of_memory(reading);
	field = field_of(reading, parent);
	/* Some writers say null for what is not there. */
	if (field == NULL || (token->event == JSON_NULL && field->key != NULL))
		return true;
	if (token->event != field->event)
		return status_set(reading->status, STATUS_MALFORMED,
		    "%.300s is no OSV record: %s at offset %ju is not of the right type",
		    reading->source, field->key == NULL ? "a value" : field->key,
		    (uintmax_t)token->offset);
	if (token->event != JSON_STRING) {
		reading->places[token->depth + 1] = field->place;
		return open_place(reading, field->place);
	}
	if (!json_unescape(reading->arena, token, &text))
		return out_of_memory(reading);
	return put(reading, field->slot, text);
}

/* What the schema asks of every record, and of what is affected. */
static bool
check(const struct osv_record *record, const char *source, struct status *status)
{
	const char *missing = record->id.len == 0 ? "id"
	    : record->modified.len == 0		  ? "modified"
						  : NULL;

	for (const struct osv_affected *entry = record->affected; entry != NULL;
	     entry = entry->next) {
		/* Without a package an entry speaks of commits of a repository. */
		if ((entry->ecosystem.len == 0) != (entry->name.len == 0))
			missing = entry->name.len == 0 ? "name" : "ecosystem";
		for (const struct osv_range *range = entry->ranges; range != NULL;
		     range = range->next)
			if (range->type.len == 0 || range->events == NULL)
				missing = range->type.len == 0 ? "type" : "events";
	}
	if (missing != NULL)
		return status_set(status, STATUS_MALFORMED, "%.300s is no OSV record: it has no %s",
		    source, missing);
	if (record->schema_version.len > 0 && !bytes_starts(record->schema_version, "1."))
		return status_set(status, STATUS_UNSUPPORTED,
		    "%.300s: only version 1 of the OSV schema is known", source);
	return true;
}

bool
osv_record_read(struct arena *arena, struct bytes json, const char *source, struct osv_record *ret,
    struct status *status)
{
	struct osv_record record = { 0 };
	struct reading reading = { .arena = arena,
		.record = &record,
		.places = { PLACE_TOP },
		.aliases = &record.aliases,
		.entries = &record.affected,
		.source = source,
		.status = status };
	struct json_error error;

	/* Where the visitor stopped the walk its sentence is there, and stays. */
	if (!json_walk(json, visit, &reading, &error))
		return status_set(status, STATUS_MALFORMED,
		    "%.300s is no OSV record: JSON at offset %ju: %s", source,
		    (uintmax_t)error.offset, error.text);
	if (!check(&record, source, status))
		return false;
	*ret = record;
	return true;
}
