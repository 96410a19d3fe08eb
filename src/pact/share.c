/* src/pact/share.c - PactKnowledgeSharePolicy: what one unit lets another one read. */
#include "knowledge.h"
#include "words.h"
#include "kailash/json.h"

/* ---- reading --------------------------------------------------------------------------------- */

/* The names of levels, in the order of levels, none twice. */
static kl_status read_levels(kl_pact_share *share, const kl_pact_reader *reader)
{
    kl_value names = kl_null(), list;
    kl_status status;
    KL_TRY(kl_pact_member_texts(&names, reader, "shared_classifications"));
    if (kl_is_null(names))
        return KL_OK;
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(names), reader->error));
    kl_value_replace(&share->shared_classifications, list);
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_confidentiality level;
        status = kl_pact_level_read(&level, kl_as_text(kl_array_at(names, i)), reader->error);
        if (status != KL_OK) {
            kl_error_prefix(reader->error, "%s: shared_classifications: ", reader->what);
            goto out;
        }
        share->levels |= INT64_C(1) << level;
    }
    for (int level = 0; level < KL_CONFIDENTIALITIES; level++)
        if (share->levels >> level & 1)
            KL_TRY_OUT(kl_array_push_text(&share->shared_classifications,
                                          kl_text_from(kl_pact_level_name((kl_confidentiality)level)),
                                          reader->error));
    status = KL_OK;
out:
    kl_value_release(names);
    return status;
}

/* The aliases stand in documents of older versions. */
static kl_status read_posture(kl_pact_share *share, const kl_pact_reader *reader)
{
    static const char *const aliases[][2] = {{"pseudo", "pseudo_agent"}, {"tool", "supervised"},
                                             {"autonomous", "continuous_insight"},
                                             {"delegating", "delegated"}};
    kl_value name = kl_null();
    kl_posture posture;
    KL_TRY(kl_pact_member_text(&name, reader, "min_authority_level", false));
    if (kl_is_null(name))
        return KL_OK;
    kl_text text = kl_as_text(name);
    for (size_t i = 0; i < KL_COUNT(aliases); i++)
        if (kl_text_is(text, aliases[i][0]))
            text = kl_text_from(aliases[i][1]);
    kl_status status = kl_pact_posture_read(&posture, text, reader->error);
    kl_value_release(name);
    if (status != KL_OK) {
        kl_error_prefix(reader->error, "%s: min_authority_level: ", reader->what);
        return status;
    }
    share->posture = posture;
    return kl_string_new(&share->min_authority_level, kl_text_from(kl_pact_posture_name(posture)),
                         reader->error);
}

static kl_status read_window(kl_pact_share *share, const kl_pact_reader *reader)
{
    kl_value window = kl_map_get(kl_map_get(reader->map, KL_TEXT("conditions")), KL_TEXT("time_window"));
    const kl_pact_reader within = {"KSP conditions.time_window", window, reader->error};
    kl_value from = kl_null(), to = kl_null(), pair;
    kl_status status;
    if (kl_is_null(window))
        return KL_OK;
    KL_TRY(kl_pact_member_check(&within));
    KL_TRY_OUT(kl_pact_member_time(&from, &share->not_before, &within, "not_before", KL_TIME_Z));
    KL_TRY_OUT(kl_pact_member_time(&to, &share->not_after, &within, "not_after", KL_TIME_Z));
    KL_TRY_OUT(kl_array_new(&pair, 2, reader->error));
    kl_value_replace(&share->time_window, pair);
    KL_TRY_OUT(kl_array_push(&share->time_window, kl_value_retain(from), reader->error));
    KL_TRY_OUT(kl_array_push(&share->time_window, kl_value_retain(to), reader->error));
out:
    kl_value_release(from);
    kl_value_release(to);
    return status;
}

static kl_status read_conditions(kl_pact_share *share, const kl_pact_reader *reader)
{
    kl_value conditions = kl_map_get(reader->map, KL_TEXT("conditions"));
    if (kl_is_null(conditions))
        return KL_OK;
    if (!kl_is(conditions, KL_KIND_MAP))
        return kl_pact_member_wrong(reader, "conditions", "expected an object");
    for (size_t i = 0; i < kl_map_len(conditions); i++)
        if (!kl_text_is(kl_map_key_at(conditions, i), "time_window"))
            return kl_pact_member_wrong(reader, "conditions", "the only condition is time_window");
    share->has_conditions = true;
    return read_window(share, reader);
}

static kl_status read_all(kl_pact_share *share, const kl_pact_reader *reader)
{
    int64_t clearance = 0;
    share->expires = share->not_after = KL_TIME_NONE;
    share->not_before = INT64_MIN;
    KL_TRY(kl_pact_member_check(reader));
    KL_TRY(kl_pact_member_text(&share->id, reader, "id", true));
    KL_TRY(kl_pact_member_address(&share->source_unit_address, reader, "source_unit_address", true));
    KL_TRY(kl_pact_member_address(&share->target_unit_address, reader, "target_unit_address", true));
    KL_TRY(kl_pact_member_level(&share->max_classification, &share->level, reader, "max_classification",
                                true));
    KL_TRY(kl_pact_member_bool(&share->is_active, reader, "is_active", true));
    KL_TRY(kl_pact_member_time(&share->expires_at, &share->expires, reader, "expires_at", KL_TIME_Z));
    KL_TRY(kl_pact_member_text(&share->created_by, reader, "created_by", false));
    KL_TRY(kl_pact_member_texts(&share->shared_paths, reader, "shared_paths"));
    KL_TRY(kl_pact_member_texts(&share->shared_types, reader, "shared_types"));
    KL_TRY(read_levels(share, reader));
    KL_TRY(kl_pact_member_level(&share->min_clearance, &clearance, reader, "min_clearance", false));
    share->clearance = clearance;
    KL_TRY(read_posture(share, reader));
    KL_TRY(kl_pact_member_texts(&share->compartments, reader, "compartments"));
    return read_conditions(share, reader);
}

kl_status kl_pact_share_read(kl_value *out, kl_value map, kl_error *error)
{
    const kl_pact_reader reader = {"KSP", map, error};
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_share_type, error));
    kl_status status = read_all((kl_pact_share *)object, &reader);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

static kl_status put_window(kl_value *map, const kl_pact_share *share, kl_error *error)
{
    kl_value window, conditions;
    kl_status status;
    if (!share->has_conditions)
        return KL_OK;
    if (kl_is_null(share->time_window))
        return kl_map_set(map, KL_TEXT("conditions"), kl_map_empty(), error);
    KL_TRY(kl_map_new(&window, 2, error));
    KL_TRY_OUT(kl_pact_put(&window, "not_before", kl_array_at(share->time_window, 0), error));
    KL_TRY_OUT(kl_pact_put(&window, "not_after", kl_array_at(share->time_window, 1), error));
    KL_TRY(kl_map_of_one(&conditions, KL_TEXT("time_window"), window, error));
    return kl_map_set(map, KL_TEXT("conditions"), conditions, error);
out:
    kl_value_release(window);
    return status;
}

static kl_status put_all(kl_value *map, const kl_pact_share *share, kl_error *error)
{
    KL_TRY(kl_pact_put(map, "id", share->id, error));
    KL_TRY(kl_pact_put_address(map, "source_unit_address", share->source_unit_address, error));
    KL_TRY(kl_pact_put_address(map, "target_unit_address", share->target_unit_address, error));
    KL_TRY(kl_pact_put(map, "max_classification", share->max_classification, error));
    KL_TRY(kl_map_set(map, KL_TEXT("is_active"), kl_bool(share->is_active), error));
    KL_TRY(kl_map_set(map, KL_TEXT("expires_at"), kl_value_retain(share->expires_at), error));
    KL_TRY(kl_map_set(map, KL_TEXT("created_by"), kl_value_retain(share->created_by), error));
    KL_TRY(kl_pact_put(map, "shared_paths", share->shared_paths, error));
    KL_TRY(kl_pact_put(map, "shared_types", share->shared_types, error));
    KL_TRY(kl_pact_put(map, "shared_classifications", share->shared_classifications, error));
    KL_TRY(kl_pact_put(map, "min_clearance", share->min_clearance, error));
    KL_TRY(kl_pact_put(map, "min_authority_level", share->min_authority_level, error));
    KL_TRY(kl_pact_put(map, "compartments", share->compartments, error));
    return put_window(map, share, error);
}

kl_status kl_pact_share_write(kl_value *out, const kl_pact_share *share, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 14, error));
    kl_status status = put_all(&map, share, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

/* ---- scope ----------------------------------------------------------------------------------- */

static bool starts_with_any(kl_value prefixes, kl_value path)
{
    kl_text text = kl_as_text(path);
    if (kl_is_null(path))
        return false;
    for (size_t i = 0; i < kl_array_len(prefixes); i++) {
        kl_text prefix = kl_as_text(kl_array_at(prefixes, i));
        if (prefix.len <= text.len && kl_text_equal(prefix, (kl_text){text.data, prefix.len}))
            return true;
    }
    return false;
}

static bool holds(kl_value texts, kl_value text)
{
    for (size_t i = 0; i < kl_array_len(texts); i++)
        if (!kl_is_null(text) && kl_text_equal(kl_as_text(kl_array_at(texts, i)), kl_as_text(text)))
            return true;
    return false;
}

/* A path with ".." may lead anywhere, so no prefix of it says where it lies. */
static bool is_devious(kl_value path)
{
    kl_text text = kl_as_text(path);
    for (size_t i = 0; i + 1 < text.len; i++) {
        bool begins = i == 0 || text.data[i - 1] == '/';
        bool ends = i + 2 == text.len || text.data[i + 2] == '/';
        if (begins && ends && text.data[i] == '.' && text.data[i + 1] == '.')
            return true;
    }
    return false;
}

const char *kl_pact_share_refuses(const kl_pact_share *share, const kl_pact_item *item,
                                  kl_confidentiality clearance, kl_posture posture)
{
    if (kl_array_len(share->shared_paths) &&
        (is_devious(item->path) || !starts_with_any(share->shared_paths, item->path)))
        return "ksp_path_scope";
    if (kl_array_len(share->shared_types) && !holds(share->shared_types, item->knowledge_type))
        return "ksp_type_scope";
    if (share->levels && !(share->levels >> item->level & 1))
        return "ksp_classification_scope";
    if ((int64_t)clearance < share->clearance)
        return "ksp_min_clearance";
    if ((int64_t)posture < share->posture)
        return "ksp_min_authority";
    if (!kl_is_null(share->compartments) && !kl_pact_texts_within(item->compartments, share->compartments))
        return "ksp_compartment_scope";
    return NULL;
}

/* ---- the class ------------------------------------------------------------------------------- */

static kl_status from_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)self;
    KL_TRY(kl_json_parse(&map, kl_as_text(args[0]), error));
    kl_status status = kl_pact_share_read(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_pact_share_write(&map, (const kl_pact_share *)self, error));
    kl_status status = kl_json_print(out, map, &kl_json_plain, error);
    kl_value_release(map);
    return status;
}

static kl_status share_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_share *share = (const kl_pact_share *)self;
    return kl_string_format(out, error, "PactKnowledgeSharePolicy(id='%.*s', source=%.*s, target=%.*s, active=%s)",
                            KL_TEXT_ARG(kl_as_text(share->id)),
                            KL_TEXT_ARG(kl_as_text(share->source_unit_address)),
                            KL_TEXT_ARG(kl_as_text(share->target_unit_address)),
                            share->is_active ? "true" : "false");
}

#define TEXT_FIELD(member, extra, text)                                                            \
    KL_VALUE(kl_pact_share, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | (extra), .doc = (text))
#define TEXTS_FIELD(member, text)                                                                  \
    KL_VALUE(kl_pact_share, member, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                 \
             .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = (text))
#define HIDDEN_INT(member)                                                                         \
    {.name = #member, .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_HIDDEN,                      \
     .offset = offsetof(kl_pact_share, member), .doc = "for decisions"}

static const kl_field fields[] = {
    TEXT_FIELD(id, 0, "name of the policy"),
    TEXT_FIELD(source_unit_address, 0, "address whose knowledge is shared, with all below it"),
    TEXT_FIELD(target_unit_address, 0, "address that may read it, with all below it"),
    KL_VALUE(kl_pact_share, max_classification, .kind = KL_KIND_OBJECT, .type = &kl_pact_level_type,
             .flags = KL_READ_ONLY, .doc = "the highest level that is shared"),
    {.name = "is_active", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY,
     .offset = offsetof(kl_pact_share, is_active), .doc = "whether it counts"},
    TEXT_FIELD(expires_at, KL_OPTIONAL, "when it ends: RFC 3339, UTC; None = never"),
    TEXT_FIELD(created_by, KL_OPTIONAL, "who made it"),
    TEXTS_FIELD(shared_types, "kinds of knowledge that are shared; None or empty = all"),
    TEXTS_FIELD(shared_paths, "beginnings of paths that are shared; None or empty = all"),
    TEXTS_FIELD(shared_classifications, "the levels that are shared; None or empty = up to the highest"),
    KL_VALUE(kl_pact_share, min_clearance, .kind = KL_KIND_OBJECT, .type = &kl_pact_level_type,
             .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "clearance a reader needs; None = any"),
    TEXT_FIELD(min_authority_level, KL_OPTIONAL, "posture a reader needs; None = any"),
    TEXTS_FIELD(compartments, "compartments whose items are shared; None = all"),
    KL_VALUE(kl_pact_share, time_window, .kind = KL_KIND_TUPLE, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "(not_before, not_after), RFC 3339 or None each; None = always"),
    {.name = "has_conditions", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY | KL_HIDDEN,
     .offset = offsetof(kl_pact_share, has_conditions), .doc = "whether its document has conditions"},
    HIDDEN_INT(level), HIDDEN_INT(levels), HIDDEN_INT(clearance), HIDDEN_INT(posture),
    HIDDEN_INT(expires), HIDDEN_INT(not_before), HIDDEN_INT(not_after),
};

static const kl_param json_param[] = {
    {.name = "s", .kind = KL_KIND_STRING, .doc = "a JSON object; addresses as text or in segments"},
};
static const kl_method methods[] = {
    {.name = "from_json", .call = from_json, .params = KL_TABLE(json_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_share_type, .raises = "ValueError",
     .doc = "The policy of a JSON text."},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "The policy as JSON text; optional members that are not set are left out."},
};

const kl_type kl_pact_share_type = {
    .name = "PactKnowledgeSharePolicy",
    .module = "kailash.pact",
    .doc = "That one unit lets another one read what it owns, up to a level and within a scope.",
    .size = sizeof(kl_pact_share),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = share_repr,
};
KL_PUBLISH(kl_pact_share_type);
