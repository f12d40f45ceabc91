/* Fuzz target: time stamps (RFC 3161) as they come in bundles. */
#include "config.h"

#include "crypto/tsa.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Two bytes of length, so many of the response, the certificate of the authority. */
	struct bytes b = bytes_of(data, size);
	size_t len = size < 2 ? 0 : (size_t)data[0] << 8 | data[1];
	struct bytes response = bytes_slice(b, 2, len), rest = bytes_slice(b, 2 + len, SIZE_MAX);
	struct bytes certificates[] = { rest, rest };
	int64_t time = 0;
	bool is_stamp = tsa_time(response, &time);

	for (size_t n = 1; n <= 2; n++) {
		struct tsa tsa = { certificates, n };

		if (tsa_verify(response, bytes_of_string("a message"), &tsa) && !is_stamp)
			abort();
		if (tsa_verify(response, b, &tsa))
			abort(); /* nobody stamps a message that holds its own stamp */
	}
	return 0;
}
