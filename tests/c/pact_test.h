/* tests/c/pact_test.h - what the tests of a governance engine share: an organisation, calls by name. */
#ifndef KL_TESTS_PACT_TEST_H
#define KL_TESTS_PACT_TEST_H

#include "pact/engine.h"
#include "pact/knowledge.h"
#include "test.h"

/*
 * D1-R1 h, D1-R1-R2 x (vacant), D1-R1-R3 y, D1-R1-T1-R1 l, D1-R1-T1-R1-R2 m, D1-R1-D1-R1 sh (vacant,
 * suspends), D1-R1-D1-R1-R2 s2, D2-R1 eh.
 */
static const char *const pact_example =
    "{\"org_id\":\"o\",\"name\":\"O\",\"departments\":["
    "{\"id\":\"d\",\"name\":\"Dept\",\"head_role_id\":\"h\",\"roles\":[{\"id\":\"h\",\"name\":\"Head\"},"
    "{\"id\":\"x\",\"name\":\"X\",\"is_vacant\":true},{\"id\":\"y\",\"name\":\"Y\"}],"
    "\"teams\":[{\"id\":\"t\",\"name\":\"Team\",\"lead_role_id\":\"l\",\"roles\":[{\"id\":\"l\",\"name\":\"L\"},"
    "{\"id\":\"m\",\"name\":\"M\"}]}],"
    "\"departments\":[{\"id\":\"s\",\"name\":\"Sub\",\"head_role_id\":\"sh\",\"roles\":[{\"id\":\"sh\","
    "\"name\":\"SH\",\"is_vacant\":true,\"auto_suspend_on_vacancy\":true},{\"id\":\"s2\",\"name\":\"S2\"}]}]},"
    "{\"id\":\"e\",\"name\":\"E\",\"head_role_id\":\"eh\",\"roles\":[{\"id\":\"eh\",\"name\":\"EH\"}]}]}";

static inline kl_pact_engine *pact_engine(const char *text)
{
    kl_value document = kl_null(), engine = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_pact_document_parse(&document, kl_text_from(text), &error) != KL_OK ||
        kl_pact_engine_new(&engine, document, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value_release(document);
    return (kl_pact_engine *)engine.as.object;
}

/* Call a method with arguments from a JSON array; given. */
static inline kl_status pact_try(kl_value *out, kl_pact_engine *engine, const char *method, const char *args,
                                 kl_error *error)
{
    kl_value list = json(args);
    *out = kl_null();
    kl_status status = kl_object_call(out, &engine->object, kl_text_from(method), kl_array_items(list),
                                      kl_array_len(list), error);
    kl_value_release(list);
    return status;
}

static inline kl_value pact_call(kl_pact_engine *engine, const char *method, const char *args)
{
    kl_value out;
    kl_error error = KL_ERROR_INIT;
    if (pact_try(&out, engine, method, args, &error) != KL_OK)
        fail_msg("%s%s: %s", method, args, kl_error_message(&error));
    return out;
}

/* One that gives nothing. */
static inline void pact_do(kl_pact_engine *engine, const char *method, const char *args)
{
    kl_value_release(pact_call(engine, method, args));
}

static inline void pact_fails(kl_pact_engine *engine, const char *method, const char *args, kl_status code,
                              const char *message)
{
    kl_value out;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(pact_try(&out, engine, method, args, &error), code);
    assert_string_equal(kl_error_message(&error), message);
    kl_error_clear(&error);
}

/* A knowledge item of the organisation `o`; given. `rest` are more members, such as "\"path\":\"p\"". */
static inline kl_value pact_item(const char *owner, const char *level, const char *rest)
{
    static const char *const names[] = {"id", "owner_address", "classification", "compartments", "org_id",
                                        "name", "path", "knowledge_type"};
    char text[512];
    kl_value args[KL_COUNT(names)], item = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(text, sizeof text, "{\"id\":\"i\",\"org_id\":\"o\",\"owner_address\":\"%s\",\"classification\":\"%s\"%s%s}",
             owner, level, *rest ? "," : "", rest);
    kl_value map = json(text);
    for (size_t i = 0; i < KL_COUNT(names); i++)
        args[i] = kl_map_get(map, kl_text_from(names[i]));
    if (kl_object_make(&item, &kl_pact_item_type, args, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value_release(map);
    return item;
}

#endif
