/* Addresses of machines in networks: see detect/pii_find.h. */
#include "config.h"

#include "detect/pii_find.h"

#define IP_LOCAL 10 /* says nothing of a person: private, reserved, for documentation */
#define IP_PUBLIC 40

static const struct pii_found nothing;

/* Four numbers up to 255 at POS; 0 where they are not, else where they end. */
static size_t
read_ipv4(struct bytes text, size_t pos, unsigned char quad[4])
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned value = 0, digits = 0;

		if (i > 0 && pii_at(text, pos++) != '.')
			return 0;
		for (; pii_is_digit(pii_at(text, pos)) && digits < 4; digits++)
			value = value * 10 + (unsigned)(text.data[pos++] - '0');
		if (digits == 0 || digits > 3 || value > 255 ||
		    (digits > 1 && text.data[pos - digits] == '0'))
			return 0;
		quad[i] = (unsigned char)value;
	}
	return pos;
}

/* RFC 6890: what is not routed, and the resolvers that everybody names. */
static bool
is_local_ipv4(const unsigned char q[4])
{
	static const unsigned char known[][4] = { { 1, 1, 1, 1 }, { 1, 0, 0, 1 }, { 8, 8, 8, 8 },
		{ 8, 8, 4, 4 }, { 9, 9, 9, 9 }, { 1, 2, 3, 4 } };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (memcmp(q, known[i], 4) == 0)
			return true;
	return q[0] == 0 || q[0] == 10 || q[0] == 127 || q[0] >= 224 ||
	    (q[0] == 100 && (q[1] & 0xc0) == 64) || (q[0] == 169 && q[1] == 254) ||
	    (q[0] == 172 && (q[1] & 0xf0) == 16) || (q[0] == 192 && q[1] == 168) ||
	    (q[0] == 192 && q[1] == 0 && (q[2] == 0 || q[2] == 2)) ||
	    (q[0] == 198 && (q[1] & 0xfe) == 18) || (q[0] == 198 && q[1] == 51 && q[2] == 100) ||
	    (q[0] == 203 && q[1] == 0 && q[2] == 113);
}

/* "/24" after an address. */
static size_t
prefix_end(struct bytes text, size_t end)
{
	size_t i = end + 1;

	if (pii_at(text, end) != '/')
		return end;
	while (i < end + 4 && pii_is_digit(pii_at(text, i)))
		i++;
	return i > end + 1 && !pii_is_alnum(pii_at(text, i)) ? i : end;
}

struct pii_found
pii_find_ipv4(struct bytes text, size_t pos)
{
	struct pii_found found = { pos, 0, IP_PUBLIC, false };
	unsigned char quad[4], before = pos > 0 ? text.data[pos - 1] : 0, after;

	found.end = read_ipv4(text, pos, quad);
	after = pii_at(text, found.end);
	if (found.end == 0 || pii_is_alnum(before) || before == '.' || before == '_' ||
	    pii_is_alnum(after) || after == '_')
		return nothing;
	/* Versions have more parts, go on in words, or have small numbers only. */
	if (is_local_ipv4(quad) || before == '-' || before == '/' || after == '-' ||
	    (after == '.' && pii_is_alnum(pii_at(text, found.end + 1))) ||
	    (quad[0] < 20 && quad[1] < 20) || (quad[2] == 0 && quad[3] == 0)) {
		found.confidence = IP_LOCAL;
		found.is_fixed = true;
	}
	found.end = prefix_end(text, found.end);
	return found;
}

/* RFC 4291, section 2.2: groups, one "::", perhaps IPv4 at the end. */
static size_t
read_ipv6(struct bytes text, size_t pos, unsigned *ret_groups, bool *ret_gap)
{
	unsigned groups = 0;
	bool gap = false;

	if (pii_at(text, pos) == ':') {
		if (pii_at(text, pos + 1) != ':')
			return 0;
		gap = true;
		pos += 2;
	}
	while (groups < 8 && pii_is_hex(pii_at(text, pos))) {
		size_t start = pos;
		unsigned char quad[4];
		size_t end = read_ipv4(text, pos, quad);

		if (end > 0 && groups <= 6) {
			groups += 2;
			pos = end;
			break;
		}
		while (pii_is_hex(pii_at(text, pos)))
			pos++;
		if (pos - start > 4)
			return 0;
		groups++;
		if (pii_at(text, pos) != ':')
			break;
		if (pii_at(text, pos + 1) == ':') {
			if (gap)
				return 0;
			gap = true;
			pos += 2;
		} else if (pii_is_hex(pii_at(text, pos + 1))) {
			pos++;
		} else {
			break;
		}
	}
	*ret_groups = groups;
	*ret_gap = gap;
	return gap ? (groups < 8 ? pos : 0) : groups == 8 ? pos : 0;
}

/* RFC 6890 again; 2001:db8::/32 is for documentation. */
static bool
is_local_ipv6(struct bytes address)
{
	static const char *const prefixes[] = { "::", "fe8", "fe9", "fea", "feb", "fc", "fd", "ff",
		"2001:db8:", "2001:0db8:", "0:", "0000:", "100::" };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i]);
		bool same = address.len >= n;

		for (size_t k = 0; same && k < n; k++)
			same = (address.data[k] | 32) == (prefixes[i][k] | 32);
		if (same)
			return true;
	}
	return false;
}

struct pii_found
pii_find_ipv6(struct bytes text, size_t pos)
{
	struct pii_found found = { pos, 0, IP_PUBLIC, false };
	unsigned groups;
	unsigned char before, after;
	struct bytes address;
	bool gap;

	while (found.start > 0 && pos - found.start < 40 &&
	    (pii_is_hex(text.data[found.start - 1]) || text.data[found.start - 1] == ':'))
		found.start--;
	found.end = read_ipv6(text, found.start, &groups, &gap);
	before = found.start > 0 ? text.data[found.start - 1] : 0;
	after = pii_at(text, found.end);
	if (found.end == 0 || before == '.' || before == '_' || after == ':' ||
	    (after == '.' && pii_is_digit(pii_at(text, found.end + 1))) || pii_is_alnum(after) ||
	    after == '_')
		return nothing;
	/* A letter may stand before what starts with colons, as in text::1; C++ names do not. */
	if (pii_is_alnum(before) && !(pii_at(text, found.start) == ':' && groups >= 2))
		return nothing;
	address = bytes_slice(text, found.start, found.end - found.start);
	if (groups < 4 || is_local_ipv6(address)) {
		found.confidence = IP_LOCAL;
		found.is_fixed = true;
	}
	found.end = prefix_end(text, found.end);
	return found;
}

struct pii_found
pii_find_mac(struct bytes text, size_t pos)
{
	struct pii_found found = { pos, pos, 45, false };
	unsigned char mac[12], separator, before = pos > 0 ? text.data[pos - 1] : 0;
	size_t n = 0, each;

	while (found.end < text.len && n < 12) {
		unsigned char c = text.data[found.end];

		if (pii_is_hex(c))
			mac[n++] = (unsigned char)(c | 32);
		else if (c != ':' && c != '-' && c != '.')
			break;
		found.end++;
	}
	separator = pii_at(text, pos + 2);
	each = separator == ':' || separator == '-' ? 2 : 4;
	if (each == 4)
		separator = '.';
	if (n < 12 || found.end - pos != 12 + 12 / each - 1)
		return nothing;
	for (size_t i = pos + each; i < found.end; i += each + 1)
		if (text.data[i] != separator)
			return nothing;
	if (pii_is_alnum(before) || before == separator || before == '_' ||
	    pii_is_alnum(pii_at(text, found.end)) || pii_at(text, found.end) == separator)
		return nothing;
	for (size_t i = 1; i <= 12; i++)
		if (i == 12)
			return nothing; /* all alike: broadcast, or none */
		else if (mac[i] != mac[0])
			break;
	return found;
}
