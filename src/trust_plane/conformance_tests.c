/* src/trust_plane/conformance_tests.c - the tests of run_conformance(). */
#include "conformance.h"
#include "delegates.h"
#include "envelope.h"
#include "holds.h"
#include "mirror.h"
#include "records.h"

#include <stdio.h>

/* Parameters of all of them; not every test needs each. */
#define TEST(name)                                                                                 \
    static kl_status name(kl_test_verdict *verdict, char told[256], const kl_test_bench *b,        \
                          kl_error *error)
#define UNUSED_TEST (void)told, (void)b, (void)error

static kl_status failed(kl_test_verdict *verdict, char told[256], const char *why)
{
    *verdict = KL_TEST_FAILED;
    snprintf(told, 256, "%s", why);
    return KL_OK;
}

static kl_status no_basis(kl_test_verdict *verdict, char told[256], const char *why)
{
    *verdict = KL_TEST_NO_BASIS;
    snprintf(told, 256, "UNDETERMINED - nothing to check: %s", why);
    return KL_OK;
}

static kl_status judge(kl_test_verdict *verdict, char told[256], bool passed, const char *otherwise)
{
    *verdict = KL_TEST_PASSED;
    return passed ? KL_OK : failed(verdict, told, otherwise);
}

#define NEED_KEY(what)                                                                             \
    if (!b->has_key)                                                                               \
    return no_basis(verdict, told,                                                                 \
                    "no operational key is bound, so " what " was not tried; set "                 \
                    "TRUST_PLANE_OPERATIONAL_KEY_FILE, or give the project")

/* ---- what the tests try -------------------------------------------------------------------------- */

/* Arguments of a call, owned: texts and what they are followed by. */
static kl_status call_with_texts(kl_value *out, kl_object *object, const char *name,
                                 const char *const *texts, size_t count, kl_error *error)
{
    kl_value args[4] = {kl_null(), kl_null(), kl_null(), kl_null()};
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_string_new(&args[i], kl_text_from(texts[i]), error);
    if (status == KL_OK)
        status = kl_object_call(out, object, kl_text_from(name), args, count, error);
    for (size_t i = 0; i < count; i++)
        kl_value_release(args[i]);
    return status;
}

/* Record a decision on the copy; what its file holds then, given. */
static kl_status record_decision(kl_value *decision, kl_value *anchor_id, const kl_test_bench *b,
                                 kl_error *error)
{
    static const char *const texts[] = {"Conformance: decision", "Tried on a private copy", "process"};
    kl_value all = kl_null();
    KL_TRY(call_with_texts(anchor_id, (kl_object *)b->project, "record_decision", texts, 3, error));
    kl_status status = kl_trust_project_decisions(&all, b->project, error);
    if (status == KL_OK)
        *decision = kl_value_retain(kl_array_at(all, kl_array_len(all) - 1));
    else
        kl_value_release(kl_value_take(anchor_id));
    kl_value_release(all);
    return status;
}

static kl_status add_delegate(const kl_test_bench *b, const char *parent, const char *id,
                              const char *dimensions, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_json_parse(&list, kl_text_from(dimensions), error));
    const kl_delegate_request request = {
        .parent_id = parent ? kl_text_from(parent) : (kl_text){NULL, 0},
        .delegate_id = kl_text_from(id), .name = KL_TEXT("conformance"), .dimensions = list,
        .expiry_hours = kl_null(), .envelope = kl_null()};
    kl_status status = kl_delegate_add(b->folder, &request, error);
    kl_value_release(list);
    return status;
}

static kl_status standing_of(kl_delegate_status *out, const kl_test_bench *b, const char *id,
                             kl_error *error)
{
    kl_delegate_tree tree;
    KL_TRY(kl_delegate_tree_read(&tree, b->folder, error));
    *out = kl_delegate_standing(&tree, kl_text_from(id));
    kl_delegate_tree_end(&tree);
    return KL_OK;
}

/* How many a revocation reached. */
static kl_status revoke(size_t *count, const kl_test_bench *b, const char *id, kl_error *error)
{
    kl_value ids;
    KL_TRY(kl_delegate_revoke(&ids, b->folder, kl_text_from(id), KL_TEXT("conformance"), error));
    *count = kl_array_len(ids);
    kl_value_release(ids);
    return KL_OK;
}

/* Whether the copy verifies; all is verified anew. */
static kl_status verifies(bool *out, const kl_test_bench *b, kl_error *error)
{
    kl_value report;
    KL_TRY(kl_trust_project_verify(&report, b->project, true, error));
    *out = kl_trust_report_is_valid(report.as.object);
    kl_value_release(report);
    return KL_OK;
}

/* ---- genesis ------------------------------------------------------------------------------------- */

TEST(genesis_is_there)
{
    UNUSED_TEST;
    kl_value genesis = kl_trust_project_genesis(b->project);
    return judge(verdict, told,
                 kl_text_equal(kl_stored_text(genesis, "org_id"),
                               kl_stored_text(b->manifest, "project_name")),
                 "the genesis does not name the project");
}

TEST(genesis_is_signed)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    bool valid = false;
    kl_status status = kl_canonical_add(&bytes, kl_trust_project_genesis(b->project), error);
    if (status == KL_OK)
        status = kl_verify_hex(&valid, kl_as_text(kl_trust_project_authority_key(b->project)),
                               kl_buffer_text(&bytes),
                               kl_as_text(kl_trust_project_genesis_signature(b->project)), error);
    kl_buffer_free(&bytes);
    KL_TRY(status);
    return judge(verdict, told, valid, "the authority's signature of the genesis is not valid");
}

TEST(genesis_names_the_key)
{
    kl_value hex;
    KL_TRY(kl_trust_read(&hex, NULL, b->folder, "keys", KL_TEXT("public.key"), error));
    kl_text stored = kl_as_text(hex), key = kl_as_text(kl_trust_project_public_key(b->project));
    while (stored.len && strchr("\r\n ", stored.data[stored.len - 1]))
        stored.len--;
    bool same = kl_text_equal(stored, key);
    kl_value_release(hex);
    return judge(verdict, told, same, "keys/public.key is not the key that the genesis names");
}

/* ---- delegation ---------------------------------------------------------------------------------- */

TEST(delegates_are_added)
{
    kl_delegate_status standing = KL_DELEGATE_REVOKED;
    KL_TRY(add_delegate(b, NULL, "del-conformance-a", "[\"operational\"]", error));
    KL_TRY(standing_of(&standing, b, "del-conformance-a", error));
    return judge(verdict, told, standing == KL_DELEGATE_ACTIVE, "a new delegate is not active");
}

TEST(delegates_are_revoked)
{
    kl_delegate_status standing = KL_DELEGATE_ACTIVE;
    size_t first = 0, second = 0;
    KL_TRY(add_delegate(b, NULL, "del-conformance-b", "[]", error));
    KL_TRY(revoke(&first, b, "del-conformance-b", error));
    KL_TRY(revoke(&second, b, "del-conformance-b", error));
    KL_TRY(standing_of(&standing, b, "del-conformance-b", error));
    return judge(verdict, told, first == 1 && second == 0 && standing == KL_DELEGATE_REVOKED,
                 "a revoked delegate is not revoked, or is revoked twice");
}

TEST(children_have_no_more)
{
    KL_TRY(add_delegate(b, NULL, "del-conformance-c", "[\"operational\"]", error));
    kl_status status =
        add_delegate(b, "del-conformance-c", "del-conformance-d", "[\"financial\"]", NULL);
    return judge(verdict, told, status == KL_FAILED,
                 "a child got a dimension that its parent does not have");
}

TEST(revocation_cascades)
{
    kl_delegate_status standing = KL_DELEGATE_ACTIVE;
    size_t count = 0;
    KL_TRY(add_delegate(b, NULL, "del-conformance-e", "[\"financial\"]", error));
    KL_TRY(add_delegate(b, "del-conformance-e", "del-conformance-f", "[\"financial\"]", error));
    KL_TRY(add_delegate(b, "del-conformance-f", "del-conformance-g", "[]", error));
    KL_TRY(revoke(&count, b, "del-conformance-e", error));
    KL_TRY(standing_of(&standing, b, "del-conformance-g", error));
    return judge(verdict, told, count == 3 && standing == KL_DELEGATE_REVOKED,
                 "revoking a delegate leaves some below it");
}

/* ---- envelope ------------------------------------------------------------------------------------ */

TEST(envelope_is_as_tight_as_itself)
{
    kl_value object = kl_trust_project_envelope(b->project);
    bool tight = false;
    if (kl_is_null(object))
        return no_basis(verdict, told, "the project has no constraint envelope");
    kl_session_envelope *envelope = kl_constraint_envelope_of(object.as.object);
    kl_status status = kl_session_envelope_is_tighter(&tight, envelope, envelope, error);
    kl_session_envelope_release(envelope);
    kl_value_release(object);
    KL_TRY(status);
    return judge(verdict, told, tight, "the envelope is not as tight as itself");
}

TEST(envelope_hash_is_stable)
{
    kl_value object = kl_trust_project_envelope(b->project), text = kl_null(), first = kl_null();
    kl_value second = kl_null();
    kl_session_envelope *again = NULL;
    kl_status status;
    if (kl_is_null(object))
        return no_basis(verdict, told, "the project has no constraint envelope");
    kl_session_envelope *envelope = kl_constraint_envelope_of(object.as.object);
    KL_TRY_OUT(kl_session_envelope_print(&text, envelope, error));
    KL_TRY_OUT(kl_session_envelope_parse(&again, kl_as_text(text), error));
    KL_TRY_OUT(kl_session_envelope_hash(&first, envelope, error));
    KL_TRY_OUT(kl_session_envelope_hash(&second, again, error));
    KL_TRY_OUT(judge(verdict, told, kl_text_equal(kl_as_text(first), kl_as_text(second)),
                     "the hash of the envelope changes when it is written and read"));
out:
    if (again)
        kl_session_envelope_release(again);
    kl_session_envelope_release(envelope);
    kl_value_release(second);
    kl_value_release(first);
    kl_value_release(text);
    kl_value_release(object);
    return status;
}

/* ---- attestation --------------------------------------------------------------------------------- */

TEST(decisions_are_recorded)
{
    kl_value decision = kl_null(), anchor = kl_null();
    NEED_KEY("recording a decision");
    KL_TRY(record_decision(&decision, &anchor, b, error));
    bool found = kl_text_is(kl_stored_text(decision, "decision"), "Conformance: decision") &&
                 kl_as_text(anchor).len > 0;
    kl_value_release(anchor);
    kl_value_release(decision);
    return judge(verdict, told, found, "a recorded decision is not among the decisions");
}

TEST(decisions_are_hashed)
{
    kl_value decision = kl_null(), anchor = kl_null(), hash = kl_null();
    NEED_KEY("recording a decision");
    KL_TRY(record_decision(&decision, &anchor, b, error));
    kl_status status = kl_trust_record_hash(&hash, "decision", decision, error);
    bool fits = status == KL_OK &&
                kl_trust_id_fits(kl_stored_text(decision, "id"), "dec-", kl_as_text(hash));
    kl_value_release(hash);
    kl_value_release(anchor);
    kl_value_release(decision);
    KL_TRY(status);
    return judge(verdict, told, fits, "the id of a decision is not of its content");
}

/* The file that is recorded is one of the copy itself. */
TEST(milestones_have_the_hash_of_their_file)
{
    kl_value path = kl_null(), anchor = kl_null(), all = kl_null();
    kl_status status;
    NEED_KEY("recording a milestone");
    KL_TRY(kl_trust_path(&path, b->folder, "", KL_TEXT("genesis.json"), error));
    const char *const texts[] = {"conformance", "Conformance: milestone", kl_as_text(path).data};
    KL_TRY_OUT(call_with_texts(&anchor, (kl_object *)b->project, "record_milestone", texts, 3, error));
    KL_TRY_OUT(kl_trust_project_milestones(&all, b->project, error));
    kl_value last = kl_array_at(all, kl_array_len(all) - 1);
    KL_TRY_OUT(judge(verdict, told, kl_stored_text(last, "file_hash").len == 64,
                     "a milestone of a file does not have its hash"));
out:
    kl_value_release(all);
    kl_value_release(anchor);
    kl_value_release(path);
    return status;
}

TEST(decisions_keep_all_their_parts)
{
    kl_value decision = kl_null(), anchor = kl_null();
    NEED_KEY("recording a decision");
    KL_TRY(record_decision(&decision, &anchor, b, error));
    bool complete = true;
    for (size_t i = 0; i < kl_trust_decision_shape.count; i++)
        complete = complete && kl_map_has(decision, kl_text_from(kl_trust_decision_shape.members[i].name));
    kl_value_release(anchor);
    kl_value_release(decision);
    return judge(verdict, told, complete, "a recorded decision lacks members");
}

/* ---- anchors ------------------------------------------------------------------------------------- */

TEST(anchors_are_one_chain)
{
    kl_value ordered = kl_null();
    kl_status status = kl_trust_chain_order(&ordered, b->anchors, "anchors", error);
    if (status == KL_FAILED)
        return failed(verdict, told, kl_error_message(error));
    kl_value_release(ordered);
    KL_TRY(status);
    return judge(verdict, told, true, "");
}

TEST(anchors_name_their_parents)
{
    UNUSED_TEST;
    size_t roots = 0;
    if (!kl_array_len(b->anchors))
        return no_basis(verdict, told, "anchors/ contains no anchor records; no parent chain to verify");
    for (size_t i = 0; i < kl_array_len(b->anchors); i++)
        roots += kl_is_null(kl_stored_member(kl_array_at(b->anchors, i), "parent_anchor_id"));
    return judge(verdict, told, roots == 1, "not exactly one anchor is without a parent");
}

TEST(anchors_are_signed)
{
    kl_verifier *key;
    bool valid = true;
    if (!kl_array_len(b->anchors))
        return no_basis(verdict, told, "anchors/ contains no anchor records; no signature was verified");
    KL_TRY(kl_verifier_new(&key, kl_as_text(kl_trust_project_public_key(b->project)), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(b->anchors) && valid && status == KL_OK; i++)
        status = kl_trust_anchor_check(&valid, kl_array_at(b->anchors, i), key, error);
    kl_verifier_free(key);
    KL_TRY(status);
    return judge(verdict, told, valid, "an anchor is not signed by the operational key");
}

TEST(anchor_ids_are_sound)
{
    UNUSED_TEST;
    bool sound = true;
    if (!kl_array_len(b->anchors))
        return no_basis(verdict, told, "anchors/ contains no anchor records");
    for (size_t i = 0; i < kl_array_len(b->anchors); i++)
        sound = sound && kl_trust_id_check(kl_stored_text(kl_array_at(b->anchors, i), "anchor_id"), "anc-",
                                           NULL) == KL_OK;
    return judge(verdict, told, sound, "an anchor has an id that is none");
}

/* ---- verification -------------------------------------------------------------------------------- */

TEST(the_project_verifies)
{
    bool valid = false;
    KL_TRY(verifies(&valid, b, error));
    return judge(verdict, told, valid, "verify() reports issues");
}

/* Change a decision of the copy, look, and put it back. */
TEST(tampering_is_found)
{
    kl_value name = kl_null(), bytes = kl_null();
    kl_buffer changed = KL_BUFFER_INIT;
    bool valid = true;
    kl_status status;
    if (!kl_array_len(b->decisions))
        return no_basis(verdict, told, "decisions/ contains no records; no record was tampered with");
    kl_text id = kl_stored_text(kl_array_at(b->decisions, 0), "id");
    KL_TRY(kl_stored_name(&name, id, error));
    KL_TRY_OUT(kl_trust_read(&bytes, NULL, b->folder, "decisions", kl_as_text(name), error));
    kl_buffer_add(&changed, kl_as_text(bytes));
    for (char *at = changed.data; at && at < changed.data + changed.len; at++)
        *at = *at == 'e' ? 'a' : *at;
    KL_TRY_OUT(kl_trust_write(b->folder, "decisions", kl_as_text(name), kl_buffer_text(&changed), error));
    KL_TRY_OUT(verifies(&valid, b, error));
    KL_TRY_OUT(kl_trust_write(b->folder, "decisions", kl_as_text(name), kl_as_text(bytes), error));
    KL_TRY_OUT(judge(verdict, told, !valid, "a decision was tampered with and verify() says it is valid"));
out:
    kl_buffer_free(&changed);
    kl_value_release(bytes);
    kl_value_release(name);
    return status;
}

/* ---- posture ------------------------------------------------------------------------------------- */

static kl_status transition(const kl_test_bench *b, const char *target, kl_error *error)
{
    const char *const texts[] = {target, "conformance"};
    kl_value nothing = kl_null();
    kl_status status =
        call_with_texts(&nothing, (kl_object *)b->project, "transition_posture", texts, 2, error);
    kl_value_release(nothing);
    return status;
}

/* To restricted, from where every project may go: down, or one step up from the bottom. */
TEST(postures_change)
{
    kl_value manifest;
    NEED_KEY("a transition of the posture");
    KL_TRY(transition(b, "restricted", error));
    KL_TRY(kl_trust_project_manifest(&manifest, b->project, error));
    bool changed = kl_text_is(kl_stored_text(manifest, "trust_posture"), "Restricted");
    kl_value_release(manifest);
    return judge(verdict, told, changed, "a transition of the posture is not in the manifest");
}

TEST(postures_do_not_skip)
{
    NEED_KEY("a transition of the posture");
    KL_TRY(transition(b, "restricted", error));
    kl_status status = transition(b, "full", NULL);
    if (status == KL_NO_MEMORY)
        return status;
    return judge(verdict, told, status != KL_OK, "the posture went up by more than one level at once");
}

/* ---- mirror -------------------------------------------------------------------------------------- */

static kl_status add_mirror(const kl_test_bench *b, kl_mirror_kind kind, kl_error *error)
{
    kl_value texts[4] = {kl_null(), kl_null(), kl_null(), kl_null()}, id;
    static const char *const words[KL_MIRROR_KINDS][4] = {
        {"conformance", "tried", "contextual_wisdom", NULL},
        {"conformance", NULL, "nobody", NULL},
        {"conformance", "tried", NULL, "contextual_wisdom"}};
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(texts) && status == KL_OK; i++)
        if (words[kind][i])
            status = kl_string_new(&texts[i], kl_text_from(words[kind][i]), error);
    if (status == KL_OK)
        status = kl_mirror_add(&id, b->folder, kind, texts, error);
    if (status == KL_OK)
        kl_value_release(id);
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        kl_value_release(texts[i]);
    return status;
}

TEST(mirror_records_are_kept)
{
    kl_competency_counts before, after;
    KL_TRY(kl_competency_count(&before, b->folder, error));
    KL_TRY(add_mirror(b, KL_MIRROR_EXECUTION, error));
    KL_TRY(kl_competency_count(&after, b->folder, error));
    return judge(verdict, told, after.total == before.total + 1, "a mirror record is not kept");
}

TEST(mirror_counts_all_kinds)
{
    kl_competency_counts before, after;
    KL_TRY(kl_competency_count(&before, b->folder, error));
    for (int kind = 0; kind < KL_MIRROR_KINDS; kind++)
        KL_TRY(add_mirror(b, (kl_mirror_kind)kind, error));
    KL_TRY(kl_competency_count(&after, b->folder, error));
    return judge(verdict, told, after.total == before.total + 3, "not all kinds of records are counted");
}

TEST(mirror_refuses_what_is_no_competency)
{
    kl_value args, manager = kl_null(), id = kl_null();
    static const char *const texts[] = {"conformance", "tried", "telepathy"};
    KL_TRY(kl_map_of_one(&args, KL_TEXT("trust_dir"),
                         kl_value_retain(kl_trust_folder_path(b->folder)), error));
    kl_status status = kl_object_from_map(&manager, kl_type_find(KL_TEXT("MirrorManager"), NULL), args, error);
    kl_value_release(args);
    KL_TRY(status);
    status = call_with_texts(&id, manager.as.object, "record_execution", texts, 3, NULL);
    kl_value_release(id);
    kl_value_release(manager);
    if (status == KL_NO_MEMORY)
        return status;
    return judge(verdict, told, status == KL_INVALID, "an unknown competency was recorded");
}

/* ---- holds --------------------------------------------------------------------------------------- */

TEST(holds_need_authority)
{
    kl_value id;
    KL_TRY(add_delegate(b, NULL, "del-conformance-h", "[\"operational\"]", error));
    KL_TRY(add_delegate(b, NULL, "del-conformance-i", "[\"financial\"]", error));
    KL_TRY(kl_hold_create(&id, b->folder, KL_TEXT("conformance"), KL_TEXT("financial"),
                          KL_TEXT("tried on a private copy"), kl_null(), error));
    kl_hold_decision decision = {.hold_id = kl_as_text(id), .delegate_id = KL_TEXT("del-conformance-h"),
                                 .approved = true, .reason = kl_null()};
    kl_status without = kl_hold_resolve(b->folder, NULL, &decision, NULL);
    decision.delegate_id = KL_TEXT("del-conformance-i");
    kl_status with = kl_hold_resolve(b->folder, NULL, &decision, error);
    kl_value_release(id);
    KL_TRY(with);
    return judge(verdict, told, without == KL_FAILED,
                 "a hold was resolved by a delegate without its dimension");
}

/* ---- the table ----------------------------------------------------------------------------------- */

const kl_conformance_test kl_conformance_tests[] = {
    {"GENESIS-MUST-001", KL_COMPATIBLE, genesis_is_there},
    {"GENESIS-MUST-002", KL_COMPATIBLE, genesis_is_signed},
    {"DEL-MUST-001", KL_COMPATIBLE, delegates_are_added},
    {"DEL-MUST-002", KL_COMPATIBLE, delegates_are_revoked},
    {"CONST-MUST-001", KL_COMPATIBLE, envelope_is_as_tight_as_itself},
    {"ATT-MUST-001", KL_COMPATIBLE, decisions_are_recorded},
    {"ATT-MUST-002", KL_COMPATIBLE, decisions_are_hashed},
    {"ANC-MUST-001", KL_COMPATIBLE, anchors_are_one_chain},
    {"ANC-MUST-002", KL_COMPATIBLE, anchors_name_their_parents},
    {"VER-MUST-001", KL_COMPATIBLE, the_project_verifies},
    {"POST-MUST-001", KL_COMPATIBLE, postures_change},
    {"MIR-MUST-001", KL_COMPATIBLE, mirror_records_are_kept},
    {"DEL-SHOULD-001", KL_CONFORMANT, children_have_no_more},
    {"DEL-SHOULD-002", KL_CONFORMANT, revocation_cascades},
    {"CONST-SHOULD-001", KL_CONFORMANT, envelope_hash_is_stable},
    {"ATT-SHOULD-001", KL_CONFORMANT, milestones_have_the_hash_of_their_file},
    {"ANC-SHOULD-001", KL_CONFORMANT, anchors_are_signed},
    {"VER-SHOULD-001", KL_CONFORMANT, tampering_is_found},
    {"POST-SHOULD-001", KL_CONFORMANT, postures_do_not_skip},
    {"MIR-SHOULD-001", KL_CONFORMANT, mirror_counts_all_kinds},
    {"MIR-SHOULD-002", KL_CONFORMANT, mirror_refuses_what_is_no_competency},
    {"HOLD-SHOULD-001", KL_CONFORMANT, holds_need_authority},
    {"GENESIS-MAY-001", KL_COMPLETE, genesis_names_the_key},
    {"ANC-MAY-001", KL_COMPLETE, anchor_ids_are_sound},
    {"ATT-MAY-001", KL_COMPLETE, decisions_keep_all_their_parts},
    {"VER-MAY-001", KL_COMPLETE, the_project_verifies},
};
const size_t kl_conformance_test_count = KL_COUNT(kl_conformance_tests);
