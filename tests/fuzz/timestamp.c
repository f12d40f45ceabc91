/* Fuzz target: time stamps (RFC 3161) as they come in bundles. */
#include "config.h"

#include "crypto/tsa.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size), half = bytes_slice(b, size / 2, size);
	struct bytes certificates[] = { half, half };
	struct tsa tsa = { certificates, 2 };
	int64_t time;

	if (tsa_time(b, &time) && tsa_verify(b, b, &tsa))
		abort(); /* nobody stamps a message that holds its own stamp */
	(void)tsa_verify(bytes_slice(b, 0, size / 2), b, &tsa);
	return 0;
}
