/* src/eatp/verified.h - signatures that are known to be right: those verified or made lately.
 *
 * A verification takes as long as a hundred hashes, and the same records are verified again and again: at
 * every check of a chain, of a project, of a bundle. What is remembered is a hash of key, signature and
 * message together, so to look it up goes through every byte anew: a changed one is another hash, and is
 * verified as if nothing were known.
 */
#ifndef KL_EATP_VERIFIED_H
#define KL_EATP_VERIFIED_H

#include "keys.h"

/* One signature with all it depends on; nothing is kept of it. */
typedef struct kl_signed {
    const unsigned char *key;       /* KL_ED25519_KEY bytes */
    const unsigned char *signature; /* KL_ED25519_SIGNATURE bytes */
    kl_text message;
} kl_signed;

/* Whether it is known to be right. */
bool kl_verified_find(const kl_signed *what);
/* Remember that it is. Nothing happens without memory: it is verified again then. */
void kl_verified_add(const kl_signed *what);

#endif
