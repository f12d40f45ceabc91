/* The pickle analyzer: what is called is seen, by whatever way it is reached. */
#include "config.h"

#include "format/pickle.h"
#include "tests/unit/format_test.h"

extern const struct format format_pickle;

#define CALL "pickle/dangerous-call"
#define OS_SYSTEM "cos\nsystem\n"
#define ID "X\x02\0\0\0id"

static void
test_every_way_to_call(void)
{
	static const struct format_case cases[] = {
		{ "REDUCE", RAW("cos\nsystem\n(S'id'\ntR."), CALL },
		{ "INST", RAW("(S'id'\nios\nsystem\n."), CALL },
		{ "OBJ", RAW("(cos\nsystem\nS'id'\no."), CALL },
		{ "NEWOBJ", RAW("\x80\2" OS_SYSTEM ID "\x85\x81."), CALL },
		{ "NEWOBJ_EX", RAW("\x80\4" OS_SYSTEM ID "\x85}\x92."), CALL },
		{ "STACK_GLOBAL", RAW("\x80\4\x8c\2os\x8c\6system\x93" ID "\x85R."), CALL },
		{ "a result that is thrown away", RAW("\x80\2" OS_SYSTEM ID "\x85R0N."), CALL },
		{ "behind POP_MARK", RAW("\x80\2(" OS_SYSTEM ID "\x85R1N."), CALL },
		{ "before a broken opcode", RAW("\x80\2" OS_SYSTEM ID "\x85R\xff"), CALL },
		{ "in a second stream", RAW("\x80\2}.\x80\2" OS_SYSTEM ID "\x85R."), CALL },
		{ "in a stream behind junk",
		    RAW("\x80\2}.\0\0\0\0\0\0\x80\2" OS_SYSTEM ID "\x85R."), CALL },
		{ "behind junk without a header",
		    RAW("\x80\2}.\0\0\0\0\0\0" OS_SYSTEM "(S'id'\ntR."),
		    "pickle/dangerous-import" },
		{ "an import alone", RAW("\x80\2" OS_SYSTEM "."), "pickle/dangerous-import" },
		{ "a call of a string", RAW("\x80\2" ID ")R."), "pickle/computed-call" },
		{ "a computed name", RAW("\x80\4" ID "Q" ID "\x93."), "pickle/unresolved-import" },
		{ "a call that no model needs", RAW("\x80\2cbuiltins\nprint\n" ID "\x85R."),
		    "pickle/unlisted-call" },
		{ "an extension code", RAW("\x80\2\x82\1)R."), "pickle/extension-code" },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
}

static void
test_names_by_other_ways(void)
{
	static const struct format_case cases[] = {
		{ "escapes in STRING", RAW("S'\\x6fs'\nS'syst\\145m'\n\x93(S'id'\ntR."), CALL },
		{ "escapes in UNICODE", RAW("Vo\\u0073\nVsystem\n\x93(S'id'\ntR."), CALL },
		{ "carriage returns", RAW("cos\r\nsystem\r\n(S'id'\ntR."), CALL },
		{ "the memo",
		    RAW("\x80\4\x8c\2osq\1"
			"0\x8c\6system\x94"
			"0h\1h\2\x93" ID "\x85R."),
		    CALL },
		{ "a memo slot that is written twice",
		    RAW("\x80\2X\1\0\0\0xq\0"
			"0X\2\0\0\0osq\0"
			"0h\0X\6\0\0\0system\x93" ID "\x85R."),
		    CALL },
		{ "memo numbers as int() reads them",
		    RAW("S'os'\np1_0\n0g+10\nS'system'\n\x93(S'id'\ntR."), CALL },
		{ "a name through a library", RAW("\x80\2cnumpy\nos.system\n" ID "\x85R."), CALL },
		{ "a walk through special methods", RAW("\x80\2cnumpy\nsize.__globals__\n."),
		    "pickle/dangerous-import" },
		{ "getattr",
		    RAW("cbuiltins\ngetattr\n(c__builtin__\n__import__\n(S'os'\ntRS'system'\ntR."),
		    CALL },
		{ "getattr on a harmless class",
		    RAW("cbuiltins\ngetattr\n(ccollections\nOrderedDict\nS'__init__'\ntR."),
		    "pickle/dangerous-import" },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
}

static void
test_harmless_names_that_reach_others(void)
{
	static const struct format_case cases[] = {
		{ "partial", RAW("cfunctools\npartial\n(" OS_SYSTEM "S'id'\ntR."), CALL },
		{ "partial of something computed", RAW("cfunctools\npartial\n(S'id'\ntR."),
		    "pickle/computed-call" },
		{ "the state of a partial",
		    RAW("cfunctools\npartial\n(cbuiltins\nint\ntR(cshlex\nsplit\n)}Ntb."),
		    "pickle/unlisted-call" },
		{ "a constructor",
		    RAW("ccopyreg\n_reconstructor\n(csubprocess\nPopen\ncbuiltins\nobject\nNtR."),
		    CALL },
		{ "NumPy's reader of functions",
		    RAW("cnumpy.core\n_ufunc_reconstruct\n(S'os'\nS'system'\ntR."),
		    "pickle/dangerous-import" },
		{ "state set on a function", RAW("cnumpy\nprod\n}S'a'\nS'b'\nsb."),
		    "pickle/changed-callable" },
		{ "items set on a module's table", RAW("csys\nmodules\nS'a'\nS'b'\ns."),
		    "pickle/changed-callable" },
		{ "items set on a storage", RAW("\x80\2" ID "Q" ID ID "s."),
		    "pickle/item-assignment" },
		{ "bytes for a loader", RAW("ctorch.storage\n_load_from_bytes\n(S'hello you'\ntR."),
		    CALL },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
}

static void
test_judgment_by_lists(void)
{
	static const struct format_case cases[] = {
		{ "a harmless call", RAW("ccollections\nOrderedDict\n)R."), NULL },
		{ "an estimator", RAW("\x80\2csklearn.svm._classes\nSVC\n)\x81}b."), NULL },
		{ "a known class that is called", RAW("csklearn.svm._classes\nSVC\n)R."),
		    "pickle/unlisted-call" },
		{ "a class that no list holds", RAW("\x80\2csklearn.svm._classes\nNew\n)\x81."),
		    "pickle/unlisted-class" },
		{ "a function of Python that no list holds", RAW("cshlex\nsplit\n(S'id'\ntR."),
		    "pickle/unlisted-call" },
		{ "the same without a call", RAW("cshlex\nsplit\n."), "pickle/uncalled-import" },
		{ "a foreign class", RAW("cmine\nThing\n)R."), "pickle/unlisted-global" },
		{ "getattr as a dotted name",
		    RAW("cbuiltins\ngetattr\n(ccollections\nOrderedDict\nS'fromkeys'\ntR."),
		    "pickle/uncalled-import" },
		{ "a compiled expression", RAW("cre\n_compile\n(S'a*'\nI32\ntR."), NULL },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
}

static void
test_streams_that_differ_by_reader(void)
{
	static const struct format_case cases[] = {
		{ "a string across the end of its frame",
		    RAW("\x80\4\x95\4\0\0\0\0\0\0\0\x8c\6abcdef."), "pickle/frame-divergence" },
		{ "a frame in a frame",
		    RAW("\x80\4\x95\x20\0\0\0\0\0\0\0\x95\1\0\0\0\0\0\0\0N0000000000000000000000."),
		    "pickle/frame-divergence" },
		{ "a protocol in the middle", RAW("\x80\2]\x80\2."), "pickle/spliced" },
		{ "DUP", RAW("\x80\2]2."), "pickle/unusual-opcode" },
		{ "a memo slot that was never set", RAW("\x80\2h\5."), "pickle/unset-memo" },
		{ "an absurd memo slot", RAW("\x80\2]r\xff\xff\xff\x7f."), "pickle/memo-bomb" },
		{ "a remote id", RAW("\x80\2X\x0a\0\0\0http://a/bQ."), "pickle/remote-id" },
		{ "an id", RAW("Pabc\n."), NULL },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
}

static void
test_nested_pickles(void)
{
	static const struct format_case cases[] = {
		{ "as bytes",
		    RAW("\x80\4"
			"C\x18\x80\2" OS_SYSTEM ID "\x85R.."),
		    CALL },
		{ "as base64",
		    RAW("\x80\4\x8c\x18"
			"gAJjb3MKc3lzdGVtCilSLi4=."),
		    CALL },
		{ "as hexadecimal",
		    RAW("\x80\4\x8c\x22"
			"8002636f730a73797374656d0a29522e2e."),
		    CALL },
		{ "a harmless one that is hidden",
		    RAW("\x80\4\x8c\x10"
			"gAJ9cQBLAUsCcy4=."),
		    "pickle/encoded-pickle" },
		{ "words are none", RAW("\x80\4X\x0f\0\0\0cat\ndog\ncow\nox\n."), NULL },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
}

/* Whatever its name is, a stream is known by its first opcode. */
static void
test_first_opcodes(void)
{
	static const struct format_case cases[] = {
		{ "protocol 0 in a header", RAW("\x80\0" OS_SYSTEM ID "\x85R."), CALL },
		{ "bytes", RAW("C\1a0" OS_SYSTEM ID "\x85R."), CALL },
		{ "long bytes", RAW("\x8e\1\0\0\0\0\0\0\0a0" OS_SYSTEM ID "\x85R."), CALL },
		{ "a truth",
		    RAW("\x88"
			"0" OS_SYSTEM ID "\x85R."),
		    CALL },
		{ "a number", RAW("\x8a\1a0" OS_SYSTEM ID "\x85R."), CALL },
		{ "a set",
		    RAW("\x8f"
			"0" OS_SYSTEM ID "\x85R."),
		    CALL },
		{ "a byte array", RAW("\x96\1\0\0\0\0\0\0\0a0" OS_SYSTEM ID "\x85R."), CALL },
	};

	run_cases(&format_pickle, "a", cases, ARRAY_LEN(cases));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ok(pickle_probe(cases[i].bytes) >= 50, cases[i].name);
	ok(pickle_probe(bytes_of("\x88.\0\0", 4)) == 0, "two bytes by chance are none");
}

/* A string of protocol 0. */
#define STRING(text) RAW("V" text "\n.")

static void
test_programs_in_strings(void)
{
	static const char *const code = "pickle/code-text";
	static const struct format_case cases[] = {
		{ "statements", STRING("import os; os.system('id')"), code },
		{ "an assignment", STRING("import commands; a = commands.getoutput('id')"), code },
		{ "lines", STRING("from os import popen\\u000apopen('id')"), code },
		{ "built in", STRING("exec(chr(112) + chr(97))"), code },
		{ "an import as a value", STRING("m = __import__('os')"), code },
		{ "behind many imports",
		    STRING("import a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,aa,bb,cc,dd,"
			   "ee,ff,gg,os; os.system('id')"),
		    code },
		{ "names without their import", STRING("os.system(\"id\"); eval; subprocess"),
		    NULL },
		{ "a remark", STRING("never import os to call os.system(x)"), NULL },
		{ "a harmless program", STRING("import math; math.sqrt(2)"), NULL },
		{ "a method of that name", STRING("model.eval(); model.run(x)"), NULL },
		{ "a name that is longer", STRING("import os; cos.system('id')"), NULL },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
}

static void
test_what_is_malformed(void)
{
	static const char *const malformed = "pickle/malformed";
	static const struct format_case cases[] = {
		{ "a tuple without a mark", RAW("\x80\2t."), malformed },
		{ "an empty stack", RAW("\x80\2R."), malformed },
		{ "a list as a key", RAW("\x80\2}]Ns."), malformed },
		{ "a key without a value", RAW("\x80\2}(Nu."), malformed },
		{ "a string without quotes", RAW("Sab'\n0N."), malformed },
		{ "a number that is none", RAW("Ixyz\n."), malformed },
		{ "a length past the end", RAW("\x80\2X\xff\0\0\0a"), malformed },
		{ "a negative length", RAW("\x80\2\x8b\xff\xff\xff\xff."), malformed },
		{ "a frame past the end", RAW("\x80\4\x95\xff\xff\xff\xff\xff\xff\xff\x7fN."),
		    malformed },
		{ "a protocol of the future", RAW("\x80\x09N."), malformed },
		{ "a name that is no UTF-8", RAW("cmod\n\xf8\n."), malformed },
		{ "text behind a name that promises a pickle", RAW("hello, this is text\n"),
		    malformed },
	};

	run_cases(&format_pickle, "a.pkl", cases, ARRAY_LEN(cases));
	check_truncations(&format_pickle, "a.pkl",
	    (struct bytes)RAW("\x80\4\x95\x16\0\0\0\0\0\0\0}\x94(\x8c\1a\x94K\1\x8c\1"
			      "b\x94](K\2K\3eu."));
}

/* Lists of lists of lists: 30 levels of two references each. */
static void
test_expansion(void)
{
	uint8_t b[512] = { 0x80, 2, ']', 'q', 0 };
	size_t n = 5;
	struct sink *sink;

	for (uint8_t i = 0; i < 30; i++) {
		const uint8_t level[] = { ']', '(', 'h', i, 'h', i, 'e', 'q', (uint8_t)(i + 1) };

		memcpy(b + n, level, sizeof(level));
		n += sizeof(level);
	}
	b[n++] = '.';
	sink = analyze_as(&format_pickle, "a.pkl", bytes_of(b, n));
	ok(sink_has(sink, "pickle/expansion"), "lists that double thirty times");
	sink_free(sink);
	sink = analyze_as(&format_pickle, "a.pkl", bytes_of("\x80\2]q\0h\0a.", 9));
	ok(!sink_has(sink, "pickle/expansion"), "a list that holds itself once is fine");
	sink_free(sink);
}

/* The spans that hold TEXT, and the key of the last. */
static size_t
handed(const struct sink *from, const char *text, const char **ret_key)
{
	size_t n, count = 0;
	const struct span *spans = sink_spans(from, &n);

	for (size_t i = 0; i < n; i++)
		if (bytes_find(spans[i].text, bytes_of_string(text), 0) >= 0) {
			*ret_key = spans[i].key;
			count++;
		}
	return count;
}

static void
test_strings_are_text(void)
{
	static const struct {
		const char *what;
		struct bytes data;
		const char *key;
	} cases[] = {
		{ "SETITEMS", RAW("\x80\4}(\x8c\4name\x8c\7one\x40two\x8c\1ku."), "name" },
		{ "SETITEM", RAW("\x80\2}X\4\0\0\0nameX\7\0\0\0one\x40twos."), "name" },
		{ "UNICODE of protocol 0", RAW("(dVname\nVbe one\x40two\ns."), "name" },
		{ "STRING with an escape", RAW("(dS'name'\nS'be one\\x40two'\ns."), "name" },
		{ "an item of a list", RAW("\x80\4](\x8c\4name\x8c\7one\x40twoe."), "" },
		{ "a key", RAW("\x80\4}(\x8c\7one\x40twoK\1u."), "" },
		{ "bytes that are text", RAW("\x80\4}(\x8c\4nameC\7one\x40twou."), "name" },
		{ "a nested pickle",
		    RAW("\x80\4"
			"C\x15\x80\4}(\x8c\4name\x8c\7one\x40twou."
			"."),
		    "name" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sink *from = analyze_as(&format_pickle, "a.pkl", cases[i].data);
		const char *key = "none";
		size_t n = handed(from, "one@two", &key);

		ok(n == 1 && strcmp(key, cases[i].key) == 0, cases[i].what);
		sink_free(from);
	}
}

static void
test_many_strings_are_text(void)
{
	static char b[1 << 20];
	size_t n = 0, all;
	const char *key = NULL;
	struct sink *from;

	for (unsigned i = 0; i < 20000; i++)
		n += (size_t)snprintf(b + n, sizeof(b) - n, "\x8c\x0c<word-%05u>0", i);
	memcpy(b + n, "N.", 2);
	from = analyze_as(&format_pickle, "a.pkl", bytes_of(b, n + 2));
	(void)sink_spans(from, &all);
	ok(all < 1000, "many strings are few spans");
	ok(handed(from, "<word-00000>", &key) == 1 && handed(from, "<word-19999>\n", &key) == 1 &&
		handed(from, "\n<word-07000>\n", &key) == 1,
	    "each is handed on once, with nothing glued to it");
	sink_free(from);
}

/* Past what is copied, the strings are one span of the member itself. */
static void
test_millions_of_strings_are_text(void)
{
	const size_t each = 3 + 250, many = 40 * MIB / each;
	uint8_t *b = malloc(many * each + 2);
	const struct span *spans;
	struct sink *from;
	const char *key = NULL;
	size_t n;

	if (b == NULL)
		abort();
	for (size_t i = 0; i < many; i++) {
		memset(b + i * each, 'x', each);
		memcpy(b + i * each, "\x8c\xfa", 2);
		snprintf((char *)b + i * each + 2, 16, "<%09zu>", i);
		b[i * each + 13] = 'x';
		b[(i + 1) * each - 1] = '0'; /* POP */
	}
	memcpy(b + many * each, "N.", 2);
	from = analyze_as(&format_pickle, "a.pkl", bytes_of(b, many * each + 2));
	spans = sink_spans(from, &n);
	ok(n > 0 && spans[n - 1].text.data > b && spans[n - 1].text.data < b + many * each,
	    "the last span is of the member itself");
	ok(handed(from, "<000000000>", &key) == 1 && handed(from, "<000150000>", &key) == 1,
	    "strings before and behind that are there once");
	ok(!sink_has(from, "scan/limit") && sink_untold(from) == NULL, "nothing was dropped");
	sink_free(from);
	free(b);
}

static void
test_probe_is_honest(void)
{
	ok(pickle_probe(bytes_of_string("cat\ndog\ncow\n")) == 0, "a list of words is no pickle");
	ok(pickle_probe(bytes_of_string("(a remark)\n")) == 0, "nor is a remark");
	ok(pickle_probe(bytes_of_string("cos\nsystem\n(S'id'\ntR.")) > 0, "protocol 0 is");
	ok(pickle_probe(bytes_of("PK\3\4", 4)) == 0, "a zip file is none");
	ok(pickle_probe(bytes_of("\x80\4\x95", 3)) > 90, "a header and a frame are");
}

int
main(void)
{
	test_every_way_to_call();
	test_names_by_other_ways();
	test_harmless_names_that_reach_others();
	test_judgment_by_lists();
	test_streams_that_differ_by_reader();
	test_nested_pickles();
	test_first_opcodes();
	test_programs_in_strings();
	test_what_is_malformed();
	test_expansion();
	test_strings_are_text();
	test_many_strings_are_text();
	test_millions_of_strings_are_text();
	test_probe_is_honest();
	return done_testing();
}
