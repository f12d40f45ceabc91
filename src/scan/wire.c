/* What a supervisor and its workers say to each other: see scan/wire.h. */
#include "config.h"

#include "scan/wire.h"

#include "core/limits.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define WIRE_FLUSH (256 * KIB)
#define JOB_MAX (64 * KIB)

struct wire
wire_over(int fd)
{
	return (struct wire){ .fd = fd,
		.out = buffer_up_to(fd < 0 ? SIZE_MAX / 2 : 2 * LIMIT_MESSAGE) };
}

void
wire_free(struct wire *wire)
{
	buffer_free(&wire->out);
}

/* All of B, or false. */
static bool
send_all(int fd, struct bytes b)
{
	size_t done = 0;

	while (done < b.len) {
		ssize_t n = send(fd, b.data + done, b.len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void
wire_flush(struct wire *wire)
{
	if (wire->fd < 0 || wire->broken)
		return;
	if (!buffer_ok(&wire->out) || !send_all(wire->fd, buffer_bytes(&wire->out)))
		wire->broken = true;
	buffer_reset(&wire->out);
}

void
wire_send(struct wire *wire, enum message_type type, struct buffer *body)
{
	if (!buffer_ok(body) || body->len >= LIMIT_MESSAGE)
		wire->broken = true;
	if (!wire->broken && !wire->again) {
		buffer_add_u32le(&wire->out, (uint32_t)body->len + 1);
		buffer_add_u8(&wire->out, (uint8_t)type);
		buffer_add(&wire->out, buffer_bytes(body));
		if (wire->out.len >= WIRE_FLUSH && wire->holds)
			wire->again = true;
		else if (wire->out.len >= WIRE_FLUSH)
			wire_flush(wire);
	}
	buffer_reset(body);
}

void
wire_send_again(struct wire *wire)
{
	struct buffer empty = buffer_up_to(16);

	buffer_reset(&wire->out);
	wire->again = wire->holds = false;
	wire_send(wire, MESSAGE_AGAIN, &empty);
	wire_flush(wire);
}

void
wire_bytes(struct buffer *body, struct bytes b)
{
	buffer_add_u32le(body, (uint32_t)b.len);
	buffer_add(body, b);
}

void
wire_string(struct buffer *body, const char *s)
{
	wire_bytes(body, bytes_of_string(s == NULL ? "" : s));
}

void
wire_u64(struct buffer *body, uint64_t value)
{
	buffer_add_u64le(body, value);
}

bool
wire_get_u64(struct reader *r, uint64_t *ret)
{
	return reader_u64le(r, ret);
}

bool
wire_get_bytes(struct reader *r, struct bytes *ret)
{
	return reader_str32le(r, ret);
}

bool
wire_send_job(int socket, enum message_type type, const struct buffer *body, int fd)
{
	struct buffer message = buffer_up_to(JOB_MAX + 16);
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part;
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	bool sent = false;
	ssize_t n;

	buffer_add_u32le(&message, (uint32_t)body->len + 1);
	buffer_add_u8(&message, (uint8_t)type);
	buffer_add(&message, buffer_bytes(body));
	if (!buffer_ok(&message))
		goto out;
	part = (struct iovec){ message.data, message.len };
	if (fd >= 0) {
		header.msg_control = control.room;
		header.msg_controllen = sizeof(control.room);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	}
	do {
		n = sendmsg(socket, &header, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	sent =
	    n > 0 && send_all(socket, bytes_slice(buffer_bytes(&message), (uint64_t)n, SIZE_MAX));
out:
	buffer_free(&message);
	return sent;
}

/* N bytes into DATA, with the descriptor that came along, if any. 1, or 0 at a clean end, or -1. */
static int
receive_exactly(int socket, uint8_t *data, size_t n, int *fd)
{
	size_t done = 0;

	while (done < n) {
		union {
			struct cmsghdr header;
			char room[CMSG_SPACE(sizeof(int))];
		} control = { 0 };
		struct iovec part = { data + done, n - done };
		struct msghdr header = { .msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control.room,
			.msg_controllen = sizeof(control.room) };
		ssize_t got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return done == 0 && got == 0 ? 0 : -1;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL;
		     c = CMSG_NXTHDR(&header, c))
			if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && *fd < 0)
				memcpy(fd, CMSG_DATA(c), sizeof(int));
		done += (size_t)got;
	}
	return 1;
}

int
wire_receive_job(int socket, enum message_type *ret_type, struct buffer *ret, int *ret_fd)
{
	uint8_t head[5], block[4096];
	struct reader r = reader_over(bytes_of(head, sizeof(head)));
	uint32_t len;
	int got;

	buffer_reset(ret);
	*ret_fd = -1;
	got = receive_exactly(socket, head, sizeof(head), ret_fd);
	if (got <= 0)
		return got;
	if (!reader_u32le(&r, &len) || len == 0 || len > JOB_MAX)
		return -1;
	*ret_type = (enum message_type)head[4];
	for (len--; len > 0;) {
		size_t n = len < sizeof(block) ? len : sizeof(block);

		if (receive_exactly(socket, block, n, ret_fd) != 1)
			return -1;
		buffer_add(ret, bytes_of(block, n));
		len -= (uint32_t)n;
	}
	return buffer_ok(ret) ? 1 : -1;
}
