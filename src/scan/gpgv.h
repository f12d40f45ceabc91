/*
 * OpenPGP signatures: GnuPG's gpgv judges them in a process of its own, which can read nothing but
 * the keyring that the user named, the signature and the file, and can reach nothing
 * (sandbox_enter_program()). assay reads no OpenPGP.
 */
#ifndef SCAN_GPGV_H
#define SCAN_GPGV_H

#include "core/buffer.h"
#include "core/status.h"
#include "scan/sandbox.h"

/*
 * Runs gpgv over the file open as CONTENT and appends its status lines (GnuPG, doc/DETAILS) to RET.
 * KEYRING is binary or armored. False and a status where it could not be run; what it thinks of the
 * signature is in the lines.
 */
MUST_USE bool gpgv_run(const struct sandbox *, struct bytes keyring, struct bytes signature,
    int content, struct buffer *ret, struct status *);

#endif
