/* src/dataflow/provenance_words.c - the words that rows of provenance are made of. */
#include "provenance.h"

static const char *const tiers[] = {"observed", "availability", "self-reported"};
static const char *const artifact_types[] = {"agent", "skill", "rule", "hook"};
static const char *const rag_metrics[] = {"faithfulness", "groundedness", "context-relevance",
                                          "answer-relevance", "context-recall"};

static int place_of(kl_text word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kl_text_is(word, words[i]))
            return (int)i;
    return -1;
}

int kl_observation_tier(kl_text word) { return place_of(word, KL_TABLE(tiers)); }
bool kl_is_artifact_type(kl_text word) { return place_of(word, KL_TABLE(artifact_types)) >= 0; }

/* Whoever cannot read the scope gets the narrow one. */
static kl_status call_scope(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    bool generic = kl_text_is(kl_as_text(args[0]), "generic");
    (void)self;
    return kl_string_from_valid(out, generic ? KL_TEXT("generic") : KL_TEXT("scoped"), error);
}

static kl_status call_tier(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)error;
    *out = kl_observation_tier(kl_as_text(args[0])) < 0 ? kl_null() : kl_value_retain(args[0]);
    return KL_OK;
}

static kl_status call_metrics(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value names;
    (void)self, (void)args;
    KL_TRY(kl_array_new(&names, KL_COUNT(rag_metrics), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(rag_metrics) && status == KL_OK; i++)
        status = kl_array_push_text(&names, kl_text_from(rag_metrics[i]), error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

static const kl_param scope_param[] = {
    {.name = "stored", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the cascade_scope of a row, or None"},
};
static const kl_param tier_param[] = {
    {.name = "tier", .kind = KL_KIND_STRING, .doc = "the observation_tier of an event"},
};

static const kl_function scope_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "cascade_scope_resolve", .call = call_scope, .params = KL_TABLE(scope_param),
               .returns = KL_KIND_STRING,
               .doc = "How far a row reaches: \"generic\" when exactly that is stored, else "
                      "\"scoped\"."}};
KL_PUBLISH_FUNCTION(scope_function);

static const kl_function tier_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "observation_tier_parse", .call = call_tier, .params = KL_TABLE(tier_param),
               .returns = KL_KIND_STRING, .returns_optional = true, .raises = "TypeError",
               .doc = "The tier as it is given, when it is observed, availability or self-reported; "
                      "None for any other text."}};
KL_PUBLISH_FUNCTION(tier_function);

static const kl_function metrics_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "rag_metric_names", .call = call_metrics, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_STRING,
               .doc = "Names of the measures of retrieval-augmented answers, in the order of "
                      "reports."}};
KL_PUBLISH_FUNCTION(metrics_function);
