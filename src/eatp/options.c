/* src/eatp/options.c - EatpVerifyOptions and EatpGovernedTaodConfig: settings as records. */
#include "kailash/type.h"

/* ---- EatpVerifyOptions ------------------------------------------------------------------------ */

typedef struct verify_options {
    kl_object object;
    bool is_dry_run, is_verbose;
} verify_options;

static const kl_type kl_eatp_verify_options_type;

static kl_status options_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    verify_options *options = (verify_options *)self;
    options->is_dry_run = kl_as_bool(args[0]);
    options->is_verbose = kl_as_bool(args[1]);
    return KL_OK;
}

static kl_status dry_run(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    const kl_value flags[] = {kl_bool(true), kl_bool(false)};
    return kl_object_make(out, &kl_eatp_verify_options_type, flags, error);
}

static kl_status options_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const verify_options *options = (const verify_options *)self;
    return kl_string_format(out, error, "EatpVerifyOptions(dry_run=%s, verbose=%s)",
                            options->is_dry_run ? "true" : "false",
                            options->is_verbose ? "true" : "false");
}

static const kl_field options_fields[] = {
    KL_BOOL(verify_options, is_dry_run, false, .flags = KL_READ_ONLY,
            .doc = "whether nothing is recorded"),
    KL_BOOL(verify_options, is_verbose, false, .flags = KL_READ_ONLY,
            .doc = "whether every step is told"),
};
static const kl_param options_params[] = {
    {.name = "dry_run", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "judge only: nothing is recorded"},
    {.name = "verbose", .kind = KL_KIND_BOOL, .fallback = "false", .doc = "tell every step"},
};
static const kl_method options_methods[] = {
    {.name = "dry_run", .call = dry_run, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_eatp_verify_options_type, .doc = "Options that record nothing."},
};

static const kl_type kl_eatp_verify_options_type = {
    .name = "EatpVerifyOptions",
    .module = "kailash",
    .doc = "How a question is answered: whether it leaves a trace, and how much is told.",
    .size = sizeof(verify_options),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(options_fields),
    .params = KL_TABLE(options_params),
    .init = options_init,
    .methods = KL_TABLE(options_methods),
    .repr = options_repr,
};
KL_PUBLISH(kl_eatp_verify_options_type);

/* ---- EatpGovernedTaodConfig ------------------------------------------------------------------- */

typedef struct taod_config {
    kl_object object;
    bool block_on_held, reasoning_required;
    int64_t max_verification_log;
} taod_config;

static const kl_field taod_fields[] = {
    KL_BOOL(taod_config, block_on_held, true, .doc = "whether a held action stops the loop"),
    KL_BOOL(taod_config, reasoning_required, false,
            .doc = "whether every action needs a reasoning trace"),
    KL_COUNT_FIELD(taod_config, max_verification_log, 10000,
                   .doc = "verifications that are kept, the newest"),
};

static const kl_type kl_eatp_taod_config_type = {
    .name = "EatpGovernedTaodConfig",
    .module = "kailash",
    .doc = "How a governed loop of thinking, acting, observing and deciding runs.",
    .size = sizeof(taod_config),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(taod_fields),
    .repr_fields = "block_on_held reasoning_required",
};
KL_PUBLISH(kl_eatp_taod_config_type);
