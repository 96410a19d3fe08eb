/* What is done in parts is what is done at once: for lists and texts of any length, cut anywhere. */
#include "base/find.h"
#include "base/parts.h"
#include "node_sweep.h"

/* ---- numbers of a seed --------------------------------------------------------------------------------------- */

static uint64_t state;

static unsigned below(unsigned bound)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % bound;
}

/* ---- inputs ---------------------------------------------------------------------------------------------------- */

/* Few letters, so that what is looked for stands everywhere, also over the edges of parts. */
static void write_text(kl_buffer *to, size_t len)
{
    static const char *const letters[] = {"a", "b", "a", "b", "-", "1", "2", "é", "\\n", "ab"};
    kl_buffer_byte(to, '"');
    for (size_t i = 0; i < len; i++)
        kl_buffer_string(to, letters[below(KL_COUNT(letters))]);
    kl_buffer_byte(to, '"');
}

static void write_item(kl_buffer *to)
{
    switch (below(8)) {
    case 0:
        kl_buffer_string(to, "null");
        break;
    case 1:
        kl_buffer_format(to, "%u.5", below(10));
        break;
    case 2:
        kl_buffer_format(to, "[%u, \"x\"]", below(3));
        break;
    case 3:
        kl_buffer_format(to, "{\"k\": \"key %u\", \"n\": %u}", below(4), below(20));
        break;
    case 4:
        kl_buffer_format(to, "{\"n\": %u, \"k\": \"a key that is longer than sixteen %u\"}", below(20), below(3));
        break;
    case 5:
        kl_buffer_format(to, "{\"k\": %u}", below(3));
        break;
    case 6:
        write_text(to, below(12));
        break;
    default:
        kl_buffer_format(to, "%u", below(5));
    }
}

static void write_list(kl_buffer *to, size_t len)
{
    kl_buffer_byte(to, '[');
    for (size_t i = 0; i < len; i++) {
        if (i)
            kl_buffer_byte(to, ',');
        write_item(to);
    }
    kl_buffer_byte(to, ']');
}

/* ---- the same, however it is cut ------------------------------------------------------------------------------- */

typedef struct work_case {
    const char *type;
    const char *key;     /* of the list or text */
    bool is_text;
    const char *members; /* the other inputs */
} work_case;

#define LISTS "ArrayOperationsNode", "array", false
#define STRINGS "StringOperationsNode", "text", true
#define TEXTS "TextTransformNode", "text", true
static const work_case cases[] = {
    {LISTS, "\"operation\":\"reverse\""},
    {LISTS, "\"operation\":\"map\",\"field\":\"k\""},
    {LISTS, "\"operation\":\"group_by\",\"field\":\"k\""},
    {LISTS, "\"operation\":\"sort\",\"field\":\"n\""},
    {LISTS, "\"operation\":\"sort\",\"field\":\"k\",\"descending\":true"},
    {LISTS, "\"operation\":\"filter\",\"expression\":{\"field\":\"n\",\"op\":\"gt\",\"value\":9}"},
    {LISTS, "\"operation\":\"filter\",\"expression\":{\"field\":\"k\",\"op\":\"contains\",\"value\":\"1\"}"},
    {"FilterNode", "data", false, "\"expression\":{\"not\":{\"field\":\"n\",\"op\":\"equals\",\"value\":3}}"},
    {"StringOperationsNode", "array", false, "\"operation\":\"join\",\"delimiter\":\", \""},
    {STRINGS, "\"operation\":\"split\",\"delimiter\":\"ab\""},
    {STRINGS, "\"operation\":\"split\",\"delimiter\":\"aba\""},
    {STRINGS, "\"operation\":\"split\",\"delimiter\":\"-\""},
    {STRINGS, "\"operation\":\"replace\",\"pattern\":\"ab\",\"replacement\":\"cd\""},
    {STRINGS, "\"operation\":\"replace\",\"pattern\":\"aab\",\"replacement\":\"\""},
    {STRINGS, "\"operation\":\"replace\",\"pattern\":\"b\",\"replacement\":\"longer than it was\""},
    {STRINGS, "\"operation\":\"replace\",\"pattern\":\"aa\",\"replacement\":\"xy\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"[ab]+\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"(?<=b)a*\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"a?(-|$)?\",\"group\":1"},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"a(?=b)|ab(..)?|.\\\\Z\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"(?s).*-\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"(?m)^[^1]*|b$\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"\\\\G[^-]\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"a\\\\Kb\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"\\\\ba|\\\\B1\""},
    {STRINGS, "\"operation\":\"regex_find_all\",\"pattern\":\"\""},
    {TEXTS, "\"operation\":\"uppercase\""},
    {TEXTS, "\"operation\":\"reverse\""},
};

static kl_value inputs_of(const work_case *it, size_t len)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value given, made;
    kl_buffer_format(&text, "{\"%s\":", it->key);
    (it->is_text ? write_text : write_list)(&text, len);
    kl_buffer_format(&text, ",%s}", it->members);
    assert_int_equal(kl_buffer_finish(&made, &text, NULL), KL_OK);
    given = json(kl_as_text(made).data);
    kl_value_release(made);
    return given;
}

static kl_value outputs_of(const work_case *it, kl_value inputs, size_t grain)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_test_cut(grain);
    kl_status status =
        kl_node_run_alone(&out, kl_node_type_find(kl_text_from(it->type)), kl_null(), inputs, &error);
    kl_test_cut(0);
    if (status != KL_OK)
        fail_msg("%s %s: %s", it->type, it->members, kl_error_message(&error));
    return out;
}

KL_TEST(results_do_not_depend_on_the_parts)
{
    KL_UNUSED_STATE;
    for (state = 1; below(2000) != 0;) { /* some hundred times */
        const work_case *it = &cases[below(KL_COUNT(cases))];
        kl_value inputs = inputs_of(it, below(60)), cut, whole = outputs_of(it, inputs, 0);
        bool same;
        cut = outputs_of(it, inputs, 1 + below(12));
        assert_int_equal(kl_value_equal(&same, whole, cut, NULL), KL_OK);
        if (!same)
            print_error("%s %s\n", it->type, it->members);
        assert_true(same);
        kl_value_release(whole);
        kl_value_release(cut);
        kl_value_release(inputs);
    }
}

/* Lengths from which there are parts without being told to. */
KL_TEST(long_lists_and_texts_have_parts)
{
    KL_UNUSED_STATE;
    state = 7;
    assert_int_equal(kl_cut_parts(kl_cut_items(99999)), 1);
    assert_true(kl_cut_parts(kl_cut_items(100000)) > 4);
    assert_int_equal(kl_cut_parts(kl_cut_items(0)), 1);
    assert_int_equal(kl_cut_parts(kl_cut_bytes(1000)), 1);
    assert_true(kl_cut_parts(kl_cut_bytes(1 << 20)) >= 4);
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        kl_value inputs = inputs_of(&cases[i], cases[i].is_text ? 1200000 : 110000);
        kl_value cut = outputs_of(&cases[i], inputs, 0), whole = outputs_of(&cases[i], inputs, SIZE_MAX);
        bool same;
        assert_int_equal(kl_value_equal(&same, whole, cut, NULL), KL_OK);
        assert_true(same);
        kl_value_release(whole);
        kl_value_release(cut);
        kl_value_release(inputs);
    }
}

/* ---- ends ---------------------------------------------------------------------------------------------------- */

static kl_status count_items(void *data, const kl_part *part, kl_error *error)
{
    for (size_t i = part->begin; i < part->end; i++) {
        __atomic_add_fetch((size_t *)data, 1, __ATOMIC_RELAXED);
        KL_TRY(kl_work_step(part->work, error));
    }
    return KL_OK;
}

static bool always(void *data) { return data == NULL; }

KL_TEST(a_stop_ends_all_parts)
{
    KL_UNUSED_STATE;
    kl_work work = {.is_stopped = always};
    kl_error error = KL_ERROR_INIT;
    size_t seen = 0;
    assert_int_equal(kl_parts_run(kl_cut_items(1000000), count_items, &seen, &work, &error), KL_CANCELLED);
    assert_string_equal(kl_error_message(&error), "workflow execution was cancelled");
    kl_error_clear(&error);
    assert_int_equal(seen, 0);
}

KL_TEST(steps_of_all_parts_are_one_count)
{
    KL_UNUSED_STATE;
    kl_work work = {.limit = 500000};
    size_t seen = 0;
    assert_int_equal(kl_parts_run(kl_cut_items(400000), count_items, &seen, &work, NULL), KL_OK);
    assert_int_equal(work.steps, 400000);
    assert_int_equal(kl_parts_run(kl_cut_items(400000), count_items, &seen, &work, NULL), KL_LIMIT);
}

static kl_status refuse_late(kl_value *list, void *data, const kl_part *part, kl_error *error)
{
    KL_TRY(kl_array_push(list, kl_int((int64_t)part->index), error));
    return part->end > *(size_t *)data ? kl_error_set(error, KL_FAILED, "part %zu", part->index) : KL_OK;
}

KL_TEST(the_first_failure_is_told)
{
    KL_UNUSED_STATE;
    kl_work work = {0};
    kl_value list;
    kl_error error = KL_ERROR_INIT;
    size_t good = 50, all = 100;
    kl_test_cut(10);
    assert_int_equal(kl_array_new(&list, 0, NULL), KL_OK);
    assert_int_equal(kl_parts_gather(&list, kl_cut_items(100), refuse_late, &good, &work, &error), KL_FAILED);
    assert_string_equal(kl_error_message(&error), "part 5");
    kl_error_clear(&error);
    assert_int_equal(kl_parts_gather(&list, kl_cut_items(100), refuse_late, &all, &work, &error), KL_OK);
    kl_test_cut(0);
    assert_json(list, "[0,1,2,3,4,5,6,7,8,9]");
}

KL_TEST(texts_of_parts_keep_the_limit)
{
    KL_UNUSED_STATE;
    kl_value list = json("[1234567,1234567,1234567,1234567,1234567,1234567]"), out = kl_null();
    kl_error error = KL_ERROR_INIT;
    char long_item[1 << 16];
    memset(long_item, 'x', sizeof long_item);
    for (int i = 0; i < 1100; i++) { /* 72 MB of one string */
        kl_value text;
        if (i == 0)
            assert_int_equal(kl_string_from_valid(&text, (kl_text){long_item, sizeof long_item}, NULL), KL_OK);
        else
            text = kl_value_retain(kl_array_at(list, kl_array_len(list) - 1));
        assert_int_equal(kl_array_push(&list, text, NULL), KL_OK);
    }
    kl_value inputs = json("{\"operation\":\"join\",\"delimiter\":\"\"}");
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("array"), list, NULL), KL_OK);
    kl_test_cut(100);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("StringOperationsNode")), kl_null(), inputs, &error),
                     KL_LIMIT);
    kl_test_cut(0);
    assert_non_null(strstr(kl_error_message(&error), "text_size (limit: 67108864 bytes)"));
    kl_error_clear(&error);
    kl_value_release(inputs);
}

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    state = 3;
    kl_test_cut(4);
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        kl_value inputs = inputs_of(&cases[i], 18), text;
        assert_int_equal(kl_json_print(&text, inputs, &kl_json_plain, NULL), KL_OK);
        survives_failed_allocations(cases[i].type, NULL, kl_as_text(text).data);
        kl_value_release(text);
        kl_value_release(inputs);
    }
    kl_test_cut(0);
}

/* ---- edges of parts of a text -------------------------------------------------------------------------------- */

KL_TEST(a_part_begins_behind_what_reaches_over)
{
    KL_UNUSED_STATE;
    kl_text text = KL_TEXT("xxabcxx"), what = KL_TEXT("abc");
    static const size_t edges[] = {0, 1, 2, 5, 5, 5, 6, 7};
    for (size_t at = 0; at < KL_COUNT(edges); at++)
        assert_int_equal(kl_find_edge(text, what, at), edges[at]);
    kl_test_cut(2);
    assert_int_equal(kl_cut_parts(kl_find_parts(text, KL_TEXT("ab"))), 4);
    assert_int_equal(kl_cut_parts(kl_find_parts(text, KL_TEXT("aa"))), 1); /* which places count depends on others */
    kl_test_cut(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_the_parts),
        cmocka_unit_test(long_lists_and_texts_have_parts),
        cmocka_unit_test(a_stop_ends_all_parts),
        cmocka_unit_test(steps_of_all_parts_are_one_count),
        cmocka_unit_test(the_first_failure_is_told),
        cmocka_unit_test(texts_of_parts_keep_the_limit),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(a_part_begins_behind_what_reaches_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
