/* Which files hold licenses, by their names. */
#include "config.h"

#include "detect/license_files.h"

#include "core/text.h"

static bool
is_source_suffix(const char *dot)
{
	static const char *const suffixes[] = { ".c", ".cc", ".cpp", ".cs", ".css", ".go", ".h",
		".hpp", ".java", ".js", ".json", ".kt", ".php", ".pl", ".py", ".pyc", ".rb", ".rs",
		".sh", ".swift", ".toml", ".ts", ".xml", ".yaml", ".yml" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (text_equal_ignoring_case(bytes_of_string(dot), suffixes[i]))
			return true;
	return false;
}

bool
license_files_holds(const char *basename)
{
	static const char *const starts[] = { "license", "licence", "copying", "eula",
		"unlicense" };
	const char *dot = strrchr(basename, '.');

	if (dot != NULL && is_source_suffix(dot))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		size_t n = strlen(starts[i]);
		struct bytes head = bytes_slice(bytes_of_string(basename), 0, n);
		int next;

		if (!text_equal_ignoring_case(head, starts[i]))
			continue;
		next = text_lower((unsigned char)basename[n]);
		return next < 'a' || next > 'z';
	}
	return false;
}
