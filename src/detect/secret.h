/* What tests ask of the detector of secrets beyond what every detector does. */
#ifndef DETECT_SECRET_H
#define DETECT_SECRET_H

#include "detect/secret_keywords.h"

/* Has what its rules were compiled to search with ENGINE from now on; KEYWORDS_AUTO is the default.
 */
void secret_use_engine(const void *compiled, enum keywords_engine engine);

#endif
