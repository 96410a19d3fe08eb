/* src/trust_plane/stored_kinds.h - all kinds of files that stand one by one, for who looks at all of them. */
#ifndef KL_TRUST_PLANE_STORED_KINDS_H
#define KL_TRUST_PLANE_STORED_KINDS_H

#include "stored.h"

enum { KL_TRUST_STORED = 5, KL_TRUST_STORED_HOLDS = 1 /* where holds are among them */ };
extern const kl_stored_kind *const kl_stored_kinds[KL_TRUST_STORED];

#endif
