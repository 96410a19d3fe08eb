/* src/crypto/secret.c - care with secrets: comparing and forgetting them. */
#include "kailash/crypto.h"

bool kl_equal_secret(kl_text a, kl_text b)
{
    if (a.len != b.len)
        return false;
    volatile unsigned char difference = 0; /* volatile: no compiler may leave the loop early */
    for (size_t i = 0; i < a.len; i++)
        difference = (unsigned char)(difference | (a.data[i] ^ b.data[i]));
    return difference == 0;
}

void kl_wipe(void *memory, size_t size)
{
    if (size)
        explicit_bzero(memory, size);
}
