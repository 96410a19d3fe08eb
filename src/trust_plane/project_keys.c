/* src/trust_plane/project_keys.c - who may sign for a project: the operational key, where it comes from,
 * the pinned authority, and the directories that may be signed into. */
#include "project_parts.h"
#include "eatp/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIN "TRUST_PLANE_AUTHORITY_PUBKEY"
#define ROOTS "TRUST_PLANE_TRUST_DIR"
#define KEY_FILE "TRUST_PLANE_OPERATIONAL_KEY_FILE"
#define KEY "TRUST_PLANE_OPERATIONAL_KEY"

enum { HEX = 2 * KL_ED25519_KEY, KEY_FILE_MAX = 256 };

/* Value of a variable without blanks around it; empty when it is not set. */
static kl_text variable(const char *name)
{
    kl_text text = kl_text_from(getenv(name));
    while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
        text.len--;
    while (text.len && strchr(" \t\r\n", text.data[0])) {
        text.data++;
        text.len--;
    }
    return text;
}

/* ---- the pin --------------------------------------------------------------------------------------------- */

kl_status kl_project_pin(kl_value *out, kl_error *error)
{
    kl_text hex = variable(PIN);
    unsigned char key[KL_ED25519_KEY];
    char lower[HEX];
    if (!hex.len) {
        *out = kl_null();
        return KL_OK;
    }
    if (kl_hex_read(key, sizeof key, hex, "key", NULL) != KL_OK)
        return kl_fault(error, KL_STATE, NULL, "invalid_key",
                        "EATP error: authority public key is not valid hex: " PIN
                        " must be %d hexadecimal characters, got %zu bytes",
                        HEX, hex.len);
    kl_hex_write(lower, key, sizeof key);
    return kl_string_from_valid(out, (kl_text){lower, HEX}, error);
}

/* ---- the trust root -------------------------------------------------------------------------------------- */

static bool is_folder(const kl_trust_folder *folder, const char *path)
{
    char real[PATH_MAX];
    return realpath(path, real) && kl_text_is(kl_as_text(kl_trust_folder_real_path(folder)), real);
}

static bool is_among(const kl_trust_folder *folder, kl_text roots)
{
    while (roots.len) {
        const char *colon = memchr(roots.data, ':', roots.len);
        size_t len = colon ? (size_t)(colon - roots.data) : roots.len;
        char path[PATH_MAX];
        if (len && len < sizeof path) {
            memcpy(path, roots.data, len);
            path[len] = '\0';
            if (is_folder(folder, path))
                return true;
        }
        len += colon != NULL;
        roots = (kl_text){roots.data + len, roots.len - len};
    }
    return false;
}

kl_status kl_project_check_root(const kl_trust_folder *folder, bool required, kl_error *error)
{
    kl_text roots = variable(ROOTS), path = kl_as_text(kl_trust_folder_path(folder));
    kl_status status;
    if (roots.len ? is_among(folder, roots) : !required)
        return KL_OK;
    if (roots.len)
        status = kl_fault(error, KL_STATE, NULL, "outside_trust_root",
                          "constraint violation: the trust directory %.*s is not the trust root: "
                          ROOTS " names the project directories that this process may open, and this is none of them",
                          KL_TEXT_ARG(path));
    else
        status = kl_fault(error, KL_STATE, NULL, "no_trust_root",
                          "constraint violation: no trust root is configured, so no key is bound to %.*s: "
                          "set " ROOTS " to the project directory that this process may sign into",
                          KL_TEXT_ARG(path));
    kl_fault_detail(error, "trust_dir", kl_trust_folder_path(folder));
    return status;
}

/* ---- binding --------------------------------------------------------------------------------------------- */

kl_value kl_project_pair(kl_trust_project *project)
{
    pthread_mutex_lock(&project->lock);
    kl_value pair = kl_value_retain(project->pair);
    pthread_mutex_unlock(&project->lock);
    return pair;
}

kl_status kl_project_need_pair(kl_value *out, kl_trust_project *project, const char *what,
                               kl_error *error)
{
    *out = kl_project_pair(project);
    if (!kl_is_null(*out))
        return KL_OK;
    return kl_fault(error, KL_STATE, NULL, "key_not_available",
                    "key not found: cannot %s: the operational signing key is not available in this "
                    "loaded project; set " KEY_FILE " to a file of mode 0600 (preferred) or " KEY
                    " and call resolve_operational_key_from_env(), or call set_operational_key_hex()",
                    what);
}

static void set_pair(kl_trust_project *project, kl_value pair)
{
    pthread_mutex_lock(&project->lock);
    kl_value old = project->pair;
    project->pair = pair;
    pthread_mutex_unlock(&project->lock);
    kl_value_release(old);
}

static kl_status check_is_ours(const kl_trust_project *project, kl_value pair, kl_error *error)
{
    kl_value hex = kl_key_pair_public_hex((const kl_key_pair *)pair.as.object);
    if (kl_text_equal(kl_as_text(hex), kl_as_text(project->public_key)))
        return KL_OK;
    return kl_fault(error, KL_STATE, NULL, "foreign_key",
                    "key not found: the supplied operational signer does not match this project's "
                    "operational key, which its genesis names: a foreign key is not bound");
}

/* The text is never shown: it is a key, or was meant to be one. */
static kl_status read_seed(unsigned char seed[KL_ED25519_KEY], kl_text hex, const char *source,
                           kl_error *error)
{
    size_t digits = 0;
    while (digits < hex.len && strchr("0123456789abcdefABCDEF", hex.data[digits]) && hex.data[digits])
        digits++;
    if (digits < hex.len || hex.len % 2)
        return kl_fault(error, KL_STATE, NULL, "invalid_key",
                        "key not found: operational signing key from %s is not valid hex (expected %d "
                        "hex characters = %d bytes)",
                        source, HEX, KL_ED25519_KEY);
    if (hex.len != HEX)
        return kl_fault(error, KL_STATE, NULL, "invalid_key",
                        "key not found: operational signing key from %s has the wrong length: expected "
                        "%d bytes (%d hex characters), got %zu",
                        source, KL_ED25519_KEY, HEX, hex.len / 2);
    return kl_hex_read(seed, KL_ED25519_KEY, hex, "key", error);
}

static kl_status pair_of(kl_value *out, kl_text hex, const char *source, kl_error *error)
{
    unsigned char seed[KL_ED25519_KEY];
    KL_TRY(read_seed(seed, hex, source, error));
    kl_status status = kl_key_pair_from_seed(out, (kl_text){(const char *)seed, sizeof seed}, error);
    kl_wipe(seed, sizeof seed);
    return status;
}

/* `pair` is taken. */
static kl_status bind_pair(kl_trust_project *project, kl_value pair, kl_error *error)
{
    kl_status status = kl_project_check_root(project->folder, true, error);
    if (status == KL_OK)
        status = check_is_ours(project, pair, error);
    if (status == KL_OK)
        set_pair(project, pair);
    else
        kl_value_release(pair);
    return status;
}

kl_status kl_project_bind(kl_trust_project *project, kl_text hex, const char *source,
                          kl_error *error)
{
    kl_value pair = kl_null();
    KL_TRY(pair_of(&pair, hex, source, error));
    return bind_pair(project, pair, error);
}

/* ---- the environment ------------------------------------------------------------------------------------- */

static kl_status key_file_error(const char *path, const char *why, kl_error *error)
{
    kl_value shown = kl_null();
    KL_TRY(kl_string_repair(&shown, kl_text_from(path), error));
    kl_status status = kl_fault(error, KL_STATE, NULL, "key_file_refused",
                                "key not found: operational key file %s %s", kl_as_text(shown).data,
                                why);
    kl_value_release(shown);
    return status;
}

/* Others who may read the key may sign; others who may write it may put theirs there. */
static kl_status check_key_file(int descriptor, const char *path, kl_error *error)
{
    struct stat facts;
    if (fstat(descriptor, &facts) < 0 || !S_ISREG(facts.st_mode))
        return key_file_error(path, "is no regular file", error);
    if (facts.st_uid != geteuid() && facts.st_uid != 0)
        return key_file_error(path, "belongs to another user; refusing to read it", error);
    if (facts.st_mode & 077)
        return key_file_error(path, "is group/world-accessible; refusing to read private key "
                                    "material. Run: chmod 600 on it", error);
    return KL_OK;
}

static kl_status read_key_file(char to[KEY_FILE_MAX], size_t *len, const char *path,
                               kl_error *error)
{
    char why[160], text[128];
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        snprintf(why, sizeof why, "cannot be opened: %s", strerror_r(errno, text, sizeof text));
        return key_file_error(path, why, error);
    }
    kl_status status = check_key_file(descriptor, path, error);
    ssize_t got = status == KL_OK ? read(descriptor, to, KEY_FILE_MAX) : 0;
    close(descriptor);
    if (status == KL_OK && got < 0)
        status = key_file_error(path, "cannot be read", error);
    if (status != KL_OK)
        return status;
    while (got > 0 && strchr(" \t\r\n", to[got - 1]))
        got--;
    *len = (size_t)got;
    return KL_OK;
}

static kl_status pair_of_file(kl_value *out, const char *path, kl_error *error)
{
    char hex[KEY_FILE_MAX] = {0};
    size_t len = 0;
    kl_status status = read_key_file(hex, &len, path, error);
    if (status == KL_OK)
        status = pair_of(out, (kl_text){hex, len}, "the file that " KEY_FILE " names", error);
    kl_wipe(hex, sizeof hex);
    return status;
}

/* The pair that the environment names, null when it names none; given. */
static kl_status environment_pair(kl_value *out, kl_error *error)
{
    kl_text file = variable(KEY_FILE), key = variable(KEY);
    *out = kl_null();
    if (file.len)
        return pair_of_file(out, getenv(KEY_FILE), error);
    return key.len ? pair_of(out, key, KEY, error) : KL_OK;
}

kl_status kl_trust_project_bind_environment(bool *bound, kl_trust_project *project, kl_error *error)
{
    kl_value pair;
    KL_TRY(environment_pair(&pair, error));
    *bound = !kl_is_null(pair);
    return *bound ? bind_pair(project, pair, error) : KL_OK;
}

/* Whether the genesis of a directory names this key. What it says is verified when the project is. */
static kl_status is_key_of(bool *is, const kl_trust_folder *folder, kl_value pair, kl_error *error)
{
    kl_value genesis = kl_null();
    kl_status status = kl_trust_read_json(&genesis, folder, "", GENESIS, NULL);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    kl_value named = kl_map_get(genesis, KL_TEXT("public_key_hex"));
    *is = status == KL_OK &&
          kl_text_equal(kl_as_text(named),
                        kl_as_text(kl_key_pair_public_hex((const kl_key_pair *)pair.as.object)));
    kl_value_release(genesis);
    return KL_OK;
}

kl_status kl_project_environment_pair(kl_value *out, const kl_trust_folder *folder, kl_error *error)
{
    bool ours = false;
    kl_error why = KL_ERROR_INIT;
    *out = kl_null();
    if (!variable(KEY_FILE).len && !variable(KEY).len)
        return KL_OK;
    kl_status status = kl_project_check_root(folder, true, &why);
    kl_error_clear(&why);
    if (status != KL_OK) /* a directory that this process may not sign into */
        return status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
    kl_value pair;
    KL_TRY(environment_pair(&pair, error));
    status = is_key_of(&ours, folder, pair, error);
    if (status == KL_OK && ours)
        *out = kl_value_take(&pair);
    kl_value_release(pair);
    return status;
}

bool kl_trust_project_has_key(kl_trust_project *project)
{
    kl_value pair = kl_project_pair(project);
    bool has = !kl_is_null(pair);
    kl_value_release(pair);
    return has;
}

kl_status kl_trust_project_sign(kl_value *out, kl_trust_project *project, kl_text bytes,
                                const char *what, kl_error *error)
{
    kl_value pair = kl_null();
    KL_TRY(kl_project_need_pair(&pair, project, what, error));
    kl_status status = kl_sign_hex(out, (const kl_key_pair *)pair.as.object, bytes, error);
    kl_value_release(pair);
    return status;
}

/* ---- methods --------------------------------------------------------------------------------------------- */

kl_status kl_project_set_key(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    return kl_project_bind((kl_trust_project *)self, kl_as_text(args[0]),
                           "the caller-supplied hex key", error);
}

kl_status kl_project_resolve_key(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)args;
    bool bound;
    KL_TRY(kl_trust_project_bind_environment(&bound, (kl_trust_project *)self, error));
    *out = kl_bool(bound);
    return KL_OK;
}

/* Only who made the project may take the key away with him: a bound key came from outside. */
kl_status kl_project_export_key(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args;
    kl_trust_project *project = (kl_trust_project *)self;
    unsigned char seed[KL_ED25519_KEY];
    char hex[HEX];
    if (!project->is_maker)
        return KL_OK;
    kl_value pair = kl_project_pair(project);
    kl_status status = kl_key_pair_seed(seed, (const kl_key_pair *)pair.as.object, error);
    kl_value_release(pair);
    if (status != KL_OK)
        return status;
    kl_hex_write(hex, seed, sizeof seed);
    kl_wipe(seed, sizeof seed);
    status = kl_string_from_valid(out, (kl_text){hex, HEX}, error);
    kl_wipe(hex, sizeof hex);
    return status;
}

kl_status kl_project_legacy_key(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args;
    const kl_trust_folder *folder = ((kl_trust_project *)self)->folder;
    if (!kl_trust_exists(folder, "keys", KL_TEXT("private.key")))
        return KL_OK;
    return kl_trust_path(out, folder, "keys", KL_TEXT("private.key"), error);
}
