/*
 * The dependency detector: what a bundle asks its user to install. Requirement files of pip
 * (PEP 508 and pip's options), conda environments, pyproject.toml and lock files are read by
 * lines; nothing is resolved or fetched. Versions become facts ("dependency.numpy"), and exact ones
 * are looked up among the known vulnerabilities that the user has (detect/osv.h).
 */
#include "config.h"

#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "detect/detector.h"
#include "detect/osv.h"

#define FACTS 500
#define SHOWN 120

enum file_kind {
	FILE_NONE,
	FILE_REQUIREMENTS,
	FILE_CONDA,
	FILE_PYPROJECT,
	FILE_LOCK,
	FILE_PIPFILE
};

/* Where packages come from unless somebody says otherwise. */
static const char *const usual_hosts[] = { "pypi.org", "files.pythonhosted.org", "pypi.python.org",
	"download.pytorch.org", "conda.anaconda.org", "repo.anaconda.com", NULL };
static const char *const usual_channels[] = { "defaults", "conda-forge", "pytorch", "nvidia",
	"nodefaults", "huggingface", "main", "anaconda", NULL };

/* A table [[package]] of a lock file. */
struct package {
	struct bytes name, version;
	bool is_open, is_local; /* the project itself, not what an index has under its name */
};

struct reading {
	struct sink *sink;
	const struct osv *osv;
	struct package package;
	struct bytes text;
	uint64_t offset; /* of the text in the member */
	size_t nfacts;
};

static enum file_kind
kind_of(const struct member *member)
{
	static const struct {
		const char *pattern;
		enum file_kind kind;
	} names[] = {
		{ "requirements*.txt", FILE_REQUIREMENTS },
		{ "*-requirements.txt", FILE_REQUIREMENTS },
		{ "*_requirements.txt", FILE_REQUIREMENTS },
		{ "requirements*.in", FILE_REQUIREMENTS },
		{ "constraints*.txt", FILE_REQUIREMENTS },
		{ "environment*.yml", FILE_CONDA },
		{ "environment*.yaml", FILE_CONDA },
		{ "conda*.yaml", FILE_CONDA },
		{ "conda*.yml", FILE_CONDA },
		{ "pyproject.toml", FILE_PYPROJECT },
		{ "poetry.lock", FILE_LOCK },
		{ "uv.lock", FILE_LOCK },
		{ "pdm.lock", FILE_LOCK },
		{ "Pipfile.lock", FILE_PIPFILE },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_glob(names[i].pattern, member_basename(member)))
			return names[i].kind;
	return FILE_NONE;
}

static struct bytes
trim(struct bytes b)
{
	while (b.len > 0 && (b.data[0] == ' ' || b.data[0] == '\t'))
		b = bytes_slice(b, 1, b.len);
	while (b.len > 0 && (b.data[b.len - 1] <= ' '))
		b.len--;
	return b;
}

static const char *
shown(struct reading *reading, struct bytes b)
{
	return text_safe(sink_arena(reading->sink), b, SHOWN);
}

static uint64_t
offset_of(const struct reading *reading, struct bytes part)
{
	return part.data == NULL ? reading->offset
				 : reading->offset + (uint64_t)(part.data - reading->text.data);
}

/* Is the host of URL, behind any user name, one of the usual ones? */
static bool
is_usual_host(struct bytes url)
{
	int64_t scheme = bytes_find(url, bytes_of_string("://"), 0);
	struct bytes host;
	size_t len = 0;

	if (scheme < 0)
		return false;
	host = bytes_slice(url, (uint64_t)scheme + 3, url.len);
	for (size_t i = 0; i < host.len && host.data[i] != '/'; i++)
		if (host.data[i] == '@')
			return false;
	while (len < host.len && host.data[len] != '/' && host.data[len] != ':')
		len++;
	for (size_t i = 0; usual_hosts[i] != NULL; i++)
		if (text_equal_ignoring_case(bytes_slice(host, 0, len), usual_hosts[i]))
			return true;
	return false;
}

static void
report_index(struct reading *reading, struct bytes url)
{
	if (url.len == 0 || is_usual_host(url))
		return;
	sink_finding_once(reading->sink, "dependency/foreign-index", offset_of(reading, url),
	    url.len, shown(reading, url), "packages are to be fetched from %s",
	    shown(reading, url));
}

static void
report_url(struct reading *reading, struct bytes url)
{
	sink_finding_once(reading->sink, "dependency/url", offset_of(reading, url), url.len,
	    shown(reading, url), "a package is named by its address: %s", shown(reading, url));
}

static bool
is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '_' || c == '.';
}

/* One version and nothing but: "==1.2.3" and "===1.2.3", for conda "=1.2.3" too. */
static bool
is_pinned(struct bytes version, bool is_conda)
{
	return (bytes_starts(version, "==") || (is_conda && bytes_starts(version, "="))) &&
	    memchr(version.data, '*', version.len) == NULL &&
	    memchr(version.data, ',', version.len) == NULL;
}

static void
tell_fact(struct reading *reading, struct bytes name, struct bytes version)
{
	const char *key;

	if (reading->nfacts++ >= FACTS)
		return;
	key = arena_format(sink_arena(reading->sink), "dependency.%s", shown(reading, name));
	if (key != NULL)
		sink_fact(
		    reading->sink, key, "%s", version.len == 0 ? "any" : shown(reading, version));
}

/* What is known about VERSION of NAME; both stand in the member. */
static void
judge(struct reading *reading, struct bytes name, struct bytes version)
{
	struct arena *arena = sink_arena(reading->sink);
	const struct osv_match *matches;
	const char *what =
	    arena_format(arena, "%s %s", shown(reading, name), shown(reading, version));
	size_t n;

	if (osv_size(reading->osv) == 0)
		return;
	matches = osv_find(reading->osv, arena, name, version, &n);
	if (matches == NULL || what == NULL) {
		sink_trouble(reading->sink, STATUS_MEMORY, "scan/detector-failed",
		    offset_of(reading, name), "no memory to look up a dependency");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct osv_match *match = &matches[i];
		const char *id = shown(reading, bytes_of_string(match->id)),
			   *alias = shown(reading, bytes_of_string(match->alias)),
			   *fixed = shown(reading, bytes_of_string(match->fixed));
		const char *evidence = arena_format(arena, "%s %s", what, id);

		if (match->is_undecided)
			sink_trouble(reading->sink, STATUS_UNSUPPORTED, "scan/detector-failed",
			    offset_of(reading, name),
			    "whether %s has the vulnerability %s cannot be told: the record and "
			    "the version do not compare",
			    what, id);
		else
			sink_finding_once(reading->sink, "dependency/vulnerable",
			    offset_of(reading, name), name.len, evidence,
			    "%s has the vulnerability %s%s%s%s, %s%s", what, id,
			    *alias == '\0' ? "" : " (", alias, *alias == '\0' ? "" : ")",
			    *fixed == '\0' ? "for which no fixed version is known" : "fixed in ",
			    fixed);
	}
}

/* What "==1.2.3" names, without its operator and what follows; empty where it is no release. */
static struct bytes
named_version(struct bytes version, bool is_conda)
{
	bool is_exact = bytes_starts(version, "==");
	struct bytes name;
	size_t n = 0, ndots = 0;

	while (version.len > 0 && version.data[0] == '=')
		version = bytes_slice(version, 1, version.len);
	version = trim(version);
	while (n < version.len && version.data[n] > ' ' && !(is_conda && version.data[n] == '='))
		ndots += version.data[n++] == '.';
	name = bytes_slice(version, 0, n);
	/* Conda's "=1.2" is any 1.2.x; with three parts or a build it names a release. */
	return !is_conda || is_exact || ndots >= 2 || n < version.len ? name : bytes_of(NULL, 0);
}

/* NAME [extras] VERSION ; marker, or NAME @ URL, or a URL. */
static void
read_requirement(struct reading *reading, struct bytes line, bool is_conda)
{
	const char *const ends[] = { " #", ";", " --hash", " --" };
	struct bytes name, version;
	size_t n = 0;

	line = trim(line);
	if (bytes_find(line, bytes_of_string("://"), 0) > 0) {
		report_url(reading, line);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		int64_t end = bytes_find(line, bytes_of_string(ends[i]), 0);

		if (end >= 0)
			line = bytes_slice(line, 0, (uint64_t)end);
	}
	while (n < line.len && is_name(line.data[n]))
		n++;
	name = bytes_slice(line, 0, n);
	version = trim(bytes_slice(line, n, line.len));
	if (version.len > 0 && version.data[0] == '[') {
		const uint8_t *end = memchr(version.data, ']', version.len);

		version = end == NULL
		    ? bytes_of(NULL, 0)
		    : trim(bytes_slice(version, (uint64_t)(end - version.data) + 1, version.len));
	}
	if (name.len == 0)
		return;
	tell_fact(reading, name, version);
	if (version.len == 0 || !is_pinned(version, is_conda))
		sink_finding_once(reading->sink, "dependency/unpinned", offset_of(reading, name),
		    line.len, shown(reading, name), "%s may be of any version%s%s",
		    shown(reading, name), version.len == 0 ? "" : " that is ",
		    version.len == 0 ? "" : shown(reading, version));
	else if (named_version(version, is_conda).len > 0)
		judge(reading, name, named_version(version, is_conda));
}

/* Options of pip: only those that say where packages come from matter. */
static void
read_option(struct reading *reading, struct bytes line)
{
	static const char *const indexes[] = { "--index-url", "--extra-index-url", "--find-links",
		"-i", "-f" };
	static const char *const editable[] = { "-e ", "--editable" };

	for (size_t i = 0; i < ARRAY_LEN(editable); i++)
		if (bytes_starts(line, editable[i]) &&
		    bytes_find(line, bytes_of_string("://"), 0) > 0)
			report_url(reading, trim(bytes_slice(line, strlen(editable[i]), line.len)));
	for (size_t i = 0; i < ARRAY_LEN(indexes); i++) {
		size_t len = strlen(indexes[i]);

		if (bytes_starts(line, indexes[i]) && line.len > len &&
		    (line.data[len] == ' ' || line.data[len] == '=')) {
			report_index(reading, trim(bytes_slice(line, len + 1, line.len)));
			return;
		}
	}
	if (bytes_starts(line, "--trusted-host"))
		sink_finding_once(reading->sink, "dependency/foreign-index",
		    offset_of(reading, line), line.len, shown(reading, line),
		    "packages are to be fetched without checking who sends them: %s",
		    shown(reading, line));
}

/* An entry "- X" of a conda environment; pip's entries follow below "- pip:". */
static void
read_conda_entry(struct reading *reading, struct bytes entry, bool in_channels)
{
	if (entry.len > 1 && (entry.data[0] == '"' || entry.data[0] == '\''))
		entry = bytes_slice(entry, 1, entry.len - 2);
	if (!in_channels) {
		if (entry.len > 0 && entry.data[entry.len - 1] != ':')
			read_requirement(reading, entry, true);
		return;
	}
	for (size_t i = 0; usual_channels[i] != NULL; i++)
		if (bytes_equal_string(entry, usual_channels[i]))
			return;
	if (bytes_find(entry, bytes_of_string("://"), 0) > 0)
		report_index(reading, entry);
	else
		sink_finding_once(reading->sink, "dependency/foreign-index",
		    offset_of(reading, entry), entry.len, shown(reading, entry),
		    "packages are to be fetched from the channel %s", shown(reading, entry));
}

/* The quoted strings of a line, as requirements. */
static void
read_quoted(struct reading *reading, struct bytes line)
{
	for (size_t pos = 0; pos < line.len; pos++) {
		uint8_t quote = line.data[pos];
		const uint8_t *end;

		if (quote == '#')
			return;
		if (quote != '"' && quote != '\'')
			continue;
		end = memchr(line.data + pos + 1, quote, line.len - pos - 1);
		if (end == NULL)
			return;
		read_requirement(reading,
		    bytes_slice(line, pos + 1, (uint64_t)(end - line.data) - pos - 1), false);
		pos = (size_t)(end - line.data);
	}
}

/* An address in a lock file. */
static void
read_lock(struct reading *reading, struct bytes line)
{
	int64_t at = bytes_find(line, bytes_of_string("://"), 0);
	size_t start, end;

	if (at < 0 || bytes_find(line, bytes_of_string("url"), 0) < 0)
		return;
	for (start = (size_t)at; start > 0 && line.data[start - 1] != '"'; start--)
		continue;
	for (end = (size_t)at; end < line.len && line.data[end] != '"'; end++)
		continue;
	report_index(reading, bytes_slice(line, start, end - start));
}

/* The value of KEY = "VALUE"; empty where the line says something else. */
static struct bytes
value_of(struct bytes line, const char *key)
{
	const uint8_t *end;

	if (!bytes_starts(line, key))
		return bytes_of(NULL, 0);
	line = trim(bytes_slice(line, strlen(key), line.len));
	if (!bytes_starts(line, "="))
		return bytes_of(NULL, 0);
	line = trim(bytes_slice(line, 1, line.len));
	if (line.len < 2 || (line.data[0] != '"' && line.data[0] != '\''))
		return bytes_of(NULL, 0);
	end = memchr(line.data + 1, line.data[0], line.len - 1);
	return end == NULL ? bytes_of(NULL, 0)
			   : bytes_slice(line, 1, (uint64_t)(end - line.data) - 1);
}

/* Behind a table of a lock file. */
static void
end_package(struct reading *reading)
{
	const struct package *package = &reading->package;

	if (package->name.len > 0 && package->version.len > 0 && !package->is_local) {
		tell_fact(reading, package->name, package->version);
		judge(reading, package->name, package->version);
	}
	reading->package = (struct package){ .is_open = false };
}

/* poetry.lock, uv.lock, pdm.lock: tables [[package]] with a name and a version. */
static void
read_package(struct reading *reading, struct bytes line)
{
	struct package *package = &reading->package;
	struct bytes name = value_of(line, "name"), version = value_of(line, "version");

	/* A list that goes on over lines may hold lines that begin so, but no table's head. */
	if (line.data[0] == '[' && line.data[line.len - 1] == ']') {
		end_package(reading);
		package->is_open = bytes_equal_string(line, "[[package]]");
	}
	if (!package->is_open)
		return;
	if (name.len > 0)
		package->name = name;
	if (version.len > 0)
		package->version = version;
	if (bytes_starts(line, "source") &&
	    (bytes_find(line, bytes_of_string("virtual"), 0) > 0 ||
		bytes_find(line, bytes_of_string("editable"), 0) > 0))
		package->is_local = true;
}

/* Pipfile.lock: { "default": { NAME: { "version": "==1.2.3" } } } */
struct pipfile {
	struct reading *reading;
	struct bytes name;
	bool is_version; /* the value that follows */
};

static bool
visit_pipfile(const struct json_token *token, void *context)
{
	struct pipfile *pipfile = context;

	if (token->event == JSON_KEY && token->depth == 2)
		pipfile->name = token->text;
	if (token->event == JSON_STRING && token->depth == 3 && pipfile->is_version &&
	    is_pinned(token->text, false)) {
		tell_fact(pipfile->reading, pipfile->name, token->text);
		judge(pipfile->reading, pipfile->name, named_version(token->text, false));
	}
	pipfile->is_version = token->event == JSON_KEY && token->depth == 3 &&
	    bytes_equal_string(token->text, "version");
	return true;
}

static void
read_pipfile(struct reading *reading)
{
	struct pipfile pipfile = { .reading = reading };
	struct json_error error;

	if (!json_walk(reading->text, visit_pipfile, &pipfile, &error) &&
	    osv_size(reading->osv) > 0)
		sink_trouble(reading->sink, STATUS_MALFORMED, "scan/detector-failed",
		    reading->offset + error.offset, "its dependencies cannot be read: %s",
		    error.text);
}

static void
read_lines(struct reading *reading, enum file_kind kind)
{
	bool in_channels = false, in_list = false;

	for (size_t pos = 0; pos < reading->text.len;) {
		struct bytes rest = bytes_slice(reading->text, pos, reading->text.len), line;
		const uint8_t *newline = memchr(rest.data, '\n', rest.len);
		size_t len = newline == NULL ? rest.len : (size_t)(newline - rest.data);

		pos += len + 1;
		line = trim(bytes_slice(rest, 0, len));
		if (line.len == 0 || line.data[0] == '#')
			continue;
		switch (kind) {
		case FILE_NONE:
			return;
		case FILE_REQUIREMENTS:
			if (line.data[0] == '-')
				read_option(reading, line);
			else
				read_requirement(reading, line, false);
			break;
		case FILE_CONDA:
			if (bytes_starts(line, "- ") && in_list)
				read_conda_entry(
				    reading, trim(bytes_slice(line, 2, line.len)), in_channels);
			else if (!bytes_starts(line, "- "))
				in_channels = bytes_starts(line, "channels:"),
				in_list = in_channels || bytes_starts(line, "dependencies:");
			break;
		case FILE_PYPROJECT:
			if (bytes_starts(line, "dependencies") &&
			    bytes_find(line, bytes_of_string("["), 0) > 0)
				in_list = true;
			if (in_list)
				read_quoted(reading, line);
			if (line.data[line.len - 1] == ']')
				in_list = false;
			break;
		case FILE_LOCK:
			read_package(reading, line);
			read_lock(reading, line);
			break;
		case FILE_PIPFILE:
			read_lock(reading, line);
			break;
		}
	}
}

static void
scan(const void *compiled, const struct member *member, const char *const *formats,
    const struct span *spans, size_t n, struct sink *sink)
{
	enum file_kind kind = kind_of(member);
	struct reading reading = { .sink = sink, .osv = compiled, .text = member->bytes };

	(void)formats;
	/* The decoded text, where the member is one. */
	if (n == 1) {
		reading.text = spans[0].text;
		reading.offset = spans[0].offset;
	}
	if (kind == FILE_NONE || reading.text.len == 0)
		return;
	read_lines(&reading, kind);
	end_package(&reading);
	if (kind == FILE_PIPFILE) {
		/* Its text is its values one by one. */
		reading.text = member->bytes;
		reading.offset = 0;
		read_pipfile(&reading);
	}
}

const struct detector detector_dependency = {
	.name = "dependency",
	.rules = &osv_rules,
	.scan = scan,
};
