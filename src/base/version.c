/* src/base/version.c - the version of the library, from the file VERSION. */
#include "kailash/base.h"

const char *kl_version(void) { return KAILASH_VERSION; }
