/* src/eatp/signature.h - the class EatpSignature, and the generic domain. */
#ifndef KL_EATP_SIGNATURE_H
#define KL_EATP_SIGNATURE_H

#include "keys.h"

extern KL_API const kl_type kl_signature_type;

/* Given. */
KL_API kl_status kl_signature_new(kl_value *out,
                                  const unsigned char bytes[KL_ED25519_SIGNATURE],
                                  kl_error *error);
/* Its 64 bytes; borrowed. */
KL_API const unsigned char *kl_signature_bytes(const kl_object *signature);

/* Append what is signed of a message in the generic domain. */
kl_status kl_generic_message(kl_buffer *to, kl_text message, kl_error *error);

#endif
