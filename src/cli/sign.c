/* assay sign: an OpenSSF model signature. */
#include "config.h"

#include "cli/command.h"

static const struct option options[] = {
	{ "key", "PEM", "sign with this private key (ECDSA P-256, P-384 or P-521)", false },
	{ "token", "URI", "sign with this key of a PKCS#11 token (RFC 7512, with module-path)",
	    false },
	{ "certificate-chain", "PEM", "carry these certificates, the key's own first", true },
	{ "output", "FILE", "the signature (default: TARGET/model.sig, or FILE.sig)", false },
	{ "ignore", "PATH", "leave this path below the target out", true },
	{ "allow-symlinks", NULL, "follow links inside the target", false },
	{ "method", "NAME", "list whole files or shards of them: files (default), shards", false },
	{ "shard-size", "BYTES", "the size of shards (default: 1000000000)", false },
	{ "hash", "NAME", "hash by sha256 (default), blake2b or blake3", false },
	{ "jobs", "N", "number of worker processes (default: the processors)", false },
	{ NULL, NULL, NULL, false },
};

static enum assay_exit
run(const struct invocation *invocation)
{
	struct assay_sign_request request = { .target = invocation->arguments[0],
		.key = invocation_value(invocation, "key"),
		.pkcs11 = invocation_value(invocation, "token"),
		.output = invocation_value(invocation, "output"),
		.method = invocation_value(invocation, "method"),
		.hash = invocation_value(invocation, "hash"),
		.allow_symlinks = invocation_has(invocation, "allow-symlinks") };
	struct assay_error error = { 0 };
	enum assay_exit status;
	uint64_t jobs;
	size_t n;

	if (!invocation_number(invocation, "jobs", 256, 0, &jobs) ||
	    !invocation_number(invocation, "shard-size", INT64_MAX, 0, &request.shard_size))
		return ASSAY_USAGE;
	request.jobs = (unsigned)jobs;
	request.certificate_chains = invocation_values(invocation, "certificate-chain", &n);
	request.ignore = invocation_values(invocation, "ignore", &n);
	status = assay_sign(invocation->settings, &request, stdout, &error);
	return error.text[0] != '\0' ? complain_error(&error) : status;
}

const struct command command_sign = {
	.name = "sign",
	.arguments = "TARGET",
	.summary = "sign a model (OpenSSF Model Signing)",
	.options = options,
	.min_arguments = 1,
	.max_arguments = 1,
	.run = run,
};
