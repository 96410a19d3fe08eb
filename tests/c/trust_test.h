/* tests/c/trust_test.h - trust projects for tests: made, written to, verified. */
#ifndef KL_TESTS_TRUST_TEST_H
#define KL_TESTS_TRUST_TEST_H

#include "folder.h"
#include "trust_plane/project.h"
#include "trust_plane/envelope.h"

/* A folder in memory where there is one: what is tested syncs all the time. */
static inline int make_trust_folder(void **state)
{
    (void)state;
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(test_folder, sizeof test_folder, "%s/kailash_test_XXXXXX", root);
    return mkdtemp(test_folder) ? 0 : -1;
}

static inline void fail_with(const char *what, kl_error *error)
{
    fail_msg("%s: %s", what, kl_error_message(error));
}

/* A new project "{DIR}/NAME"; `envelope` is JSON text or NULL. */
static inline kl_value make_project(const char *path, const char *envelope)
{
    kl_value project = kl_null(), object = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (envelope) {
        kl_session_envelope *parsed = NULL;
        assert_int_equal(kl_session_envelope_parse(&parsed, kl_text_from(envelope), NULL), KL_OK);
        assert_int_equal(kl_constraint_envelope_new(&object, parsed, NULL), KL_OK);
        kl_session_envelope_release(parsed);
    }
    if (kl_trust_project_create(&project, kl_text_from(fill(path)), KL_TEXT("name"),
                                KL_TEXT("author"), object, &error) != KL_OK)
        fail_with("create", &error);
    kl_value_release(object);
    return project;
}

#define TRUST_ENVELOPE(blocked)                                                                    \
    "{\"operational\":{\"blocked_actions\":[" blocked "]},\"data_access\":{},\"financial\":{},"     \
    "\"temporal\":{},\"communication\":{}}"

static inline kl_trust_project *as_project(kl_value project)
{
    return (kl_trust_project *)project.as.object;
}

static inline kl_value load_project(const char *path)
{
    kl_value project = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_trust_project_load(&project, kl_text_from(fill(path)), &error) != KL_OK)
        fail_with("load", &error);
    return project;
}

/* Call a method with texts as arguments; NULL ends them. */
static inline kl_status call_texts(kl_value *out, kl_value project, const char *method,
                                   kl_error *error, const char *const *texts)
{
    kl_value args[4] = {{0}};
    size_t count = 0;
    kl_status status = KL_OK;
    for (; texts[count] && status == KL_OK; count++)
        status = kl_string_new(&args[count], kl_text_from(texts[count]), error);
    if (status == KL_OK)
        status = kl_object_call(out, project.as.object, kl_text_from(method), args, count, error);
    for (size_t i = 0; i < count; i++)
        kl_value_release(args[i]);
    return status;
}
#define CALL(out, project, method, error, ...)                                                     \
    call_texts(out, project, method, error, (const char *const[]){__VA_ARGS__, NULL})

static inline kl_status decide(kl_value project, const char *decision, kl_error *error)
{
    kl_value id = kl_null();
    kl_status status = CALL(&id, project, "record_decision", error, decision, "why", "design");
    kl_value_release(id);
    return status;
}

static inline void must_decide(kl_value project, const char *decision)
{
    kl_error error = KL_ERROR_INIT;
    if (decide(project, decision, &error) != KL_OK)
        fail_with("record_decision", &error);
}

/* The issues of a report as "severity type;" each; in a static buffer. */
static inline const char *issues_of(kl_value project, bool full)
{
    static char text[4096];
    kl_value report = kl_null(), map = kl_null();
    kl_error error = KL_ERROR_INIT;
    size_t len = 0;
    if (kl_trust_project_verify(&report, as_project(project), full, &error) != KL_OK) {
        snprintf(text, sizeof text, "failed: %s", kl_error_message(&error));
        kl_error_clear(&error);
        return text;
    }
    text[0] = '\0';
    assert_int_equal(kl_object_to_map(&map, report.as.object, NULL), KL_OK);
    kl_value issues = kl_map_get(map, KL_TEXT("issues"));
    for (size_t i = 0; i < kl_array_len(issues) && len < sizeof text - 200; i++) {
        kl_value issue = kl_array_at(issues, i);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s %s;",
                                kl_as_text(kl_map_get(issue, KL_TEXT("severity"))).data,
                                kl_as_text(kl_map_get(issue, KL_TEXT("issue_type"))).data);
    }
    kl_value_release(map);
    kl_value_release(report);
    return text;
}

static inline size_t chain_length(kl_value project)
{
    kl_value anchors = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_trust_project_anchors(&anchors, as_project(project), &error) != KL_OK)
        fail_with("anchors", &error);
    size_t count = kl_array_len(anchors);
    kl_value_release(anchors);
    return count;
}

#endif
