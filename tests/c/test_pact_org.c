/* tests/c/test_pact_org.c - organisations: compiled, within limits, searched (pact 3.2). */
#include "pact/org.h"
#include "sweep.h"
#include "test.h"
#include "base/buffer.h"

static kl_pact_org *compiled(const char *text)
{
    kl_value map = json(text), org = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_pact_org_compile(&org, map, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value_release(map);
    return (kl_pact_org *)org.as.object;
}

static void refused(const char *text, const char *message)
{
    kl_value map = json(text), org = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_pact_org_compile(&org, map, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), message);
    assert_true(kl_is_null(org));
    kl_value_release(map);
    kl_error_clear(&error);
}

static const char *const example =
    "{\"org_id\":\"o\",\"name\":\"O\",\"departments\":["
    "{\"id\":\"d\",\"name\":\"Dept\",\"head_role_id\":\"h\","
    "\"roles\":[{\"id\":\"x\",\"name\":\"X\",\"is_vacant\":true},{\"id\":\"h\",\"name\":\"Head\"},"
    "{\"id\":\"y\",\"name\":\"Y\",\"is_external\":true,\"reports_to\":\"h\"}],"
    "\"teams\":[{\"id\":\"t\",\"name\":\"Team\",\"lead_role_id\":\"l\",\"roles\":[{\"id\":\"m\",\"name\":\"M\"}]}],"
    "\"departments\":[{\"id\":\"s\",\"name\":\"Sub\",\"head_role_id\":\"sh\",\"mood\":1}]},"
    "{\"id\":\"e\",\"name\":\"E\",\"head_role_id\":\"eh\"}]}";

KL_TEST(roles_get_their_addresses)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *address, *id, *name, *department, *parent;
    } rows[] = {
        {"D1-R1", "h", "Head", "Dept", NULL},       {"D1-R1-R2", "x", "X", "Dept", "D1-R1"},
        {"D1-R1-R3", "y", "Y", "Dept", "D1-R1"},    {"D1-R1-T1-R1", "l", "l", "Dept", "D1-R1"},
        {"D1-R1-T1-R1-R2", "m", "M", "Dept", "D1-R1-T1-R1"},
        {"D1-R1-D1-R1", "sh", "sh", "Dept", "D1-R1"}, {"D2-R1", "eh", "eh", "E", NULL},
    };
    kl_pact_org *org = compiled(example);
    assert_int_equal(org->count, KL_COUNT(rows));
    for (uint32_t i = 0; i < org->count; i++) {
        const kl_pact_node *node = &org->nodes[i];
        assert_string_equal(kl_as_text(node->address).data, rows[i].address);
        assert_string_equal(kl_as_text(node->id).data, rows[i].id);
        assert_string_equal(kl_as_text(node->name).data, rows[i].name);
        assert_string_equal(kl_as_text(node->department).data, rows[i].department);
        assert_int_equal(kl_pact_org_at(org, node->path), i);
        assert_int_equal(kl_pact_org_by_id(org, kl_text_from(rows[i].id)), i);
        assert_int_equal(kl_pact_org_resolve(org, kl_text_from(rows[i].address)), i);
        if (rows[i].parent)
            assert_string_equal(kl_as_text(org->nodes[node->parent].address).data, rows[i].parent);
        else
            assert_int_equal(node->parent, KL_PACT_NO_NODE);
        for (uint32_t j = 0; j < org->count; j++)
            assert_int_equal(kl_pact_org_covers(org, i, j),
                             kl_pact_path_is_prefix(node->path, org->nodes[j].path));
    }
    assert_true(org->nodes[1].is_vacant && !org->nodes[0].is_vacant && org->nodes[2].is_external);
    kl_object_release(&org->object);
}

KL_TEST(what_is_probably_a_mistake_is_told)
{
    KL_UNUSED_STATE;
    kl_pact_org *org = compiled(example);
    assert_json(kl_value_retain(org->warnings),
                "[\"role 'y': reports_to is ignored: the structure says who reports to whom\","
                "\"team 't': its head is not among its roles: 'l'\","
                "\"department 's': unknown key 'mood'\","
                "\"department 's': its head is not among its roles: 'sh'\","
                "\"department 'e': its head is not among its roles: 'eh'\"]");
    kl_object_release(&org->object);
    org = compiled("{\"org_id\":\"\",\"name\":\"\",\"departments\":[],\"x\":1}");
    assert_json(kl_value_retain(org->warnings),
                "[\"organisation '': the id is empty\",\"organisation '': unknown key 'x'\"]");
    kl_object_release(&org->object);
}

KL_TEST(a_bad_document_is_refused_where_it_is_bad)
{
    KL_UNUSED_STATE;
#define ORG(departments) "{\"org_id\":\"o\",\"name\":\"n\",\"departments\":[" departments "]}"
    refused("[]", "organisation: expected an object, got array");
    refused("{}", "missing field `org_id`");
    refused("{\"org_id\":1}", "org_id: expected a string, got integer");
    refused("{\"org_id\":\"o\"}", "missing field `name`");
    refused("{\"org_id\":\"o\",\"name\":\"n\"}", "missing field `departments`");
    refused("{\"org_id\":\"o\",\"name\":\"n\",\"departments\":{}}", "departments: expected an array, got object");
    refused(ORG("7"), "departments[0]: department: expected an object, got integer");
    refused(ORG("{}"), "departments[0]: missing field `id`");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\"}"), "departments[0]: missing field `head_role_id`");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\",\"head_role_id\":\"h\",\"teams\":null}"),
            "departments[0]: teams: expected an array, got null");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\",\"head_role_id\":\"h\",\"roles\":[{\"id\":\"h\"}]}"),
            "departments[0].roles[0]: missing field `name`");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\",\"head_role_id\":\"h\",\"roles\":[{\"id\":\"h\",\"name\":\"a\",\"is_vacant\":1}]}"),
            "departments[0].roles[0]: is_vacant: expected a boolean, got integer");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\",\"head_role_id\":\"h\",\"teams\":[{\"id\":\"t\",\"name\":\"T\"}]}"),
            "departments[0].teams[0]: missing field `lead_role_id`");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\",\"head_role_id\":\"h\",\"departments\":[{\"id\":\"e\"}]}"),
            "departments[0].departments[0]: missing field `name`");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\",\"head_role_id\":\"h\"},{\"id\":\"e\",\"name\":\"x\",\"head_role_id\":\"h\"}"),
            "duplicate role ID: 'h'");
    refused(ORG("{\"id\":\"d\",\"name\":\"x\",\"head_role_id\":\"h\",\"roles\":[{\"id\":\"h\",\"name\":\"a\"},{\"id\":\"h\",\"name\":\"b\"}]}"),
            "duplicate role ID: 'h'");
}

/* A department with so many levels of departments within; `more` stands in the deepest. */
static char *nested(size_t levels, const char *more)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "{\"org_id\":\"o\",\"name\":\"n\",\"departments\":[");
    for (size_t i = 0; i <= levels; i++)
        kl_buffer_format(&text, "%s{\"id\":\"d%zu\",\"name\":\"n\",\"head_role_id\":\"h%zu\"",
                         i ? ",\"departments\":[" : "", i, i);
    kl_buffer_string(&text, more);
    for (size_t i = 0; i <= levels; i++)
        kl_buffer_string(&text, "}]");
    kl_buffer_string(&text, "}");
    char *copy = kl_strdup(kl_buffer_text(&text));
    kl_buffer_free(&text);
    return copy;
}

KL_TEST(addresses_have_at_most_50_segments)
{
    KL_UNUSED_STATE;
    char *text = nested(24, "");
    kl_pact_org *org = compiled(text);
    assert_int_equal(org->nodes[org->count - 1].path.count, 50);
    kl_object_release(&org->object);
    kl_free(text);
    text = nested(25, "");
    refused(text, "depth limit exceeded: depth 52 exceeds maximum 50");
    kl_free(text);
    text = nested(24, ",\"roles\":[{\"id\":\"a\",\"name\":\"a\"}]");
    refused(text, "depth limit exceeded: depth 51 exceeds maximum 50");
    kl_free(text);
    text = nested(40, ""); /* deeper than the compiler's own path */
    refused(text, "depth limit exceeded: depth 52 exceeds maximum 50");
    kl_free(text);
}

static char *wide(size_t roles)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "{\"org_id\":\"o\",\"name\":\"n\",\"departments\":[{\"id\":\"d\",\"name\":\"n\","
                            "\"head_role_id\":\"h\",\"roles\":[");
    for (size_t i = 0; i < roles; i++)
        kl_buffer_format(&text, "%s{\"id\":\"r%zu\",\"name\":\"n\"}", i ? "," : "", i);
    kl_buffer_string(&text, "]}]}");
    char *copy = kl_strdup(kl_buffer_text(&text));
    kl_buffer_free(&text);
    return copy;
}

KL_TEST(a_node_has_at_most_500_children)
{
    KL_UNUSED_STATE;
    char *text = wide(500);
    kl_pact_org *org = compiled(text);
    assert_int_equal(org->count, 501);
    kl_object_release(&org->object);
    kl_free(text);
    text = wide(501);
    refused(text, "children limit exceeded: parent 'h' has 501 children (max 500)");
    kl_free(text);
}

/* Departments with 500 roles each beside their heads, of which 100 000 fit in 199 and a part of the next. */
KL_TEST(an_organisation_has_at_most_100000_nodes)
{
    KL_UNUSED_STATE;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "{\"org_id\":\"o\",\"name\":\"n\",\"departments\":[");
    for (size_t d = 0; d < 200; d++) {
        kl_buffer_format(&text, "%s{\"id\":\"\",\"name\":\"n\",\"head_role_id\":\"h%zu\",\"roles\":[",
                         d ? "," : "", d);
        for (size_t i = 0; i < 500; i++)
            kl_buffer_format(&text, "%s{\"id\":\"%zu.%zu\",\"name\":\"n\"}", i ? "," : "", d, i);
        kl_buffer_string(&text, "]}");
    }
    kl_buffer_string(&text, "]}");
    char *copy = kl_strdup(kl_buffer_text(&text));
    kl_buffer_free(&text);
    refused(copy, "nodes limit exceeded: more than 100000 nodes");
    kl_free(copy);
}

KL_TEST(an_address_is_described_from_the_nearest_on)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"D1-R1", "[R] Head (D1-R1)"},
        {"d1-r1-t1-r1-r2", "[R] M ([R] l > [R] Head) (D1-R1-T1-R1-R2)"},
        {"D9-R1", "D9-R1 (not found in org)"},
    };
    kl_pact_org *org = compiled(example);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value text = kl_null();
        assert_int_equal(kl_pact_org_describe(&text, org, kl_text_from(rows[i][0]), NULL), KL_OK);
        assert_string_equal(kl_as_text(text).data, rows[i][1]);
        kl_value_release(text);
    }
    kl_value none = kl_null();
    assert_int_equal(kl_pact_org_describe(&none, org, KL_TEXT("zz"), NULL), KL_INVALID);
    assert_int_equal(kl_pact_org_resolve(org, KL_TEXT("zz")), KL_PACT_NO_NODE);
    assert_int_equal(kl_pact_org_by_id(org, KL_TEXT("D1-R1")), KL_PACT_NO_NODE);
    kl_object_release(&org->object);
}

/* An id may look like an address: the address comes first. */
KL_TEST(an_address_comes_before_an_id)
{
    KL_UNUSED_STATE;
    kl_pact_org *org = compiled("{\"org_id\":\"o\",\"name\":\"n\",\"departments\":["
                                "{\"id\":\"d\",\"name\":\"n\",\"head_role_id\":\"D2-R1\"},"
                                "{\"id\":\"e\",\"name\":\"n\",\"head_role_id\":\"R7\"}]}");
    assert_int_equal(kl_pact_org_resolve(org, KL_TEXT("D2-R1")), 1);
    assert_int_equal(kl_pact_org_by_id(org, KL_TEXT("D2-R1")), 0);
    assert_int_equal(kl_pact_org_resolve(org, KL_TEXT("R7")), 1);
    kl_object_release(&org->object);
}

static kl_status compile_once(void *data)
{
    kl_value org = kl_null();
    kl_status status = kl_pact_org_compile(&org, *(kl_value *)data, NULL);
    kl_value_release(org);
    return status;
}

KL_TEST(want_of_memory_is_told)
{
    KL_UNUSED_STATE;
    kl_value map = json(example);
    assert_true(sweep(compile_once, &map) > 20);
    kl_value_release(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_get_their_addresses),
        cmocka_unit_test(what_is_probably_a_mistake_is_told),
        cmocka_unit_test(a_bad_document_is_refused_where_it_is_bad),
        cmocka_unit_test(addresses_have_at_most_50_segments),
        cmocka_unit_test(a_node_has_at_most_500_children),
        cmocka_unit_test(an_organisation_has_at_most_100000_nodes),
        cmocka_unit_test(an_address_is_described_from_the_nearest_on),
        cmocka_unit_test(an_address_comes_before_an_id),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
