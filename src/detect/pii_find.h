/*
 * What is found by structure and not by shape: addresses, wallets, telephone numbers. Each of
 * these looks at a place in a text and says where what stands there starts and ends.
 */
#ifndef DETECT_PII_FIND_H
#define DETECT_PII_FIND_H

#include "detect/pii_rules.h"

struct pii_found {
	size_t start, end;
	unsigned confidence; /* without context; 0 where nothing was found */
	bool is_fixed;	     /* context makes it no surer */
};

/* Around the '@' at POS. */
struct pii_found pii_find_email(const struct pii_rules *, struct bytes text, size_t at);
/* IPv4 and IPv6, with a prefix length perhaps, of which the digit or colon at POS is part. */
struct pii_found pii_find_ipv4(struct bytes text, size_t pos);
struct pii_found pii_find_ipv6(struct bytes text, size_t pos);
struct pii_found pii_find_mac(struct bytes text, size_t pos);
/* Around the "://" at POS. */
struct pii_found pii_find_url(struct bytes text, size_t pos);
/* A name of a host in two or more labels that starts at POS. */
struct pii_found pii_find_host(const struct pii_rules *, struct bytes text, size_t pos);
struct pii_found pii_find_iban(struct bytes text, size_t pos);
/* Bitcoin: Base58Check and Bech32. */
struct pii_found pii_find_wallet(struct bytes text, size_t pos);
bool pii_is_wallet(struct bytes);
struct pii_found pii_find_phone(struct bytes text, size_t pos);

static inline bool
pii_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
pii_is_letter(unsigned char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static inline bool
pii_is_alnum(unsigned char c)
{
	return pii_is_digit(c) || pii_is_letter(c);
}

static inline bool
pii_is_hex(unsigned char c)
{
	return pii_is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* The byte at I, 0 outside of TEXT. */
static inline unsigned char
pii_at(struct bytes text, size_t i)
{
	return i < text.len ? text.data[i] : 0;
}

#endif
