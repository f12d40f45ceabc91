/* What workers say: short, lying and foreign messages are refused. */
#include "config.h"

#include "core/catalog.h"
#include "scan/collect.h"
#include "scan/wire.h"

#include "tests/tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
test_a_job_arrives_with_its_descriptor(void)
{
	struct buffer body = buffer_up_to(1000), got = buffer_up_to(1000);
	enum message_type type;
	struct reader r;
	uint64_t number;
	struct bytes text;
	int pair[2], pipes[2], fd = -1;

	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(pipes) == 0,
	    "a socket pair and a pipe");
	wire_u64(&body, 42);
	wire_string(&body, "a/b.pkl");
	ok(wire_send_job(pair[0], JOB_FILE, &body, pipes[0]), "the job is sent");
	ok(wire_receive_job(pair[1], &type, &got, &fd) == 1 && type == JOB_FILE, "and received");
	r = reader_over(buffer_bytes(&got));
	ok(wire_get_u64(&r, &number) && number == 42, "with its number");
	ok(wire_get_bytes(&r, &text) && bytes_equal_string(text, "a/b.pkl") && reader_left(&r) == 0,
	    "and its text");
	ok(fd >= 0 && fd != pipes[0] && write(pipes[1], "x", 1) == 1,
	    "and a descriptor of its own");
	close(pair[0]);
	ok(wire_receive_job(pair[1], &type, &got, &fd) == 0, "a closed socket is a clean end");
	close(pair[1]);
	buffer_free(&body);
	buffer_free(&got);
}

static void
test_lying_jobs_are_refused(void)
{
	struct buffer got = buffer_up_to(1000);
	enum message_type type;
	int pair[2], fd;

	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a socket pair");
	ok(write(pair[0], "\xff\xff\xff\xff\x01", 5) == 5, "a length of four billion");
	ok(wire_receive_job(pair[1], &type, &got, &fd) == -1, "is refused");
	ok(write(pair[0], "\x05\x00\x00\x00\x01zz", 7) == 7 && close(pair[0]) == 0,
	    "a job that ends early");
	ok(wire_receive_job(pair[1], &type, &got, &fd) == -1, "is refused");
	close(pair[1]);
	buffer_free(&got);
}

static void
test_messages_collect_in_memory(void)
{
	struct wire wire = wire_over(-1);
	struct buffer body = buffer_up_to(1000);
	struct reader r;
	uint32_t len;
	uint8_t type;

	wire_string(&body, "x");
	wire_send(&wire, MESSAGE_SKIP, &body);
	wire_send(&wire, MESSAGE_DONE, &body);
	r = reader_over(buffer_bytes(&wire.out));
	ok(reader_u32le(&r, &len) && len == 6 && reader_u8(&r, &type) && type == MESSAGE_SKIP,
	    "the first message");
	ok(reader_skip(&r, 5) && reader_u32le(&r, &len) && len == 1 && reader_u8(&r, &type) &&
		type == MESSAGE_DONE && reader_left(&r) == 0,
	    "the body was emptied for the second");
	buffer_free(&body);
	wire_free(&wire);
}

/* Sends N messages of a kilobyte over a wire that holds them; its length when that is over. */
static size_t
hold(struct wire *wire, unsigned n)
{
	struct buffer body = buffer_up_to(2000);
	char text[1000];

	memset(text, 'x', sizeof(text));
	wire->holds = true;
	for (unsigned i = 0; i < n; i++) {
		wire_bytes(&body, bytes_of(text, sizeof(text)));
		wire_send(wire, MESSAGE_SKIP, &body);
	}
	buffer_free(&body);
	return wire->out.len;
}

static void
test_what_is_held_does_not_leave(void)
{
	struct wire wire;
	char got[16];
	int pair[2];

	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a socket pair");
	wire = wire_over(pair[0]);
	ok(hold(&wire, 100) > 100000 && !wire.again, "a hundred messages are held");
	ok(hold(&wire, 10000) < 1000000 && wire.again, "of thousands some: they are to come again");
	ok(recv(pair[1], got, sizeof(got), MSG_DONTWAIT) < 0, "nothing has left");
	wire_send_again(&wire);
	ok(recv(pair[1], got, sizeof(got), MSG_DONTWAIT) == 5 &&
		memcmp(got, (const uint8_t[]){ 1, 0, 0, 0, MESSAGE_AGAIN }, 5) == 0,
	    "but that the job is to be started anew");
	ok(!wire.again && !wire.holds && wire.out.len == 0, "and the wire is as new");
	close(pair[0]);
	close(pair[1]);
	wire_free(&wire);
}

/* Does a collector take a finding that is CONFIDENCE percent sure? */
static bool
takes_confidence(struct catalog *catalog, uint64_t confidence)
{
	struct collector *collector = collector_new(catalog);
	struct pool_events events = collector_events(collector);
	struct job job = { .type = JOB_FILE, .path = "a" };
	struct buffer body = buffer_up_to(1000);
	bool taken;

	wire_string(&body, "scan/limit");
	wire_string(&body, "a");
	for (int i = 0; i < 3; i++)
		wire_u64(&body, 0);
	wire_u64(&body, confidence);
	wire_string(&body, "message");
	wire_string(&body, "");
	taken =
	    events.message(events.context, &job, MESSAGE_FINDING, reader_over(buffer_bytes(&body)));
	buffer_free(&body);
	collector_free(collector);
	return taken;
}

static void
test_confidence_is_a_percentage(void)
{
	struct status status = { 0 };
	char folder[4096];
	const char *folders[] = { folder }, *top = getenv("top_srcdir");
	struct rules *rules;
	struct catalog *catalog;

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	catalog = catalog_new(rules);
	ok(takes_confidence(catalog, 0) && takes_confidence(catalog, 100),
	    "a finding is 0 to 100 percent sure");
	ok(!takes_confidence(catalog, 101) && !takes_confidence(catalog, UINT64_MAX),
	    "a worker that is surer is refused");
	catalog_free(catalog);
	rules_free(rules);
}

int
main(void)
{
	test_confidence_is_a_percentage();
	test_a_job_arrives_with_its_descriptor();
	test_lying_jobs_are_refused();
	test_messages_collect_in_memory();
	test_what_is_held_does_not_leave();
	return done_testing();
}
