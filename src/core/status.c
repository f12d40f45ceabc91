/* Could we look? See core/status.h. */
#include "config.h"

#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *
status_name(enum status_code code)
{
	switch (code) {
	case STATUS_OK:
		return "ok";
	case STATUS_LIMIT:
		return "limit";
	case STATUS_UNSUPPORTED:
		return "unsupported";
	case STATUS_MALFORMED:
		return "malformed";
	case STATUS_IO:
		return "io";
	case STATUS_USAGE:
		return "usage";
	case STATUS_MEMORY:
		return "memory";
	case STATUS_INTERNAL:
		return "internal";
	}
	return "internal";
}

bool
status_set(struct status *status, enum status_code code, const char *format, ...)
{
	va_list args;

	if (status->code != STATUS_OK)
		return false;
	status->code = code;
	va_start(args, format);
	vsnprintf(status->text, sizeof(status->text), format, args);
	va_end(args);
	return false;
}
