/* tests/c/test_lint.c - the tables we ship have no faults, and each kind of fault is found. */
#include "workflow/node_lint.h"
#include "sweep.h"

/* ---- what we ship ---------------------------------------------------------------------------- */

static void no_faults(kl_status (*lint)(kl_value *out, kl_error *error))
{
    kl_value faults;
    assert_int_equal(lint(&faults, NULL), KL_OK);
    for (size_t i = 0; i < kl_array_len(faults); i++)
        print_error("%s\n", kl_as_text(kl_array_at(faults, i)).data);
    size_t count = kl_array_len(faults);
    kl_value_release(faults);
    assert_int_equal(count, 0);
}

KL_TEST(the_types_we_ship_have_no_faults)
{
    KL_UNUSED_STATE;
    assert_true(kl_type_count() > 10);
    no_faults(kl_types_lint);
}

KL_TEST(the_nodes_we_ship_have_no_faults)
{
    KL_UNUSED_STATE;
    assert_true(kl_node_type_count() > 0);
    no_faults(kl_nodes_lint);
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const char *const words[] = {"a", "b", NULL};
static const char *const no_words[] = {NULL};
static const char *const twice[] = {"a", "a", NULL};
static const kl_range upside_down = {2, 1}, six_or_seven = {6, 7}, to_one = {0, 1},
                      to_thirty = {0, 30};

static kl_status nothing(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)self;
    (void)args;
    (void)error;
    return KL_OK;
}

static const kl_item sides[] = {{"LEFT", "left", "left"}, {"RIGHT", "right", "right"}};
static const kl_type side_type = {.name = "Side", .module = "test", .doc = "Where.",
                                  .flags = KL_TYPE_ENUM, .items = KL_TABLE(sides)};

/* A type with one method that has one parameter. */
static void lint_param(kl_value *faults, kl_param param)
{
    kl_lint lint;
    kl_method method = {.name = "m", .call = nothing, .params = &param, .param_count = 1,
                        .returns = KL_KIND_NONE, .doc = "m"};
    kl_function function = {.module = "test", .method = method};
    assert_int_equal(kl_lint_start(&lint, NULL), KL_OK);
    kl_lint_function(&lint, &function);
    assert_int_equal(kl_lint_end(faults, &lint), KL_OK);
}

static void one_fault(kl_value faults, const char *expected)
{
    const char *found = kl_array_len(faults) ? kl_as_text(kl_array_at(faults, 0)).data : "(none)";
    bool same = kl_array_len(faults) == 1 && strcmp(found, expected) == 0;
    if (!same)
        print_error("%zu faults, first \"%s\"; expected \"%s\"\n", kl_array_len(faults), found,
                    expected);
    kl_value_release(faults);
    assert_true(same);
}

KL_TEST(each_fault_of_a_parameter_is_found)
{
    KL_UNUSED_STATE;
#define OF(...) {.name = "p", .doc = "p", __VA_ARGS__}
    static const struct {
        kl_param param;
        const char *fault;
    } rows[] = {
        {{.name = "p", .kind = KL_KIND_INT}, "test.m.p: no doc"},
        {OF(.kind = KL_KIND_BYTES, .flags = KL_WRITABLE), "test.m.p: writable, but no buffer"},
        {OF(.kind = KL_KIND_ENUM, .type = &side_type, .names = words),
         "test.m.p: words of its own beside those of its type"},
        {OF(.kind = KL_KIND_ENUM, .type = &kl_callable_type), "test.m.p: an enum without words"},
        {OF(.kind = KL_KIND_ENUM, .type = &side_type, .fallback = "\"up\""),
         "test.m.p: the default is refused: p: expected one of: left, right, got \"up\""},
        {{.name = "p", .kind = KL_KIND_INT, .doc = ""}, "test.m.p: no doc"},
        {{.name = "p q", .kind = KL_KIND_INT, .doc = "p"},
         "test.m.p q: the name is no identifier"},
        {{.name = "", .kind = KL_KIND_INT, .doc = "p"}, "test.m.: the name is no identifier"},
        {{.name = NULL, .kind = KL_KIND_INT, .doc = "p"},
         "test.m.(no name): the name is no identifier"},
        {{.name = "1p", .kind = KL_KIND_INT, .doc = "p"}, "test.m.1p: the name is no identifier"},
        {{.name = "class", .kind = KL_KIND_INT, .doc = "p"},
         "test.m.class: the name is no identifier"},
        {OF(.kind = KL_KIND_NULL), "test.m.p: no kind"},
        {OF(.kind = KL_KIND_NONE), "test.m.p: no kind"},
        {OF(.kind = KL_KIND_INT, .fallback = "{"),
         "test.m.p: the default is no JSON: the text ends too early"},
        {OF(.kind = KL_KIND_INT, .fallback = "1.5"),
         "test.m.p: the default is refused: p: expected integer, got 1.5"},
        {OF(.kind = KL_KIND_INT, .fallback = "null"),
         "test.m.p: the default is refused: p: expected integer, got null"},
        {OF(.kind = KL_KIND_INT, .fallback = "5", .range = &six_or_seven),
         "test.m.p: the default is refused: p: expected integer from 6 to 7, got 5"},
        {OF(.kind = KL_KIND_ENUM, .names = words, .fallback = "\"c\""),
         "test.m.p: the default is refused: p: expected one of: a, b, got \"c\""},
        {OF(.kind = KL_KIND_ENUM), "test.m.p: an enum without words"},
        {OF(.kind = KL_KIND_ENUM, .names = no_words), "test.m.p: an enum without words"},
        {OF(.kind = KL_KIND_ENUM, .names = twice), "test.m.p: the word 'a' stands twice"},
        {OF(.kind = KL_KIND_ARRAY, .item = KL_KIND_ENUM), "test.m.p: an enum without words"},
        {OF(.kind = KL_KIND_STRING, .names = words), "test.m.p: words, but no enum"},
        {OF(.kind = KL_KIND_STRING, .item = KL_KIND_INT),
         "test.m.p: a kind of items, but neither array nor map"},
        {OF(.kind = KL_KIND_ARRAY, .item = KL_KIND_NONE), "test.m.p: items of no kind"},
        {OF(.kind = KL_KIND_STRING, .type = &kl_callable_type),
         "test.m.p: a type, but no object"},
        {OF(.kind = KL_KIND_INT, .range = &upside_down), "test.m.p: an empty range"},
        {OF(.kind = KL_KIND_BOOL, .range = &to_one),
         "test.m.p: a range, but no number, text or container"},
        {OF(.kind = KL_KIND_INT, .flags = KL_SETTABLE),
         "test.m.p: a flag that only fields may have"},
        {OF(.kind = KL_KIND_INT, .flags = KL_READ_ONLY),
         "test.m.p: a flag that only fields may have"},
        {OF(.kind = KL_KIND_INT, .flags = KL_MANY), "test.m.p: many, but no input of a node"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value faults;
        lint_param(&faults, rows[i].param);
        one_fault(faults, rows[i].fault);
    }
}

KL_TEST(what_is_right_in_a_parameter_is_left_alone)
{
    KL_UNUSED_STATE;
    static const kl_param rows[] = {
        OF(.kind = KL_KIND_INT),
        OF(.kind = KL_KIND_INT, .fallback = "null", .flags = KL_OPTIONAL),
        OF(.kind = KL_KIND_ANY, .fallback = "null"),
        OF(.kind = KL_KIND_DOUBLE, .fallback = "30", .range = &to_thirty),
        OF(.kind = KL_KIND_ARRAY, .item = KL_KIND_ENUM, .names = words, .fallback = "[\"a\"]"),
        OF(.kind = KL_KIND_OBJECT, .type = &kl_callable_type, .flags = KL_OPTIONAL),
        OF(.kind = KL_KIND_MAP, .item = KL_KIND_OBJECT, .type = &kl_callable_type),
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value faults;
        lint_param(&faults, rows[i]);
        assert_json(faults, "[]");
    }
}

/* ---- methods --------------------------------------------------------------------------------- */

static void lint_type(kl_value *faults, const kl_type *type)
{
    kl_lint lint;
    assert_int_equal(kl_lint_start(&lint, NULL), KL_OK);
    kl_lint_type(&lint, type);
    assert_int_equal(kl_lint_end(faults, &lint), KL_OK);
}

static const kl_param optional_first[] = {
    {.name = "a", .kind = KL_KIND_INT, .fallback = "1", .doc = "a"},
    {.name = "b", .kind = KL_KIND_INT, .doc = "b"},
};
static const kl_param keyword_after[] = {
    {.name = "a", .kind = KL_KIND_INT, .fallback = "1", .doc = "a"},
    {.name = "b", .kind = KL_KIND_INT, .flags = KL_KEYWORD_ONLY, .doc = "b"},
};
static const kl_param same_name[] = {
    {.name = "a", .kind = KL_KIND_INT, .doc = "a"},
    {.name = "a", .kind = KL_KIND_INT, .doc = "a"},
};

#define METHOD(...) {.name = "m", .call = nothing, .returns = KL_KIND_NONE, .doc = "m", __VA_ARGS__}

KL_TEST(each_fault_of_a_method_is_found)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_method method;
        const char *fault;
    } rows[] = {
        {{.name = "m", .call = nothing, .returns = KL_KIND_NONE}, "test.T.m: no doc"},
        {{.name = "m-", .call = nothing, .returns = KL_KIND_NONE, .doc = "m"},
         "test.T.m-: the name is no identifier"},
        {{.name = "m", .returns = KL_KIND_NONE, .doc = "m"}, "test.T.m: nothing to call"},
        {{.name = "m", .call = nothing, .doc = "m"},
         "test.T.m: does not say what it returns (KL_KIND_NONE: nothing)"},
        {METHOD(.raises = "ValueError, Oops"), "test.T.m: raises Oops, which is no exception"},
        {METHOD(.item = KL_KIND_INT),
         "test.T.m: a kind of items, but returns neither array nor map"},
        {METHOD(.returns_type = &kl_callable_type), "test.T.m: returns a type, but no object"},
        {METHOD(.flags = KL_PROPERTY), "test.T.m: a property that returns nothing"},
        {{.name = "m", .call = nothing, .returns = KL_KIND_INT, .doc = "m",
          .flags = KL_PROPERTY | KL_STATIC},
         "test.T.m: a property cannot be static"},
        {{.name = "m", .call = nothing, .returns = KL_KIND_INT, .doc = "m", .flags = KL_PROPERTY,
          .params = KL_TABLE(keyword_after)},
         "test.T.m: a property with parameters"},
        {{.name = "m", .call = nothing, .set = nothing, .returns = KL_KIND_INT, .doc = "m",
          .flags = KL_PROPERTY},
         "test.T.m: a property that may be assigned has one parameter, the value"},
        {METHOD(.set = nothing), "test.T.m: can be assigned, but is no property"},
        {METHOD(.params = KL_TABLE(optional_first)),
         "test.T.m.b: required, but stands after the optional a"},
        {METHOD(.params = KL_TABLE(same_name)), "test.T.m.a: stands twice"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const kl_type type = {.name = "T", .module = "test", .doc = "T", .size = sizeof(kl_object),
                              .methods = &rows[i].method, .method_count = 1};
        kl_value faults;
        lint_type(&faults, &type);
        one_fault(faults, rows[i].fault);
    }
}

KL_TEST(keyword_parameters_may_stand_anywhere)
{
    KL_UNUSED_STATE;
    static const kl_method methods[] = {
        METHOD(.params = KL_TABLE(keyword_after), .raises = "ValueError, GateUndetermined")};
    const kl_type type = {.name = "T", .module = "test", .doc = "T", .size = sizeof(kl_object),
                          .methods = KL_TABLE(methods)};
    kl_value faults;
    lint_type(&faults, &type);
    assert_json(faults, "[]");
}

KL_TEST(a_list_of_arguments_has_an_end)
{
    KL_UNUSED_STATE;
    static char names[KL_PARAMS_MAX + 1][8];
    static kl_param many[KL_PARAMS_MAX + 1];
    for (size_t i = 0; i < KL_COUNT(many); i++) {
        snprintf(names[i], sizeof names[i], "p%zu", i);
        many[i] = (kl_param){.name = names[i], .kind = KL_KIND_INT, .doc = "p"};
    }
    const kl_method method = METHOD(.params = many, .param_count = KL_COUNT(many));
    const kl_type type = {.name = "T", .module = "test", .doc = "T", .size = sizeof(kl_object),
                          .methods = &method, .method_count = 1};
    kl_value faults;
    lint_type(&faults, &type);
    one_fault(faults, "test.T.m: 65 parameters; at most 64 are possible");
}

/* ---- types ----------------------------------------------------------------------------------- */

typedef struct record {
    kl_object object;
    int64_t a, b;
} record;
typedef struct larger {
    record base;
    int64_t c;
} larger;

static const kl_field good_fields[] = {
    KL_INT(record, a, 1, .doc = "a"),
    KL_INT(record, b, 1, .doc = "b"),
};
static const kl_field settable_fields[] = {
    KL_INT(record, a, 1, .flags = KL_SETTABLE, .doc = "a"),
};
static const kl_field overlapping[] = {
    KL_INT(record, a, 1, .doc = "a"),
    {.name = "c", .kind = KL_KIND_INT, .fallback = "1", .offset = offsetof(record, a) + 4,
     .doc = "c"},
};
static const kl_field outside[] = {
    {.name = "c", .kind = KL_KIND_ANY, .fallback = "1", .offset = offsetof(record, b), .doc = "c"},
};
static const kl_field in_header[] = {
    {.name = "c", .kind = KL_KIND_INT, .fallback = "1", .offset = 0, .doc = "c"},
};
static const kl_field required_last[] = {
    KL_INT(record, a, 1, .doc = "a"),
    {KL_FIELD_AT(record, b, int64_t), .kind = KL_KIND_INT, .doc = "b"},
};
static const kl_field two_flags[] = {
    KL_INT(record, a, 1, .flags = KL_SETTABLE | KL_HIDDEN, .doc = "a"),
};
static const kl_field only_c[] = {KL_INT(larger, c, 1, .doc = "c")};
static const kl_field attributes[] = {
    {.name = "code", .kind = KL_KIND_INT, .flags = KL_READ_ONLY, .doc = "code"},
};
static const kl_field open_attributes[] = {
    {.name = "code", .kind = KL_KIND_INT, .doc = "code"},
};
static const kl_method method_a[] = {{.name = "a", .call = nothing, .returns = KL_KIND_NONE,
                                      .doc = "a"}};
static const kl_method method_twice[] = {METHOD(), METHOD()};
static const kl_type record_type = {.name = "Base", .module = "test", .doc = "B",
                                    .size = sizeof(record), .flags = KL_TYPE_RECORD,
                                    .fields = KL_TABLE(good_fields)};

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    (void)args;
    (void)error;
    return KL_OK;
}

static const kl_item one_item[] = {{"ONE", "one", "one"}};
static const kl_item same_items[] = {{"ONE", "one", "one"}, {"ONE", "two", "two"}};
static const kl_item same_words[] = {{"ONE", "one", "one"}, {"TWO", "one", "two"}};
static const kl_item no_item_doc[] = {{"ONE", "one", NULL}};
static const kl_item no_word[] = {{"ONE", "", "one"}};
static const kl_item odd_item[] = {{"1", "one", "one"}};
static const kl_constant same_as_item[] = {{"ONE", "1", "one"}};
static const kl_constant same_as_method[] = {{"a", "1", "one"}};
static const kl_constant no_json[] = {{"ONE", "1,", "one"}};
static const kl_constant no_constant_doc[] = {{"ONE", "1", ""}};

static void visit_nothing(kl_object *self, kl_visit *visit, void *data)
{
    (void)self;
    (void)visit;
    (void)data;
}

#define ENUM(...) {.name = "T", .module = "test", .doc = "T", .flags = KL_TYPE_ENUM, __VA_ARGS__}
#define TYPE(...) {.name = "T", .module = "test", .doc = "T", .size = sizeof(record), __VA_ARGS__}
#define EXCEPTION(...)                                                                             \
    {.name = "E", .module = "test", .doc = "E", .flags = KL_TYPE_EXCEPTION, __VA_ARGS__}

KL_TEST(each_fault_of_a_type_is_found)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_type type;
        const char *fault;
    } rows[] = {
        {{.name = "T", .module = "test", .size = sizeof(record)}, "test.T: no doc"},
        {{.name = "T T", .module = "test", .doc = "T", .size = sizeof(record)},
         "test.T T: the name is no identifier"},
        {{.name = "T", .module = "te st", .doc = "T", .size = sizeof(record)},
         "te st.T: the module is no name"},
        {{.name = "T", .doc = "T", .size = sizeof(record)},
         "(no module).T: the module is no name"},
        {{.name = "T", .module = "test", .doc = "T", .size = 8},
         "test.T: its struct does not begin with a kl_object"},
        {TYPE(.flags = KL_TYPE_RECORD | KL_TYPE_MUTABLE),
         "test.T: a record is immutable or mutable, not both"},
        {TYPE(.flags = KL_TYPE_HAS_JSON), "test.T: only records have JSON forms"},
        {TYPE(.flags = KL_TYPE_ORDERED),
         "test.T: ordered, but neither a record nor with a comparison"},
        {TYPE(.base_name = "ValueError"), "test.T: a base by name is for exceptions"},
        {TYPE(.flags = KL_TYPE_NO_INIT, .init = init),
         "test.T: cannot be constructed, but has a constructor"},
        {TYPE(.params = KL_TABLE(keyword_after)), "test.T: parameters that nothing reads"},
        {TYPE(.fields = KL_TABLE(overlapping), .flags = KL_TYPE_RECORD), "test.T.c: lies on a"},
        {TYPE(.fields = KL_TABLE(outside), .flags = KL_TYPE_RECORD),
         "test.T.c: lies outside of the struct"},
        {TYPE(.fields = KL_TABLE(in_header), .flags = KL_TYPE_RECORD),
         "test.T.c: lies outside of the struct"},
        {TYPE(.fields = KL_TABLE(required_last), .flags = KL_TYPE_RECORD),
         "test.T.b: required, but stands after the optional a"},
        {TYPE(.fields = KL_TABLE(two_flags)), "test.T.a: settable and hidden"},
        {TYPE(.fields = KL_TABLE(settable_fields), .flags = KL_TYPE_RECORD),
         "test.T.a: settable, but the record is immutable"},
        {TYPE(.fields = KL_TABLE(good_fields), .repr_fields = "a z"),
         "test.T: repr shows z, which is no field"},
        {TYPE(.fields = KL_TABLE(good_fields), .methods = KL_TABLE(method_a)),
         "test.T.a: both a field and a method"},
        {TYPE(.methods = KL_TABLE(method_twice)), "test.T.m: stands twice"},
        {ENUM(), "test.T: an enum without items"},
        {TYPE(.items = KL_TABLE(one_item)), "test.T: items, but no enum"},
        {ENUM(.items = KL_TABLE(one_item), .size = 8),
         "test.T: an enum has items, and no struct, fields or constructor"},
        {ENUM(.items = KL_TABLE(same_items)), "test.T.ONE: stands twice"},
        {ENUM(.items = KL_TABLE(same_words)), "test.T: the word 'one' stands twice"},
        {ENUM(.items = KL_TABLE(no_item_doc)), "test.T.ONE: no doc"},
        {ENUM(.items = KL_TABLE(no_word)), "test.T.ONE: no word"},
        {ENUM(.items = KL_TABLE(odd_item)), "test.T.1: the name is no identifier"},
        {ENUM(.items = KL_TABLE(one_item), .constants = KL_TABLE(same_as_item)),
         "test.T.ONE: stands twice"},
        {TYPE(.methods = KL_TABLE(method_a), .constants = KL_TABLE(same_as_method)),
         "test.T.a: stands twice"},
        {TYPE(.constants = KL_TABLE(no_json)),
         "test.T.ONE: the value is no JSON: trailing characters"},
        {TYPE(.constants = KL_TABLE(no_constant_doc)), "test.T.ONE: no doc"},
        {TYPE(.traverse = visit_nothing), "test.T: traverse and clear go together"},
        {{.name = "T", .module = "test", .doc = "T", .items = KL_TABLE(one_item),
          .flags = KL_TYPE_ENUM | KL_TYPE_BASE},
         "test.T: an enum is no record, no exception and no base"},
        {{.name = "T", .module = "test", .doc = "T", .size = sizeof(kl_object),
          .base = &kl_callable_type},
         "test.T: smaller than its base Callable"},
        {EXCEPTION(.base_name = "NoError"), "test.E: no exception NoError to be its base"},
        {EXCEPTION(.base_name = "ValueError, E"), "test.E: no exception E to be its base"},
        {EXCEPTION(.init = init),
         "test.E: an exception is made by the face; no init, check or dispose"},
        {EXCEPTION(.fields = KL_TABLE(open_attributes)),
         "test.E.code: an attribute of an exception is read-only"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value faults;
        lint_type(&faults, &rows[i].type);
        if (strstr(rows[i].fault, "no exception E ")) { /* and the circle itself */
            assert_int_equal(kl_array_len(faults), 2);
            assert_string_equal(kl_as_text(kl_array_at(faults, 1)).data,
                                "test.E: its bases lead back to itself");
            kl_value_release(faults);
            continue;
        }
        one_fault(faults, rows[i].fault);
    }
}

KL_TEST(a_type_repeats_the_fields_of_its_base)
{
    KL_UNUSED_STATE;
    const kl_type type = {.name = "T", .module = "test", .doc = "T", .size = sizeof(larger),
                          .flags = KL_TYPE_RECORD, .base = &record_type,
                          .fields = KL_TABLE(only_c)};
    kl_value faults;
    lint_type(&faults, &type);
    assert_json(faults, "[\"test.T: the field a of its base is not repeated\","
                        "\"test.T: the field b of its base is not repeated\"]");
}

KL_TEST(good_types_have_no_faults)
{
    KL_UNUSED_STATE;
    static const kl_type rows[] = {
        TYPE(.fields = KL_TABLE(good_fields), .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON),
        TYPE(.fields = KL_TABLE(settable_fields), .flags = KL_TYPE_MUTABLE, .repr_fields = "a"),
        TYPE(.params = KL_TABLE(keyword_after), .init = init),
        EXCEPTION(),
        EXCEPTION(.base_name = "RuntimeError, ValueError", .fields = KL_TABLE(attributes)),
        EXCEPTION(.base_name = "GateUndetermined"),
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value faults;
        lint_type(&faults, &rows[i]);
        assert_json(faults, "[]");
    }
}

KL_TEST(a_type_that_stands_twice_is_found)
{
    KL_UNUSED_STATE;
    static const kl_type other = {.name = "Base", .module = "other", .doc = "B"};
    const kl_type *const types[] = {&other, &record_type, &record_type};
    kl_lint lint;
    kl_value faults;
    assert_int_equal(kl_lint_start(&lint, NULL), KL_OK);
    kl_lint_names(&lint, types, KL_COUNT(types));
    assert_int_equal(kl_lint_end(&faults, &lint), KL_OK);
    one_fault(faults, "test.Base: stands twice");
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_map_new(out, 0, error);
}
static void dispose(void *state) { (void)state; }

static const kl_param in[] = {{.name = "in", .kind = KL_KIND_ANY, .flags = KL_MANY, .doc = "in"}};
static const kl_param in_again[] = {{.name = "in", .kind = KL_KIND_INT, .fallback = "1",
                                     .doc = "in"}};
static const kl_param bad_out[] = {{.name = "out put", .kind = KL_KIND_INT, .doc = "out"}};
static const kl_param many_out[] = {{.name = "out", .kind = KL_KIND_INT, .flags = KL_MANY,
                                     .doc = "out"}};
static const kl_param no_doc[] = {{.name = "mode", .kind = KL_KIND_ENUM, .names = words,
                                   .fallback = "\"a\""}};

#define NODE(...) {.name = "N", .category = "C", .doc = "N", .run = run, __VA_ARGS__}

KL_TEST(each_fault_of_a_node_is_found)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_node_type row;
        const char *fault;
    } rows[] = {
        {{.name = "N", .category = "C", .run = run}, "N: no doc"},
        {{.name = "N", .doc = "N", .run = run}, "N: no category"},
        {{.name = "N", .category = "C", .doc = "N"}, "N: nothing to run"},
        {{.name = "N N", .category = "C", .doc = "N", .run = run},
         "N N: the name is no identifier"},
        {{.category = "C", .doc = "N", .run = run}, "(no name): the name is no identifier"},
        {NODE(.dispose = dispose), "N: ends a state that nothing prepares"},
        {NODE(.inputs = KL_TABLE(in), .config = KL_TABLE(in_again)),
         "N.in: both an input and a setting"},
        {NODE(.config = KL_TABLE(no_doc)), "N.mode: no doc"},
        {NODE(.config = KL_TABLE(in)), "N.in: many, but no input of a node"},
        {NODE(.outputs = KL_TABLE(bad_out)), "N.out put: the name is no identifier"},
        {NODE(.outputs = KL_TABLE(many_out)), "N.out: many, but no input of a node"},
        {{.name = "N", .alias_of = "M"}, "N: alias of M, which does not exist"},
        {{.name = "N", .alias_of = "N"}, "N: alias of N, which is an alias itself"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const kl_node_type *const table[] = {&rows[i].row};
        kl_lint lint;
        kl_value faults;
        assert_int_equal(kl_lint_start(&lint, NULL), KL_OK);
        kl_lint_nodes(&lint, table, 1);
        assert_int_equal(kl_lint_end(&faults, &lint), KL_OK);
        one_fault(faults, rows[i].fault);
    }
}

KL_TEST(nodes_that_stand_twice_and_aliases_with_tables_are_found)
{
    KL_UNUSED_STATE;
    static const kl_node_type first = NODE(.inputs = KL_TABLE(in)),
                              alias = {.name = "A", .alias_of = "N", .run = run};
    const kl_node_type *const table[] = {&first, &alias, &first};
    kl_lint lint;
    kl_value faults;
    assert_int_equal(kl_lint_start(&lint, NULL), KL_OK);
    kl_lint_nodes(&lint, table, 3);
    assert_int_equal(kl_lint_end(&faults, &lint), KL_OK);
    assert_json(faults, "[\"A: an alias has no tables of its own\",\"N: stands twice\"]");
}

KL_TEST(a_node_describes_itself_with_its_aliases)
{
    KL_UNUSED_STATE;
    kl_value map;
    for (size_t i = 0; i < kl_node_type_count(); i++) {
        const kl_node_type *row = kl_node_type_at(i);
        assert_int_equal(kl_node_describe(&map, row, NULL), KL_OK);
        const char *name = row->alias_of ? row->alias_of : row->name;
        assert_true(kl_text_is(kl_as_text(kl_map_get(map, KL_TEXT("name"))), name));
        kl_value_release(map);
    }
    assert_int_equal(kl_node_describe(&map, kl_node_type_find(KL_TEXT("NoOpNode")), NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("aliases"))), "[\"HandlerNode\"]");
    kl_value_release(map);
}

/* ---- the sweep ------------------------------------------------------------------------------- */

static kl_status find_faults(void *data)
{
    static const kl_param bad = OF(.kind = KL_KIND_INT, .fallback = "1.5");
    static const kl_method method = METHOD(.params = &bad, .param_count = 1, .raises = "Oops");
    static const kl_type type = TYPE(.methods = &method, .method_count = 1);
    kl_lint lint;
    kl_value faults;
    (void)data;
    KL_TRY(kl_lint_start(&lint, NULL));
    kl_lint_type(&lint, &type);
    KL_TRY(kl_lint_end(&faults, &lint));
    bool both = kl_array_len(faults) == 2;
    kl_value_release(faults);
    return both ? KL_OK : KL_NO_MEMORY; /* a message may be lost for want of memory, no fault may */
}

static kl_status describe_node(void *data)
{
    kl_value map;
    (void)data;
    KL_TRY(kl_node_describe(&map, kl_node_type_at(0), NULL));
    kl_value_release(map);
    return KL_OK;
}

KL_TEST(lint_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    assert_true(sweep(find_faults, NULL) > 0);
    assert_true(sweep(describe_node, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_types_we_ship_have_no_faults),
        cmocka_unit_test(the_nodes_we_ship_have_no_faults),
        cmocka_unit_test(each_fault_of_a_parameter_is_found),
        cmocka_unit_test(what_is_right_in_a_parameter_is_left_alone),
        cmocka_unit_test(each_fault_of_a_method_is_found),
        cmocka_unit_test(keyword_parameters_may_stand_anywhere),
        cmocka_unit_test(a_list_of_arguments_has_an_end),
        cmocka_unit_test(each_fault_of_a_type_is_found),
        cmocka_unit_test(a_type_repeats_the_fields_of_its_base),
        cmocka_unit_test(good_types_have_no_faults),
        cmocka_unit_test(a_type_that_stands_twice_is_found),
        cmocka_unit_test(each_fault_of_a_node_is_found),
        cmocka_unit_test(nodes_that_stand_twice_and_aliases_with_tables_are_found),
        cmocka_unit_test(a_node_describes_itself_with_its_aliases),
        cmocka_unit_test(lint_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
