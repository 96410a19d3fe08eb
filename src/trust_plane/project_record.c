/* src/trust_plane/project_record.c - what is recorded: decisions, milestones, posture. */
#include "project_parts.h"
#include "canonical.h"
#include "eatp/fault.h"
#include "store/file.h"

/* ---- decisions and milestones ---------------------------------------------------------------------------- */

/* Set created_at and the id that follows from all. A second record of the same content and time is
 * another one: its time is a nanosecond later. */
static kl_status seal(kl_value *record, kl_value *hash, kl_trust_project *project,
                      const kl_trust_kind_facts *kind, kl_error *error)
{
    for (kl_time now = kl_time_now();; now++) {
        kl_value time = kl_null(), id = kl_null(), file = kl_null();
        KL_TRY(kl_trust_time_text(&time, now, error));
        KL_TRY(kl_map_set(record, KL_TEXT("created_at"), time, error));
        kl_value_replace(hash, kl_null());
        KL_TRY(kl_trust_record_hash(hash, kind->name, *record, error));
        KL_TRY(kl_string_format(&id, error, "%s%.12s", kind->prefix, kl_as_text(*hash).data));
        kl_status status = kl_string_format(&file, error, "%s.json", kl_as_text(id).data);
        bool taken = status == KL_OK && kl_trust_exists(project->folder, kind->sub, kl_as_text(file));
        kl_value_release(file);
        if (status != KL_OK || taken) {
            kl_value_release(id);
            KL_TRY(status);
            continue;
        }
        return kl_map_set(record, KL_TEXT("id"), id, error);
    }
}

static kl_status append_record(kl_value *out, kl_trust_project *project,
                               const kl_trust_kind_facts *kind, kl_value *record, const char *what,
                               kl_error *error)
{
    kl_value hash = kl_null();
    kl_status status = seal(record, &hash, project, kind, error);
    if (status == KL_OK)
        status = kl_trust_project_append(
            out, project,
            &(kl_trust_entry){.type = kind->name,
                              .record_id = kl_as_text(kl_map_get(*record, KL_TEXT("id"))),
                              .record_hash = kl_as_text(hash),
                              .sub = kind->sub,
                              .record = *record,
                              .what = what},
            error);
    kl_value_release(hash);
    return status;
}

static kl_status record(kl_value *out, kl_trust_project *project, kl_trust_kind kind,
                        kl_value *map, const char *what, kl_error *error)
{
    kl_value pair = kl_null();
    KL_TRY(kl_project_need_pair(&pair, project, what, error)); /* before anything is waited for */
    kl_value_release(pair);
    KL_TRY(kl_trust_project_begin(project, error));
    kl_status status = append_record(out, project, &kl_trust_kinds[kind], map, what, error);
    kl_trust_project_end(project);
    return status;
}

/* The members of a kind in their order, from arguments; those of neither stay null for now. */
static kl_status make_record(kl_value *out, const kl_shape *shape, const char *const *names,
                             const kl_value *values, kl_error *error)
{
    kl_value map = kl_null();
    KL_TRY(kl_map_new(&map, shape->count, error));
    for (size_t i = 0; i < shape->count; i++) {
        kl_value value = kl_null();
        for (size_t k = 0; names[k]; k++)
            if (strcmp(names[k], shape->members[i].name) == 0)
                value = values[k];
        kl_status status = kl_map_set(&map, kl_text_from(shape->members[i].name),
                                      kl_value_retain(value), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* ---- arguments ------------------------------------------------------------------------------------------- */

static kl_status check_texts(kl_value list, const char *name, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(kl_trust_text_check(kl_array_at(list, i), name, false, error));
    return KL_OK;
}

static kl_status list_or_empty(kl_value *out, kl_value list, kl_error *error)
{
    if (kl_is_null(list))
        return kl_array_new(out, 0, error);
    *out = kl_value_retain(list);
    return KL_OK;
}

static kl_status confidentiality_of(kl_value *out, kl_value word, kl_error *error)
{
    int rung;
    KL_TRY(kl_rung_read(&rung, KL_LADDER_CONFIDENTIALITY, kl_as_text(word),
                        KL_SNAKE | KL_PASCAL | KL_ANY_CASE, "confidentiality", error));
    return kl_string_from_valid(
        out, kl_text_from(kl_rung_name(KL_LADDER_CONFIDENTIALITY, rung, KL_PASCAL)), error);
}

/* ---- record_decision -------------------------------------------------------------------------------------- */

static const char *const decision_names[] = {
    "decision", "rationale", "decision_type", "confidence", "alternatives", "risks",
    "related_decisions", "evidence", "review_requirement", "confidentiality", NULL};
enum { DECISION, RATIONALE, TYPE, CONFIDENCE, ALTERNATIVES, RISKS, RELATED, EVIDENCE, REVIEW,
       CONFIDENTIALITY, DECISION_ARGS };

static kl_status check_decision(const kl_value *args, kl_error *error)
{
    KL_TRY(kl_trust_text_check(args[DECISION], "decision", true, error));
    KL_TRY(kl_trust_text_check(args[RATIONALE], "rationale", false, error));
    KL_TRY(kl_trust_text_check(args[TYPE], "decision_type", false, error));
    for (size_t i = ALTERNATIVES; i <= EVIDENCE; i++)
        KL_TRY(check_texts(args[i], decision_names[i], error));
    double confidence = kl_as_double(args[CONFIDENCE]);
    if (!kl_is_null(args[CONFIDENCE]) && !(confidence >= 0 && confidence <= 1))
        return kl_fault(error, KL_INVALID, NULL, "invalid_input",
                        "confidence must be a finite number from 0.0 to 1.0");
    return KL_OK;
}

kl_status kl_project_record_decision(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    kl_value own[DECISION_ARGS] = {{0}}, values[DECISION_ARGS], map = kl_null();
    kl_status status;
    KL_TRY(check_decision(args, error));
    memcpy(values, args, sizeof values);
    for (size_t i = ALTERNATIVES; i <= EVIDENCE; i++) {
        KL_TRY_OUT(list_or_empty(&own[i], args[i], error));
        values[i] = own[i];
    }
    KL_TRY_OUT(confidentiality_of(&own[CONFIDENTIALITY], args[CONFIDENTIALITY], error));
    values[CONFIDENTIALITY] = own[CONFIDENTIALITY];
    if (!kl_is_null(args[CONFIDENCE]))
        values[CONFIDENCE] = kl_double(kl_as_double(args[CONFIDENCE]));
    KL_TRY_OUT(make_record(&map, &kl_trust_decision_shape, decision_names, values, error));
    KL_TRY_OUT(record(out, (kl_trust_project *)self, KL_TRUST_DECISION, &map, "record a decision",
                      error));
out:
    for (size_t i = 0; i < DECISION_ARGS; i++)
        kl_value_release(own[i]);
    kl_value_release(map);
    return status;
}

/* ---- record_milestone ------------------------------------------------------------------------------------- */

kl_status kl_trust_file_hash(kl_value *out, kl_text path, kl_error *error)
{
    kl_file *file = NULL;
    kl_hash *hash = NULL;
    kl_value digest = kl_null();
    char block[16384], hex[2 * KL_HASH_MAX];
    size_t got = 1;
    kl_status status;
    KL_TRY(kl_file_open(&file, path, (kl_text){NULL, 0}, error));
    kl_source *source = kl_file_source(file);
    KL_TRY_OUT(kl_hash_new(&hash, KL_HASH_SHA256, error));
    while (got) {
        KL_TRY_OUT(source->read(source, &got, block, sizeof block, error));
        KL_TRY_OUT(kl_hash_update(hash, (kl_text){block, got}, error));
    }
    KL_TRY_OUT(kl_hash_finish(&digest, hash, error));
    kl_text bytes = kl_as_text(digest);
    kl_hex_write(hex, (const unsigned char *)bytes.data, bytes.len);
    KL_TRY_OUT(kl_string_from_valid(out, (kl_text){hex, 2 * bytes.len}, error));
out:
    kl_value_release(digest);
    kl_hash_free(hash);
    kl_file_close(file);
    return status;
}

static const char *const milestone_names[] = {"version", "description", "file_path", "file_hash",
                                              NULL};

static kl_status artifact_error(kl_status status, kl_error *error)
{
    if (status == KL_OK || status == KL_NO_MEMORY)
        return status;
    kl_value text = kl_null();
    if (kl_string_repair(&text, kl_text_from(error ? kl_error_message(error) : ""), error) != KL_OK)
        return KL_NO_MEMORY;
    status = kl_fault(error, KL_IO, NULL, "io_error", "I/O error: %s", kl_as_text(text).data);
    kl_value_release(text);
    return status;
}

kl_status kl_project_record_milestone(kl_value *out, kl_object *self, const kl_value *args,
                                      kl_error *error)
{
    kl_value values[] = {args[0], args[1], args[2], kl_null()}, map = kl_null(), hash = kl_null();
    kl_value pair = kl_null();
    kl_status status;
    KL_TRY(kl_project_need_pair(&pair, (kl_trust_project *)self, "record a milestone", error));
    kl_value_release(pair);
    KL_TRY(kl_trust_text_check(args[0], "version", false, error));
    KL_TRY(kl_trust_text_check(args[1], "description", false, error));
    KL_TRY(kl_trust_text_check(args[2], "file_path", false, error));
    if (!kl_is_null(args[2]))
        KL_TRY(artifact_error(kl_trust_file_hash(&hash, kl_as_text(args[2]), error), error));
    values[3] = hash;
    KL_TRY_OUT(make_record(&map, &kl_trust_milestone_shape, milestone_names, values, error));
    KL_TRY_OUT(record(out, (kl_trust_project *)self, KL_TRUST_MILESTONE, &map, "record a milestone",
                      error));
out:
    kl_value_release(hash);
    kl_value_release(map);
    return status;
}

/* ---- posture ---------------------------------------------------------------------------------------------- */

/* Less autonomy is always allowed; more comes one step at a time. */
static kl_status check_step(int from, int to, kl_error *error)
{
    if (to <= from + 1)
        return KL_OK;
    const char *a = kl_rung_name(KL_LADDER_TRUST, from, KL_PASCAL);
    const char *b = kl_rung_name(KL_LADDER_TRUST, to, KL_PASCAL);
    return kl_fault(error, KL_STATE, NULL, "invalid_transition",
                    "invalid posture transition from %s to %s", a, b);
}

kl_status kl_project_transition_hash(kl_value *out, const char *from, const char *to,
                                     kl_value reason, kl_error *error)
{
    kl_value map = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("from"), kl_text_from(from), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("reason"), kl_value_retain(reason), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("to"), kl_text_from(to), error));
    KL_TRY_OUT(kl_trust_canonical_hash(out, map, error));
out:
    kl_value_release(map);
    return status;
}

static kl_status append_transition(kl_trust_project *project, int from, int to, kl_value reason,
                                   kl_error *error)
{
    const char *left = kl_rung_name(KL_LADDER_TRUST, from, KL_PASCAL);
    const char *right = kl_rung_name(KL_LADDER_TRUST, to, KL_PASCAL);
    kl_value id = kl_null(), hash = kl_null(), more = kl_null(), anchor = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_format(&id, error, "posture-%s-to-%s", left, right));
    KL_TRY_OUT(kl_project_transition_hash(&hash, left, right, reason, error));
    KL_TRY_OUT(kl_map_of_one(&more, KL_TEXT("reason"), kl_value_retain(reason), error));
    KL_TRY_OUT(kl_trust_project_append(&anchor, project,
                                       &(kl_trust_entry){.type = "posture_transition",
                                                         .record_id = kl_as_text(id),
                                                         .record_hash = kl_as_text(hash),
                                                         .more = more,
                                                         .posture = right,
                                                         .what = "record a posture transition"},
                                       error));
out:
    kl_value_release(id);
    kl_value_release(hash);
    kl_value_release(more);
    kl_value_release(anchor);
    return status;
}

kl_status kl_project_transition(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)out;
    kl_trust_project *project = (kl_trust_project *)self;
    kl_value pair = kl_null();
    int to;
    KL_TRY(kl_rung_read(&to, KL_LADDER_TRUST, kl_as_text(args[0]), KL_SNAKE | KL_PASCAL | KL_ANY_CASE,
                        "trust level", error));
    KL_TRY(kl_trust_text_check(args[1], "reason", false, error));
    KL_TRY(kl_project_need_pair(&pair, project, "record a posture transition", error));
    kl_value_release(pair);
    KL_TRY(kl_trust_project_begin(project, error));
    int from = kl_project_level(project);
    from = from < 0 ? KL_TRUST_SUPERVISED : from;
    kl_status status = from == to ? KL_OK : check_step(from, to, error);
    if (status == KL_OK && from != to)
        status = append_transition(project, from, to, args[1], error);
    kl_trust_project_end(project);
    return status;
}

kl_status kl_project_posture(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_trust_project *project = (kl_trust_project *)self;
    KL_TRY(kl_trust_project_begin(project, error));
    int level = kl_project_level(project);
    kl_trust_project_end(project);
    if (level < 0)
        return KL_OK;
    return kl_string_from_valid(out, kl_text_from(kl_rung_name(KL_LADDER_TRUST, level, KL_PASCAL)),
                                error);
}
