/* Time stamps: see crypto/tsa.h. */
#include "config.h"

#include "crypto/tsa.h"

#include "crypto/x509_private.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <time.h>

#define MAX_RESPONSE 65536

static TS_RESP *
parse(struct bytes response)
{
	const unsigned char *data = response.data;
	TS_RESP *parsed = response.len == 0 || response.len > MAX_RESPONSE
	    ? NULL
	    : d2i_TS_RESP(NULL, &data, (long)response.len);

	if (parsed != NULL && data != response.data + response.len) {
		TS_RESP_free(parsed);
		parsed = NULL;
	}
	ERR_clear_error();
	return parsed;
}

static bool
time_of(TS_RESP *response, int64_t *ret)
{
	TS_TST_INFO *info = TS_RESP_get_tst_info(response);
	struct tm tm;

	if (info == NULL || ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1)
		return false;
	*ret = timegm(&tm);
	return true;
}

bool
tsa_time(struct bytes response, int64_t *ret)
{
	TS_RESP *parsed = parse(response);
	bool done = parsed != NULL && time_of(parsed, ret);

	TS_RESP_free(parsed);
	return done;
}

/* A store that trusts only the authority's last certificate, at that time. */
static X509_STORE *
store_for(const struct tsa *tsa, int64_t at)
{
	X509_STORE *store = X509_STORE_new();
	X509 *anchor = x509_parse(tsa->certificates[tsa->n - 1]);

	if (store != NULL && anchor != NULL && X509_STORE_add_cert(store, anchor) == 1) {
		X509_VERIFY_PARAM *parameters = X509_STORE_get0_param(store);

		X509_VERIFY_PARAM_set_time(parameters, (time_t)at);
		(void)X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
	} else {
		X509_STORE_free(store);
		store = NULL;
	}
	X509_free(anchor);
	return store;
}

bool
tsa_verify(struct bytes response, struct bytes message, const struct tsa *tsa)
{
	TS_RESP *parsed = parse(response);
	TS_VERIFY_CTX *context = TS_VERIFY_CTX_new();
	X509_STORE *store = NULL;
	STACK_OF(X509) *others = NULL;
	BIO *data = message.len > INT_MAX ? NULL : BIO_new_mem_buf(message.data, (int)message.len);
	int64_t at;
	bool done = false;

	if (parsed != NULL && context != NULL && data != NULL && tsa->n > 0 &&
	    time_of(parsed, &at)) {
		store = store_for(tsa, at);
		others = x509_parse_list(tsa->certificates, tsa->n - 1);
	}
	if (store != NULL && others != NULL) {
		/* The context takes store, certificates and data over. */
		TS_VERIFY_CTX_add_flags(
		    context, TS_VFY_VERSION | TS_VFY_SIGNER | TS_VFY_SIGNATURE | TS_VFY_DATA);
		(void)TS_VERIFY_CTX_set_store(context, store);
		(void)TS_VERIFY_CTX_set_certs(context, others);
		(void)TS_VERIFY_CTX_set_data(context, data);
		store = NULL;
		others = NULL;
		data = NULL;
		done = TS_RESP_verify_response(context, parsed) == 1;
	}
	sk_X509_pop_free(others, X509_free);
	X509_STORE_free(store);
	BIO_free(data);
	TS_VERIFY_CTX_free(context);
	TS_RESP_free(parsed);
	ERR_clear_error();
	return done;
}
