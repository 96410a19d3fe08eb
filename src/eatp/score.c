/* src/eatp/score.c - trust scores: five components from 0 to 100, and their weighted sum. */
#include "ladder.h"
#include "kailash/type.h"

#include <math.h>

static int64_t depth_score(int64_t depth)
{
    static const int64_t scores[] = {0, 100, 80, 60};
    return depth < (int64_t)KL_COUNT(scores) ? scores[depth] : 40;
}

static int64_t coverage_score(int64_t dimensions)
{
    return dimensions >= 5 ? 100 : 20 * dimensions;
}

static int64_t record_score(int64_t anchors, int64_t days)
{
    if (anchors < 100)
        return anchors == 0 ? 0 : anchors < 10 ? 25 : anchors < 50 ? 50 : 75;
    return days >= 5 * 30 ? 100 : 75 + 5 * (days / 30);
}

static kl_status posture_score(int64_t *out, kl_text posture, kl_error *error)
{
    int rung = kl_rung_find(KL_LADDER_POSTURE, posture, KL_SNAKE);
    if (rung < 0)
        return kl_error_set(error, KL_INVALID, "unknown EATP posture: '%.*s'", KL_TEXT_ARG(posture));
    *out = 25 * rung;
    return KL_OK;
}

/* ---- functions -------------------------------------------------------------------------------------- */

#define SCORE(variable, word, parameters, text, result)                                            \
    static kl_status variable##_call(kl_value *out, kl_object *self, const kl_value *args,         \
                                     kl_error *error)                                              \
    {                                                                                              \
        (void)self, (void)error;                                                                   \
        *out = kl_int(result);                                                                     \
        return KL_OK;                                                                              \
    }                                                                                              \
    static const kl_function variable = {                                                          \
        .module = "kailash",                                                                       \
        .method = {.name = (word), .call = variable##_call, .params = KL_TABLE(parameters),        \
                   .returns = KL_KIND_INT, .raises = "OverflowError", .doc = (text)},              \
    };                                                                                             \
    KL_PUBLISH_FUNCTION(variable)

#define DEPTH {.name = "depth", .kind = KL_KIND_COUNT, .doc = "delegations from the root to the agent"}
#define DIMENSIONS                                                                                 \
    {.name = "dimensions_present", .kind = KL_KIND_COUNT,                                          \
     .doc = "how many of the five dimensions its envelope constrains"}
#define POSTURE {.name = "posture", .kind = KL_KIND_STRING, .doc = "pseudo_agent ... delegated"}
#define ANCHORS {.name = "anchor_count", .kind = KL_KIND_COUNT, .doc = "audit anchors it has left"}
#define AGE {.name = "chain_age_days", .kind = KL_KIND_COUNT, .doc = "age of its chain in days"}

static const kl_param depth_params[] = {DEPTH};
static const kl_param dimension_params[] = {DIMENSIONS};
static const kl_param posture_params[] = {POSTURE};
static const kl_param record_params[] = {ANCHORS, AGE};

SCORE(depth_function, "eatp_chain_depth_score", depth_params,
      "Score of a chain's depth: 100 for 1, 80 for 2, 60 for 3, 40 beyond; 0 without a chain.",
      depth_score(kl_as_int(args[0])));
SCORE(coverage_function, "eatp_constraint_coverage_score", dimension_params,
      "Score of constrained dimensions: 20 each, at most 100.", coverage_score(kl_as_int(args[0])));
SCORE(record_function, "eatp_track_record_score", record_params,
      "Score of a track record: 25 below 10 anchors, 50 below 50, 75 below 100 (0 without any); from "
      "100 on 75 and 5 more for every 30 days of age, at most 100.",
      record_score(kl_as_int(args[0]), kl_as_int(args[1])));

static kl_status posture_call(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    int64_t score;
    (void)self;
    KL_TRY(posture_score(&score, kl_as_text(args[0]), error));
    *out = kl_int(score);
    return KL_OK;
}

static const kl_function posture_function = {
    .module = "kailash",
    .method = {.name = "eatp_posture_score", .call = posture_call,
               .params = KL_TABLE(posture_params), .returns = KL_KIND_INT, .raises = "ValueError",
               .doc = "Score of a posture: 0 for pseudo_agent, 25 more for each rung, 100 for "
                      "delegated."},
};
KL_PUBLISH_FUNCTION(posture_function);

/* ---- EatpTrustScoreConfig ------------------------------------------------------------------------------ */

typedef struct weights {
    kl_object object;
    double posture_weight, chain_depth_weight, constraint_coverage_weight, track_record_weight,
        reasoning_weight;
} weights;

#define WEIGHT(member, initial, of)                                                                \
    KL_DOUBLE(weights, member, initial, .doc = "weight of the " of ", from 0 to 1")
static const kl_field weight_fields[] = {
    WEIGHT(posture_weight, 0.25, "posture"),
    WEIGHT(chain_depth_weight, 0.25, "chain's depth"),
    WEIGHT(constraint_coverage_weight, 0.25, "constrained dimensions"),
    WEIGHT(track_record_weight, 0.25, "track record"),
    WEIGHT(reasoning_weight, 0, "reasoning traces"),
};

static bool weights_are_valid(const weights *w)
{
    const double each[] = {w->posture_weight, w->chain_depth_weight, w->constraint_coverage_weight,
                           w->track_record_weight, w->reasoning_weight};
    double sum = 0;
    for (size_t i = 0; i < KL_COUNT(each); i++) {
        if (!(each[i] >= 0 && each[i] <= 1)) /* NaN is neither */
            return false;
        sum += each[i];
    }
    return fabs(sum - 1) <= 0.01 + 1e-12;
}

static kl_status is_valid(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(weights_are_valid((weights *)self));
    return KL_OK;
}

static const char *grade_of(double score)
{
    return score >= 90 ? "A" : score >= 80 ? "B" : score >= 70 ? "C" : score >= 60 ? "D" : "F";
}

static kl_status score_map(kl_value *out, double score, kl_error *error)
{
    kl_value map, grade;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("score"), kl_double(score), error);
    if (status == KL_OK)
        status = kl_string_from_valid(&grade, kl_text_from(grade_of(score)), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("grade"), grade, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status score(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    enum { A_POSTURE, A_DEPTH, A_DIMENSIONS, A_ANCHORS, A_AGE, A_REASONING };
    const weights *w = (weights *)self;
    int64_t posture;
    if (!weights_are_valid(w))
        return kl_error_set(error, KL_INVALID,
                            "weights: expected each from 0 to 1 and a sum within 0.01 of 1");
    KL_TRY(posture_score(&posture, kl_as_text(args[A_POSTURE]), error));
    double sum = w->posture_weight * (double)posture +
                 w->chain_depth_weight * (double)depth_score(kl_as_int(args[A_DEPTH])) +
                 w->constraint_coverage_weight *
                     (double)coverage_score(kl_as_int(args[A_DIMENSIONS])) +
                 w->track_record_weight * (double)record_score(kl_as_int(args[A_ANCHORS]),
                                                               kl_as_int(args[A_AGE])) +
                 w->reasoning_weight * kl_as_double(args[A_REASONING]);
    return score_map(out, round(sum * 100) / 100, error);
}

static const kl_param score_params[] = {
    POSTURE,
    DEPTH,
    {.name = "dimensions", .kind = KL_KIND_COUNT, .doc = "constrained dimensions, of five"},
    {.name = "anchors", .kind = KL_KIND_COUNT, .doc = "audit anchors it has left"},
    {.name = "age_days", .kind = KL_KIND_COUNT, .doc = "age of its chain in days"},
    {.name = "reasoning_pct", .kind = KL_KIND_NUMBER, .fallback = "0", .range = KL_RANGE(0, 100),
     .doc = "percentage of its decisions that have a reasoning trace"},
};

static const kl_method weight_methods[] = {
    {.name = "is_valid", .call = is_valid, .returns = KL_KIND_BOOL,
     .doc = "Whether each weight lies from 0 to 1 and their sum within 0.01 of 1."},
    {.name = "score", .call = score, .params = KL_TABLE(score_params), .returns = KL_KIND_MAP,
     .raises = "ValueError",
     .doc = "The weighted sum of the components, rounded to two decimals, as {\"score\", \"grade\"}: A from "
            "90, B from 80, C from 70, D from 60, else F."},
};

static kl_status weights_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const weights *w = (weights *)self;
    return kl_string_format(
        out, error, "EatpTrustScoreConfig(posture=%g, chain=%g, constraint=%g, track=%g, reasoning=%g)",
        w->posture_weight, w->chain_depth_weight, w->constraint_coverage_weight,
        w->track_record_weight, w->reasoning_weight);
}

const kl_type kl_trust_score_config_type = {
    .name = "EatpTrustScoreConfig",
    .module = "kailash",
    .doc = "How much each component counts in a trust score.",
    .size = sizeof(weights),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(weight_fields),
    .methods = KL_TABLE(weight_methods),
    .repr = weights_repr,
};
KL_PUBLISH(kl_trust_score_config_type);
