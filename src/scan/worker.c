/* A worker's life: confine itself, take a job, send what it found, take the next. */
#include "config.h"

#include "scan/worker.h"

#include "bundle/libarchive.h"
#include "bundle/unpack.h"
#include "core/text.h"
#include "format/tensor_names.h"
#include "scan/fault.h"
#include "scan/hash.h"
#include "scan/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct worker {
	const struct worker_setup *setup;
	struct wire wire;
	struct scratch *scratch;
};

/* The file of a job, mapped; its metadata before, to see whether it changed meanwhile. */
struct mapping {
	struct bytes bytes;
	struct stat before;
	int fd;
};

static bool
map_file(struct mapping *mapping, int fd)
{
	void *data;

	mapping->fd = fd;
	mapping->bytes = bytes_of(NULL, 0);
	if (fstat(fd, &mapping->before) != 0)
		return false;
	if (mapping->before.st_size == 0)
		return true;
	data = mmap(NULL, (size_t)mapping->before.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		return false;
	(void)madvise(data, (size_t)mapping->before.st_size, MADV_SEQUENTIAL);
	mapping->bytes = bytes_of(data, (size_t)mapping->before.st_size);
	return true;
}

/* False where the file is no longer what was mapped. */
static bool
unmap_file(struct mapping *mapping)
{
	struct stat after;
	bool same = fstat(mapping->fd, &after) == 0 && after.st_size == mapping->before.st_size &&
	    after.st_mtim.tv_sec == mapping->before.st_mtim.tv_sec &&
	    after.st_mtim.tv_nsec == mapping->before.st_mtim.tv_nsec;

	if (mapping->bytes.len > 0)
		munmap((void *)(uintptr_t)mapping->bytes.data, mapping->bytes.len);
	return same;
}

static void
send_digest(struct worker *worker, const char *path, const char *algorithm, uint64_t start,
    uint64_t end, const char *hex)
{
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);

	wire_string(&body, path);
	wire_string(&body, algorithm);
	wire_u64(&body, start);
	wire_u64(&body, end);
	wire_string(&body, hex);
	wire_send(&worker->wire, MESSAGE_DIGEST, &body);
	buffer_free(&body);
}

static void
scan_mapped(struct worker *worker, const struct member *member, uint64_t flags)
{
	struct pipeline pipeline = {
		.rules = worker->setup->rules,
		.detectors = worker->setup->detectors,
		.recognizes_claims = (flags & JOB_CLAIMS) != 0,
		.scratch = worker->scratch,
		.wire = &worker->wire,
		.budget = { .packed = member->bytes.len,
		    .max_expanded = LIMIT_EXPANDED,
		    .max_ratio = LIMIT_RATIO,
		    .max_members = LIMIT_MEMBERS },
	};
	char sha256[65] = "";

	if ((flags & JOB_HASH) && !pipeline_sha256(member, sha256)) {
		pipeline_report(&worker->wire, "scan/detector-failed", member->path,
		    "its SHA-256 could not be computed");
		return;
	}
	if (*sha256 != '\0')
		send_digest(worker, member->path, "sha256", 0, member->bytes.len, sha256);
	if (flags & JOB_INSPECT)
		pipeline_inspect(&pipeline, member, sha256);
	else if (flags & JOB_CLAIMS)
		pipeline_claim(&pipeline, member);
}

/* JOB_FILE: u64 flags | string path, name */
static bool
do_file(struct worker *worker, struct reader *r, int fd)
{
	struct mapping mapping;
	struct bytes path, name;
	struct member member = { 0 };
	uint64_t flags;

	if (!wire_get_u64(r, &flags) || !wire_get_bytes(r, &path) || !wire_get_bytes(r, &name))
		return false;
	member.path = strndup((const char *)path.data, path.len);
	member.name = strndup((const char *)name.data, name.len);
	member.is_mapped = true;
	if (member.path == NULL || member.name == NULL)
		return false;
	fault_plant(member.name);
	if (!map_file(&mapping, fd)) {
		pipeline_report(&worker->wire, "scan/unreadable", member.path,
		    "it cannot be read: %s", strerror(errno));
	} else {
		member.bytes = mapping.bytes;
		scan_mapped(worker, &member, flags);
		if (!unmap_file(&mapping))
			pipeline_report(&worker->wire, "scan/changed", member.path,
			    "it changed while it was being read");
	}
	free((void *)(uintptr_t)member.path);
	free((void *)(uintptr_t)member.name);
	return true;
}

/* Names that cannot be read, or are too many to be sent, are missed by whoever wants them. */
static void
send_tensors(struct worker *worker, const struct member *member)
{
	struct buffer names = buffer_up_to(LIMIT_MESSAGE / 2), body = buffer_up_to(LIMIT_MESSAGE);
	struct arena *arena = arena_new(LIMIT_ARENA);

	if (arena != NULL && tensor_names(member, arena, &names)) {
		wire_string(&body, member->path);
		wire_bytes(&body, buffer_bytes(&names));
		wire_send(&worker->wire, MESSAGE_TENSORS, &body);
	}
	buffer_free(&names);
	buffer_free(&body);
	arena_free(arena);
}

/* JOB_DIGEST: string path, algorithm | u64 start, end */
static bool
do_digest(struct worker *worker, struct reader *r, int fd)
{
	struct mapping mapping;
	struct bytes path, algorithm;
	uint64_t start, end;
	char *path_text, *algorithm_text, hex[HASH_HEX_MAX];

	if (!wire_get_bytes(r, &path) || !wire_get_bytes(r, &algorithm) ||
	    !wire_get_u64(r, &start) || !wire_get_u64(r, &end))
		return false;
	path_text = strndup((const char *)path.data, path.len);
	algorithm_text = strndup((const char *)algorithm.data, algorithm.len);
	if (path_text == NULL || algorithm_text == NULL)
		return false;
	if (!map_file(&mapping, fd)) {
		pipeline_report(&worker->wire, "scan/unreadable", path_text,
		    "it cannot be read: %s", strerror(errno));
	} else {
		struct member member = { .path = path_text,
			.name = path_text,
			.bytes = mapping.bytes,
			.is_mapped = true };
		uint64_t last = end == SIZE_UNKNOWN ? mapping.bytes.len : end;

		if (strcmp(algorithm_text, WANT_TENSORS) == 0)
			send_tensors(worker, &member);
		else if (start <= last && last <= mapping.bytes.len &&
		    hash_range(&member, algorithm_text, start, last, hex))
			send_digest(worker, path_text, algorithm_text, start, last, hex);
		if (!unmap_file(&mapping))
			pipeline_report(&worker->wire, "scan/changed", path_text,
			    "it changed while it was being read");
	}
	free(path_text);
	free(algorithm_text);
	return true;
}

/* The verifier of claim I: the one that recognized it, or the best bidder for an explicit one. */
static const struct verifier *
verifier_of(const struct worker_setup *setup, size_t i)
{
	const struct claim *claim = &setup->claims[i];
	struct member member = { .path = claim->path, .name = claim->path, .bytes = claim->bytes };
	const struct verifier *best = verifier_by_name(setup->claim_verifiers[i]);
	int sure = 0;

	if (best != NULL)
		return best;
	for (size_t v = 0; verifiers[v] != NULL; v++) {
		int bid = verifiers[v]->probe(&member);

		if (bid > sure) {
			sure = bid;
			best = verifiers[v];
		}
	}
	return best;
}

static bool
get_claim(struct worker *worker, struct reader *r, uint64_t *ret)
{
	return wire_get_u64(r, ret) && *ret < worker->setup->nclaims;
}

static bool
do_wants(struct worker *worker, struct reader *r)
{
	const struct verifier *verifier;
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);
	struct wants *wants = wants_new(worker->setup->tree);
	const struct want *list;
	uint64_t claim;
	size_t n;

	if (!get_claim(worker, r, &claim) || wants == NULL) {
		wants_free(wants);
		return false;
	}
	verifier = verifier_of(worker->setup, claim);
	if (verifier != NULL && verifier->wants != NULL)
		verifier->wants(&worker->setup->claims[claim], wants);
	list = wants_list(wants, &n);
	for (size_t i = 0; i < n; i++) {
		wire_string(&body, list[i].path);
		wire_string(&body, list[i].algorithm);
		wire_u64(&body, list[i].start);
		wire_u64(&body, list[i].end);
		wire_send(&worker->wire, MESSAGE_WANT, &body);
	}
	buffer_free(&body);
	wants_free(wants);
	return true;
}

static void
send_provenance(struct worker *worker, const struct provenance *result, const struct sink *sink)
{
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);
	size_t n, ncovered = 0;
	const struct fact *facts = sink_facts(sink, &n);

	wire_string(&body, result->kind);
	wire_string(&body, result->path);
	wire_u64(&body, result->status);
	wire_string(&body, result->signer);
	wire_string(&body, result->algorithm == NULL ? "" : result->algorithm);
	wire_string(&body, result->time);
	wire_u64(&body, result->covers);
	wire_string(&body, result->why);
	for (size_t i = 0; i < n; i++)
		ncovered += strcmp(facts[i].key, PROVENANCE_COVERS) == 0;
	wire_u64(&body, ncovered);
	for (size_t i = 0; i < n; i++)
		if (strcmp(facts[i].key, PROVENANCE_COVERS) == 0)
			wire_string(&body, facts[i].value);
	wire_send(&worker->wire, MESSAGE_PROVENANCE, &body);
	buffer_free(&body);
}

static void
send_sink(struct worker *worker, const char *path, struct sink *sink)
{
	struct buffer body = buffer_up_to(LIMIT_MESSAGE);
	size_t n;
	const struct finding *findings = sink_findings(sink, &n);

	for (size_t i = 0; i < n; i++) {
		wire_string(&body, findings[i].check);
		wire_string(&body, findings[i].path == NULL ? path : findings[i].path);
		wire_u64(&body, findings[i].offset);
		wire_u64(&body, findings[i].len);
		wire_u64(&body, 0);
		wire_u64(&body, findings[i].confidence);
		wire_string(&body, findings[i].message);
		wire_string(&body, findings[i].evidence);
		wire_send(&worker->wire, MESSAGE_FINDING, &body);
	}
	buffer_free(&body);
	if (sink_untold(sink) != NULL)
		pipeline_report(&worker->wire, "scan/limit", path, "%s", sink_untold(sink));
}

/* The verdict on CLAIM into SINK and *ret. */
static void
judge(const struct worker_setup *setup, size_t i, const struct claim *claim, struct sink *sink,
    struct provenance *ret)
{
	const struct verifier *verifier = verifier_of(setup, i);

	if (verifier == NULL) {
		ret->kind = "unknown";
		ret->status = PROVENANCE_FAILED;
		ret->why = "this is no signature or hash list of a kind that assay knows";
		sink_finding(sink, "signature/unknown-format", 0, 0, NULL, "%s", ret->why);
	} else {
		ret->kind = verifier->name;
		verifier->verify(claim, setup->tree, setup->trust, sink, ret);
	}
}

static bool
do_verify(struct worker *worker, struct reader *r, int fd)
{
	const struct worker_setup *setup = worker->setup;
	struct provenance result = { 0 };
	struct mapping mapping;
	struct sink *sink;
	struct claim claim;
	uint64_t i;

	if (!get_claim(worker, r, &i) || setup->tree == NULL)
		return false;
	sink = sink_new(LIMIT_ARENA);
	if (sink == NULL)
		return false;
	claim = setup->claims[i];
	result.path = claim.path;
	claim.has_content = fd >= 0 && map_file(&mapping, fd);
	if (claim.has_content)
		claim.content = mapping.bytes;
	judge(setup, i, &claim, sink, &result);
	if (claim.has_content && !unmap_file(&mapping)) {
		result.status = PROVENANCE_INCOMPLETE;
		result.why = "the file changed while it was being read";
		pipeline_report(&worker->wire, "scan/changed", result.path, "%s", result.why);
	}
	send_sink(worker, result.path, sink);
	send_provenance(worker, &result, sink);
	sink_free(sink);
	return true;
}

static bool
do_job(struct worker *worker, enum message_type type, struct bytes body, int fd)
{
	struct reader r = reader_over(body);

	switch ((int)type) {
	case JOB_FILE:
		worker->wire.holds = !libarchive_was_tried();
		return do_file(worker, &r, fd);
	case JOB_DIGEST:
		return do_digest(worker, &r, fd);
	case JOB_WANTS:
		return do_wants(worker, &r);
	case JOB_VERIFY:
		return do_verify(worker, &r, fd);
	default:
		return false;
	}
}

#ifdef ASSAY_COVERAGE
void __gcov_dump(void);
#endif

/* Ends the process at once: nothing of the supervisor's is flushed or removed in its name. */
static _Noreturn void
leave(int status)
{
#ifdef ASSAY_COVERAGE
	__gcov_dump();
#endif
	_exit(status);
}

void
worker_run(const struct worker_setup *setup, int socket, int scratch)
{
	struct worker worker = { .setup = setup, .wire = wire_over(socket) };
	struct buffer job = buffer_up_to(LIMIT_MESSAGE), empty = buffer_up_to(16);
	struct status status = { 0 };
	enum message_type type;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGXFSZ, SIG_IGN); /* a full scratch file is an error of write(2) */
	/* libarchive converts names of 7z to the locale's charset; but for UTF-8 it would need
	 * iconv's files, which cannot be opened any more. */
	(void)uselocale(newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0));
	/* OpenSSL and libarchive convert times; that must not look for the zone's file later. */
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	worker.scratch = scratch_new(scratch);
	if (worker.scratch == NULL || !sandbox_enter(setup->sandbox, &status))
		leave(70);
	while (wire_receive_job(socket, &type, &job, &fd) == 1) {
		bool done = do_job(&worker, type, buffer_bytes(&job), fd);

		if (fd >= 0)
			close(fd);
		if (!done || worker.wire.broken)
			leave(71);
		if (worker.wire.again) {
			wire_send_again(&worker.wire);
			continue;
		}
		worker.wire.holds = false;
		wire_send(&worker.wire, MESSAGE_DONE, &empty);
		wire_flush(&worker.wire);
	}
	leave(0);
}
