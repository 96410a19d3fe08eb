/* src/eatp/algorithm.c - AlgorithmId: the token of an algorithm that may be used. */
#include "artifact.h"
#include "wire.h"

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_algorithm_id *id = (kl_algorithm_id *)self;
    if (kl_is_null(args[0]))
        return kl_string_new(&id->token, KL_TEXT(KL_ALG_ID), error);
    KL_TRY(kl_alg_id_token_check(kl_as_text(args[0]), error));
    id->token = kl_value_retain(args[0]);
    return KL_OK;
}

static kl_status as_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_algorithm_id *)self)->token);
    return KL_OK;
}

static kl_status to_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_map_new(&map, 1, error));
    kl_status status = kl_map_set(&map, KL_TEXT("alg_id"),
                                  kl_value_retain(((kl_algorithm_id *)self)->token), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status canonical_bytes(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value map;
    KL_TRY(to_dict(&map, self, args, error));
    kl_status status = kl_canonical_add(&text, map, error);
    kl_value_release(map);
    if (status == KL_OK)
        return kl_buffer_finish_bytes(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_text token = kl_as_text(((kl_algorithm_id *)self)->token);
    return kl_string_format(out, error, "AlgorithmId(\"%.*s\")", KL_TEXT_ARG(token));
}

static const kl_param params[] = {
    {.name = "algorithm", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "an active token; None = eatp-v1 (Ed25519 and SHA-256)"},
};
static const kl_field fields[] = {
    {.name = "token", .kind = KL_KIND_STRING, .flags = KL_HIDDEN,
     .offset = offsetof(kl_algorithm_id, token), .doc = "the token"},
};
static const kl_method methods[] = {
    {.name = "as_str", .call = as_str, .returns = KL_KIND_STRING, .doc = "The token."},
    {.name = "canonical_bytes", .call = canonical_bytes, .returns = KL_KIND_BYTES,
     .doc = "Canonical JSON of to_dict(): b'{\"alg_id\":\"eatp-v1\"}'."},
    {.name = "to_dict", .call = to_dict, .returns = KL_KIND_MAP, .doc = "{\"alg_id\": token}."},
};

const kl_type kl_algorithm_id_type = {
    .name = "AlgorithmId",
    .module = "kailash",
    .doc = "The algorithm of a signed record. Reserved and unknown tokens are refused.",
    .size = sizeof(kl_algorithm_id),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(fields),
    .params = KL_TABLE(params),
    .init = init,
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_algorithm_id_type);
