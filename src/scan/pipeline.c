/* What happens to one member: see scan/pipeline.h. */
#include "config.h"

#include "scan/pipeline.h"

#include "core/text.h"
#include "detect/detector.h"
#include "format/format.h"
#include "format/strings.h"
#include "provenance/provenance.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>

#define MAX_CLAIMS 24 /* formats that can claim one member; the table is not much longer */
#define SHA256_BLOCK (4 * MIB)
#define KEPT_MAX (32 * MIB) /* a member whose pages are not given back before it is looked at */

/* One member on its way through. */
struct passage {
	struct pipeline *pipeline;
	const struct member *member;
	struct sink *sink;
	const struct format *claims[MAX_CLAIMS + 1];
	const char *names[MAX_CLAIMS + 1];
	size_t nclaims;
};

bool
pipeline_sha256(const struct member *member, char hex[65])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	for (size_t pos = 0; done && pos < member->bytes.len; pos += SHA256_BLOCK) {
		struct bytes block = bytes_slice(member->bytes, pos, SHA256_BLOCK);

		done = EVP_DigestUpdate(context, block.data, block.len) == 1;
		if (member->bytes.len > KEPT_MAX)
			member_release(member, pos, block.len);
	}
	done = done && EVP_DigestFinal_ex(context, digest, &len) == 1 && len == 32;
	for (unsigned i = 0; done && i < len; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
	EVP_MD_CTX_free(context);
	return done;
}

void
pipeline_report(struct wire *wire, const char *check, const char *path, const char *format, ...)
{
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);
	char text[600];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	wire_string(&body, check);
	wire_string(&body, path);
	for (int i = 0; i < 3; i++)
		wire_u64(&body, 0);
	wire_u64(&body, 100);
	wire_string(&body, text);
	wire_string(&body, "");
	wire_send(wire, MESSAGE_FINDING, &body);
	buffer_free(&body);
}

static bool
has_suffix(const struct format *format, const struct member *member)
{
	for (size_t i = 0; format->suffixes != NULL && format->suffixes[i] != NULL; i++)
		if (member_has_suffix(member, format->suffixes[i]))
			return true;
	return false;
}

/* Is A the same as B or a refinement of it, over any number of steps? */
static bool
is_kind_of(const struct format *a, const struct format *b)
{
	for (unsigned steps = 0; a != NULL && steps < 8; steps++) {
		if (a == b)
			return true;
		a = a->refines == NULL ? NULL : format_by_name(a->refines);
	}
	return false;
}

static void
identify(struct passage *passage)
{
	for (size_t i = 0; formats[i] != NULL && passage->nclaims < MAX_CLAIMS; i++)
		if (formats[i]->probe(passage->member) > 0) {
			passage->names[passage->nclaims] = formats[i]->name;
			passage->claims[passage->nclaims++] = formats[i];
		}
}

/* Two formats in one member: what one loader shows, another runs. */
static void
check_polyglot(struct passage *passage)
{
	for (size_t i = 0; i < passage->nclaims; i++)
		for (size_t j = i + 1; j < passage->nclaims; j++) {
			const struct format *a = passage->claims[i], *b = passage->claims[j];

			if (((a->traits | b->traits) & FORMAT_WEAK) || is_kind_of(a, b) ||
			    is_kind_of(b, a))
				continue;
			if ((a->traits & FORMAT_TEXT) && (b->traits & FORMAT_TEXT))
				continue;
			sink_finding(passage->sink, "format/polyglot", 0, 0, NULL,
			    "this is at once %s and %s: different programs read different "
			    "things in it",
			    a->name, b->name);
			return;
		}
}

/* Suffixes that programs use for whatever they like: there is no promise in them. */
static bool
has_shared_suffix(const struct member *member)
{
	static const char *const shared[] = { ".bin", ".dat", ".data", ".model", ".p", ".sav",
		".ar", ".pb", ".lz", ".z", ".d", ".pack" };

	for (size_t i = 0; i < ARRAY_LEN(shared); i++)
		if (member_has_suffix(member, shared[i]))
			return true;
	return false;
}

/* Is it text to all that know it, or known to nobody? */
static bool
is_plain(const struct passage *passage)
{
	for (size_t i = 0; i < passage->nclaims; i++)
		if (!(passage->claims[i]->traits & FORMAT_TEXT))
			return false;
	return true;
}

/* The name promises PROMISED, and nothing that claims the member is that. */
static void
report_suffix(struct passage *passage, const struct format *promised)
{
	const char *content = passage->nclaims == 0 ? "nothing known" : passage->claims[0]->name;

	if (passage->member->bytes.len == 0 && !(promised->traits & FORMAT_TEXT))
		sink_trouble(passage->sink, STATUS_MALFORMED, "format/empty", 0,
		    "this file is empty, but its name promises %s", promised->name);
	else if (passage->member->bytes.len == 0)
		return;
	else if (!(promised->traits & FORMAT_TEXT) && is_plain(passage) &&
	    !has_shared_suffix(passage->member))
		sink_trouble(passage->sink, STATUS_MALFORMED, "format/unrecognized", 0,
		    "the name promises %s, the content is %s: what a loader of it would see cannot "
		    "be told",
		    promised->name, content);
	else
		sink_finding(passage->sink, "format/suffix-mismatch", 0, 0, NULL,
		    "the name promises %s, the content is %s", promised->name, content);
}

static void
check_suffix(struct passage *passage)
{
	const struct format *promised = NULL;

	for (size_t i = 0; formats[i] != NULL; i++) {
		if (!has_suffix(formats[i], passage->member))
			continue;
		promised = formats[i];
		for (size_t j = 0; j < passage->nclaims; j++)
			if (is_kind_of(passage->claims[j], promised) ||
			    has_suffix(passage->claims[j], passage->member))
				return;
	}
	if (promised != NULL)
		report_suffix(passage, promised);
}

static void
detect(struct passage *passage)
{
	struct pipeline *pipeline = passage->pipeline;
	size_t n;
	const struct span *spans = sink_spans(passage->sink, &n);

	for (size_t i = 0; pipeline->detectors[i] != NULL; i++) {
		const struct detector *detector = detector_by_name(pipeline->detectors[i]);
		struct status status = { 0 };
		const void *compiled = NULL;

		if (detector == NULL) {
			sink_trouble(passage->sink, STATUS_INTERNAL, "scan/detector-failed", 0,
			    "the policy asks for the detector %s, which this program does not have",
			    pipeline->detectors[i]);
			continue;
		}
		if (detector->rules != NULL) {
			compiled = rules_get(pipeline->rules, detector->rules, &status);
			if (compiled == NULL) {
				sink_trouble(passage->sink, STATUS_INTERNAL, "scan/detector-failed",
				    0, "the detector %s could not run: %s", detector->name,
				    status.text);
				continue;
			}
		}
		detector->scan(compiled, passage->member, passage->names, spans, n, passage->sink);
	}
}

/* Is anything here that a line number means something in? */
static bool
is_text(const struct passage *passage)
{
	for (size_t i = 0; i < passage->nclaims; i++)
		if (passage->claims[i]->traits & FORMAT_TEXT)
			return true;
	return false;
}

/* Line numbers of offsets, counted on from the last one asked for. */
struct lines {
	struct bytes text;
	uint64_t offset, line;
};

static uint64_t
line_of(struct lines *lines, uint64_t offset)
{
	if (offset > lines->text.len)
		offset = lines->text.len;
	if (offset < lines->offset)
		lines->offset = 0, lines->line = 1;
	while (lines->offset < offset) {
		const uint8_t *start = lines->text.data + lines->offset;
		const uint8_t *newline = memchr(start, '\n', offset - lines->offset);

		if (newline == NULL)
			break;
		lines->line++;
		lines->offset += (uint64_t)(newline - start) + 1;
	}
	lines->offset = lines->offset > offset ? lines->offset : offset;
	return lines->line;
}

static void
send_findings(struct passage *passage, size_t from)
{
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);
	struct lines lines = { passage->member->bytes, 0, 1 };
	bool text = is_text(passage);
	size_t n;
	const struct finding *findings = sink_findings(passage->sink, &n);

	for (size_t i = from; i < n; i++) {
		wire_string(&body, findings[i].check);
		wire_string(&body, passage->member->path);
		wire_u64(&body, findings[i].offset);
		wire_u64(&body, findings[i].len);
		wire_u64(&body, text ? line_of(&lines, findings[i].offset) : 0);
		wire_u64(&body, findings[i].confidence);
		wire_string(&body, findings[i].message);
		wire_string(&body, findings[i].evidence);
		wire_send(passage->pipeline->wire, MESSAGE_FINDING, &body);
	}
	buffer_free(&body);
}

static void
send_skip(struct passage *passage)
{
	const struct status *status = sink_status(passage->sink);
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);

	wire_string(&body, passage->member->path);
	wire_string(&body, status->text);
	wire_send(passage->pipeline->wire, MESSAGE_SKIP, &body);
	buffer_free(&body);
}

static void
send_member(struct passage *passage, const char *sha256)
{
	const struct member *member = passage->member;
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);
	bool whole = sink_status(passage->sink)->code == STATUS_OK;
	size_t n;
	const struct fact *facts = sink_facts(passage->sink, &n);

	wire_string(&body, member->path);
	wire_u64(&body, member->bytes.len);
	wire_u64(&body, member->depth);
	wire_u64(&body,
	    (passage->nclaims > 0 ? MEMBER_IDENTIFIED : 0) | (whole ? MEMBER_ANALYZED : 0) |
		(member->depth > 0 ? MEMBER_NESTED : 0));
	wire_string(&body, sha256);
	wire_u64(&body, passage->nclaims);
	for (size_t i = 0; i < passage->nclaims; i++)
		wire_string(&body, passage->names[i]);
	wire_u64(&body, n);
	for (size_t i = 0; i < n; i++) {
		wire_string(&body, facts[i].key);
		wire_string(&body, facts[i].value);
	}
	wire_send(passage->pipeline->wire, MESSAGE_MEMBER, &body);
	buffer_free(&body);
}

static void
send_claim(struct pipeline *pipeline, const struct member *member, const struct verifier *verifier)
{
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);

	wire_string(&body, verifier->name);
	wire_string(&body, member->path);
	wire_bytes(&body, verifier->by_name ? bytes_of(NULL, 0) : member->bytes);
	wire_send(pipeline->wire, MESSAGE_CLAIM, &body);
	buffer_free(&body);
}

void
pipeline_claim(struct pipeline *pipeline, const struct member *member)
{
	bool fits = member->bytes.len > 0 && member->bytes.len <= LIMIT_CLAIM - LIMIT_NAME * 8;
	const struct verifier *best = NULL;
	int sure = 0;

	for (size_t i = 0; verifiers[i] != NULL; i++) {
		int bid;

		if (!verifiers[i]->by_name && !fits)
			continue;
		bid = verifiers[i]->probe(member);
		if (verifiers[i]->by_name && bid > 0) {
			send_claim(pipeline, member, verifiers[i]);
		} else if (bid > sure) {
			sure = bid;
			best = verifiers[i];
		}
	}
	if (best != NULL)
		send_claim(pipeline, member, best);
}

/* An unpacked piece becomes a member of its own. */
struct descent {
	struct passage *passage;
	const struct piece *piece;
};

static void
enter_member(const struct unpacked *unpacked, void *context)
{
	struct descent *descent = context;
	struct passage *passage = descent->passage;
	const struct member *parent = passage->member;
	struct arena *arena = sink_arena(passage->sink);
	const char *name = *unpacked->name != '\0' ? unpacked->name : descent->piece->name;
	struct member child = { .parent = parent,
		.bytes = unpacked->bytes,
		.depth = parent->depth + 1,
		.is_mapped = unpacked->is_mapped };
	char sha256[65];

	child.name = *name == '\0' ? "content" : name;
	child.path = arena_format(arena, "%s!/%s", parent->path,
	    text_safe(arena, bytes_of_string(child.name), LIMIT_NAME));
	if (child.path == NULL || !pipeline_sha256(&child, sha256)) {
		sink_trouble(passage->sink, STATUS_LIMIT, "scan/limit", 0,
		    "no memory for what is inside this member");
		return;
	}
	pipeline_inspect(passage->pipeline, &child, sha256);
}

static void
descend(struct passage *passage)
{
	struct pipeline *pipeline = passage->pipeline;
	size_t n;
	const struct piece *pieces = sink_pieces(passage->sink, &n);

	for (size_t i = 0; i < n; i++) {
		struct descent descent = { passage, &pieces[i] };
		uint64_t mark = scratch_mark(pipeline->scratch);

		if (passage->member->depth + 1 > LIMIT_DEPTH) {
			sink_trouble(passage->sink, STATUS_LIMIT, "scan/limit", 0,
			    "content nested more than %d levels deep is not looked at",
			    LIMIT_DEPTH);
			return;
		}
		if (++pipeline->budget.members > pipeline->budget.max_members) {
			sink_trouble(passage->sink, STATUS_LIMIT, "scan/limit", 0,
			    "only the first %ju members of this file are looked at",
			    (uintmax_t)pipeline->budget.max_members);
			return;
		}
		if (pieces[i].codec == CODEC_NONE) {
			struct unpacked plain = { .name = "",
				.bytes = pieces[i].packed,
				.is_mapped = passage->member->is_mapped &&
				    pieces[i].packed.data >= passage->member->bytes.data &&
				    pieces[i].packed.data <
					passage->member->bytes.data + passage->member->bytes.len };

			enter_member(&plain, &descent);
		} else if (pipeline->wire->holds && !unpack_is_ready(&pieces[i])) {
			pipeline->wire->again = true;
			return;
		} else {
			unpack_piece(&pieces[i], &pipeline->budget, pipeline->scratch,
			    passage->sink, enter_member, &descent);
		}
		scratch_release(pipeline->scratch, mark);
	}
}

void
pipeline_inspect(struct pipeline *pipeline, const struct member *member, const char *sha256)
{
	struct passage passage = {
		.pipeline = pipeline, .member = member, .sink = sink_new(LIMIT_ARENA)
	};
	size_t sent;

	if (pipeline->wire->again) {
		sink_free(passage.sink);
		return;
	}
	if (passage.sink == NULL) {
		pipeline_report(
		    pipeline->wire, "scan/limit", member->path, "no memory to look at this member");
		return;
	}
	identify(&passage);
	check_polyglot(&passage);
	check_suffix(&passage);
	for (size_t i = 0; i < passage.nclaims; i++)
		passage.claims[i]->analyze(member, pipeline->rules, passage.sink);
	if (passage.nclaims == 0)
		strings_hand_on(member, passage.sink);
	detect(&passage);
	if (pipeline->recognizes_claims)
		pipeline_claim(pipeline, member);
	sink_hide(passage.sink);
	send_findings(&passage, 0);
	(void)sink_findings(passage.sink, &sent);
	descend(&passage);
	sink_hide(passage.sink);
	send_findings(&passage, sent); /* what unpacking brought up */
	send_member(&passage, sha256);
	if (sink_untold(passage.sink) != NULL)
		pipeline_report(
		    pipeline->wire, "scan/limit", member->path, "%s", sink_untold(passage.sink));
	if (sink_status(passage.sink)->code != STATUS_OK)
		send_skip(&passage);
	sink_free(passage.sink);
}
