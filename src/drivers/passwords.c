/* src/drivers/passwords.c - hashes of passwords, through libargon2 and libcrypt. */
#include "passwords.h"
#include "driver.h"

#include <argon2.h>
#include <crypt.h>
#include <stdlib.h>

static kl_status derive(unsigned char *out, size_t len, kl_argon2_kind kind,
                        const kl_argon2_cost *cost, kl_text password, kl_text salt,
                        kl_error *error)
{
    static const argon2_type types[] = {Argon2_d, Argon2_i, Argon2_id};
    int code = argon2_hash(cost->passes, cost->memory_kib, cost->lanes, password.data,
                           password.len, salt.data, salt.len, out, len, NULL, 0, types[kind],
                           ARGON2_VERSION_13);
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return kl_error_no_memory(error);
    return code == ARGON2_OK
               ? KL_OK
               : kl_error_set(error, KL_INVALID, "argon2: %s", argon2_error_message(code));
}

static kl_status bcrypt(char out[61], const char *password, const char *setting, kl_error *error)
{
    struct crypt_data *data = kl_alloc_zero(1, sizeof *data); /* 32 KiB: too much for a stack */
    if (!data)
        return kl_error_no_memory(error);
    const char *hash = crypt_rn(password, setting, data, (int)sizeof *data);
    kl_status status = KL_OK;
    if (hash && strlen(hash) == 60)
        memcpy(out, hash, 61);
    else
        status = kl_error_set(error, KL_INVALID, "bcrypt: malformed hash");
    explicit_bzero(data, sizeof *data);
    kl_free(data);
    return status;
}

static const kl_passwords functions = {.argon2 = derive, .bcrypt = bcrypt};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "passwords", .functions = &functions};
