/*
 * Every limit, with its reason. A limit that is reached is a status (STATUS_LIMIT) that names
 * it, never a silent skip; rules/checks/scan.yaml says how to raise it.
 */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#include <stdint.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* Bundles. ClamAV: depth 17, 10,000 files; sharded repositories need more files. */
#define LIMIT_DEPTH 16		       /* archives in archives */
#define LIMIT_MEMBERS 200000	       /* members of one target, nested ones included */
#define LIMIT_NAME 4096		       /* bytes of a member's name: PATH_MAX */
#define LIMIT_DIRECTORY_DEPTH 256      /* folders in folders on disk */
#define LIMIT_EXPANDED (64 * GIB)      /* bytes that one file of a target may unpack to */
#define LIMIT_RATIO 250		       /* unpacked to packed bytes ... */
#define LIMIT_RATIO_FLOOR (64 * MIB)   /* ... judged past this many unpacked bytes only */
#define LIMIT_SCRATCH_MEMORY (4 * MIB) /* unpacked pieces up to this stay in memory */

/* What one worker may take. */
#define LIMIT_WORKER_MEMORY (1 * GIB)		 /* allocated, not mapped: RLIMIT_DATA */
#define LIMIT_WORKER_SECONDS 60			 /* for one file, whatever its size ... */
#define LIMIT_WORKER_BYTES_PER_SECOND (10 * MIB) /* ... and a second more for so many bytes */
#define LIMIT_ARENA (256 * MIB)			 /* strings and spans of one member */
#define LIMIT_MESSAGE (64 * MIB)		 /* one message of a worker */
#define LIMIT_FINDINGS 1000			 /* of one check at one member; more are counted */
#define LIMIT_CLAIM (64 * MIB)			 /* a signature or hash list */

/* Text formats. */
#define LIMIT_JSON_DEPTH 128	      /* real configurations stay under 20 */
#define LIMIT_JSON_BYTES (128 * MIB)  /* safetensors allows headers of 100 MB */
#define LIMIT_JSON_KEYS 5000000	      /* a large tokenizer has 300,000 */
#define LIMIT_DECODED_TEXT (64 * MIB) /* UTF-8 made of one text in UTF-16 or Latin-1 */
#define LIMIT_YAML_DEPTH 64
#define LIMIT_YAML_BYTES (8 * MIB)
#define LIMIT_YAML_NODES 500000
#define LIMIT_RULE_BYTES (64 * MIB) /* one rule file */

/* Vulnerabilities that the user supplies: all of PyPI are some 20,000 records of 5 KiB. */
#define LIMIT_OSV_RECORDS 1000000    /* files: all ecosystems together are fewer */
#define LIMIT_OSV_RECORD (16 * MIB)  /* one file; real ones stay under 2 MiB */
#define LIMIT_OSV_MEMORY (256 * MIB) /* what is kept of them: every worker inherits it */
#define LIMIT_OSV_DEPTH 8	     /* folders in folders */

/* Licenses. */
#define LIMIT_EXPRESSION 16384	  /* bytes of a license expression; real ones stay under 1 KiB */
#define LIMIT_EXPRESSION_DEPTH 64 /* parentheses in parentheses */
#define LIMIT_LICENSE_RUNS                                                       \
	4000000u /* runs of words that a text shares with licenses: 5 times what \
		    a text of nothing but BSD licenses does */
#define LIMIT_LICENSE_REGIONS 16384 /* stretches that are compared: likewise */
#define LIMIT_LICENSE_ALIGNED \
	2000000 /* words of licenses that are compared with one text, at least */
#define LIMIT_LICENSE_EVIDENCE 8192 /* licenses and notices of one member */
#define LIMIT_LICENSES 512	    /* different ones of one member: the list of SPDX has 700 */

#endif
