/* tests/c/test_trust_enforcer.c - verdicts on actions, and the session that they spend. */
#include "folder.h"
#include "sweep.h"
#include "trust_plane/enforcer.h"

#include <math.h>
#include <pthread.h>

#define NOON ((kl_time)1767182400 * KL_SECOND) /* 2025-12-31T12:00:00Z */

/* What a test gives of an envelope: dimensions that are not named are {}. */
static kl_session_enforcer *enforcer_with(const char *dimensions, bool resolve)
{
    static const char *const names[] = {"operational", "data_access", "financial", "temporal",
                                        "communication"};
    kl_session_enforcer *made = NULL;
    kl_session_envelope *envelope = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_value map = json(dimensions);
    for (size_t i = 0; i < KL_COUNT(names); i++)
        if (!kl_map_has(map, kl_text_from(names[i])))
            assert_int_equal(kl_map_set(&map, kl_text_from(names[i]), kl_map_empty(), NULL), KL_OK);
    if (kl_session_envelope_read(&envelope, map, &error) != KL_OK ||
        kl_session_enforcer_new(&made, envelope, resolve, &error) != KL_OK)
        fail_msg("%s: %s", dimensions, kl_error_message(&error));
    kl_session_envelope_release(envelope);
    kl_value_release(map);
    return made;
}

static kl_session_enforcer *enforcer(const char *dimensions) { return enforcer_with(dimensions, false); }

static const double NO_COST = -12345;

static kl_session_action action_of(const char *action, const char *path, const char *channel,
                                   double cost)
{
    return (kl_session_action){
        .action = kl_text_from(action), .has_cost = cost != NO_COST, .cost = cost,
        .resource_path = path ? kl_text_from(path) : (kl_text){NULL, 0},
        .channel = channel ? kl_text_from(channel) : (kl_text){NULL, 0}};
}

/* The verdict and its reason; `reason` NULL = none. */
static void judges(kl_session_enforcer *e, kl_session_action action, kl_zone zone,
                   const char *reason)
{
    kl_value text = kl_null();
    kl_session_verdict verdict = kl_session_judge_at(e, &action, NOON, KL_HOUR);
    assert_int_equal(kl_session_reason(&text, e, &verdict, &action, NULL), KL_OK);
    bool same = reason ? kl_text_is(kl_as_text(text), reason) : kl_is_null(text);
    if (verdict.zone != zone || !same)
        fail_msg("%s: got %d, %s; expected %d, %s", action.action.data, verdict.zone,
                 kl_as_text(text).data, zone, reason ? reason : "nothing");
    kl_value_release(text);
}

KL_TEST(every_rule_has_its_verdict_and_its_reason)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *envelope, *action, *path, *channel;
        double cost;
        kl_zone zone;
        const char *reason;
    } rows[] = {
        {"{}", "a", "/x", "c", 1e300, KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"operational\":{\"blocked_actions\":[\"rm\"]}}", "rm", NULL, NULL, NO_COST,
         KL_ZONE_BLOCKED, "action 'rm' is in the blocked list"},
        {"{\"operational\":{\"blocked_actions\":[\"rm\"]}}", "RM", NULL, NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"operational\":{\"allowed_actions\":[\"rm\"]}}", "x", NULL, NULL, NO_COST,
         KL_ZONE_BLOCKED, "action 'x' is not in the allowed list"},
        {"{\"operational\":{\"allowed_actions\":[]}}", "x", NULL, NULL, NO_COST, KL_ZONE_BLOCKED,
         "action 'x' is not in the allowed list"},
        {"{\"operational\":{\"allowed_actions\":[\"rm\"],\"blocked_actions\":[\"rm\"]}}", "rm", NULL,
         NULL, NO_COST, KL_ZONE_BLOCKED, "action 'rm' is in the blocked list"},
        {"{\"data_access\":{\"blocked_paths\":[\"/s\"]}}", "x", "/s/./", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path '/s' is blocked"},
        {"{\"data_access\":{\"blocked_paths\":[\"/etc/\"]}}", "x", "/etc/passwd", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path '/etc/passwd' is blocked"},
        {"{\"data_access\":{\"blocked_paths\":[\"/etc/\"]}}", "x", "\\a\\..\\etc", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path '/etc' is blocked"},
        {"{\"data_access\":{\"blocked_paths\":[\"/etc\"]}}", "x", "/etcetera", NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"data_access\":{\"blocked_paths\":[\"/etc\"]}}", "x", NULL, NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"data_access\":{\"blocked_patterns\":[\"*.env\"]}}", "x", "/s/./q.env", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path '/s/q.env' matches a blocked pattern"},
        {"{\"data_access\":{\"blocked_patterns\":[\"**/x\",\"a?[bc]\"]}}", "x", "x", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path 'x' matches a blocked pattern"},
        {"{\"data_access\":{\"blocked_patterns\":[\"**/x\",\"a?[bc]{d,e}\"]}}", "x", "a/bd", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path 'a/bd' matches a blocked pattern"},
        {"{\"data_access\":{\"read_paths\":[\"/a\"]}}", "x", "/ab", NULL, NO_COST, KL_ZONE_BLOCKED,
         "path '/ab' is not in the read allowlist"},
        {"{\"data_access\":{\"read_paths\":[\"/a/\"]}}", "x", "/a", NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"data_access\":{\"read_paths\":[\"/a\"]}}", "x", "", NULL, NO_COST, KL_ZONE_BLOCKED,
         "path '' is not in the read allowlist"},
        {"{\"data_access\":{\"write_paths\":[\"/a\"]}}", "write", "/b", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path '/b' is not in the write allowlist"},
        {"{\"data_access\":{\"write_paths\":[\"/a\"]}}", "create", "/b", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path '/b' is not in the write allowlist"},
        {"{\"data_access\":{\"write_paths\":[]}}", "delete", "/b", NULL, NO_COST,
         KL_ZONE_BLOCKED, "path '/b' is not in the write allowlist"},
        {"{\"data_access\":{\"write_paths\":[\"/a\"]}}", "read", "/b", NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"data_access\":{\"read_paths\":[\"/c\"],\"write_paths\":[\"/a\"]}}", "write", "/b", NULL,
         NO_COST, KL_ZONE_BLOCKED, "path '/b' is not in the read allowlist"},
        {"{}", "x", NULL, NULL, NAN, KL_ZONE_BLOCKED,
         "Estimated cost (nan) is not a finite amount of at least 0"},
        {"{}", "x", NULL, NULL, -1, KL_ZONE_BLOCKED,
         "Estimated cost (-1.00) is not a finite amount of at least 0"},
        {"{}", "x", NULL, NULL, INFINITY, KL_ZONE_BLOCKED,
         "Estimated cost (inf) is not a finite amount of at least 0"},
        {"{\"financial\":{\"max_cost_per_session\":1}}", "x", NULL, NULL, 1, KL_ZONE_AUTO_APPROVED,
         NULL},
        {"{\"financial\":{\"max_cost_per_session\":1}}", "x", NULL, NULL, 2, KL_ZONE_BLOCKED,
         "Session cost budget exhausted (current: 0.00, action: 2.00, limit: 1.00)"},
        {"{\"financial\":{\"max_cost_per_action\":1}}", "x", NULL, NULL, 2, KL_ZONE_HELD,
         "Estimated cost (2.00) exceeds per-action limit (1.00) -- requires human review"},
        {"{\"financial\":{\"max_cost_per_action\":1,\"max_cost_per_session\":1}}", "x", NULL, NULL, 2,
         KL_ZONE_BLOCKED, "Session cost budget exhausted (current: 0.00, action: 2.00, limit: 1.00)"},
        {"{\"temporal\":{\"allowed_hours\":[]}}", "x", NULL, NULL, NO_COST, KL_ZONE_BLOCKED,
         "Action attempted outside allowed hours"},
        {"{\"temporal\":{\"allowed_hours\":[[12,12]]}}", "x", NULL, NULL, NO_COST, KL_ZONE_BLOCKED,
         "Action attempted outside allowed hours"},
        {"{\"temporal\":{\"allowed_hours\":[[13,12]]}}", "x", NULL, NULL, NO_COST, KL_ZONE_BLOCKED,
         "Action attempted outside allowed hours"},
        {"{\"temporal\":{\"allowed_hours\":[[1,2],[12,13]]}}", "x", NULL, NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"temporal\":{\"allowed_hours\":[[22,13]]}}", "x", NULL, NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"communication\":{\"blocked_channels\":[\"x\"]}}", "a", NULL, "x", NO_COST,
         KL_ZONE_BLOCKED, "channel 'x' is blocked"},
        {"{\"communication\":{\"allowed_channels\":[\"x\"]}}", "a", NULL, "z", NO_COST,
         KL_ZONE_BLOCKED, "channel 'z' is not in the allowed list"},
        {"{\"communication\":{\"requires_review\":true}}", "a", NULL, "z", NO_COST, KL_ZONE_FLAGGED,
         "communication requires human review"},
        {"{\"communication\":{\"requires_review\":true}}", "a", NULL, NULL, NO_COST,
         KL_ZONE_AUTO_APPROVED, NULL},
        {"{\"communication\":{\"requires_review\":true},\"financial\":{\"max_cost_per_action\":1}}",
         "a", NULL, "z", 3, KL_ZONE_HELD,
         "Estimated cost (3.00) exceeds per-action limit (1.00) -- requires human review"},
        {"{\"communication\":{\"blocked_channels\":[\"z\"]},\"temporal\":{\"allowed_hours\":[]}}", "a",
         NULL, "z", NO_COST, KL_ZONE_BLOCKED, "Action attempted outside allowed hours"},
        {"{\"operational\":{\"blocked_actions\":[\"a\\nb\"]}}", "a\nb", NULL, NULL, NO_COST,
         KL_ZONE_BLOCKED, "action 'a\\x0ab' is in the blocked list"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_session_enforcer *e = enforcer(rows[i].envelope);
        judges(e, action_of(rows[i].action, rows[i].path, rows[i].channel, rows[i].cost),
               rows[i].zone, rows[i].reason);
        kl_session_enforcer_free(e);
    }
}

KL_TEST(a_path_with_a_nul_is_blocked)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{}");
    kl_session_action action = action_of("x", NULL, NULL, NO_COST);
    action.resource_path = (kl_text){"/a\0/etc", 7};
    judges(e, action, KL_ZONE_BLOCKED, "path '/a\\x00/etc' contains a NUL character");
    kl_session_enforcer_free(e);
}

KL_TEST(a_path_of_any_length_is_judged)
{
    KL_UNUSED_STATE;
    enum { LONG = 100000 };
    kl_session_enforcer *e = enforcer("{\"data_access\":{\"blocked_paths\":[\"/x\"],"
                                      "\"blocked_patterns\":[\"*secret\"]}}");
    char *path = malloc(LONG + 1);
    memset(path, '/', LONG);
    memcpy(path + LONG - 3, "x/y", 4);
    kl_session_action action = action_of("a", path, NULL, NO_COST);
    assert_int_equal(kl_session_judge(e, &action).rule, KL_RULE_PATH_BLOCKED);
    memset(path, 'a', LONG);
    memcpy(path + LONG - 6, "secret", 7);
    assert_int_equal(kl_session_judge(e, &action).rule, KL_RULE_PATH_PATTERN);
    kl_test_fail_allocation(1); /* without memory it is denied, and says so */
    kl_session_verdict verdict = kl_session_judge(e, &action);
    kl_test_fail_allocation(0);
    assert_int_equal(verdict.zone, KL_ZONE_BLOCKED);
    assert_int_equal(verdict.rule, KL_RULE_INTERNAL);
    free(path);
    kl_session_enforcer_free(e);
}

KL_TEST(names_of_any_length_are_cut_by_characters)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"operational\":{\"allowed_actions\":[]}}");
    char name[601] = "a", expected[300] = "action 'a";
    for (int i = 0; i < 200; i++)
        strcat(name, "\xC3\xA9");
    for (int i = 0; i < 99; i++)
        strcat(expected, "\xC3\xA9");
    strcat(expected, "...' is not in the allowed list"); /* 199 of 200 bytes: a character is not halved */
    judges(e, action_of(name, NULL, NULL, NO_COST), KL_ZONE_BLOCKED, expected);
    kl_session_enforcer_free(e);
}

KL_TEST(a_reason_is_text_whatever_bytes_a_name_has)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"operational\":{\"allowed_actions\":[]}}");
    judges(e, action_of("a\xFF", NULL, NULL, NO_COST), KL_ZONE_BLOCKED,
           "action 'a\xEF\xBF\xBD' is not in the allowed list");
    kl_session_enforcer_free(e);
}

/* ---- the session -------------------------------------------------------------------------------------- */

static kl_zone at(kl_session_enforcer *e, const char *action, double cost, kl_duration later)
{
    kl_session_action given = action_of(action, NULL, NULL, cost);
    return kl_session_judge_at(e, &given, NOON + later, KL_HOUR + later).zone;
}

KL_TEST(only_what_takes_place_is_counted)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer(
        "{\"operational\":{\"blocked_actions\":[\"rm\"]},"
        "\"financial\":{\"max_cost_per_session\":10,\"max_cost_per_action\":4}}");
    assert_int_equal(at(e, "rm", 1, 0), KL_ZONE_BLOCKED);
    assert_int_equal(at(e, "a", 5, 0), KL_ZONE_HELD);
    assert_true(kl_session_cost(e) == 0 && kl_session_start(e) == KL_TIME_NONE);
    assert_int_equal(at(e, "a", 4, 0), KL_ZONE_AUTO_APPROVED);
    assert_int_equal(at(e, "a", 4, KL_SECOND), KL_ZONE_AUTO_APPROVED);
    assert_true(kl_session_cost(e) == 8 && kl_session_start(e) == NOON);
    assert_int_equal(at(e, "a", 2.5, 0), KL_ZONE_BLOCKED);
    assert_int_equal(at(e, "a", 2, 0), KL_ZONE_AUTO_APPROVED); /* exactly the limit */
    assert_int_equal(at(e, "a", 0.01, 0), KL_ZONE_BLOCKED);
    assert_int_equal(at(e, "a", 0, 0), KL_ZONE_AUTO_APPROVED);
    kl_session_reset(e);
    assert_true(kl_session_cost(e) == 0 && kl_session_start(e) == KL_TIME_NONE);
    assert_int_equal(at(e, "a", 4, 0), KL_ZONE_AUTO_APPROVED);
    kl_session_enforcer_free(e);
}

KL_TEST(a_session_that_lasts_too_long_is_held)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"temporal\":{\"max_session_hours\":0.5}}");
    assert_int_equal(at(e, "a", NO_COST, 0), KL_ZONE_AUTO_APPROVED);
    assert_int_equal(at(e, "a", NO_COST, KL_HOUR / 2), KL_ZONE_AUTO_APPROVED);
    assert_int_equal(at(e, "a", NO_COST, KL_HOUR / 2 + 1), KL_ZONE_HELD);
    kl_session_action action = action_of("a", NULL, NULL, NO_COST);
    kl_value reason = kl_null();
    kl_session_verdict verdict = kl_session_judge_at(e, &action, NOON, 3 * KL_HOUR);
    assert_int_equal(kl_session_reason(&reason, e, &verdict, &action, NULL), KL_OK);
    assert_string_equal(kl_as_text(reason).data,
                        "Session time limit exceeded (2.0h elapsed, 0.5h limit) -- requires human "
                        "review");
    kl_value_release(reason);
    kl_session_enforcer_free(e);
}

KL_TEST(the_same_action_too_soon_is_flagged)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"temporal\":{\"cooldown_minutes\":5}}");
    assert_int_equal(at(e, "a", NO_COST, 0), KL_ZONE_AUTO_APPROVED);
    assert_int_equal(at(e, "b", NO_COST, KL_MINUTE), KL_ZONE_AUTO_APPROVED);
    assert_int_equal(at(e, "a", NO_COST, 3 * KL_MINUTE), KL_ZONE_FLAGGED); /* and noted again */
    assert_int_equal(at(e, "a", NO_COST, 7 * KL_MINUTE), KL_ZONE_FLAGGED);
    assert_int_equal(at(e, "a", NO_COST, 12 * KL_MINUTE), KL_ZONE_AUTO_APPROVED);
    kl_session_action action = action_of("a", NULL, NULL, NO_COST);
    kl_value reason = kl_null();
    kl_session_verdict verdict =
        kl_session_judge_at(e, &action, NOON, KL_HOUR + 12 * KL_MINUTE + 90 * KL_SECOND);
    assert_int_equal(kl_session_reason(&reason, e, &verdict, &action, NULL), KL_OK);
    assert_string_equal(kl_as_text(reason).data,
                        "Action 'a' attempted within cooldown period (1.5min elapsed, 5min required)");
    kl_value_release(reason);
    kl_session_reset(e);
    assert_int_equal(at(e, "a", NO_COST, 12 * KL_MINUTE), KL_ZONE_AUTO_APPROVED);
    kl_session_enforcer_free(e);
}

KL_TEST(cooldowns_are_forgotten_when_they_are_over)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"temporal\":{\"cooldown_minutes\":1}}");
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5000; i++) {
            char name[32];
            snprintf(name, sizeof name, "action %d", i);
            assert_int_equal(at(e, name, NO_COST, round * 2 * KL_MINUTE), KL_ZONE_AUTO_APPROVED);
            assert_int_equal(at(e, name, NO_COST, round * 2 * KL_MINUTE), KL_ZONE_FLAGGED);
        }
    }
    kl_session_enforcer_free(e);
}

KL_TEST(an_action_that_cannot_be_noted_is_denied)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"temporal\":{\"cooldown_minutes\":1}}");
    kl_session_action action = action_of("a", NULL, NULL, 5);
    kl_test_fail_allocation(1);
    kl_session_verdict verdict = kl_session_judge_at(e, &action, NOON, 0);
    kl_test_fail_allocation(0);
    assert_int_equal(verdict.zone, KL_ZONE_BLOCKED);
    assert_int_equal(verdict.rule, KL_RULE_INTERNAL);
    assert_true(kl_session_cost(e) == 0);
    kl_session_enforcer_free(e);
}

KL_TEST(limits_beyond_the_clock_are_none)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"temporal\":{\"max_session_hours\":1e300,"
                                      "\"cooldown_minutes\":9223372036854775807}}");
    assert_int_equal(at(e, "a", NO_COST, 0), KL_ZONE_AUTO_APPROVED);
    assert_int_equal(at(e, "b", NO_COST, 100000 * KL_HOUR), KL_ZONE_AUTO_APPROVED);
    assert_int_equal(at(e, "a", NO_COST, 100000 * KL_HOUR), KL_ZONE_FLAGGED);
    kl_session_enforcer_free(e);
}

/* ---- making ----------------------------------------------------------------------------------------------- */

KL_TEST(a_pattern_that_is_none_is_shown)
{
    KL_UNUSED_STATE;
    kl_session_envelope *empty = NULL, *bad = NULL;
    kl_session_enforcer *made = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_value patterns = json("[\"*.a\",\"[\"]");
    assert_int_equal(kl_session_envelope_empty(&empty, NULL), KL_OK);
    assert_int_equal(kl_session_envelope_with(&bad, empty, "data_access", "blocked_patterns", patterns,
                                              NULL), KL_OK);
    assert_int_equal(kl_session_enforcer_new(&made, bad, false, &error), KL_SYNTAX);
    assert_string_equal(kl_error_message(&error),
                        "constraint violation: invalid glob pattern '[' "
                        "(data_access.blocked_patterns[1]): glob: the class '[' is not closed");
    kl_error_clear(&error);
    kl_value_release(patterns);
    kl_session_envelope_release(bad);
    kl_session_envelope_release(empty);
}

KL_TEST(an_action_has_a_name)
{
    KL_UNUSED_STATE;
    kl_session_action none = action_of("", NULL, NULL, NO_COST);
    assert_int_equal(kl_session_action_check(&none, NULL), KL_INVALID);
}

static kl_status make_and_judge(void *data)
{
    kl_session_enforcer *e = NULL;
    kl_session_action action = action_of("a", "/x", "c", 1);
    kl_value reason = kl_null();
    KL_TRY(kl_session_enforcer_new(&e, data, true, NULL));
    kl_session_verdict verdict = kl_session_judge(e, &action);
    kl_status status = kl_session_reason(&reason, e, &verdict, &action, NULL);
    assert_true(verdict.zone == KL_ZONE_BLOCKED);
    kl_value_release(reason);
    kl_session_enforcer_free(e);
    return status;
}

KL_TEST(without_memory_there_is_no_enforcer)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer(
        "{\"operational\":{\"allowed_actions\":[\"b\"]},\"data_access\":{\"read_paths\":[\"/a\"],"
        "\"blocked_paths\":[\"/b\"],\"blocked_patterns\":[\"*.a\",\"*.b\"]},"
        "\"temporal\":{\"cooldown_minutes\":1},\"communication\":{\"blocked_channels\":[\"c\"]}}");
    kl_session_envelope *envelope = kl_session_envelope_retain(kl_session_enforcer_envelope(e));
    kl_session_enforcer_free(e);
    assert_true(sweep(make_and_judge, envelope) > 8);
    kl_session_envelope_release(envelope);
}

/* ---- links -------------------------------------------------------------------------------------------------- */

static void judges_path(kl_session_enforcer *e, const char *path, kl_session_rule rule, bool by_link)
{
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%s/%s", test_folder, path);
    kl_session_action action = action_of("read", whole, NULL, NO_COST);
    kl_session_verdict verdict = kl_session_judge(e, &action);
    if (verdict.rule != rule || verdict.by_link != by_link)
        fail_msg("%s: got rule %d %d, expected %d %d", path, verdict.rule, verdict.by_link, rule, by_link);
}

static kl_session_enforcer *in_folder(const char *format, bool resolve)
{
    char text[1024];
    snprintf(text, sizeof text, format, test_folder, test_folder);
    return enforcer_with(text, resolve);
}

KL_TEST(with_resolve_it_counts_where_a_path_leads)
{
    KL_UNUSED_STATE;
    char name[PATH_MAX], target[PATH_MAX];
#define IN(room, text) (snprintf(room, sizeof room, "%s/" text, test_folder), room)
    assert_int_equal(mkdir(IN(name, "open"), 0700) | mkdir(IN(name, "secret"), 0700), 0);
    assert_int_equal(symlink(IN(target, "secret"), IN(name, "open/door")), 0);
    assert_int_equal(symlink(IN(target, "open"), IN(name, "gate")), 0);
    assert_int_equal(symlink("../secret/new", IN(name, "open/dangling")), 0);
    assert_int_equal(symlink(IN(target, "secret"), IN(name, "open\\door")), 0);
    assert_int_equal(symlink("round", IN(name, "round")), 0);
    kl_session_enforcer *plain = in_folder("{\"data_access\":{\"blocked_paths\":[\"%s/secret\"]}}", false);
    kl_session_enforcer *strict = in_folder("{\"data_access\":{\"blocked_paths\":[\"%s/secret\"]}}", true);
    kl_session_enforcer *only = in_folder("{\"data_access\":{\"read_paths\":[\"%s/gate\"]}}", true);
    judges_path(plain, "open/door/key", KL_RULE_NONE, false);
    judges_path(strict, "open/door/key", KL_RULE_PATH_BLOCKED, true);
    judges_path(strict, "open\\door", KL_RULE_PATH_BLOCKED, true);
    judges_path(strict, "open/dangling", KL_RULE_PATH_BLOCKED, true);
    judges_path(strict, "secret/../open/x", KL_RULE_NONE, false);
    judges_path(strict, "secret/x", KL_RULE_PATH_BLOCKED, false);
    judges_path(strict, "round/x", KL_RULE_PATH_UNRESOLVED, true);
    judges_path(only, "open/x", KL_RULE_NONE, false); /* the gate leads there */
    judges_path(only, "gate/x", KL_RULE_NONE, false);
    judges_path(only, "gate/door/x", KL_RULE_PATH_READ, true);
    judges_path(only, "other", KL_RULE_PATH_READ, true);
    kl_session_enforcer_free(plain);
    kl_session_enforcer_free(strict);
    kl_session_enforcer_free(only);
}

/* ---- threads ------------------------------------------------------------------------------------------------ */

enum { THREADS = 8, TRIES = 2000, BUDGET = 5000 };

static void *spend(void *data)
{
    size_t approved = 0;
    kl_session_action action = action_of("buy", "/shop", "web", 1);
    for (int i = 0; i < TRIES; i++)
        approved += kl_session_judge(data, &action).zone == KL_ZONE_AUTO_APPROVED;
    return (void *)(uintptr_t)approved;
}

KL_TEST(a_budget_is_spent_once_however_many_spend_it)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{\"financial\":{\"max_cost_per_session\":5000}}");
    pthread_t threads[THREADS];
    size_t approved = 0;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, spend, e), 0);
    for (int i = 0; i < THREADS; i++) {
        void *out;
        assert_int_equal(pthread_join(threads[i], &out), 0);
        approved += (size_t)(uintptr_t)out;
    }
    assert_int_equal(approved, BUDGET);
    assert_true(kl_session_cost(e) == BUDGET);
    kl_session_enforcer_free(e);
}

static void *spend_and_reset(void *data)
{
    kl_session_action action = action_of("buy", NULL, NULL, 1);
    for (int i = 0; i < TRIES; i++) {
        kl_session_judge(data, &action);
        if (i % 10 == 0)
            kl_session_reset(data);
    }
    return NULL;
}

KL_TEST(a_session_begins_now_also_when_it_was_just_reset)
{
    KL_UNUSED_STATE;
    kl_session_enforcer *e = enforcer("{}");
    pthread_t threads[THREADS];
    kl_time before = kl_time_now();
    kl_session_action action = action_of("buy", NULL, NULL, 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, spend_and_reset, e), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    kl_session_judge(e, &action);
    assert_true(kl_session_start(e) >= before && kl_session_start(e) <= kl_time_now());
    kl_session_enforcer_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_its_verdict_and_its_reason),
        cmocka_unit_test(a_path_with_a_nul_is_blocked),
        cmocka_unit_test(a_path_of_any_length_is_judged),
        cmocka_unit_test(names_of_any_length_are_cut_by_characters),
        cmocka_unit_test(a_reason_is_text_whatever_bytes_a_name_has),
        cmocka_unit_test(only_what_takes_place_is_counted),
        cmocka_unit_test(a_session_that_lasts_too_long_is_held),
        cmocka_unit_test(the_same_action_too_soon_is_flagged),
        cmocka_unit_test(cooldowns_are_forgotten_when_they_are_over),
        cmocka_unit_test(an_action_that_cannot_be_noted_is_denied),
        cmocka_unit_test(limits_beyond_the_clock_are_none),
        cmocka_unit_test(a_pattern_that_is_none_is_shown),
        cmocka_unit_test(an_action_has_a_name),
        cmocka_unit_test(without_memory_there_is_no_enforcer),
        cmocka_unit_test(with_resolve_it_counts_where_a_path_leads),
        cmocka_unit_test(a_budget_is_spent_once_however_many_spend_it),
        cmocka_unit_test(a_session_begins_now_also_when_it_was_just_reset),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
