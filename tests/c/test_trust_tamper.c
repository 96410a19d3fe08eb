/* Whatever is changed in the directory of a trust project is reported, or refused. */
#include "trust_test.h"
#include "trust_plane/canonical.h"
#include "trust_plane/delegates.h"
#include "trust_plane/holds.h"
#include "trust_plane/mirror.h"
#include "trust_plane/seal.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>

/* ---- one byte ------------------------------------------------------------------------------------------ */

static char files[64][256];
static size_t file_count;

static int note_file(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
    (void)walk;
    if (kind == FTW_F && facts->st_size > 0 && file_count < 64)
        snprintf(files[file_count++], sizeof files[0], "%s", path);
    return 0;
}

static size_t read_file(char *to, size_t room, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(to, 1, room, file);
    fclose(file);
    return len;
}

static void poke(int descriptor, size_t at, char byte)
{
    assert_int_equal(pwrite(descriptor, &byte, 1, (off_t)at), 1);
}

/* Every byte becomes another one; how many changes went unseen. */
static size_t change_bytes(const char *path, kl_value project, size_t *changes)
{
    char bytes[65536];
    size_t len = read_file(bytes, sizeof bytes, path), unseen = 0;
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    for (size_t i = 0; i < len; i++) {
        char other = bytes[i] == '\n' ? ' ' : (char)(bytes[i] ^ 1);
        poke(descriptor, i, other);
        ++*changes;
        if (!*issues_of(project, false)) {
            print_error("%s: byte %zu, '%c' instead of '%c', was not seen\n", path, i, other, bytes[i]);
            unseen++;
        }
        poke(descriptor, i, bytes[i]);
    }
    close(descriptor);
    return unseen;
}

static void call_object(kl_value project, const char *method, const char *envelope)
{
    kl_session_envelope *parsed = NULL;
    kl_value object = kl_null(), out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_session_envelope_parse(&parsed, kl_text_from(envelope), NULL), KL_OK);
    assert_int_equal(kl_constraint_envelope_new(&object, parsed, NULL), KL_OK);
    kl_session_envelope_release(parsed);
    if (kl_object_call(&out, project.as.object, kl_text_from(method), &object, 1, &error) != KL_OK)
        fail_with(method, &error);
    kl_value_release(object);
}

static void must_call(kl_value project, const char *method, const char *a, const char *b)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (CALL(&out, project, method, &error, a, b) != KL_OK)
        fail_with(method, &error);
    kl_value_release(out);
}

static void add_delegate(kl_trust_folder *folder, const char *parent, const char *id,
                         const char *envelope)
{
    kl_value dimensions = json("[\"financial\"]"), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (envelope)
        assert_int_equal(kl_string_new(&text, kl_text_from(envelope), NULL), KL_OK);
    const kl_delegate_request request = {
        .parent_id = parent ? kl_text_from(parent) : (kl_text){NULL, 0},
        .delegate_id = kl_text_from(id), .name = KL_TEXT("Ad\xC3\xA9le"), .dimensions = dimensions,
        .expiry_hours = kl_double(12.5), .envelope = text};
    if (kl_delegate_add(folder, &request, &error) != KL_OK)
        fail_with("add_delegate", &error);
    kl_value_release(dimensions);
    kl_value_release(text);
}

static kl_value new_hold(kl_trust_folder *folder)
{
    kl_value id = kl_null();
    assert_int_equal(kl_hold_create(&id, folder, KL_TEXT("pay"), KL_TEXT("financial"),
                                    KL_TEXT("above 1000 USD"), kl_null(), NULL), KL_OK);
    return id;
}

/* One that waits, one that was resolved without a key, one that was anchored. */
static void add_holds(kl_value project, kl_trust_folder *folder)
{
    for (int i = 0; i < 3; i++) {
        kl_value id = new_hold(folder);
        const kl_hold_decision decision = {.hold_id = kl_as_text(id), .delegate_id = KL_TEXT("del-a"),
                                           .approved = true, .reason = kl_null()};
        kl_error error = KL_ERROR_INIT;
        if (i && kl_hold_resolve(folder, i > 1 ? as_project(project) : NULL, &decision, &error) != KL_OK)
            fail_with("resolve", &error);
        kl_value_release(id);
    }
}

static void add_mirror_records(kl_trust_folder *folder)
{
    kl_value texts[] = {json("\"done\""), json("\"well\""), json("\"ethical_judgment\""),
                        json("\"ethical_judgment\"")};
    for (int kind = 0; kind < KL_MIRROR_KINDS; kind++) {
        kl_value id = kl_null();
        assert_int_equal(kl_mirror_add(&id, folder, (kl_mirror_kind)kind, texts, NULL), KL_OK);
        kl_value_release(id);
    }
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        kl_value_release(texts[i]);
}

/* Delegates, holds and mirror records; `is_signed`: the project's key signs what is written. */
static void add_stored(const char *path, kl_value project, bool is_signed)
{
    kl_trust_folder *folder = NULL;
    kl_value ids = kl_null();
    assert_int_equal(kl_trust_folder_open(&folder, kl_text_from(fill(path)), NULL), KL_OK);
    if (is_signed)
        assert_int_equal(kl_seal_by(folder, project, NULL), KL_OK);
    add_delegate(folder, NULL, "del-a", NULL);
    add_delegate(folder, "del-a", "del-b",
                 "{\"operational\":{\"blocked_actions\":[\"rm\"]},\"data_access\":{},"
                 "\"financial\":{\"max_cost_per_session\":5000},\"temporal\":{},\"communication\":{}}");
    assert_int_equal(kl_delegate_revoke(&ids, folder, KL_TEXT("del-b"), KL_TEXT("left"), NULL), KL_OK);
    kl_value_release(ids);
    add_holds(project, folder);
    add_mirror_records(folder);
    kl_trust_folder_release(folder);
}

/* With everything that a project may hold. */
static kl_value full_project(const char *path)
{
    kl_value project = make_project(path, TRUST_ENVELOPE("\"rm\"")), out = kl_null();
    must_decide(project, "use C");
    must_call(project, "record_milestone", "v1", "reached");
    must_call(project, "transition_posture", "autonomous", "it went well");
    add_stored(path, project, false);
    call_object(project, "enable_shadow", TRUST_ENVELOPE("\"rm\",\"ls\""));
    assert_int_equal(CALL(&out, project, "shadow_check", NULL, "ls"), KL_OK);
    kl_value_release(out);
    assert_string_equal(issues_of(project, true), "");
    return project;
}

/* A revocation that was cut short after its first phase. */
static void begin_revocation(kl_trust_folder *folder)
{
    kl_value wal = json("{\"operation\":\"revoke\",\"ids\":[\"del-b\"],\"reason\":\"left\","
                        "\"revoked_at\":\"2026-01-01T00:00:00Z\"}");
    kl_value hash = kl_null();
    assert_int_equal(kl_trust_canonical_hash(&hash, wal, NULL), KL_OK);
    assert_int_equal(kl_map_set(&wal, KL_TEXT("sha256"), hash, NULL), KL_OK);
    assert_int_equal(kl_trust_write_json(folder, "delegates", KL_DELEGATES_WAL, wal, NULL), KL_OK);
    kl_value_release(wal);
}

KL_TEST(every_byte_of_every_file_counts)
{
    KL_UNUSED_STATE;
    size_t changes = 0, unseen = 0;
    kl_value project = full_project("{DIR}/bytes");
    file_count = 0;
    begin_revocation(kl_trust_project_folder(as_project(project)));
    assert_int_equal(nftw(fill("{DIR}/bytes"), note_file, 8, FTW_PHYS), 0);
    assert_true(file_count >= 26);
    usleep(150000); /* so that what was verified may be remembered */
    assert_string_equal(issues_of(project, false), "");
    for (size_t i = 0; i < file_count; i++)
        unseen += change_bytes(files[i], project, &changes);
    assert_int_equal(unseen, 0);
    assert_true(changes > 5000);
    assert_string_equal(issues_of(project, true), "");
    kl_value_release(project);
}

/* Who cannot sign can hash: what was signed stays so, and what was signed for one folder is good for no
 * other. */
KL_TEST(a_signed_seal_cannot_be_made_anew)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/signed", NULL), record = kl_null(), seal = kl_null();
    kl_trust_folder *folder = kl_trust_project_folder(as_project(project));
    const kl_text name = KL_TEXT("del-a.json");
    add_stored("{DIR}/signed", project, true);
    assert_string_equal(issues_of(project, true), "");
    assert_int_equal(kl_trust_read_json(&record, folder, "delegates", name, NULL), KL_OK);
    kl_value signature = kl_value_retain(
        kl_map_get(kl_map_get(record, KL_TEXT("seal")), KL_TEXT("signature")));
    assert_int_equal(kl_as_text(signature).len, 128);
    assert_int_equal(kl_map_set_text(&record, KL_TEXT("name"), KL_TEXT("Eve"), NULL), KL_OK);
    assert_int_equal(kl_seal_set(&record, "delegates", NULL, NULL), KL_OK);
    seal = kl_value_retain(kl_map_get(record, KL_TEXT("seal")));
    assert_int_equal(kl_map_set(&seal, KL_TEXT("signature"), signature, NULL), KL_OK);
    assert_int_equal(kl_map_set(&record, KL_TEXT("seal"), seal, NULL), KL_OK);
    assert_int_equal(kl_trust_write_json(folder, "delegates", name, record, NULL), KL_OK);
    kl_value_release(record);
    assert_string_equal(issues_of(project, false), "critical seal_invalid;");
    kl_value_release(project);
}

/* What another implementation wrote has no seal: told, not held against it, and sealed by repair(). */
KL_TEST(repair_seals_what_others_wrote)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/others", NULL), out = kl_null(), flag = kl_bool(true);
    kl_trust_folder *folder = kl_trust_project_folder(as_project(project));
    kl_value record = json("{\"delegate_id\":\"del-w\",\"name\":\"W\",\"dimensions\":[],\"depth\":0,"
                           "\"status\":\"Active\",\"expiry\":null,\"parent_id\":null,"
                           "\"constraint_subset\":null,\"created_at\":\"2026-01-01T00:00:00Z\"}");
    assert_int_equal(kl_trust_write_json(folder, "delegates", KL_TEXT("del-w.json"), record, NULL), KL_OK);
    assert_string_equal(issues_of(project, true), "low unsealed;");
    for (int i = 0; i < 2; i++, flag = kl_bool(false)) {
        assert_int_equal(kl_object_call(&out, project.as.object, KL_TEXT("repair"), &flag, 1, NULL), KL_OK);
        kl_value_replace(&out, kl_null());
        assert_string_equal(issues_of(project, true), i ? "" : "low unsealed;");
    }
    kl_value_release(record);
    kl_value_release(project);
}

/* ---- larger changes ------------------------------------------------------------------------------------ */

static void shell(const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd %s && %s", fill("{DIR}/p"), command);
    assert_int_equal(system(line), 0);
}

/* A test that failed leaves its project behind. */
static int remove_project(void **state)
{
    (void)state;
    char line[256];
    snprintf(line, sizeof line, "rm -rf %s", fill("{DIR}/p"));
    return system(line);
}

KL_TEST(changes_are_told_by_name)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *command; /* within the directory of the project */
        const char *issue;   /* among what is told */
    } rows[] = {
        {"sed -i 's/use C/use B/' decisions/*", "high content_hash_mismatch;"},
        {"sed -i 's/reached/missed/' milestones/*", "high content_hash_mismatch;"},
        {"for f in decisions/*; do echo '{' > $f; done", "high parse_error;"},
        {"for f in decisions/*; do rm $f; ln -s /etc/passwd $f; done", "high parse_error;"},
        {"for f in decisions/*; do rm $f; mkfifo $f; done", "high parse_error;"},
        {"for f in decisions/*; do truncate -s 17M $f; done", "high parse_error;"},
        {"for f in decisions/*; do printf '{\"id\":1,\"id\":2}' > $f; done", "high parse_error;"},
        {"rm decisions/*", "critical missing_record;"},
        {"rm milestones/*", "medium count_mismatch;"},
        {"rm holds/*", "critical missing_record;"},
        {"sed -i s/Approved/Denied/ holds/*", "critical anchor_mismatch;"},
        {"sed -i s/pay/buy/ holds/*", "critical seal_invalid;"},
        {"sed -i s/Revoked/Active/ delegates/del-b.json", "critical seal_invalid;"},
        {"sed -i s/well/badly/ mirror/execution/*", "critical seal_invalid;"},
        {"sed -i 's/\"sha256\": \".*\"/\"sha256\": \"\"/' delegates/del-a.json", "critical seal_invalid;"},
        {"sed -i 's/\"seal\": {/\"seal\": {\"signature\": \"00\",/' delegates/del-a.json",
         "critical seal_invalid;"},
        {"sed -i 's/\"seal\": {/\"seal\": {\"more\": 1,/' delegates/del-a.json", "critical seal_invalid;"},
        {"sed -i 's/\"seal\"/\"other\"/' delegates/del-a.json", "low unsealed;low unknown_member;"},
        {"mv delegates/del-a.json delegates/del-c.json", "high duplicate_record;"},
        {"echo '{}' > delegates/del-a.json", "high parse_error;"},
        {"for f in mirror/*/*; do rm $f; ln -s /etc/passwd $f; done", "high parse_error;"},
        {"printf '{\"ids\":[\"del-a\"],\"reason\":\"\",\"sha256\":\"00\"}' > delegates/.wal.json",
         "critical seal_invalid;"},
        {"cp decisions/dec-* decisions/dec-000000000000.json", "high duplicate_record;"},
        {"ln decisions/dec-* decisions/dec-000000000000.json", "high duplicate_record;"},
        {"cp anchors/anc-posture-* anchors/anc-000000000000.json", "critical anchor_chain_underivable;"},
        {"rm anchors/anc-posture-*", "high broken_parent_chain;"},
        {"for f in anchors/*; do grep -q shadow_enabled $f && rm $f; done; true",
         "high manifest_tip_mismatch;"},
        {"for f in anchors/*; do grep -q 'parent_anchor_id\": null' $f && rm $f; done; true",
         "high broken_parent_chain;"},
        {"for f in anchors/*; do grep -q milestone $f && rm $f; done; true", "medium missing_anchor;"},
        {"sed -i 's/\"signature\": \"[0-9a-f]*\"/\"signature\": \"'$(printf '0%.0s' $(seq 128))'\"/' anchors/*",
         "critical signature_invalid;"},
        {"sed -i '/chain_signature/d; s/\\(\"created_at\": \".*\"\\),/\\1/; s/\\(\"reason\": \".*\"\\),/\\1/' "
         "anchors/*", "high chain_signature_invalid;"},
        {"sed -i 's/\"created_at\": \"20/\"created_at\": \"19/' anchors/*", "critical chain_signature_invalid;"},
        {"sed -i 's/it went well/it failed/' anchors/*", "critical anchor_mismatch;"},
        {"cp keys/authority.pub keys/public.key", "critical key_mismatch;"},
        {"rm keys/public.key", "critical key_mismatch;"},
        {"cp keys/public.key keys/authority.pub", "critical key_mismatch;"},
        {"sed -i 's/\"name\"/\"other\"/' genesis.json", "critical signature_invalid;"},
        {"rm genesis-authority.sig", "critical signature_invalid;"},
        {"rm constraint-envelope.json", "critical envelope_invalid;"},
        {"rm constraint-envelope.*", "critical envelope_invalid;"},
        {"sed -i 's/\"rm\"/\"ls\"/' constraint-envelope.json", "critical envelope_invalid;"},
        {"sed -i 's/\"signed_by\": null/\"signed_by\": \"me\"/' constraint-envelope.json",
         "low unknown_member;"},
        {"sed -i 's/decision_count\": 1/decision_count\": 7/' manifest.json", "medium count_mismatch;"},
        {"sed -i 's/\"last_anchor_id\": \".*\"/\"last_anchor_id\": \"anc-000000000000\"/' manifest.json",
         "high manifest_tip_mismatch;"},
        {"sed -i 's/Autonomous/Full/' manifest.json", "high posture_mismatch;"},
        {"sed -i 's/\"author\": \"author\"/\"author\": \"x\"/' manifest.json", "high manifest_mismatch;"},
        {"sed -i 's/\"project_name\": \"name\"/\"project_name\": \"x\"/' manifest.json",
         "high manifest_mismatch;"},
        {"echo '{}' > manifest.json", "high parse_error;"},
        {"rm manifest.json", "high parse_error;"},
        {"sed -i 's/\"id\"/\"more\": 1, \"id\"/' decisions/*", "low unknown_member;"},
        {"sed -i 's/  \"id\"/ \"id\"/' decisions/*", "low reformatted;"},
        {"sed -i 's/\"rm\"/\"cp\"/' shadow/candidate_envelope.json", "critical envelope_invalid;"},
        {"sed -i 's/10000/20000/' shadow/config.json", "critical envelope_invalid;"},
        {"sed -i 's/\"ls\"/\"cp\"/' shadow/records/1.jsonl", "low shadow_record_invalid;"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value project = full_project("{DIR}/p");
        shell(rows[i].command);
        const char *issues = issues_of(project, false);
        if (!strstr(issues, rows[i].issue))
            fail_msg("%s\n  told: %s\n  expected: %s", rows[i].command, issues, rows[i].issue);
        assert_string_equal(issues_of(project, true), issues);
        kl_value_release(project);
        shell("rm -rf ../p");
    }
}

/* What load() refuses, and with which words. */
KL_TEST(load_refuses_what_was_changed)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *command, *message;
    } rows[] = {
        {"sed -i 's/\"name\"/\"other\"/' genesis.json", "genesis authority signature verification failed"},
        {"rm genesis.json", "No such file"},
        {"rm genesis-authority.sig", "No such file"},
        {"rm manifest.json", "No such file"},
        {"echo '{}' > manifest.json", "serialization error: manifest.json: manifest: project_name: missing"},
        {"printf x > manifest.json", "serialization error: manifest.json: "},
        {"rm constraint-envelope.*", "No such file"},
        {"sed -i 's/\"rm\"/\"ls\"/' constraint-envelope.json",
         "constraint envelope signature verification failed"},
        {"cp anchors/anc-posture-* anchors/anc-000000000000.json", "tamper detected: "},
        {"for f in anchors/*; do grep -q 'parent_anchor_id\": null' $f && rm $f; done; true",
         "tamper detected: "},
        {"for f in anchors/*; do sed -i 's/\"parent_anchor_id\": \".*\"/\"parent_anchor_id\": null/' $f; done",
         "a second anchor has no parent"},
        {"for f in anchors/*; do echo > $f; done", "tamper detected: an anchor cannot be read"},
        {"rm -r anchors; ln -s /tmp anchors", "cannot open the folder"},
        {"printf '{\"genesis_id\":1}' > manifest.json", "migrate_project"},
        {"sed -i 's/\"rm\"/\"cp\"/' shadow/candidate_envelope.json",
         "constraint envelope signature verification failed"},
    };
    char hex[65];
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value project = full_project("{DIR}/p"), loaded = kl_null();
        snprintf(hex, sizeof hex, "%s",
                 kl_as_text(kl_trust_project_authority_key(as_project(project))).data);
        setenv("TRUST_PLANE_AUTHORITY_PUBKEY", hex, 1);
        kl_value_release(load_project("{DIR}/p"));
        shell(rows[i].command);
        kl_error error = KL_ERROR_INIT;
        if (kl_trust_project_load(&loaded, kl_text_from(fill("{DIR}/p")), &error) == KL_OK)
            fail_msg("%s: loaded", rows[i].command);
        if (!strstr(kl_error_message(&error), rows[i].message))
            fail_msg("%s\n  says: %s\n  expected: %s", rows[i].command, kl_error_message(&error),
                     rows[i].message);
        kl_error_clear(&error);
        kl_value_release(project);
        shell("rm -rf ../p");
    }
    unsetenv("TRUST_PLANE_AUTHORITY_PUBKEY");
}

/* Recording refuses to go on from a chain that was tampered with. */
KL_TEST(record_refuses_a_broken_chain)
{
    KL_UNUSED_STATE;
    static const char *const commands[] = {
        "rm anchors/anc-posture-*",
        "cp anchors/anc-posture-* anchors/anc-000000000000.json",
    };
    for (size_t i = 0; i < KL_COUNT(commands); i++) {
        kl_value project = full_project("{DIR}/p");
        kl_error error = KL_ERROR_INIT;
        shell(commands[i]);
        assert_int_equal(decide(project, "more", &error), KL_FAILED);
        assert_non_null(strstr(kl_error_message(&error), "tamper detected: "));
        kl_error_clear(&error);
        kl_value_release(project);
        shell("rm -rf ../p");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_every_file_counts),
        cmocka_unit_test(a_signed_seal_cannot_be_made_anew),
        cmocka_unit_test(repair_seals_what_others_wrote),
        cmocka_unit_test_teardown(changes_are_told_by_name, remove_project),
        cmocka_unit_test_teardown(load_refuses_what_was_changed, remove_project),
        cmocka_unit_test_teardown(record_refuses_a_broken_chain, remove_project),
    };
    return cmocka_run_group_tests(tests, make_trust_folder, remove_test_folder);
}
