/* One piece of content that is looked at: see bundle/member.h. */
#include "config.h"

#include "bundle/member.h"

#include "core/text.h"

#include <sys/mman.h>
#include <unistd.h>

const char *
member_basename(const struct member *member)
{
	const char *slash = strrchr(member->name, '/');

	return slash == NULL ? member->name : slash + 1;
}

bool
member_has_suffix(const struct member *member, const char *suffix)
{
	size_t len = strlen(member->name), n = strlen(suffix);

	return len >= n && text_equal_ignoring_case(bytes_of(member->name + len - n, n), suffix);
}

void
member_release(const struct member *member, uint64_t pos, uint64_t len)
{
	struct bytes part = bytes_slice(member->bytes, pos, len);
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = ((uintptr_t)part.data + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)part.data + part.len) & ~(page - 1);

	if (!member->is_mapped || part.len == 0 || end <= start)
		return;
	/* The pages stay in the page cache; only our mapping of them goes. A failure costs nothing
	 * but memory. */
	(void)madvise((void *)start, end - start, MADV_DONTNEED);
}
