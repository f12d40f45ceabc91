/*
 * What a bundle claims about itself: hash lists, layouts, signatures. A verifier is one file, one
 * row in verifiers[] (provenance.c), one line in src/local.mk.
 *
 * A claim is a member (or a file named by --signature) whose bytes a verifier knows how to check
 * against the tree: the names, sizes and digests of everything in the target. The supervisor
 * never parses a claim: workers recognize it, say which digests they need beyond SHA-256, and
 * verify it once the tree is complete.
 */
#ifndef PROVENANCE_PROVENANCE_H
#define PROVENANCE_PROVENANCE_H

#include "bundle/member.h"
#include "core/sink.h"

enum tree_kind {
	TREE_FILE,
	TREE_SYMLINK, /* digests are of what it leads to, where --allow-symlinks lets us look */
	TREE_SPECIAL, /* a device, a socket, a fifo */
	TREE_NESTED,  /* inside an archive; only SHA-256 is known */
};

struct tree_digest {
	const char
	    *algorithm; /* "sha256", "sha512", "sha1", "md5", "blake2b", "blake3", "git-sha1" */
	uint64_t start, end; /* of the bytes digested; 0 and the file's size for all of it */
	const char *hex;     /* lower case */
};

struct tree_entry {
	const char *path;   /* as in reports, relative to the target: "a/b.bin", "x.zip!/a" */
	const char *target; /* TREE_SYMLINK: where it leads, as written; NULL otherwise */
	enum tree_kind kind;
	uint64_t size;
	int64_t modified; /* milliseconds since 1970, by the file system; 0 where unknown */
	size_t ndigests;
	struct tree_digest *digests;
	/* Where somebody wanted them and they could be read: the names of the tensors in the file,
	 * each a u32le of its length and its bytes. */
	struct bytes tensors;
	bool has_tensors;
	struct bytes head; /* the first bytes (512 at most) of small text files that claims refer
			      to; may be empty */
};

struct tree {
	const char *name; /* last part of the target's path: the model's name */
	bool is_file;	  /* the target is a single file, whose entry's path is NAME */
	size_t n;
	struct tree_entry *entries; /* sorted by path, byte by byte */
};

/* NULL where there is none. */
const struct tree_entry *tree_find(const struct tree *, const char *path);
/* The digest of all of ENTRY, or of its bytes [start, end); NULL where it was not computed. */
const char *tree_digest(const struct tree_entry *, const char *algorithm);
const char *tree_digest_of_range(
    const struct tree_entry *, const char *algorithm, uint64_t start, uint64_t end);

/* What the user trusts; everything here comes from the command line, policy or configuration. */
struct trust {
	const struct bytes *public_keys; /* PEM, minisign or signify texts */
	size_t npublic_keys;
	const struct bytes *certificates; /* PEM texts of --certificate-chain */
	size_t ncertificates;
	struct bytes trusted_root;     /* Sigstore trusted_root.json; empty where none */
	const char *identity, *issuer; /* exact; NULL where not given */
	const char *identity_regex, *issuer_regex;
	const char *const *ignore; /* paths relative to the target; NULL-terminated */
	bool allow_symlinks, ignore_unsigned, allow_expired;
	int64_t now; /* seconds since 1970, UTC */
};

struct claim {
	const char *path; /* of the claim's file in the target, or as given by --signature */
	const char
	    *root; /* folder (path in the tree, "" for the top) that its names are relative to */
	bool is_explicit; /* named by --signature: it must hold, and cover the target */
	struct bytes bytes;
	struct bytes content; /* of the file that WANT_CONTENT named, where it could be read */
	bool has_content;
	struct bytes gpgv;	  /* OpenPGP: gpgv's status lines; empty where it was not asked */
	const char *gpgv_trouble; /* why it could not be run; NULL otherwise */
};

enum provenance_status {
	PROVENANCE_VERIFIED,   /* signed by whom the user trusts, or all listed hashes hold */
	PROVENANCE_FAILED,     /* it must not be believed */
	PROVENANCE_UNTRUSTED,  /* sound as far as seen, but the user named no key that could verify
				  it */
	PROVENANCE_INCOMPLETE, /* could not be judged */
};

/* One row of the report's "provenance". Strings live in the sink's arena. */
struct provenance {
	const char *kind; /* the verifier's name */
	const char *path;
	enum provenance_status status;
	const char *signer; /* who: key fingerprint "sha256:...", certificate subject, identity; ""
			       for hash lists */
	/* With what: "ecdsa-p256-sha256", "rsa-2048-sha256", "ed25519"; of a hash list the weakest
	 * algorithm it relies on, "sha256", "md5". Policy may ask for it; NULL where unknown. */
	const char *algorithm;
	const char *time;	    /* trusted time of signing, RFC 3339; "" where none is proven */
	uint64_t covers;	    /* members whose content it binds */
	const char *const *covered; /* which: filled in by scan/ from provenance_covers() */
	size_t ncovered;
	const char *why; /* one sentence */
};

/* As algorithm of a want: not a digest but the content itself, in claim->content; the last such
 * want of a claim counts. For signatures over all of a file that no digest can stand for. */
#define WANT_CONTENT "content"
/* As algorithm: the names of the tensors in the file, in its entry of the tree. */
#define WANT_TENSORS "tensors"

struct want {
	const char *path, *algorithm;
	uint64_t start, end; /* SIZE_UNKNOWN as end: all of it */
	uint64_t claim;	     /* filled in by scan/ */
};

/* Collects wants; bounded by LIMIT_MEMBERS. Void and sticky like the sink. */
struct wants;
/* NULL out of memory. */
MUST_USE struct wants *wants_new(const struct tree *);
/* Names, kinds, sizes and SHA-256 of the target's files; no other digests yet. May be NULL. */
const struct tree *wants_tree(const struct wants *);
void wants_free(struct wants *);
const struct want *wants_list(const struct wants *, size_t *ret_n);
void wants_add(
    struct wants *, const char *path, const char *algorithm, uint64_t start, uint64_t end);

/*
 * Says that the claim under judgment binds the content of PATH, a path of the tree, and counts it
 * in ret->covers. Each path once. Policy asks which files nothing covers.
 */
#define PROVENANCE_COVERS "covers" /* the fact by which it travels */
void provenance_covers(struct sink *, struct provenance *ret, const char *path);

struct verifier {
	const char *name; /* "hash-list", "oms", "git-lfs-pointer", "hf-local", ... */
	/* It looks at the member's path only: it claims beside what others see in the content, at
	 * any size, and its claims carry no bytes. */
	bool by_name;
	/* How sure that this member is ours: 0 (no) to 100. The highest wins; a tie goes to the
	 * first row. */
	int (*probe)(const struct member *);
	/* The digests that verify() will look up beyond SHA-256 of whole files. May be NULL. */
	void (*wants)(const struct claim *, struct wants *);
	/*
	 * Judges CLAIM; findings ("signature/invalid", "hash/mismatch", ...) go into the sink, the
	 * outcome into *ret, which comes zeroed with kind and path set. What it covers is said by
	 * provenance_covers().
	 */
	void (*verify)(const struct claim *, const struct tree *, const struct trust *,
	    struct sink *, struct provenance *ret);
};

extern const struct verifier *const verifiers[]; /* ends with NULL */

const struct verifier *verifier_by_name(const char *name);
const char *provenance_status_name(enum provenance_status);

#endif
