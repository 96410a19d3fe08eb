/* Delegates, holds, mirror records and bundles of trust projects: what holds when memory ends in the
 * middle of anything, and what bytes cannot fool. */
#include "eatp/keys.h"
#include "kailash/type.h"
#include "sweep.h"
#include "trust_plane/bundle.h"
#include "trust_plane/delegates.h"
#include "trust_plane/holds.h"
#include "trust_plane/mirror.h"
#include "trust_plane/project.h"
#include "trust_plane/snapshot.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- directories --------------------------------------------------------------------------------- */

static char root[64];

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

static int make_root(void **state)
{
    (void)state;
    /* Memory, where there is some: every write is synced. */
    snprintf(root, sizeof root, "%s/kailash-records-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static kl_trust_folder *folder_at(const char *name)
{
    char path[128];
    kl_trust_folder *folder = NULL;
    snprintf(path, sizeof path, "%s/%s", root, name);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(kl_trust_folder_open(&folder, kl_text_from(path), NULL), KL_OK);
    return folder;
}

/* ---- delegates ----------------------------------------------------------------------------------- */

static kl_status add(kl_trust_folder *folder, const char *parent, const char *id, const char *dimensions,
                     kl_error *error)
{
    kl_value list = json(dimensions);
    const kl_delegate_request request = {
        .parent_id = parent ? kl_text_from(parent) : (kl_text){NULL, 0},
        .delegate_id = kl_text_from(id), .name = KL_TEXT("n"), .dimensions = list,
        .expiry_hours = kl_null(), .envelope = kl_null()};
    kl_status status = kl_delegate_add(folder, &request, error);
    kl_value_release(list);
    return status;
}

static void grow(kl_trust_folder *folder)
{
    assert_int_equal(add(folder, NULL, "del-a", "[\"operational\",\"financial\"]", NULL), KL_OK);
    assert_int_equal(add(folder, "del-a", "del-b", "[\"operational\"]", NULL), KL_OK);
    assert_int_equal(add(folder, "del-b", "del-c", "[]", NULL), KL_OK);
    assert_int_equal(add(folder, "del-a", "del-d", "[\"financial\"]", NULL), KL_OK);
    assert_int_equal(add(folder, NULL, "del-z", "[\"financial\"]", NULL), KL_OK);
}

static size_t count_standing(kl_trust_folder *folder, kl_delegate_status wanted)
{
    kl_delegate_tree tree;
    size_t count = 0;
    assert_int_equal(kl_delegate_tree_read(&tree, folder, NULL), KL_OK);
    for (size_t i = 0; i < kl_map_len(tree.records); i++)
        count += kl_delegate_standing(&tree, kl_map_key_at(tree.records, i)) == wanted;
    kl_delegate_tree_end(&tree);
    return count;
}

KL_TEST(a_revocation_reaches_all_below_parents_first)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("cascade");
    kl_value ids;
    grow(folder);
    assert_int_equal(kl_delegate_revoke(&ids, folder, KL_TEXT("del-a"), KL_TEXT("why"), NULL), KL_OK);
    assert_json(ids, "[\"del-a\",\"del-b\",\"del-d\",\"del-c\"]");
    assert_int_equal(count_standing(folder, KL_DELEGATE_REVOKED), 4);
    assert_int_equal(kl_delegate_revoke(&ids, folder, KL_TEXT("del-a"), KL_TEXT("why"), NULL), KL_OK);
    assert_json(ids, "[]");
    kl_trust_folder_release(folder);
}

/* Memory ends at every place of a revocation in turn, as a crash would: all count as revoked, or none. */
KL_TEST(a_revocation_that_is_cut_short_counts_as_a_whole)
{
    KL_UNUSED_STATE;
    size_t failed = 1, halfway = 0;
    for (size_t n = 1; failed; n++) {
        kl_trust_folder *folder = folder_at("cut");
        kl_value ids = kl_null();
        grow(folder);
        kl_test_fail_allocation(n);
        kl_status status = kl_delegate_revoke(&ids, folder, KL_TEXT("del-a"), KL_TEXT("why"), NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        kl_value_release(ids);
        size_t revoked = count_standing(folder, KL_DELEGATE_REVOKED);
        bool waits = kl_trust_exists(folder, "delegates", KL_TEXT(".wal.json"));
        assert_true(revoked == 0 || revoked == 4);
        if (status != KL_OK)
            assert_true(waits == (revoked == 4));
        halfway += waits;
        assert_int_equal(kl_delegates_recover(folder, NULL), KL_OK);
        assert_false(kl_trust_exists(folder, "delegates", KL_TEXT(".wal.json")));
        assert_int_equal(count_standing(folder, KL_DELEGATE_REVOKED), revoked);
        kl_trust_folder_release(folder);
    }
    assert_true(halfway > 10);
}

KL_TEST(a_revocation_file_of_somebody_else_is_refused)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("forged");
    kl_error error = KL_ERROR_INIT;
    kl_delegate_tree tree;
    static const char *const texts[] = {
        "{\"operation\":\"revoke\",\"ids\":[\"del-a\"],\"reason\":\"r\",\"revoked_at\":\"x\",\"sha256\":\"00\"}",
        "{}",
        "{\"ids\":[\"../../x\"],\"reason\":\"r\",\"sha256\":\"\"}",
    };
    grow(folder);
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        assert_int_equal(kl_trust_write(folder, "delegates", KL_TEXT(".wal.json"), kl_text_from(texts[i]), NULL),
                         KL_OK);
        assert_int_equal(kl_delegate_tree_read(&tree, folder, &error), KL_FAILED);
        assert_non_null(strstr(kl_error_message(&error), "tamper detected"));
        assert_int_equal(kl_delegates_recover(folder, NULL), KL_FAILED);
        assert_int_equal(add(folder, NULL, "del-y", "[]", NULL), KL_FAILED);
        kl_error_clear(&error);
    }
    kl_trust_folder_release(folder);
}

static void write_delegate(kl_trust_folder *folder, const char *id, const char *parent, const char *status,
                           const char *expiry)
{
    char text[512], name[64];
    snprintf(text, sizeof text,
             "{\"delegate_id\":\"%s\",\"name\":\"n\",\"dimensions\":[\"financial\"],\"depth\":0,\"status\":\"%s\","
             "\"expiry\":%s,\"parent_id\":%s,\"constraint_subset\":null,\"created_at\":"
             "\"2026-01-01T00:00:00Z\"}",
             id, status, expiry, parent);
    snprintf(name, sizeof name, "%s.json", id);
    assert_int_equal(kl_trust_make_folder(folder, "delegates", 0700, NULL), KL_OK);
    assert_int_equal(kl_trust_write(folder, "delegates", kl_text_from(name), kl_text_from(text), NULL), KL_OK);
}

/* Files that other programs wrote: whoever is not active by all that is known may nothing. */
KL_TEST(only_who_is_active_up_to_the_root_may_decide)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("standing");
    static const struct {
        const char *id, *parent, *status, *expiry;
        kl_delegate_status standing;
    } rows[] = {
        {"del-1", "null", "Active", "null", KL_DELEGATE_ACTIVE},
        {"del-2", "\"del-1\"", "Active", "null", KL_DELEGATE_ACTIVE},
        {"del-3", "null", "Active", "\"2020-01-01T00:00:00Z\"", KL_DELEGATE_EXPIRED},
        {"del-4", "\"del-3\"", "Active", "null", KL_DELEGATE_EXPIRED},
        {"del-5", "null", "Revoked", "null", KL_DELEGATE_REVOKED},
        {"del-6", "\"del-5\"", "Active", "null", KL_DELEGATE_REVOKED},
        {"del-7", "\"del-none\"", "Active", "null", KL_DELEGATE_REVOKED},
        {"del-8", "\"del-9\"", "Active", "null", KL_DELEGATE_REVOKED},
        {"del-9", "\"del-8\"", "Active", "null", KL_DELEGATE_REVOKED},
        {"del-10", "null", "Expired", "null", KL_DELEGATE_EXPIRED},
        {"del-11", "null", "whatever", "null", KL_DELEGATE_REVOKED},
    };
    kl_delegate_tree tree;
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        write_delegate(folder, rows[i].id, rows[i].parent, rows[i].status, rows[i].expiry);
    assert_int_equal(kl_delegate_tree_read(&tree, folder, NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_text id = kl_text_from(rows[i].id);
        assert_int_equal(kl_delegate_standing(&tree, id), rows[i].standing);
        assert_int_equal(kl_delegate_may(&tree, id, KL_TEXT("financial")),
                         rows[i].standing == KL_DELEGATE_ACTIVE);
        assert_false(kl_delegate_may(&tree, id, KL_TEXT("temporal")));
    }
    assert_false(kl_delegate_may(&tree, KL_TEXT("del-nobody"), KL_TEXT("financial")));
    kl_delegate_tree_end(&tree);
    kl_trust_folder_release(folder);
}

KL_TEST(damaged_files_are_told_by_name)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("damaged");
    static const struct {
        const char *name, *text, *message;
    } rows[] = {
        {"del-x.json", "{", "delegates/del-x.json"},
        {"del-x.json", "[]", "delegates/del-x.json"},
        {"del-x.json", "{\"delegate_id\":\"del-x\"}", "delegates/del-x.json"},
        {"del-x.json", "{\"delegate_id\":\"del-x\",\"delegate_id\":\"del-x\"}", "delegates/del-x.json"},
        {"del-x.json", "\xFF\xFE", "delegates/del-x.json"},
        {"del-x.json", "", "delegates/del-x.json"},
    };
    assert_int_equal(kl_trust_make_folder(folder, "delegates", 0700, NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_error error = KL_ERROR_INIT;
        kl_delegate_tree tree;
        assert_int_equal(kl_trust_write(folder, "delegates", kl_text_from(rows[i].name),
                                        kl_text_from(rows[i].text), NULL), KL_OK);
        assert_int_equal(kl_delegate_tree_read(&tree, folder, &error), KL_FAILED);
        assert_non_null(strstr(kl_error_message(&error), rows[i].message));
        kl_error_clear(&error);
    }
    write_delegate(folder, "del-x", "null", "Active", "null");
    char from[200], to[200];
    snprintf(from, sizeof from, "%s/damaged/delegates/del-x.json", root);
    snprintf(to, sizeof to, "%s/damaged/delegates/del-other.json", root);
    assert_int_equal(rename(from, to), 0);
    kl_delegate_tree tree;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_delegate_tree_read(&tree, folder, &error), KL_FAILED);
    assert_string_equal(kl_error_message(&error),
                        "serialization error: delegates/del-other.json: it holds delegate_id 'del-x'");
    kl_error_clear(&error);
    kl_trust_folder_release(folder);
}

/* ---- memory -------------------------------------------------------------------------------------- */

/* Files that an earlier turn left would have to be read, and so need more memory every time. */
static void forget(const char *folder, const char *sub)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s/%s", root, folder, sub);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static kl_status work_on_delegates(void *data)
{
    kl_trust_folder *folder = data;
    kl_value ids = kl_null(), dimensions;
    kl_delegate_tree tree;
    forget("sweep", "delegates");
    KL_TRY(kl_json_parse(&dimensions, KL_TEXT("[\"financial\"]"), NULL));
    kl_delegate_request request = {.delegate_id = KL_TEXT("del-t"), .name = KL_TEXT("n"),
                                   .dimensions = dimensions, .expiry_hours = kl_int(1),
                                   .envelope = kl_null()};
    kl_status status = kl_delegate_add(folder, &request, NULL);
    request.parent_id = request.delegate_id;
    request.delegate_id = KL_TEXT("del-u");
    if (status == KL_OK)
        status = kl_delegate_add(folder, &request, NULL);
    if (status == KL_OK)
        status = kl_delegate_revoke(&ids, folder, KL_TEXT("del-t"), KL_TEXT("r"), NULL);
    if (status == KL_OK && (status = kl_delegate_tree_read(&tree, folder, NULL)) == KL_OK)
        kl_delegate_tree_end(&tree);
    kl_value_release(ids);
    kl_value_release(dimensions);
    return status;
}

KL_TEST(delegates_survive_the_end_of_memory)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("sweep");
    assert_true(sweep(work_on_delegates, folder) > 20);
    kl_trust_folder_release(folder);
}

static kl_status work_on_holds(void *data)
{
    kl_trust_folder *folder = data;
    kl_value id = kl_null(), list = kl_null();
    kl_status status;
    forget("holds", "holds");
    KL_TRY_OUT(kl_hold_create(&id, folder, KL_TEXT("a"), KL_TEXT("financial"), KL_TEXT("r"), kl_null(), NULL));
    const kl_hold_decision decision = {.hold_id = kl_as_text(id), .delegate_id = KL_TEXT("del-z"),
                                       .approved = true, .reason = kl_null()};
    KL_TRY_OUT(kl_hold_resolve(folder, NULL, &decision, NULL));
    KL_TRY_OUT(kl_stored_list(&list, folder, &kl_holds_kind, NULL));
out:
    kl_value_release(list);
    kl_value_release(id);
    return status;
}

KL_TEST(holds_survive_the_end_of_memory)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("holds");
    grow(folder);
    assert_true(sweep(work_on_holds, folder) > 20);
    kl_trust_folder_release(folder);
}

static kl_status work_on_mirror(void *data)
{
    kl_trust_folder *folder = data;
    kl_value texts[4] = {kl_null(), kl_null(), kl_null(), kl_null()}, id = kl_null(), all = kl_null();
    kl_value map = kl_null();
    kl_status status;
    forget("mirror", "mirror");
    for (size_t i = 0; i < 3; i++)
        KL_TRY_OUT(kl_string_new(&texts[i], i == 2 ? KL_TEXT("ethical_judgment") : KL_TEXT("t"), NULL));
    KL_TRY_OUT(kl_mirror_add(&id, folder, KL_MIRROR_EXECUTION, texts, NULL));
    KL_TRY_OUT(kl_mirror_records(&all, folder, NULL));
    KL_TRY_OUT(kl_competency_map(&map, folder, NULL));
out:
    kl_value_release(map);
    kl_value_release(all);
    kl_value_release(id);
    for (size_t i = 0; i < 3; i++)
        kl_value_release(texts[i]);
    return status;
}

KL_TEST(mirror_records_survive_the_end_of_memory)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("mirror");
    assert_true(sweep(work_on_mirror, folder) > 20);
    kl_trust_folder_release(folder);
}

/* ---- bundles ------------------------------------------------------------------------------------- */

/* A project with two decisions, one of them secret, and a milestone; its bundle. */
static kl_value make_bundle(void)
{
    char path[128];
    kl_value project = kl_null(), bundle = kl_null(), anchor = kl_null();
    static const char *const texts[] = {"Use C", "Speed \xC3\xA9", "design"};
    snprintf(path, sizeof path, "%s/project", root);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(kl_trust_project_create(&project, kl_text_from(path), KL_TEXT("p"), KL_TEXT("a"),
                                             kl_null(), NULL), KL_OK);
    for (int secret = 0; secret < 2; secret++) {
        kl_value args[10] = {[3] = kl_double(0.5)};
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(kl_string_new(&args[i], kl_text_from(texts[i]), NULL), KL_OK);
        for (size_t i = 4; i < 8; i++)
            assert_int_equal(kl_array_new(&args[i], 0, NULL), KL_OK);
        assert_int_equal(kl_string_new(&args[8], KL_TEXT("full"), NULL), KL_OK);
        assert_int_equal(kl_string_new(&args[9], secret ? KL_TEXT("secret") : KL_TEXT("public"), NULL), KL_OK);
        assert_int_equal(kl_object_call(&anchor, project.as.object, KL_TEXT("record_decision"), args, 10, NULL),
                         KL_OK);
        kl_value_release(anchor);
        for (size_t i = 0; i < 10; i++)
            kl_value_release(args[i]);
    }
    kl_value args[2] = {kl_null(), kl_null()};
    assert_int_equal(kl_string_new(&args[0], KL_TEXT("v1"), NULL), KL_OK);
    assert_int_equal(kl_string_new(&args[1], KL_TEXT("first"), NULL), KL_OK);
    assert_int_equal(kl_object_call(&anchor, project.as.object, KL_TEXT("record_milestone"), args, 2, NULL), KL_OK);
    kl_value_release(anchor);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    assert_int_equal(kl_bundle_make(&bundle, (kl_trust_project *)project.as.object, KL_PUBLIC, NULL), KL_OK);
    kl_value_release(project);
    return bundle;
}

static const kl_bundle_demands no_demands = {.authority = {"", 0}};

/* As an attacker would: change a text, then compute the hash anew. Gives the error's message. */
static void forge(char message[300], kl_value bundle, const char *from, const char *to)
{
    kl_value text = kl_null(), forged = kl_null(), hash = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_json_print(&text, bundle, &kl_json_plain, NULL), KL_OK);
    const char *all = kl_as_text(text).data, *at = strstr(all, from);
    assert_non_null(at);
    kl_buffer changed = KL_BUFFER_INIT;
    kl_buffer_add(&changed, (kl_text){all, (size_t)(at - all)});
    kl_buffer_string(&changed, to);
    kl_buffer_string(&changed, at + strlen(from));
    *message = '\0';
    kl_status status = kl_bundle_parse(&forged, kl_buffer_text(&changed), &error);
    if (status == KL_OK) {
        assert_int_equal(kl_bundle_hash(&hash, forged, NULL), KL_OK);
        assert_int_equal(kl_map_set(&forged, KL_TEXT("bundle_hash"), hash, NULL), KL_OK);
        assert_int_equal(kl_map_remove(&forged, KL_TEXT("signature"), NULL), KL_OK);
        assert_int_equal(kl_map_remove(&forged, KL_TEXT("seal"), NULL), KL_OK);
        status = kl_bundle_verify(forged, &no_demands, &error);
    }
    snprintf(message, 300, "%s", status == KL_OK ? "" : kl_error_message(&error));
    kl_error_clear(&error);
    kl_buffer_free(&changed);
    kl_value_release(forged);
    kl_value_release(text);
}

KL_TEST(a_hash_that_is_computed_anew_fools_nobody)
{
    KL_UNUSED_STATE;
    kl_value bundle = make_bundle();
    char message[300];
    static const struct {
        const char *from, *to, *message;
    } rows[] = {
        {"\"decision\":\"Use C\"", "\"decision\":\"Use D\"", "does not have the hash that its id states"},
        {"\"anchor_type\":\"milestone\"", "\"anchor_type\":\"decision\"", "bundle integrity error"},
        {"\"org_id\":\"p\"", "\"org_id\":\"q\"", "the genesis of 'q'"},
        {"\"capabilities\":[]", "\"capabilities\":[\"x\"]", "genesis authority signature verification failed"},
        {"\"project_name\":\"p\"", "\"project_name\":\"q\"", "the manifest is of project 'q'"},
        {"\"author\":\"a\"", "\"author\":\"b\"", "names another author"},
        {"\"anchor_count\":3", "\"anchor_count\":2", "the manifest counts 2 anchors"},
        {"\"milestones\":[{", "\"milestones\":[],\"hidden\":[{", "milestone 'ms-"},
        {"\"redacted\":[{\"id\":\"dec-", "\"redacted\":[{\"id\":\"ded-", "does not have the hash that its id states"},
        {"\"genesis_signature\":", "\"no_genesis_signature\":", ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        forge(message, bundle, rows[i].from, rows[i].to);
        if (!strstr(message, rows[i].message) || (!*rows[i].message && *message))
            fail_msg("%s: got '%s'", rows[i].from, message);
    }
    kl_value_release(bundle);
}

/* Every character of the signed parts in turn, the hash made right each time. */
KL_TEST(no_character_of_a_bundle_can_be_changed_unseen)
{
    KL_UNUSED_STATE;
    kl_value bundle = make_bundle(), text = kl_null();
    size_t seen = 0, tried = 0;
    assert_int_equal(kl_map_remove(&bundle, KL_TEXT("signature"), NULL), KL_OK);
    assert_int_equal(kl_map_remove(&bundle, KL_TEXT("seal"), NULL), KL_OK);
    assert_int_equal(kl_json_print(&text, bundle, &kl_json_plain, NULL), KL_OK);
    kl_text all = kl_as_text(text);
    const char *from = strstr(all.data, "\"anchors\":"), *to = from ? strstr(from, "\"public_key\":") : NULL;
    assert_non_null(to);
    char *copy = kl_strdup(all);
    for (size_t at = (size_t)(from - all.data) + 10; at < (size_t)(to - all.data); at += 7) {
        kl_value forged = kl_null(), hash;
        char was = copy[at];
        copy[at] = was == '1' ? '2' : '1';
        tried++;
        kl_status status = kl_bundle_parse(&forged, (kl_text){copy, all.len}, NULL);
        if (status == KL_OK) {
            assert_int_equal(kl_bundle_hash(&hash, forged, NULL), KL_OK);
            assert_int_equal(kl_map_set(&forged, KL_TEXT("bundle_hash"), hash, NULL), KL_OK);
            status = kl_bundle_verify(forged, &no_demands, NULL);
            kl_value_release(forged);
        }
        if (status == KL_OK)
            fail_msg("a change at byte %zu went unseen: %.40s", at, all.data + at);
        seen++;
        copy[at] = was;
    }
    assert_int_equal(seen, tried);
    assert_true(tried > 200);
    kl_free(copy);
    kl_value_release(text);
    kl_value_release(bundle);
}

static kl_status verify_and_show(void *data)
{
    kl_value *bundle = data, text = kl_null(), page = kl_null(), again = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_bundle_verify(*bundle, &no_demands, NULL));
    KL_TRY_OUT(kl_json_print(&text, *bundle, &kl_json_pretty, NULL));
    KL_TRY_OUT(kl_bundle_parse(&again, kl_as_text(text), NULL));
    KL_TRY_OUT(kl_bundle_html(&page, *bundle, NULL));
out:
    kl_value_release(page);
    kl_value_release(again);
    kl_value_release(text);
    return status;
}

KL_TEST(bundles_survive_the_end_of_memory)
{
    KL_UNUSED_STATE;
    kl_value bundle = make_bundle();
    assert_int_equal(verify_and_show(&bundle), KL_OK);
    assert_true(sweep(verify_and_show, &bundle) > 50);
    kl_value_release(bundle);
}

KL_TEST(a_bundle_can_be_asked_for_more)
{
    KL_UNUSED_STATE;
    kl_value bundle = make_bundle();
    kl_text authority = kl_as_text(kl_map_get(bundle, KL_TEXT("authority_key")));
    kl_bundle_demands demands = {.authority = authority, .signature = true};
    assert_int_equal(kl_bundle_verify(bundle, &demands, NULL), KL_OK);
    demands.authority = kl_as_text(kl_map_get(bundle, KL_TEXT("public_key")));
    assert_int_equal(kl_bundle_verify(bundle, &demands, NULL), KL_FAILED);
    demands.authority = KL_TEXT("");
    assert_int_equal(kl_map_remove(&bundle, KL_TEXT("signature"), NULL), KL_OK);
    assert_int_equal(kl_map_remove(&bundle, KL_TEXT("seal"), NULL), KL_OK);
    assert_int_equal(kl_bundle_verify(bundle, &demands, NULL), KL_FAILED);
    kl_value_release(bundle);
}

/* ---- snapshots ----------------------------------------------------------------------------------- */

static kl_status take_snapshot(void *data)
{
    kl_value files = kl_null(), head = kl_null();
    kl_status status = kl_snapshot_take(&files, kl_text_from(data), NULL);
    if (status == KL_OK)
        status = kl_git_head(&head, kl_text_from(data), NULL);
    kl_value_release(head);
    kl_value_release(files);
    return status;
}

KL_TEST(snapshots_survive_the_end_of_memory)
{
    KL_UNUSED_STATE;
    kl_trust_folder *folder = folder_at("files");
    char path[128];
    grow(folder);
    snprintf(path, sizeof path, "%s/files", root);
    assert_true(sweep(take_snapshot, path) > 20);
    kl_trust_folder_release(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revocation_reaches_all_below_parents_first),
        cmocka_unit_test(a_revocation_that_is_cut_short_counts_as_a_whole),
        cmocka_unit_test(a_revocation_file_of_somebody_else_is_refused),
        cmocka_unit_test(only_who_is_active_up_to_the_root_may_decide),
        cmocka_unit_test(damaged_files_are_told_by_name),
        cmocka_unit_test(delegates_survive_the_end_of_memory),
        cmocka_unit_test(holds_survive_the_end_of_memory),
        cmocka_unit_test(mirror_records_survive_the_end_of_memory),
        cmocka_unit_test(a_hash_that_is_computed_anew_fools_nobody),
        cmocka_unit_test(no_character_of_a_bundle_can_be_changed_unseen),
        cmocka_unit_test(bundles_survive_the_end_of_memory),
        cmocka_unit_test(a_bundle_can_be_asked_for_more),
        cmocka_unit_test(snapshots_survive_the_end_of_memory),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
