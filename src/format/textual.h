/*
 * What kind of text a member is, and its characters as UTF-8. One decision for all text formats,
 * so that exactly one of them claims a text and its spans are made once. By name first, since
 * that is what programs go by, then by content.
 */
#ifndef FORMAT_TEXTUAL_H
#define FORMAT_TEXTUAL_H

#include "bundle/member.h"
#include "core/compiler.h"
#include "core/sink.h"

enum textual_kind {
	TEXTUAL_NONE, /* no text */
	TEXTUAL_PROSE,
	TEXTUAL_MARKDOWN,
	TEXTUAL_PYTHON,
	TEXTUAL_SOURCE, /* other programs, scripts and settings */
	TEXTUAL_JSON,
	TEXTUAL_JSONL,
	TEXTUAL_NOTEBOOK,
	TEXTUAL_TABLE, /* CSV, TSV */
	TEXTUAL_YAML,
	TEXTUAL_MARKUP, /* XML, HTML */
	TEXTUAL_TEMPLATE,
	TEXTUAL_VOCABULARY,
};

/* Is MEMBER text of KIND? Cheap: looks at the name and the first KiB. */
bool textual_is(const struct member *, enum textual_kind kind);
/*
 * The text of MEMBER as UTF-8 without a byte order mark: borrowed from the member where it is
 * UTF-8 already, else decoded from UTF-16 or Latin-1 into the sink's arena. *ret_offset is the
 * offset in the member of its first character. False and trouble where it is too large to decode.
 */
MUST_USE bool textual_text(
    const struct member *, struct sink *, struct bytes *ret, uint64_t *ret_offset);

#endif
