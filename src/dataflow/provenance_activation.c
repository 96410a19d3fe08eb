/* src/dataflow/provenance_activation.c - see provenance_activation.h; and the two aggregates. */
#include "provenance_activation.h"
#include "face.h"
#include "provenance_report.h"

const char *kl_activation_bucket(int64_t agents, int64_t threshold)
{
    if (agents < 2)
        return agents ? "1-agent" : "activated-unattributed";
    return agents <= threshold ? "some" : "many";
}

bool kl_is_agent(kl_value agent) { return !kl_is_null(kl_tenant_of(agent)); }

kl_status kl_grouping_begin(kl_reading *reading, kl_data_session *session,
                            const kl_grouping *grouping, kl_error *error)
{
    kl_statement *s = &reading->statement;
    KL_TRY(kl_reading_begin(reading, session, grouping->model, error));
    for (size_t i = 0; grouping->columns[i]; i++) {
        kl_put(s, i ? ", " : "SELECT ");
        KL_TRY(kl_reading_put(reading, grouping->columns[i], error));
    }
    kl_put(s, grouping->more);
    kl_put(s, " FROM ");
    kl_put_table(s);
    KL_TRY(kl_reading_scope(reading, error));
    for (size_t i = 0; grouping->columns[i]; i++) {
        kl_put(s, i ? ", " : " GROUP BY ");
        KL_TRY(kl_reading_put(reading, grouping->columns[i], error));
    }
    return kl_reading_order(reading, grouping->order, error);
}

/* Room for one more item of `size` bytes. */
static kl_status make_room(void **items, size_t count, size_t *room, size_t size, kl_error *error)
{
    if (count < *room)
        return KL_OK;
    size_t wanted = *room ? 2 * *room : 16;
    void *grown = kl_realloc(*items, wanted * size);
    if (!grown)
        return kl_error_no_memory(error);
    *items = grown;
    *room = wanted;
    return KL_OK;
}

/* ---- the index ----------------------------------------------------------------------------------- */

enum { KEY, AGENT, INCORPORATED, UNJUDGED };

static const char *const key_and_agent[] = {"index_key", "agent_id", NULL};
static const char *const by_key[] = {"index_key", NULL};
static const kl_grouping index_grouping = {
    "RagIndexActivationEvent", key_and_agent,
    ", MAX(CASE WHEN incorporated THEN 1 ELSE 0 END)"
    ", MAX(CASE WHEN incorporated IS NULL THEN 1 ELSE 0 END)",
    by_key};

/* The key of the row at hand, which is that of the row before or a new one. */
static kl_status use_at_hand(kl_index_use **out, kl_index_uses *uses, const kl_reading *reading,
                             kl_error *error)
{
    kl_value key = reading->values[KEY];
    kl_index_use *last = uses->count ? &uses->items[uses->count - 1] : NULL;
    if (!last || !kl_text_equal(kl_as_text(last->key), kl_as_text(key))) {
        KL_TRY(make_room((void **)&uses->items, uses->count, &uses->room, sizeof *uses->items,
                         error));
        last = &uses->items[uses->count++];
        *last = (kl_index_use){.key = kl_value_retain(key)};
    }
    *out = last;
    return KL_OK;
}

kl_status kl_index_uses_read(kl_index_uses *uses, kl_data_session *session, kl_error *error)
{
    kl_reading reading;
    kl_index_use *use;
    kl_status status;
    bool has_row;
    *uses = (kl_index_uses){.count = 0};
    KL_TRY_OUT(kl_grouping_begin(&reading, session, &index_grouping, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        KL_TRY_OUT(use_at_hand(&use, uses, &reading, error));
        use->agents += kl_is_agent(reading.values[AGENT]);
        use->incorporated |= kl_as_int(reading.values[INCORPORATED]) != 0;
        use->unjudged |= kl_as_int(reading.values[UNJUDGED]) != 0;
    }
out:
    kl_reading_end(&reading);
    return status;
}

void kl_index_uses_end(kl_index_uses *uses)
{
    for (size_t i = 0; i < uses->count; i++)
        kl_value_release(uses->items[i].key);
    kl_free(uses->items);
    *uses = (kl_index_uses){.count = 0};
}

kl_index_use *kl_index_use_of(const kl_index_uses *uses, kl_text key)
{
    size_t low = 0, high = uses->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = kl_text_compare(kl_as_text(uses->items[middle].key), key);
        if (order == 0)
            return &uses->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- artifacts ----------------------------------------------------------------------------------- */

enum { ARTIFACT, TYPE, TIER, ARTIFACT_AGENT };

static const char *const artifact_columns[] = {"artifact_id", "artifact_type", "observation_tier",
                                               "agent_id", NULL};
static const char *const by_artifact[] = {"artifact_id", "observation_tier", NULL};
static const kl_grouping artifact_grouping = {"ArtifactActivationEvent", artifact_columns, "",
                                              by_artifact};

static kl_status check_words(const kl_reading *reading, kl_error *error)
{
    kl_text id = kl_as_text(reading->values[ARTIFACT]), type = kl_as_text(reading->values[TYPE]);
    kl_text tier = kl_as_text(reading->values[TIER]);
    if (!kl_is_artifact_type(type))
        return kl_data_refuse(reading->session, error,
                              "artifact '%.*s': unrecognized artifact_type '%.*s'; expected agent, "
                              "skill, rule or hook",
                              KL_TEXT_ARG(id), KL_TEXT_ARG(type));
    if (kl_observation_tier(tier) < 0)
        return kl_data_refuse(reading->session, error,
                              "artifact '%.*s': unrecognized observation_tier '%.*s'; expected "
                              "observed, availability or self-reported",
                              KL_TEXT_ARG(id), KL_TEXT_ARG(tier));
    return KL_OK;
}

static kl_status refuse_types(const kl_reading *reading, const kl_artifact_use *other,
                              kl_error *error)
{
    return kl_data_refuse(reading->session, error,
                          "artifact '%.*s' has events as %.*s and as %.*s",
                          KL_TEXT_ARG(kl_as_text(other->id)), KL_TEXT_ARG(kl_as_text(other->type)),
                          KL_TEXT_ARG(kl_as_text(reading->values[TYPE])));
}

/* The tiers of an artifact come in the order of their words, and go to the places of their ranks. */
static void sort_in(kl_artifact_uses *uses)
{
    for (size_t i = uses->count - 1; i > 0; i--) {
        kl_artifact_use *before = &uses->items[i - 1], *use = &uses->items[i];
        if (!kl_text_equal(kl_as_text(before->id), kl_as_text(use->id)) || before->tier < use->tier)
            return;
        kl_artifact_use kept = *before;
        *before = *use;
        *use = kept;
    }
}

/* The uses of the artifact at hand stand at the end, at most one for each tier. */
static kl_status count_artifact(kl_artifact_uses *uses, const kl_reading *reading, kl_error *error)
{
    kl_text id = kl_as_text(reading->values[ARTIFACT]), type = kl_as_text(reading->values[TYPE]);
    int tier = kl_observation_tier(kl_as_text(reading->values[TIER]));
    bool agent = kl_is_agent(reading->values[ARTIFACT_AGENT]);
    for (size_t i = uses->count; i-- > 0;) {
        kl_artifact_use *use = &uses->items[i];
        if (!kl_text_equal(kl_as_text(use->id), id))
            break;
        if (!kl_text_equal(kl_as_text(use->type), type))
            return refuse_types(reading, use, error);
        if (use->tier == tier) {
            use->agents += agent;
            return KL_OK;
        }
    }
    KL_TRY(make_room((void **)&uses->items, uses->count, &uses->room, sizeof *uses->items, error));
    uses->items[uses->count++] = (kl_artifact_use){
        kl_value_retain(reading->values[ARTIFACT]), kl_value_retain(reading->values[TYPE]), tier, agent};
    sort_in(uses);
    return KL_OK;
}

kl_status kl_artifact_uses_read(kl_artifact_uses *uses, kl_data_session *session, kl_error *error)
{
    kl_reading reading;
    kl_status status;
    bool has_row;
    *uses = (kl_artifact_uses){.count = 0};
    KL_TRY_OUT(kl_grouping_begin(&reading, session, &artifact_grouping, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        KL_TRY_OUT(check_words(&reading, error));
        KL_TRY_OUT(count_artifact(uses, &reading, error));
    }
out:
    kl_reading_end(&reading);
    return status;
}

void kl_artifact_uses_end(kl_artifact_uses *uses)
{
    for (size_t i = 0; i < uses->count; i++) {
        kl_value_release(uses->items[i].id);
        kl_value_release(uses->items[i].type);
    }
    kl_free(uses->items);
    *uses = (kl_artifact_uses){.count = 0};
}

/* ---- the aggregates ------------------------------------------------------------------------------ */

static const char *const artifact_and_agent[] = {"artifact_id", "agent_id", NULL};
static const char *const by_id[] = {"artifact_id", NULL};
static const kl_grouping overlap_of_artifacts = {"ArtifactActivationEvent", artifact_and_agent, "",
                                                 by_id};
static const kl_grouping overlap_of_index = {"RagIndexActivationEvent", key_and_agent, "", by_key};

static kl_status push_overlap(kl_value *list, kl_value key, int64_t agents, int64_t threshold,
                              kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 3, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "key", kl_value_retain(key), error));
    KL_TRY_OUT(kl_report_set(&map, "distinct_agent_count", kl_int(agents), error));
    KL_TRY_OUT(kl_map_set_format(&map, "bucket", error, "%s",
                                 kl_activation_bucket(agents, threshold)));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

/* Rows of one key stand together: its count is known when the next one begins. */
static kl_status gather(kl_value *list, kl_reading *reading, int64_t threshold, kl_error *error)
{
    kl_value key = kl_null();
    int64_t agents = 0;
    kl_status status;
    for (;;) {
        bool has_row;
        KL_TRY_OUT(kl_reading_next(&has_row, reading, error));
        bool same = has_row && kl_is(key, KL_KIND_STRING) &&
                    kl_text_equal(kl_as_text(key), kl_as_text(reading->values[KEY]));
        if (!same && kl_is(key, KL_KIND_STRING))
            KL_TRY_OUT(push_overlap(list, key, agents, threshold, error));
        if (!has_row)
            break;
        if (!same) {
            kl_value_replace(&key, kl_value_retain(reading->values[KEY]));
            agents = 0;
        }
        agents += kl_is_agent(reading->values[AGENT]);
    }
out:
    kl_value_release(key);
    return status;
}

static kl_status overlap(kl_value *out, const kl_value *args, const char *method,
                         const kl_grouping *grouping, kl_error *error)
{
    kl_data_session session;
    kl_reading reading;
    kl_value list = kl_null();
    KL_TRY(kl_provenance_begin(&session, args[0], args[1], method, grouping->model, error));
    kl_status status = kl_grouping_begin(&reading, &session, grouping, error);
    if (status == KL_OK)
        status = kl_array_new(&list, 0, error);
    if (status == KL_OK)
        status = gather(&list, &reading, kl_as_int(args[2]), error);
    kl_reading_end(&reading);
    kl_data_session_end(&session);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status call_index(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return overlap(out, args, "aggregate_index_activation_overlap", &overlap_of_index, error);
}

static kl_status call_artifact(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return overlap(out, args, "aggregate_artifact_activation_overlap", &overlap_of_artifacts, error);
}

static const kl_param params[] = {KL_P_EXPRESS, KL_P_TENANT, KL_P_THRESHOLD};

static const kl_function index_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "aggregate_index_activation_overlap", .call = call_index,
               .params = KL_TABLE(params), .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_MAP, .raises = "OverflowError, " KL_PROVENANCE_RAISES,
               .doc = "How many agents retrieved each index key that has events, by key: [{\"key\", "
                      "\"distinct_agent_count\", \"bucket\"}]. The bucket is activated-unattributed "
                      "(no event names an agent), 1-agent, some or many."}};
KL_PUBLISH_FUNCTION(index_function);

static const kl_function artifact_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "aggregate_artifact_activation_overlap", .call = call_artifact,
               .params = KL_TABLE(params), .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_MAP, .raises = "OverflowError, " KL_PROVENANCE_RAISES,
               .doc = "The same of artifacts, by artifact_id."}};
KL_PUBLISH_FUNCTION(artifact_function);
