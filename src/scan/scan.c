/* A scan: targets in, result out. See scan/scan.h. */
#include "config.h"

#include "scan/scan.h"

#include "bundle/libarchive.h"
#include "bundle/target.h"
#include "core/limits.h"
#include "core/text.h"
#include "detect/detector.h"
#include "scan/collect.h"
#include "scan/gpgv.h"
#include "scan/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* From this size on a file is hashed by one worker while another inspects it. */
#define SPLIT_BYTES (16 * MIB)

struct scan {
	const struct scan_options *options;
	struct target *targets;
	size_t ntargets; /* opened so far */
	struct collector *collector;
	struct arena *arena; /* the collector's */
	struct sandbox sandbox;
	struct pool_options pool;
	struct worker_setup setup;
	struct status *status;
};

static bool
open_targets(struct scan *scan)
{
	const struct scan_options *options = scan->options;

	scan->targets = arena_array(scan->arena, options->ntargets, sizeof(*scan->targets));
	if (scan->targets == NULL)
		return status_set(scan->status, STATUS_MEMORY, "no memory for the targets");
	for (; scan->ntargets < options->ntargets; scan->ntargets++) {
		const char *path = options->targets[scan->ntargets];
		const char *prefix = "";

		if (options->ntargets > 1) {
			size_t n = strlen(path);

			while (n > 1 && path[n - 1] == '/')
				n--;
			prefix = text_safe(scan->arena, bytes_of(path, n), LIMIT_NAME);
		}
		if (!target_open(
			&scan->targets[scan->ntargets], path, prefix, scan->arena, scan->status))
			return false;
	}
	return true;
}

static bool
has_unsafe_name(const char *name)
{
	struct bytes b = bytes_of_string(name);
	size_t pos = 0;

	while (pos < b.len) {
		uint32_t code;
		size_t len = text_decode_utf8(bytes_slice(b, pos, 4), &code);

		if (len == 0 || text_is_unsafe(code))
			return true;
		pos += len;
	}
	return false;
}

/* What can be said about an entry without opening it. */
static void
report_entry(struct scan *scan, const struct entry *entry)
{
	struct collector *collector = scan->collector;
	const char *message;

	collector_entry(collector, entry);
	if (scan->options->inspects && has_unsafe_name(entry->name))
		collector_finding(collector, "bundle/unsafe-name", entry->path, "",
		    "the name holds control characters, invisible characters or "
		    "bytes that are not UTF-8");
	switch (entry->kind) {
	case ENTRY_FILE:
		break;
	case ENTRY_LINK:
	case ENTRY_LINK_FILE:
		message = arena_format(scan->arena, "a link to %s, inside the bundle",
		    text_safe(scan->arena, bytes_of_string(entry->leads), LIMIT_NAME));
		collector_finding(
		    collector, "bundle/link", entry->path, "", message == NULL ? "" : message);
		break;
	case ENTRY_LINK_OUT:
		message = arena_format(scan->arena,
		    "a link to %s, which lies outside the bundle or does not exist",
		    text_safe(scan->arena, bytes_of_string(entry->leads), LIMIT_NAME));
		collector_finding(collector, "bundle/link-outside", entry->path, entry->leads,
		    message == NULL ? "" : message);
		break;
	case ENTRY_SPECIAL:
		collector_finding(collector, "bundle/special-file", entry->path, "",
		    "a device, pipe or socket has no place in a bundle and is not read");
		break;
	case ENTRY_UNREADABLE:
		message = arena_format(scan->arena, "it cannot be read: %s",
		    entry->why == NULL ? "unknown" : entry->why);
		collector_finding(
		    collector, "scan/unreadable", entry->path, "", message == NULL ? "" : message);
		break;
	}
}

static unsigned
worker_count(const struct scan_options *options)
{
	return options->jobs > 0 ? options->jobs : (unsigned)get_nprocs();
}

/* BYTES are to come: what pays only for many is made now, before the workers are. */
static void
prepare_libraries(const struct scan_options *options, uint64_t bytes)
{
	if (options->inspects)
		libarchive_prepare(bytes);
	for (size_t i = 0; options->inspects && options->detectors[i] != NULL; i++) {
		const struct detector *detector = detector_by_name(options->detectors[i]);

		if (detector != NULL && detector->prepare != NULL)
			detector->prepare(bytes);
	}
}

/* Without a phase 1: the digests that are wanted come in phase 2. */
static bool
note_entries(struct scan *scan)
{
	uint64_t bytes = 0;

	for (size_t t = 0; t < scan->ntargets; t++)
		for (size_t i = 0; i < scan->targets[t].nentries; i++) {
			report_entry(scan, &scan->targets[t].entries[i]);
			bytes += scan->targets[t].entries[i].size;
		}
	collector_progress(
	    scan->collector, scan->options->progress, scan->options->progress_context, bytes);
	return true;
}

/* Phase 1: every file is hashed, inspected and asked whether it is a claim. */
static bool
scan_files(struct scan *scan)
{
	uint64_t flags = (scan->options->hashes_only ? 0 : JOB_CLAIMS) |
	    (scan->options->inspects ? JOB_INSPECT : 0),
		 bytes = 0;
	struct pool_events events = collector_events(scan->collector);
	struct job *jobs;
	size_t n = 0, room = 0;

	if (scan->options->digest != NULL)
		return note_entries(scan);
	for (size_t t = 0; t < scan->ntargets; t++)
		room += 2 * scan->targets[t].nentries;
	jobs = arena_array(scan->arena, room + 1, sizeof(*jobs));
	if (jobs == NULL)
		return status_set(scan->status, STATUS_MEMORY, "no memory for the list of files");
	for (size_t t = 0; t < scan->ntargets; t++)
		for (size_t e = 0; e < scan->targets[t].nentries; e++) {
			const struct entry *entry = &scan->targets[t].entries[e];
			struct job job = { .type = JOB_FILE,
				.path = entry->path,
				.target = &scan->targets[t],
				.entry = entry,
				.flags = flags | JOB_HASH,
				.bytes = entry->size };

			report_entry(scan, entry);
			if (entry->kind != ENTRY_FILE && entry->kind != ENTRY_LINK_FILE &&
			    !(entry->kind == ENTRY_LINK && scan->options->trust.allow_symlinks))
				continue;
			if (entry->kind == ENTRY_LINK)
				job.flags =
				    JOB_HASH; /* what it leads to is inspected where it lies */
			bytes += entry->size;
			if (entry->size >= SPLIT_BYTES && scan->pool.workers > 1 &&
			    (job.flags & JOB_INSPECT)) {
				jobs[n] = job;
				jobs[n++].flags = JOB_HASH;
				job.flags &= ~(uint64_t)JOB_HASH;
				bytes += entry->size;
			}
			jobs[n++] = job;
		}
	collector_progress(
	    scan->collector, scan->options->progress, scan->options->progress_context, bytes);
	prepare_libraries(scan->options, bytes);
	return n == 0 || pool_run(&scan->pool, &scan->setup, jobs, n, &events, scan->status);
}

/* The folder in which the claim at PATH stands; "" for the top. */
static const char *
folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "" : arena_string_of(arena, bytes_of(path, (size_t)(slash - path)));
}

/* The claims to verify: those named by --signature first, then those found. */
static bool
list_claims(struct scan *scan)
{
	const struct scan_options *options = scan->options;
	size_t nfound, n = 0;
	const struct collected_claim *found = collector_claims(scan->collector, &nfound);
	struct claim *claims =
	    arena_array(scan->arena, options->nsignatures + nfound + 1, sizeof(*claims));
	const char **names =
	    arena_array(scan->arena, options->nsignatures + nfound + 1, sizeof(*names));

	if (claims == NULL || names == NULL)
		return status_set(
		    scan->status, STATUS_MEMORY, "no memory for the list of signatures");
	for (size_t i = 0; i < options->nsignatures; i++, n++) {
		claims[n] = (struct claim){ .path = options->signatures[i].path,
			.root = "",
			.is_explicit = true,
			.bytes = options->signatures[i].bytes };
		names[n] = "";
	}
	for (size_t i = 0; i < nfound; i++) {
		/* A signature that the user named is not judged a second time as found. */
		bool named = false;

		for (size_t s = 0; s < options->nsignatures; s++)
			named = named ||
			    (found[i].bytes.len > 0 &&
				bytes_equal(options->signatures[s].bytes, found[i].bytes));
		if (named)
			continue;
		claims[n] = (struct claim){ .path = found[i].path,
			.root = folder_of(scan->arena, found[i].path),
			.bytes = found[i].bytes };
		names[n] = found[i].verifier;
		if (claims[n++].root == NULL)
			return status_set(
			    scan->status, STATUS_MEMORY, "no memory for the list of signatures");
	}
	scan->setup.claims = claims;
	scan->setup.claim_verifiers = names;
	scan->setup.nclaims = n;
	return true;
}

/* The entry that a verifier calls PATH: its name below the target. */
static const struct entry *
entry_by_name(const struct scan *scan, const char *path, const struct target **ret_target)
{
	for (size_t t = 0; t < scan->ntargets; t++) {
		const struct target *target = &scan->targets[t];
		size_t low = 0, high = target->nentries;

		while (low < high) {
			size_t middle = low + (high - low) / 2;
			const struct entry *entry = &target->entries[middle];
			int order = strcmp(scan->ntargets == 1 ? entry->name : entry->path, path);

			if (order == 0) {
				*ret_target = target;
				return entry;
			}
			if (order < 0)
				low = middle + 1;
			else
				high = middle;
		}
	}
	return NULL;
}

/* Lets the workers that verify have the content that claims asked for. */
static void
add_contents(struct scan *scan, struct job *jobs)
{
	size_t n;
	const struct want *wants = collector_wants(scan->collector, &n);

	for (size_t i = 0; i < n; i++) {
		const struct target *target = NULL;
		const struct entry *entry;

		if (strcmp(wants[i].algorithm, WANT_CONTENT) != 0)
			continue;
		entry = entry_by_name(scan, wants[i].path, &target);
		if (entry == NULL || (entry->kind != ENTRY_FILE && entry->kind != ENTRY_LINK_FILE))
			continue;
		jobs[wants[i].claim].target = target;
		jobs[wants[i].claim].entry = entry;
		jobs[wants[i].claim].bytes = entry->size;
	}
}

/* One job of TYPE for each claim. */
static bool
run_claims(struct scan *scan, enum message_type type)
{
	struct pool_events events = collector_events(scan->collector);
	struct job *jobs = arena_array(scan->arena, scan->setup.nclaims, sizeof(*jobs));

	if (jobs == NULL)
		return status_set(
		    scan->status, STATUS_MEMORY, "no memory for the list of signatures");
	for (size_t i = 0; i < scan->setup.nclaims; i++)
		jobs[i] =
		    (struct job){ .type = type, .path = scan->setup.claims[i].path, .claim = i };
	if (type == JOB_VERIFY)
		add_contents(scan, jobs);
	return pool_run(
	    &scan->pool, &scan->setup, jobs, scan->setup.nclaims, &events, scan->status);
}

static int
compare_wants(const void *a, const void *b)
{
	const struct want *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (order == 0)
		order = strcmp(x->algorithm, y->algorithm);
	if (order == 0 && x->start != y->start)
		order = x->start < y->start ? -1 : 1;
	if (order == 0 && x->end != y->end)
		order = x->end < y->end ? -1 : 1;
	return order;
}

/* Phase 2: the digests that somebody asked for. */
static bool
digest_wants(struct scan *scan, const struct want *wants, size_t nwants)
{
	struct pool_events events = collector_events(scan->collector);
	struct want *sorted;
	struct job *jobs;
	size_t n = 0;

	if (nwants == 0)
		return true;
	sorted = arena_array(scan->arena, nwants, sizeof(*sorted));
	jobs = arena_array(scan->arena, nwants, sizeof(*jobs));
	if (sorted == NULL || jobs == NULL)
		return status_set(scan->status, STATUS_MEMORY, "no memory for the list of digests");
	memcpy(sorted, wants, nwants * sizeof(*sorted));
	qsort(sorted, nwants, sizeof(*sorted), compare_wants);
	for (size_t i = 0; i < nwants; i++) {
		const struct target *target = NULL;
		const struct entry *entry = entry_by_name(scan, sorted[i].path, &target);
		bool readable = entry != NULL &&
		    (entry->kind == ENTRY_FILE || entry->kind == ENTRY_LINK_FILE ||
			(entry->kind == ENTRY_LINK && scan->options->trust.allow_symlinks));

		if (!readable || strcmp(sorted[i].algorithm, WANT_CONTENT) == 0 ||
		    (i > 0 && compare_wants(&sorted[i - 1], &sorted[i]) == 0))
			continue;
		jobs[n++] = (struct job){ .type = JOB_DIGEST,
			.path = entry->path,
			.target = target,
			.entry = entry,
			.algorithm = sorted[i].algorithm,
			.start = sorted[i].start,
			.end = sorted[i].end,
			.bytes = strcmp(sorted[i].algorithm, WANT_TENSORS) == 0 ? 0
			    : sorted[i].end == SIZE_UNKNOWN			? entry->size
							    : sorted[i].end - sorted[i].start };
	}
	return n == 0 || pool_run(&scan->pool, &scan->setup, jobs, n, &events, scan->status);
}

/* The digests that the options ask for, of every file or of each of its shards. */
static bool
digest_all(struct scan *scan)
{
	const struct target *target = &scan->targets[0];
	uint64_t shard = scan->options->shard_size, room = 0;
	struct want *wants;
	size_t n = 0;

	for (size_t i = 0; i < target->nentries; i++)
		room += shard == 0 ? 1 : target->entries[i].size / shard + 1;
	if (room > LIMIT_MEMBERS)
		return status_set(scan->status, STATUS_LIMIT,
		    "there are more than %d files and shards", LIMIT_MEMBERS);
	wants = arena_array(scan->arena, (size_t)room + 1, sizeof(*wants));
	if (wants == NULL)
		return status_set(scan->status, STATUS_MEMORY, "no memory for the list of digests");
	for (size_t i = 0; i < target->nentries; i++) {
		const struct entry *entry = &target->entries[i];
		uint64_t step = shard == 0 ? entry->size : shard, at = 0;

		do {
			uint64_t left = entry->size - at, end = at + (left < step ? left : step);

			wants[n++] = (struct want){ .path = entry->name,
				.algorithm = scan->options->digest,
				.start = at,
				.end = end };
			at = end;
		} while (at < entry->size);
	}
	if (!digest_wants(scan, wants, n))
		return false;
	scan->setup.tree = collector_tree(scan->collector, scan->targets, scan->ntargets);
	return scan->setup.tree != NULL ||
	    status_set(scan->status, STATUS_MEMORY, "no memory for the list of members");
}

/* Has gpgv judge the OpenPGP signatures, for the verifier to read what it says. */
static bool
ask_gpgv(struct scan *scan)
{
	struct claim *claims = (struct claim *)(uintptr_t)scan->setup.claims;
	size_t n;
	const struct want *wants = collector_wants(scan->collector, &n);

	for (size_t i = 0; scan->options->keyring.len > 0 && i < n; i++) {
		const struct target *target = NULL;
		const struct entry *entry = entry_by_name(scan, wants[i].path, &target);
		struct claim *claim = &claims[wants[i].claim];
		struct buffer lines = buffer_up_to(LIMIT_MESSAGE);
		struct status status = { 0 };
		int fd;

		if (strcmp(wants[i].algorithm, WANT_CONTENT) != 0 || entry == NULL ||
		    !bytes_starts(claim->bytes, "-----BEGIN PGP SIGNATURE-----"))
			continue;
		fd = target_open_entry(target, entry, &status);
		if (fd >= 0 &&
		    gpgv_run(
			&scan->sandbox, scan->options->keyring, claim->bytes, fd, &lines, &status))
			claim->gpgv =
			    bytes_of(arena_string_of(scan->arena, buffer_bytes(&lines)), lines.len);
		else
			claim->gpgv_trouble = arena_string(scan->arena, status.text);
		if (fd >= 0)
			close(fd);
		buffer_free(&lines);
		if (claim->gpgv.data == NULL && claim->gpgv_trouble == NULL)
			return status_set(scan->status, STATUS_MEMORY, "no memory for gpgv");
	}
	return true;
}

/* Phases 2 and 3; each in fresh workers, so that what read a member cannot touch a verdict on it.
 */
static bool
verify_claims(struct scan *scan)
{
	const struct want *wants;
	size_t nwants;

	if (!list_claims(scan))
		return false;
	if (scan->setup.nclaims == 0)
		return true;
	/* Twice: what verifiers want depends on what is there, and the digests come after that. */
	scan->setup.tree = collector_tree(scan->collector, scan->targets, scan->ntargets);
	if (scan->setup.tree == NULL)
		return status_set(scan->status, STATUS_MEMORY, "no memory for the list of members");
	if (!run_claims(scan, JOB_WANTS))
		return false;
	wants = collector_wants(scan->collector, &nwants);
	if (!digest_wants(scan, wants, nwants) || !ask_gpgv(scan))
		return false;
	scan->setup.tree = collector_tree(scan->collector, scan->targets, scan->ntargets);
	if (scan->setup.tree == NULL)
		return status_set(scan->status, STATUS_MEMORY, "no memory for the list of members");
	return run_claims(scan, JOB_VERIFY);
}

/* Compiles before the fork what every worker needs, so that they share it. */
static bool
compile_rules(struct scan *scan)
{
	const struct scan_options *options = scan->options;

	for (size_t i = 0; options->inspects && options->detectors[i] != NULL; i++) {
		const struct detector *detector = detector_by_name(options->detectors[i]);

		if (detector != NULL && detector->rules != NULL &&
		    rules_get(options->rules, detector->rules, scan->status) == NULL)
			return false;
	}
	return true;
}

/* The digest of the rules takes longer than a small member: it is made beside the workers. */
static void
digest_rules(void *context)
{
	struct scan *scan = context;

	/* A failure is told where the digest is asked for. */
	(void)rules_digest(scan->options->rules, scan->status);
}

static void
prepare(struct scan *scan)
{
	const struct scan_options *options = scan->options;

	scan->pool = (struct pool_options){ .workers = worker_count(options),
		.seconds = options->seconds,
		.temporary = options->temporary,
		.meanwhile = digest_rules,
		.context = scan };
	sandbox_open(&scan->sandbox, !options->no_sandbox);
	scan->setup = (struct worker_setup){ .rules = options->rules,
		.detectors = options->detectors,
		.sandbox = &scan->sandbox,
		.trust = &options->trust };
}

bool
scan_run(const struct scan_options *options, struct result **ret, struct status *status)
{
	struct scan scan = { .options = options, .status = status };
	struct result *result = NULL;
	const char *digest = NULL;
	char sandbox[128];

	scan.collector = collector_new(options->catalog);
	if (scan.collector == NULL)
		return status_set(status, STATUS_MEMORY, "no memory for the results");
	scan.arena = collector_arena(scan.collector);
	prepare(&scan);
	if (compile_rules(&scan) && open_targets(&scan) && scan_files(&scan) &&
	    (options->digest != NULL ? digest_all(&scan) : verify_claims(&scan)) &&
	    (digest = rules_digest(options->rules, status)) != NULL)
		result = collector_take_result(scan.collector, scan.targets, scan.ntargets, status);
	if (result != NULL) {
		sandbox_describe(&scan.sandbox, sandbox, sizeof(sandbox));
		result->sandbox = arena_string(result->arena, sandbox);
		result->tree = options->digest != NULL ? scan.setup.tree : NULL;
		result->rules_digest = arena_string(result->arena, digest);
		*ret = result;
	}
	for (size_t i = 0; i < scan.ntargets; i++)
		target_close(&scan.targets[i]);
	sandbox_close(&scan.sandbox);
	collector_free(scan.collector);
	return result != NULL;
}
