/* src/eatp/ledger.h - LedgerIntegrity: how far a walk over a hash chain came. */
#ifndef KL_EATP_LEDGER_H
#define KL_EATP_LEDGER_H

#include "kailash/type.h"

extern KL_API const kl_type kl_ledger_integrity_type;
/* Of a walk that found every link of so many entries whole; 0 = not determined. Given. */
KL_API kl_status kl_ledger_integrity_new(kl_value *out, size_t entries, kl_error *error);

#endif
