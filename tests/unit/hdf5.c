/* HDF5: what its objects lead to, its attributes, and structures that lie. */
#include "config.h"

#include "core/buffer.h"
#include "tests/unit/format_test.h"

extern const struct format format_hdf5;

#define ROOT 48		/* where the root group's header stands */
#define NONE UINT64_MAX /* no address */
#define LAMBDA "{ \"class_name\" : \"Lambda\"}"
#define DENSE "{\"class_name\": \"Dense\", \"module\": \"keras.layers\"}"

static void
put(struct buffer *out, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		buffer_add_u8(out, (uint8_t)(value >> 8 * i));
}

static void
put_text(struct buffer *out, const char *text)
{
	buffer_add(out, bytes_of_string(text));
}

/* A message of a header of version 2. */
static void
put_message(struct buffer *out, unsigned type, struct bytes data)
{
	put(out, type, 1);
	put(out, data.len, 2);
	put(out, 0, 1);
	buffer_add(out, data);
}

static void
put_header(struct buffer *out, struct bytes messages)
{
	put_text(out, "OHDR");
	put(out, 2, 1);
	put(out, 2, 1); /* a length of four bytes */
	put(out, messages.len, 4);
	buffer_add(out, messages);
	put(out, 0, 4);
}

/* Superblock, root group with MESSAGES, and REST behind it. */
static struct bytes
file_of(struct buffer *out, struct bytes messages, struct bytes rest)
{
	*out = buffer_up_to(MIB);
	buffer_add(out, bytes_of("\x89HDF\r\n\x1a\n\2\10\10\0", 12));
	put(out, 0, 8);
	put(out, NONE, 8);
	put(out, ROOT + 14 + messages.len + rest.len, 8);
	put(out, ROOT, 8);
	put(out, 0, 4);
	put_header(out, messages);
	buffer_add(out, rest);
	return buffer_bytes(out);
}

/* A file whose root group has one message. */
static struct bytes
file_with(struct buffer *out, unsigned type, struct bytes data, struct bytes rest)
{
	struct buffer messages = buffer_up_to(MIB);
	struct bytes file;

	put_message(&messages, type, data);
	file = file_of(out, buffer_bytes(&messages), rest);
	buffer_free(&messages);
	return file;
}

/* A text (3), opaque (5) or variable (9) attribute. */
static struct bytes
attribute(struct buffer *out, const char *name, unsigned kind, struct bytes value)
{
	*out = buffer_up_to(MIB);
	put(out, 3, 1);
	put(out, 0, 1);
	put(out, strlen(name) + 1, 2);
	put(out, 8, 2);
	put(out, 4, 2);
	put(out, 0, 1);
	put_text(out, name);
	put(out, 0, 1);
	put(out, 0x10 | kind, 4);
	put(out, value.len, 4);
	put(out, 2, 4);
	buffer_add(out, value);
	return buffer_bytes(out);
}

/* A link message: KIND 0 leads to ADDRESS, 1 and 64 to TARGET. */
static struct bytes
a_link(struct buffer *out, const char *name, unsigned kind, uint64_t address, struct bytes target)
{
	*out = buffer_up_to(MIB);
	put(out, 1, 1);
	put(out, 8, 1);
	put(out, kind, 1);
	put(out, strlen(name), 1);
	put_text(out, name);
	if (kind == 0) {
		put(out, address, 8);
	} else {
		put(out, target.len, 2);
		buffer_add(out, target);
	}
	return buffer_bytes(out);
}

static void
expect(const char *what, struct bytes file, const char *check)
{
	struct format_case one = { what, file, check };

	run_cases(&format_hdf5, "a.h5", &one, 1);
}

static void
expect_message(const char *what, unsigned type, struct bytes data, const char *check)
{
	struct buffer out;

	expect(what, file_with(&out, type, data, bytes_of(NULL, 0)), check);
	buffer_free(&out);
}

static void
expect_attribute(
    const char *what, const char *name, unsigned kind, const char *value, const char *check)
{
	struct buffer out;

	expect_message(what, 0x0c, attribute(&out, name, kind, bytes_of_string(value)), check);
	buffer_free(&out);
}

static void
expect_link(const char *what, unsigned kind, uint64_t address, const char *target, size_t len,
    const char *check)
{
	struct buffer out;

	expect_message(what, 6, a_link(&out, "a", kind, address, bytes_of(target, len)), check);
	buffer_free(&out);
}

static void
test_attributes(void)
{
	struct buffer file, message, heap = buffer_up_to(MIB), value = buffer_up_to(MIB);

	expect_attribute("a configuration", "model_config", 3, DENSE, NULL);
	expect_attribute("a Lambda, with other blanks", "model_config", 3, LAMBDA, "keras/lambda");
	expect_attribute("under another name", "notes", 3, LAMBDA, "keras/lambda");
	expect_attribute("other text", "notes", 3, "{ see below", NULL);
	expect_attribute("a configuration that is none", "model_config", 3, "{", "keras/malformed");
	expect_attribute("opaque bytes", "model_config", 5, DENSE, "keras/malformed");
	expect_attribute("a number", "epoch", 0, "\1", NULL);

	/* In the global heap, behind the header. */
	put(&value, strlen(LAMBDA), 4);
	put(&value, ROOT + 14 + 4 + 9 + 13 + 12 + 16, 8);
	put(&value, 1, 4);
	put_text(&heap, "GCOL");
	put(&heap, 1, 4);
	put(&heap, 16 + 16 + 32, 8);
	put(&heap, 1, 4);
	put(&heap, 0, 4);
	put(&heap, strlen(LAMBDA), 8);
	put_text(&heap, LAMBDA);
	put(&heap, 0, 32 - strlen(LAMBDA) > 8 ? 8 : (unsigned)(32 - strlen(LAMBDA)));
	expect("a text in the global heap",
	    file_with(&file, 0x0c, attribute(&message, "model_config", 9, buffer_bytes(&value)),
		buffer_bytes(&heap)),
	    "keras/lambda");
	buffer_free(&file);
	expect("a text of no heap",
	    file_with(&file, 0x0c, buffer_bytes(&message), bytes_of("GCOM", 4)), "hdf5/malformed");
	buffer_free(&file);
	buffer_free(&message);
	buffer_free(&heap);
	buffer_free(&value);
}

/* A message that is said to stand elsewhere. */
static void
expect_shared(const char *what, unsigned type, const char *check)
{
	struct buffer out;
	struct bytes file =
	    file_with(&out, type, bytes_of("\3\2\0\0\0\0\0\0\0\0", 10), bytes_of(NULL, 0));

	out.data[ROOT + 10 + 3] = 2; /* the flags of the first message */
	expect(what, file, check);
	buffer_free(&out);
}

/* An attribute of N texts of one byte. */
static void
expect_texts(const char *what, size_t n, const char *check)
{
	struct buffer value = buffer_up_to(MIB), message;
	size_t size;

	for (size_t i = 0; i < n; i++)
		put(&value, 'x', 1);
	(void)attribute(&message, "names", 3, buffer_bytes(&value));
	size = message.len - n - 4 - 4; /* behind it: the space, the value */
	message.data[size] = 1;
	message.data[size + 1] = message.data[size + 2] = message.data[size + 3] = 0;
	expect_message(what, 0x0c, buffer_bytes(&message), check);
	buffer_free(&message);
	buffer_free(&value);
}

static void
test_limits(void)
{
	struct buffer out, rest = buffer_up_to(MIB);

	expect_shared("a type that stands elsewhere", 0x03, NULL);
	expect_shared("an attribute that stands elsewhere", 0x0c, "hdf5/malformed");
	expect_texts("as many texts as are looked at", 20000, NULL);
	expect_texts("one more", 20001, "scan/limit");
	for (unsigned i = 0; i < 100; i++)
		put_text(&rest, DENSE);
	expect("a hundred configurations",
	    file_with(&out, 0x03, bytes_of("", 0), buffer_bytes(&rest)), NULL);
	buffer_free(&out);
	put_text(&rest, DENSE);
	expect("one more than are looked at",
	    file_with(&out, 0x03, bytes_of("", 0), buffer_bytes(&rest)), "scan/limit");
	buffer_free(&out);
	buffer_free(&rest);
}

static void
test_links(void)
{
	expect_link("a soft link to nothing", 1, 0, "/b", 2, NULL);
	expect_link("a soft link to itself", 1, 0, "/a", 2, "hdf5/link-loop");
	expect_link("a soft link to the group around it", 1, 0, "/", 1, "hdf5/link-loop");
	expect_link("a hard link to the group around it", 0, ROOT, "", 0, "hdf5/link-loop");
	expect_link("a hard link past the end", 0, 4096, "", 0, "hdf5/malformed");
	expect_link("another file", 64, 0, "\0b.h5\0/c", 9, "hdf5/external-link");
	expect_link("a kind that a program defines", 70, 0, "x", 1, "hdf5/external-link");
	expect_message("a link without a name", 6, bytes_of("\1\0\0", 3), "hdf5/malformed");
}

static void
test_datasets(void)
{
	expect_message(
	    "numbers in the file", 8, bytes_of("\3\1\0\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0", 18), NULL);
	expect_message("numbers past the end", 8,
	    bytes_of("\3\1\0\0\0\0\0\0\0\0\4\0\0\0\0\0\1\0", 18), "hdf5/malformed");
	expect_message(
	    "numbers in another file", 7, bytes_of("\1\0\0\0", 4), "hdf5/external-storage");
	expect_message("a virtual dataset", 8, bytes_of("\4\3", 2), "hdf5/external-storage");
	expect_message("an unknown layout", 8, bytes_of("\4\7", 2), "hdf5/malformed");
}

/* A group of the old kind with one soft link to itself, in a file of version 0. */
static struct bytes
old_group(struct buffer *out)
{
	*out = buffer_up_to(MIB);
	buffer_add(out, bytes_of("\x89HDF\r\n\x1a\n\0\0\0\0\0\10\10\0\4\0\20\0\0\0\0\0", 24));
	put(out, 0, 8);
	put(out, NONE, 8);
	put(out, 328, 8);
	put(out, NONE, 8);
	put(out, 0, 8);
	put(out, 96, 8); /* the root's header */
	put(out, 0, 8);
	put(out, 0, 8);
	put(out, 0, 8);
	put(out, 0x10001, 4); /* at 96: version 1, one message */
	put(out, 1, 4);
	put(out, 24, 8);
	put(out, 0x100011, 8);
	put(out, 136, 8);
	put(out, 184, 8);
	put_text(out, "TREE"); /* at 136 */
	put(out, 0x10000, 4);
	put(out, NONE, 8);
	put(out, NONE, 8);
	put(out, 0, 8);
	put(out, 240, 8);
	put(out, 8, 8);
	put_text(out, "HEAP"); /* at 184 */
	put(out, 0, 4);
	put(out, 24, 8);
	put(out, NONE, 8);
	put(out, 216, 8);
	put(out, 0, 8); /* at 216 */
	put(out, 'a', 8);
	put(out, '/' | 'a' << 8, 8);
	put_text(out, "SNOD"); /* at 240 */
	put(out, 0x10001, 4);
	put(out, 8, 8);
	put(out, NONE, 8);
	put(out, 2, 8);
	put(out, 16, 8);
	put(out, 0, 8);
	buffer_add(out,
	    bytes_of("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		40));
	return buffer_bytes(out);
}

/* A heap of messages and a tree with one record of TYPE for MESSAGE, behind a header of HEAD bytes.
 */
static void
put_dense(struct buffer *out, uint64_t at, unsigned type, struct bytes message)
{
	put(out, 0x50485246, 4); /* "FRHP" */
	put(out, 0, 1);
	put(out, 8, 2);
	put(out, 0, 2);
	put(out, 0, 1);
	put(out, 4096, 4);
	for (unsigned i = 0; i < 12; i++)
		put(out, 0, 8);
	put(out, 4, 2);
	put(out, 512, 8);
	put(out, 65536, 8);
	put(out, 32, 2);
	put(out, 1, 2);
	put(out, at + 200, 8);
	put(out, 0, 2);
	put(out, 0, 4);
	put_text(out, "BTHD"); /* at 146 */
	put(out, 0, 1);
	put(out, type, 1);
	put(out, 512, 4);
	put(out, type == 5 ? 11 : 17, 2);
	put(out, 0, 2);
	put(out, 0, 2);
	put(out, at + 300 + message.len, 8);
	put(out, 1, 2);
	while (out->len < 200)
		put(out, 0, 1);
	while (out->len < 300) /* the block: the message stands 100 bytes behind its start */
		put(out, 0, 1);
	buffer_add(out, message);
	put_text(out, "BTLF");
	put(out, 0, 1);
	put(out, type, 1);
	if (type == 5)
		put(out, 0, 4); /* a hash */
	put(out, 0, 1);
	put(out, 100, 4);
	put(out, message.len, 2);
	for (unsigned i = 0; i < 16; i++)
		put(out, 0, 1);
}

static void
expect_dense(
    const char *what, unsigned info, unsigned type, struct bytes message, const char *check)
{
	struct buffer file, head = buffer_up_to(MIB), rest = buffer_up_to(MIB);
	uint64_t at = ROOT + 14 + 4 + 18;

	put(&head, 0, 2);
	put(&head, at, 8);
	put(&head, at + 146, 8);
	put_dense(&rest, at, type, message);
	expect(what, file_with(&file, info, buffer_bytes(&head), buffer_bytes(&rest)), check);
	buffer_free(&file);
	buffer_free(&head);
	buffer_free(&rest);
}

static void
test_groups(void)
{
	struct buffer out;

	expect("a soft link of the old kind", old_group(&out), "hdf5/link-loop");
	buffer_free(&out);
	expect_dense("an external link in a heap", 2, 5,
	    a_link(&out, "a", 64, 0, bytes_of("\0b.h5\0/c", 9)), "hdf5/external-link");
	buffer_free(&out);
	expect_dense("a configuration in a heap", 0x15, 8,
	    attribute(&out, "model_config", 3, bytes_of_string(LAMBDA)), "keras/lambda");
	buffer_free(&out);
	expect_dense("a message that is none", 2, 5, bytes_of("\7\7\7", 3), "hdf5/malformed");
}

static void
test_structure(void)
{
	struct buffer inner, out, block = buffer_up_to(MIB);
	struct bytes file = file_with(&out, 0x0c,
	    attribute(&inner, "model_config", 3, bytes_of_string(DENSE)), bytes_of(NULL, 0));
	struct member member = { .path = "a", .name = "a" };

	check_truncations(&format_hdf5, "a.h5", file);
	expect("a superblock of zeros", bytes_of("\x89HDF\r\n\x1a\n\0\0\0\0\0\0\0\0\0\0\0\0", 20),
	    "hdf5/malformed");
	buffer_add(&block, file);
	put_text(&block, "more");
	expect("bytes behind the end", buffer_bytes(&block), "hdf5/trailing-data");
	buffer_reset(&block);
	for (unsigned i = 0; i < 512; i++)
		put(&block, 'x', 1);
	buffer_add(&block, file);
	member.bytes = buffer_bytes(&block);
	ok(format_hdf5.probe(&member) > 0, "a superblock behind a user block");
	expect("what stands behind it is read", member.bytes, NULL);
	buffer_free(&out);
	buffer_free(&inner);
	buffer_free(&block);
	/* A continuation that leads to itself ends. */
	expect_message("a header that goes on for ever", 0x10,
	    bytes_of("\x30\0\0\0\0\0\0\0\x1e\0\0\0\0\0\0\0", 16), "hdf5/malformed");
	expect("configurations are found without their structure",
	    bytes_of_string("\x89HDF\r\n\x1a\n{\"class_name\": \"Lambda\"}"), "keras/lambda");
	expect("one without an end", bytes_of_string("\x89HDF\r\n\x1a\n{\"class_name\": \"Dense"),
	    "keras/malformed");
}

int
main(void)
{
	test_attributes();
	test_limits();
	test_links();
	test_datasets();
	test_groups();
	test_structure();
	return done_testing();
}
