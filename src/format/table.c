/*
 * Tables of text: comma or tab separated values (RFC 4180). Cells of the first rows become spans
 * with the name of their column; the rest is handed on as whole lines, since a span for each of
 * millions of cells would cost more than searching them.
 */
#include "config.h"

#include "format/format.h"
#include "format/textual.h"

#define KEYED_CELLS 20000
#define COLUMNS 256
#define COLUMN_NAME 64
#define CELL_MIN 4 /* shorter cells say nothing of anybody */

static const char *const suffixes[] = { ".csv", ".tsv", NULL };

struct table {
	struct sink *sink;
	struct bytes text;
	uint64_t offset;
	size_t pos;
	uint8_t separator;
	const char *columns[COLUMNS];
	size_t ncolumns;
	struct bytes cell; /* without its outer quotes */
};

static int
probe(const struct member *member)
{
	return textual_is(member, TEXTUAL_TABLE) ? 40 : 0;
}

/* Reads one cell and what ends it. False at the end of the line. */
static bool
next_cell(struct table *table)
{
	const struct bytes t = table->text;
	size_t start = table->pos, end;

	if (start < t.len && t.data[start] == '"') {
		for (end = ++start; end < t.len; end++)
			if (t.data[end] == '"') {
				if (end + 1 >= t.len || t.data[end + 1] != '"')
					break;
				end++;
			}
		table->cell = bytes_slice(t, start, end - start);
		table->pos = end < t.len ? end + 1 : end;
	} else {
		for (end = start;
		     end < t.len && t.data[end] != table->separator && t.data[end] != '\n'; end++)
			continue;
		table->cell = bytes_slice(t, start, end - start);
		table->pos = end;
	}
	while (table->pos < t.len && t.data[table->pos] != table->separator &&
	    t.data[table->pos] != '\n')
		table->pos++;
	if (table->pos < t.len && t.data[table->pos++] == table->separator)
		return true;
	return false;
}

static uint8_t
separator_of(const struct member *member, struct bytes text)
{
	struct bytes line = bytes_slice(text, 0, 4096);
	const uint8_t *newline = line.len > 0 ? memchr(line.data, '\n', line.len) : NULL;
	size_t counts[3] = { 0 };

	if (newline != NULL)
		line.len = (size_t)(newline - line.data);
	for (size_t i = 0; i < line.len; i++) {
		counts[0] += line.data[i] == ',';
		counts[1] += line.data[i] == ';';
		counts[2] += line.data[i] == '\t';
	}
	if (member_has_suffix(member, ".tsv") || (counts[2] > counts[0] && counts[2] > counts[1]))
		return '\t';
	return counts[1] > counts[0] ? ';' : ',';
}

static void
read_columns(struct table *table)
{
	bool more = true;

	while (more && table->ncolumns < COLUMNS) {
		const char *name;

		more = next_cell(table);
		name = arena_string_of(
		    sink_arena(table->sink), bytes_slice(table->cell, 0, COLUMN_NAME));
		table->columns[table->ncolumns++] = name == NULL ? "" : name;
	}
	/* The first row may be data: it is looked at, too. */
	sink_text(
	    table->sink, SPAN_VALUE, "", bytes_slice(table->text, 0, table->pos), table->offset);
}

static void
analyze(const struct member *member, const struct rules *rules, struct sink *sink)
{
	struct table table = { .sink = sink };
	size_t cells = 0;

	(void)rules;
	if (!textual_text(member, sink, &table.text, &table.offset))
		return;
	table.separator = separator_of(member, table.text);
	read_columns(&table);
	while (table.pos < table.text.len && cells < KEYED_CELLS) {
		bool more = true;

		for (size_t column = 0; more; column++, cells++) {
			more = next_cell(&table);
			if (table.cell.len >= CELL_MIN)
				sink_text(sink, SPAN_VALUE,
				    column < table.ncolumns ? table.columns[column] : "",
				    table.cell,
				    table.offset + (uint64_t)(table.cell.data - table.text.data));
		}
	}
	sink_text(sink, SPAN_VALUE, "", bytes_slice(table.text, table.pos, table.text.len),
	    table.offset + table.pos);
}

const struct format format_table = {
	.name = "table",
	.suffixes = suffixes,
	.traits = FORMAT_TEXT | FORMAT_WEAK,
	.probe = probe,
	.analyze = analyze,
};
