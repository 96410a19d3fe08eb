/* src/crypto/jwk.c - see jwk.h. */
#include "jwk.h"
#include "encode.h"
#include "kailash/json.h"

static const struct {
    const char *kty, *crv; /* crv NULL: has none */
    kl_key_kind kind;
} kinds[] = {
    {"RSA", NULL, KL_KEY_RSA},     {"EC", "P-256", KL_KEY_P256},       {"EC", "P-384", KL_KEY_P384},
    {"EC", "P-521", KL_KEY_P521},  {"OKP", "Ed25519", KL_KEY_ED25519},
};

/* Members in the order of kl_key_number. */
static const char *const members[KL_KEY_NUMBERS] = {"n",  "e",  "d",  "p", "q",
                                                    "dp", "dq", "qi", "x", "y"};

static bool is_public_member(size_t i) { return i == KL_KEY_N || i == KL_KEY_E || i >= KL_KEY_X; }

/* ---- reading --------------------------------------------------------------------------------- */

static void free_secret(kl_buffer *buffer)
{
    if (buffer->data)
        kl_wipe(buffer->data, buffer->cap);
    kl_buffer_free(buffer);
}

static kl_status decode(kl_buffer *to, kl_value map, const char *member, kl_error *error)
{
    kl_value text = kl_map_get(map, kl_text_from(member));
    if (kl_is_null(text))
        return KL_OK;
    if (!kl_is(text, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "JWK: %s: expected base64url text", member);
    kl_text given = kl_as_text(text);
    if (!kl_buffer_room(to, given.len + 1)) /* all at once, so that growing leaves no copies */
        return kl_error_no_memory(error);
    if (kl_base64_decode(to, given, KL_BASE64_URL, NULL) != KL_OK)
        return kl_error_set(error, KL_INVALID, "JWK: %s: expected base64url text", member);
    return KL_OK;
}

static kl_status read_numbers(kl_key **out, kl_value map, kl_key_kind kind, kl_error *error)
{
    kl_buffer parts[KL_KEY_NUMBERS];
    kl_text numbers[KL_KEY_NUMBERS];
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_KEY_NUMBERS; i++)
        parts[i] = (kl_buffer)KL_BUFFER_INIT;
    for (size_t i = 0; i < KL_KEY_NUMBERS && status == KL_OK; i++) {
        status = decode(&parts[i], map, members[i], error);
        numbers[i] = kl_buffer_text(&parts[i]);
    }
    if (status == KL_OK)
        status = kl_key_from_numbers(out, kind, numbers, error);
    if (status == KL_INVALID)
        kl_error_set(error, KL_INVALID, "JWK: its numbers make no valid key");
    for (size_t i = 0; i < KL_KEY_NUMBERS; i++)
        free_secret(&parts[i]);
    return status;
}

/* KL_NOT_FOUND for kinds of keys that are none of ours. */
static kl_status read_key(kl_jwk *out, kl_value map, kl_error *error)
{
    kl_text kty = kl_as_text(kl_map_get(map, KL_TEXT("kty")));
    kl_text crv = kl_as_text(kl_map_get(map, KL_TEXT("crv")));
    if (kl_text_is(kty, "oct")) {
        KL_TRY(decode(&out->secret, map, "k", error));
        return out->secret.len ? KL_OK : kl_error_set(error, KL_INVALID, "JWK: k is missing");
    }
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        if (kl_text_is(kty, kinds[i].kty) && (!kinds[i].crv || kl_text_is(crv, kinds[i].crv)))
            return read_numbers(&out->key, map, kinds[i].kind, error);
    return kl_error_set(error, KL_NOT_FOUND, "JWK: unknown kty '%.*s'", KL_TEXT_ARG(kty));
}

static bool may_verify(kl_value map)
{
    kl_value use = kl_map_get(map, KL_TEXT("use")), ops = kl_map_get(map, KL_TEXT("key_ops"));
    if (kl_is(use, KL_KIND_STRING) && !kl_text_is(kl_as_text(use), "sig"))
        return false;
    bool found = !kl_is(ops, KL_KIND_ARRAY);
    for (size_t i = 0; i < kl_array_len(ops); i++) {
        kl_text word = kl_as_text(kl_array_at(ops, i));
        found = found || kl_text_is(word, "verify") || kl_text_is(word, "sign");
    }
    return found;
}

kl_status kl_jwk_read(kl_jwk *out, kl_value map, kl_error *error)
{
    kl_jwk read = {.id = kl_null(), .secret = KL_BUFFER_INIT};
    if (!kl_is(map, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "JWK: expected object, got %s",
                            kl_value_kind_name(map));
    kl_status status = read_key(&read, map, error);
    if (status != KL_OK) {
        kl_jwk_end(&read);
        return status;
    }
    kl_value id = kl_map_get(map, KL_TEXT("kid"));
    if (kl_is(id, KL_KIND_STRING))
        read.id = kl_value_retain(id);
    read.algorithm = kl_jws_algorithm_find(kl_as_text(kl_map_get(map, KL_TEXT("alg"))));
    read.signs = may_verify(map);
    *out = read;
    return KL_OK;
}

void kl_jwk_end(kl_jwk *key)
{
    kl_value_release(kl_value_take(&key->id));
    free_secret(&key->secret);
    kl_key_free(key->key);
    key->key = NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

static kl_status set_number(kl_value *map, const char *member, kl_value bytes, kl_error *error)
{
    kl_value text;
    kl_buffer encoded = KL_BUFFER_INIT;
    kl_base64_encode(&encoded, kl_as_text(bytes), KL_BASE64_URL);
    KL_TRY(kl_buffer_finish(&text, &encoded, error));
    return kl_map_set(map, kl_text_from(member), text, error);
}

kl_status kl_jwk_write(kl_value *out, const kl_key *key, bool is_private, kl_error *error)
{
    kl_value numbers[KL_KEY_NUMBERS], map = kl_null();
    size_t row = 0;
    kl_status status;
    KL_TRY(kl_key_numbers(numbers, key, is_private, error)); /* refuses kinds of no row */
    while (kinds[row].kind != kl_key_facts_of(key).kind)
        row++;
    KL_TRY_OUT(kl_map_new(&map, 10, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("kty"), kl_text_from(kinds[row].kty), error));
    if (kinds[row].crv)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("crv"), kl_text_from(kinds[row].crv), error));
    for (int pass = 0; pass < 2; pass++) /* the public members first */
        for (size_t i = 0; i < KL_KEY_NUMBERS; i++)
            if (is_public_member(i) == (pass == 0) && !kl_is_null(numbers[i]))
                KL_TRY_OUT(set_number(&map, members[i], numbers[i], error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    for (size_t i = 0; i < KL_KEY_NUMBERS; i++)
        kl_value_release(numbers[i]);
    return status;
}

kl_status kl_jwk_thumbprint(kl_value *out, kl_value map, kl_error *error)
{
    static const char *const required[][4] = {
        {"RSA", "e", "kty", "n"}, {"EC", "crv", "kty", "x"}, {"OKP", "crv", "kty", "x"},
        {"oct", "k", "kty", NULL}};
    kl_text kty = kl_as_text(kl_map_get(map, KL_TEXT("kty")));
    kl_value picked, text = kl_null(), hash = kl_null();
    kl_buffer encoded = KL_BUFFER_INIT;
    size_t row = 0;
    kl_status status;
    while (row < KL_COUNT(required) && !kl_text_is(kty, required[row][0]))
        row++;
    if (row == KL_COUNT(required))
        return kl_error_set(error, KL_INVALID, "JWK: unknown kty '%.*s'", KL_TEXT_ARG(kty));
    KL_TRY(kl_map_new(&picked, 4, error));
    for (int i = 1; i < 4 && required[row][i]; i++) {
        kl_text name = kl_text_from(required[row][i]);
        KL_TRY_OUT(kl_map_set(&picked, name, kl_value_retain(kl_map_get(map, name)), error));
    }
    if (row == 1)
        KL_TRY_OUT(kl_map_set(&picked, KL_TEXT("y"),
                              kl_value_retain(kl_map_get(map, KL_TEXT("y"))), error));
    KL_TRY_OUT(kl_json_print(&text, picked, &kl_json_canonical_a, error));
    KL_TRY_OUT(kl_hash_bytes(&hash, KL_HASH_SHA256, kl_as_text(text), error));
    kl_base64_encode(&encoded, kl_as_text(hash), KL_BASE64_URL);
    status = kl_buffer_finish(out, &encoded, error);
out:
    kl_value_release(hash);
    kl_value_release(text);
    kl_value_release(picked);
    return status;
}

/* ---- sets ------------------------------------------------------------------------------------ */

static kl_status read_item(kl_jwk_set *set, kl_value item, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_jwk_read(&set->keys[set->count], item, &why);
    if (status == KL_OK)
        set->count++;
    if (status == KL_NOT_FOUND)
        status = KL_OK;
    if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status read_items(kl_jwk_set *set, kl_value list, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(read_item(set, kl_array_at(list, i), error));
    return KL_OK;
}

kl_status kl_jwk_set_read(kl_jwk_set *out, kl_value map, kl_error *error)
{
    kl_value list = kl_is(map, KL_KIND_ARRAY) ? map : kl_map_get(map, KL_TEXT("keys"));
    bool is_list = kl_is(list, KL_KIND_ARRAY);
    size_t count = is_list ? kl_array_len(list) : 1;
    if (count > KL_JWK_SET_MAX)
        return kl_error_set(error, KL_LIMIT, "JWK set: expected at most %d keys, got %zu",
                            KL_JWK_SET_MAX, count);
    kl_jwk_set set = {.keys = kl_alloc_zero(KL_MAX(count, 1), sizeof *set.keys)};
    if (!set.keys)
        return kl_error_no_memory(error);
    kl_status status = is_list ? read_items(&set, list, error) : read_item(&set, map, error);
    if (status == KL_OK && set.count == 0)
        status = kl_error_set(error, KL_INVALID, "JWK set: no key of a known kind");
    if (status == KL_OK)
        *out = set;
    else
        kl_jwk_set_end(&set);
    return status;
}

void kl_jwk_set_end(kl_jwk_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        kl_jwk_end(&set->keys[i]);
    kl_free(set->keys);
    *set = (kl_jwk_set){NULL, 0};
}
