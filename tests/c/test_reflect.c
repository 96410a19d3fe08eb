/* tests/c/test_reflect.c - parameters: what fits, what is refused with which words, defaults. */
#include "kailash/type.h"
#include "sweep.h"

#include <math.h>

static const char *const colours[] = {"red", "green", NULL};

typedef struct point {
    kl_object object;
    int64_t x, y;
} point;
static const kl_field point_fields[] = {
    KL_INT(point, x, 0, .doc = "x"),
    KL_INT(point, y, 0, .doc = "y"),
};
static const kl_type point_type = {.name = "Point", .module = "test", .doc = "A point.",
                                   .size = sizeof(point), .flags = KL_TYPE_RECORD,
                                   .fields = KL_TABLE(point_fields)};

/* A type whose str() is a word. */
static kl_status green(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    (void)args;
    return kl_string_new(out, KL_TEXT("green"), error);
}
static kl_status add_to(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    (void)self;
    *out = kl_int(kl_as_int(args[0]) + kl_as_int(args[1]));
    return KL_OK;
}
static const kl_param add_params[] = {
    {.name = "a", .kind = KL_KIND_INT, .doc = "a"},
    {.name = "b", .kind = KL_KIND_COUNT, .fallback = "10", .doc = "b"},
};
static const kl_method colour_methods[] = {
    {.name = "__str__", .call = green, .returns = KL_KIND_STRING, .doc = "green"},
    {.name = "add", .call = add_to, .params = KL_TABLE(add_params), .returns = KL_KIND_INT,
     .flags = KL_STATIC, .doc = "a + b"},
};
static const kl_type colour_type = {.name = "Colour", .module = "test", .doc = "A colour.",
                                    .size = sizeof(kl_object), .methods = KL_TABLE(colour_methods)};

static const kl_param flag = {.name = "flag", .kind = KL_KIND_BOOL};
static const kl_param number = {.name = "number", .kind = KL_KIND_INT};
static const kl_param small = {.name = "small", .kind = KL_KIND_INT, .range = KL_RANGE(-1, 3)};
static const kl_param count = {.name = "count", .kind = KL_KIND_COUNT};
static const kl_param port = {.name = "port", .kind = KL_KIND_COUNT, .range = KL_RANGE(1, 65535)};
static const kl_param percent = {.name = "percent", .kind = KL_KIND_COUNT,
                                 .range = KL_RANGE(0, 100)};
static const kl_param ratio = {.name = "ratio", .kind = KL_KIND_DOUBLE, .range = KL_RANGE(0, 1)};
static const kl_param real = {.name = "real", .kind = KL_KIND_DOUBLE};
static const kl_param any_number = {.name = "any_number", .kind = KL_KIND_NUMBER};
static const kl_param wait_secs = {.name = "wait_secs", .kind = KL_KIND_DURATION};
static const kl_param text = {.name = "text", .kind = KL_KIND_STRING};
static const kl_param word_text = {.name = "word_text", .kind = KL_KIND_STRING,
                                   .range = KL_RANGE(1, 3)};
static const kl_param maybe = {.name = "maybe", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL};
static const kl_param bytes = {.name = "bytes", .kind = KL_KIND_BYTES};
static const kl_param names = {.name = "names", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING};
static const kl_param labels = {.name = "labels", .kind = KL_KIND_MAP, .item = KL_KIND_STRING};
static const kl_param numbers = {.name = "numbers", .kind = KL_KIND_ARRAY, .item = KL_KIND_INT};
static const kl_param few = {.name = "few", .kind = KL_KIND_ARRAY, .range = KL_RANGE(0, 1)};
static const kl_param colour = {.name = "colour", .kind = KL_KIND_ENUM, .names = colours};
static const kl_param tints = {.name = "tints", .kind = KL_KIND_ARRAY, .item = KL_KIND_ENUM,
                               .names = colours};
static const kl_param where = {.name = "where", .kind = KL_KIND_OBJECT, .type = &point_type};
static const kl_param path = {.name = "path", .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
                              .type = &point_type};
static const kl_param callback = {.name = "callback", .kind = KL_KIND_CALLABLE};
static const kl_param anything = {.name = "anything", .kind = KL_KIND_ANY};
static const kl_param from_two = {.name = "from_two", .kind = KL_KIND_DOUBLE,
                                  .range = KL_RANGE(2, INFINITY)};

/* One value (JSON), and the message with which it is refused; NULL = it fits. */
typedef struct check {
    const kl_param *param;
    const char *value;
    kl_status status;
    const char *message;
} check;

static const check checks[] = {
    {&flag, "true", KL_OK, NULL},
    {&flag, "1", KL_TYPE, "flag: expected bool, got 1"},
    {&flag, "null", KL_TYPE, "flag: expected bool, got null"},
    {&number, "-5", KL_OK, NULL},
    {&number, "true", KL_OK, NULL},
    {&number, "1.0", KL_TYPE, "number: expected integer, got 1.0"},
    {&number, "\"1\"", KL_TYPE, "number: expected integer, got \"1\""},
    {&number, "null", KL_TYPE, "number: expected integer, got null"},
    {&number, "9223372036854775807", KL_OK, NULL},
    {&small, "3", KL_OK, NULL},
    {&small, "4", KL_INVALID, "small: expected integer from -1 to 3, got 4"},
    {&small, "-2", KL_INVALID, "small: expected integer from -1 to 3, got -2"},
    {&count, "0", KL_OK, NULL},
    {&count, "false", KL_OK, NULL},
    {&count, "-1", KL_OVERFLOW, "count: expected non-negative integer, got -1"},
    {&count, "1.5", KL_TYPE, "count: expected non-negative integer, got 1.5"},
    {&count, "1e300", KL_TYPE, "count: expected non-negative integer, got 1e+300"},
    {&port, "65535", KL_OK, NULL},
    {&port, "65536", KL_OVERFLOW,
     "port: expected non-negative integer from 1 to 65535, got 65536"},
    {&port, "0", KL_INVALID, "port: expected non-negative integer from 1 to 65535, got 0"},
    {&port, "-1", KL_OVERFLOW, "port: expected non-negative integer from 1 to 65535, got -1"},
    {&percent, "101", KL_INVALID,
     "percent: expected non-negative integer from 0 to 100, got 101"},
    {&ratio, "0.5", KL_OK, NULL},
    {&ratio, "1", KL_OK, NULL},
    {&ratio, "1.01", KL_INVALID, "ratio: expected float from 0 to 1, got 1.01"},
    {&ratio, "-1e-9", KL_INVALID, "ratio: expected float from 0 to 1, got -1e-9"},
    {&ratio, "[]", KL_TYPE, "ratio: expected float from 0 to 1, got array"},
    {&real, "3", KL_OK, NULL},
    {&real, "true", KL_OK, NULL},
    {&real, "{}", KL_TYPE, "real: expected float, got object"},
    {&from_two, "2", KL_OK, NULL},
    {&from_two, "1.5", KL_INVALID, "from_two: expected float of at least 2, got 1.5"},
    {&any_number, "3", KL_OK, NULL},
    {&any_number, "3.5", KL_OK, NULL},
    {&any_number, "\"3\"", KL_TYPE, "any_number: expected number, got \"3\""},
    {&wait_secs, "0", KL_OK, NULL},
    {&wait_secs, "0.25", KL_OK, NULL},
    {&wait_secs, "1.8446744073709550e19", KL_OK, NULL},
    {&wait_secs, "1.8446744073709552e19", KL_INVALID,
     "wait_secs: expected number of seconds, got 1.8446744073709552e+19"},
    {&wait_secs, "-1", KL_INVALID, "wait_secs: expected number of seconds, got -1"},
    {&wait_secs, "\"1\"", KL_TYPE, "wait_secs: expected number of seconds, got \"1\""},
    {&text, "\"\"", KL_OK, NULL},
    {&text, "\"a\\u0000b\"", KL_OK, NULL},
    {&text, "5", KL_TYPE, "text: expected string, got 5"},
    {&word_text, "\"abc\"", KL_OK, NULL},
    {&word_text, "\"\"", KL_INVALID, "word_text: expected string from 1 to 3, got \"\""},
    {&word_text, "\"abcd\"", KL_INVALID, "word_text: expected string from 1 to 3, got \"abcd\""},
    {&maybe, "null", KL_OK, NULL},
    {&maybe, "\"x\"", KL_OK, NULL},
    {&maybe, "1", KL_TYPE, "maybe: expected string, got 1"},
    {&bytes, "\"x\"", KL_TYPE, "bytes: expected bytes, got \"x\""},
    {&names, "[]", KL_OK, NULL},
    {&names, "[\"a\", \"b\"]", KL_OK, NULL},
    {&names, "\"a\"", KL_TYPE, "names: expected array of string, got \"a\""},
    {&names, "[\"a\", 5]", KL_TYPE, "names[1]: expected string, got 5"},
    {&names, "null", KL_TYPE, "names: expected array of string, got null"},
    {&labels, "{\"a\": \"b\"}", KL_OK, NULL},
    {&labels, "{\"a\": \"b\", \"c\": null}", KL_TYPE, "labels['c']: expected string, got null"},
    {&labels, "[]", KL_TYPE, "labels: expected object of string, got array"},
    {&numbers, "[1, true]", KL_OK, NULL},
    {&numbers, "[1.5]", KL_TYPE, "numbers[0]: expected integer, got 1.5"},
    {&few, "[1]", KL_OK, NULL},
    {&few, "[1, 2]", KL_INVALID, "few: expected array from 0 to 1, got array"},
    {&colour, "\"red\"", KL_OK, NULL},
    {&colour, "\"Red\"", KL_INVALID, "colour: expected one of: red, green, got \"Red\""},
    {&colour, "\"\"", KL_INVALID, "colour: expected one of: red, green, got \"\""},
    {&colour, "1", KL_TYPE, "colour: expected one of: red, green, got 1"},
    {&tints, "[\"red\"]", KL_OK, NULL},
    {&tints, "[\"blue\"]", KL_INVALID, "tints[0]: expected one of: red, green, got \"blue\""},
    {&tints, "{}", KL_TYPE, "tints: expected array of one of: red, green, got object"},
    {&where, "{}", KL_TYPE, "where: expected Point, got object"},
    {&path, "[{}]", KL_TYPE, "path[0]: expected Point, got object"},
    {&path, "5", KL_TYPE, "path: expected array of Point, got 5"},
    {&callback, "\"f\"", KL_TYPE, "callback: expected callable, got \"f\""},
    {&anything, "null", KL_OK, NULL},
    {&anything, "[[]]", KL_OK, NULL},
};

static void run_check(const check *c, kl_value value)
{
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_param_check(c->param, value, &error);
    if (status != c->status || (c->message && strcmp(c->message, kl_error_message(&error))))
        print_error("%s given %s: %s \"%s\", expected %s \"%s\"\n", c->param->name, c->value,
                    kl_status_name(status), kl_error_message(&error), kl_status_name(c->status),
                    c->message ? c->message : "");
    assert_int_equal(status, c->status);
    assert_int_equal(error.code, status);
    assert_string_equal(kl_error_message(&error), c->message ? c->message : "");
    kl_error_clear(&error);
    assert_int_equal(kl_param_check(c->param, value, NULL), c->status);
}

KL_TEST(each_kind_takes_what_fits_and_says_what_is_wrong)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(checks); i++) {
        kl_value value = json(checks[i].value);
        run_check(&checks[i], value);
        kl_value_release(value);
    }
}

KL_TEST(numbers_that_json_cannot_say)
{
    KL_UNUSED_STATE;
    const check refused[] = {
        {&wait_secs, "NaN", KL_INVALID, "wait_secs: expected number of seconds, got nan"},
        {&ratio, "NaN", KL_INVALID, "ratio: expected float from 0 to 1, got nan"},
        {&from_two, "NaN", KL_INVALID, "from_two: expected float of at least 2, got nan"},
    };
    for (size_t i = 0; i < KL_COUNT(refused); i++)
        run_check(&refused[i], kl_double(NAN));
    const check infinite = {&wait_secs, "inf", KL_INVALID,
                            "wait_secs: expected number of seconds, got inf"};
    run_check(&infinite, kl_double(INFINITY));
    assert_true(kl_param_fits(&real, kl_double(NAN)));
    assert_true(kl_param_fits(&from_two, kl_double(INFINITY)));
}

KL_TEST(a_long_text_is_not_repeated_in_the_message)
{
    KL_UNUSED_STATE;
    char long_text[100];
    memset(long_text, 'x', sizeof long_text);
    kl_value value;
    assert_int_equal(kl_string_new(&value, (kl_text){long_text, sizeof long_text}, NULL), KL_OK);
    const check refused = {&colour, "x...", KL_INVALID,
                           "colour: expected one of: red, green, got string"};
    run_check(&refused, value);
    kl_value_release(value);
}

KL_TEST(objects_fit_by_type_and_callables_by_being_callable)
{
    KL_UNUSED_STATE;
    kl_value at, other;
    assert_int_equal(kl_object_from_map(&at, &point_type, kl_null(), NULL), KL_OK);
    assert_int_equal(kl_object_make(&other, &colour_type, NULL, NULL), KL_OK);
    assert_true(kl_param_fits(&where, at));
    assert_false(kl_param_fits(&where, other));
    const check refused = {&where, "Colour", KL_TYPE, "where: expected Point, got Colour"};
    run_check(&refused, other);
    const check no_function = {&callback, "Colour", KL_TYPE,
                               "callback: expected callable, got Colour"};
    run_check(&no_function, other);
    kl_value_release(at);
    kl_value_release(other);
}

static kl_value converted(const kl_param *param, kl_value value)
{
    kl_value out = kl_null();
    assert_int_equal(kl_param_convert(&out, param, value, NULL), KL_OK);
    return out;
}

KL_TEST(arguments_come_in_the_form_of_their_kind)
{
    KL_UNUSED_STATE;
    assert_json(converted(&number, kl_bool(true)), "1");
    assert_json(converted(&count, kl_bool(false)), "0");
    assert_json(converted(&real, kl_int(3)), "3.0");
    assert_json(converted(&real, kl_bool(true)), "1.0");
    assert_json(converted(&wait_secs, kl_int(2)), "2.0");
    assert_json(converted(&any_number, kl_int(2)), "2");
    assert_json(converted(&flag, kl_bool(true)), "true");
    assert_json(converted(&maybe, kl_null()), "null");
    kl_value out;
    assert_int_equal(kl_param_convert(&out, &number, kl_double(1), NULL), KL_TYPE);
}

KL_TEST(an_object_with_a_text_stands_for_a_word)
{
    KL_UNUSED_STATE;
    kl_value object, at, out;
    assert_int_equal(kl_object_make(&object, &colour_type, NULL, NULL), KL_OK);
    assert_int_equal(kl_object_from_map(&at, &point_type, kl_null(), NULL), KL_OK);
    assert_json(converted(&colour, object), "\"green\"");
    assert_int_equal(kl_param_convert(&out, &colour, at, NULL), KL_TYPE);
    assert_int_equal(kl_param_convert(&out, &text, object, NULL), KL_TYPE); /* no enum */
    kl_value_release(object);
    kl_value_release(at);
}

KL_TEST(defaults_are_json_parsed_once)
{
    KL_UNUSED_STATE;
    static const kl_param list = {.name = "list", .kind = KL_KIND_ARRAY, .fallback = "[1, \"a\"]"};
    static const kl_param nine = {.name = "nine", .kind = KL_KIND_INT, .fallback = "9"};
    static const kl_param many = {.name = "many", .kind = KL_KIND_INT, .fallback = "1000"};
    static const kl_param none = {.name = "none", .kind = KL_KIND_ANY, .fallback = "null"};
    assert_json(kl_value_retain(kl_param_default(&list)), "[1,\"a\"]");
    assert_ptr_equal(kl_param_default(&list).as.payload, kl_param_default(&list).as.payload);
    assert_json(kl_value_retain(kl_param_default(&nine)), "9");
    assert_json(kl_value_retain(kl_param_default(&many)), "1000");
    assert_json(kl_value_retain(kl_param_default(&none)), "null");
    assert_json(kl_value_retain(kl_param_default(&number)), "null");
    assert_true(kl_param_required(&number));
    assert_false(kl_param_required(&nine));
    assert_false(kl_param_required(&maybe));
}

KL_TEST(more_defaults_than_the_first_table_holds)
{
    KL_UNUSED_STATE;
    enum { MANY = 3000 };
    static kl_param params[MANY]; /* stays: defaults are known by the address of their row */
    for (int i = 0; i < MANY; i++)
        params[i] = (kl_param){.name = "p", .kind = KL_KIND_STRING, .fallback = "\"text\""};
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++)
            assert_true(kl_text_is(kl_as_text(kl_param_default(&params[i])), "text"));
}

KL_TEST(calls_by_name_check_their_arguments)
{
    KL_UNUSED_STATE;
    const kl_value two[] = {kl_int(1), kl_bool(true)}, bad[] = {kl_double(1)};
    kl_value out, object;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_type_call(&out, &colour_type, KL_TEXT("add"), two, 2, NULL), KL_OK);
    assert_json(out, "2");
    assert_int_equal(kl_type_call(&out, &colour_type, KL_TEXT("add"), two, 1, NULL), KL_OK);
    assert_json(out, "11");
    assert_int_equal(kl_type_call(&out, &colour_type, KL_TEXT("add"), two, 0, &error), KL_TYPE);
    assert_string_equal(kl_error_message(&error), "add() misses the argument 'a'");
    assert_int_equal(kl_type_call(&out, &colour_type, KL_TEXT("add"), bad, 1, &error), KL_TYPE);
    assert_string_equal(kl_error_message(&error), "a: expected integer, got 1.0");
    assert_int_equal(kl_type_call(&out, &colour_type, KL_TEXT("add"), two, 3, &error), KL_TYPE);
    assert_string_equal(kl_error_message(&error), "add() takes at most 2 arguments, got 3");
    assert_int_equal(kl_type_call(&out, &colour_type, KL_TEXT("__str__"), NULL, 0, &error),
                     KL_ATTRIBUTE);
    assert_string_equal(kl_error_message(&error), "Colour has no static method '__str__'");
    assert_int_equal(kl_object_make(&object, &colour_type, NULL, NULL), KL_OK);
    assert_int_equal(kl_object_call(&out, object.as.object, KL_TEXT("add"), two, 2, NULL), KL_OK);
    assert_json(out, "2");
    assert_int_equal(kl_object_call(&out, object.as.object, KL_TEXT("fly"), NULL, 0, &error),
                     KL_ATTRIBUTE);
    assert_string_equal(kl_error_message(&error), "Colour has no method 'fly'");
    assert_null(kl_type_method(&colour_type, (kl_text){NULL, 0}));
    kl_error_clear(&error);
    kl_value_release(object);
}

KL_TEST(functions_give_items_by_name)
{
    KL_UNUSED_STATE;
    static const kl_item sizes[] = {{"SMALL", "small", "little"}, {"LARGE", "large", "much"}};
    static const char *const functions[] = {"small", "large"};
    static const kl_type size_type = {.name = "Size", .module = "test", .doc = "A size.", .flags = KL_TYPE_ENUM,
                                      .items = KL_TABLE(sizes), .item_methods = functions};
    kl_value out, again, map;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_type_call(&out, &size_type, KL_TEXT("large"), NULL, 0, NULL), KL_OK);
    assert_ptr_equal(kl_item_in(out), &sizes[1]);
    assert_int_equal(kl_object_call(&again, out.as.object, KL_TEXT("small"), NULL, 0, NULL), KL_OK);
    assert_ptr_equal(kl_item_in(again), &sizes[0]);
    assert_int_equal(kl_type_call(&map, &size_type, KL_TEXT("large"), &out, 1, &error), KL_TYPE);
    assert_string_equal(kl_error_message(&error), "large() takes at most 0 arguments, got 1");
    assert_int_equal(kl_type_call(&map, &size_type, KL_TEXT("huge"), NULL, 0, &error), KL_ATTRIBUTE);
    kl_error_clear(&error);
    assert_int_equal(kl_type_describe(&map, &size_type, NULL), KL_OK);
    kl_value methods = kl_map_get(map, KL_TEXT("methods"));
    assert_int_equal(kl_array_len(methods), 2);
    assert_string_equal(kl_as_text(kl_map_get(kl_array_at(methods, 1), KL_TEXT("name"))).data, "large");
    assert_string_equal(kl_as_text(kl_map_get(kl_array_at(methods, 1), KL_TEXT("doc"))).data, "much");
    kl_value_release(map);
    kl_value_release(again);
    kl_value_release(out);
}

static kl_status refuse_and_convert(void *data)
{
    kl_value out;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_param_check(&names, *(kl_value *)data, &error);
    kl_error_clear(&error);
    if (status == KL_TYPE)
        status = kl_param_check(&colour, kl_int(5), NULL);
    if (status == KL_TYPE)
        status = kl_param_convert(&out, &real, kl_int(5), NULL);
    return status;
}

KL_TEST(refusing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value list = json("[\"a\", 5]");
    assert_true(sweep(refuse_and_convert, &list) > 0);
    kl_value_release(list);
}

/* ---- describing ------------------------------------------------------------------------------ */

KL_TEST(a_type_describes_itself)
{
    KL_UNUSED_STATE;
    kl_value map;
    assert_int_equal(kl_type_describe(&map, &colour_type, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("kind"))), "\"class\"");
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("methods.1.params.1"))),
                "{\"name\":\"b\",\"alias\":null,\"kind\":\"count\",\"item\":null,\"type\":null,"
                "\"type_module\":null,\"words\":null,\"min\":null,\"max\":null,\"required\":false,\"default\":10,"
                "\"optional\":false,\"keyword_only\":false,\"secret\":false,\"settable\":false,"
                "\"read_only\":false,\"deprecated\":false,\"many\":false,\"writable\":false,"
                "\"tuple\":false,\"data\":false,\"rest\":false,\"learned\":false,\"doc\":\"b\"}");
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("methods.1.returns"))),
                "{\"kind\":\"int\",\"item\":null,\"type\":null,\"type_module\":null,"
                "\"optional\":false}");
    kl_value_release(map);
}

KL_TEST(an_exception_names_its_bases)
{
    KL_UNUSED_STATE;
    kl_value map;
    const kl_type *type = kl_type_find(KL_TEXT("GateUndetermined"), "kailash");
    assert_non_null(type);
    assert_int_equal(kl_type_describe(&map, type, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("kind"))), "\"exception\"");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("bases"))), "[\"RuntimeError\"]");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("params"))), "[]");
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("fields.2.name"))), "\"input_key\"");
    kl_object *object;
    assert_int_equal(kl_object_alloc(&object, type, NULL), KL_TYPE);
    kl_value_release(map);
}

KL_TEST(words_and_bounds_are_described)
{
    KL_UNUSED_STATE;
    kl_value map;
    const kl_type *type = kl_type_find(KL_TEXT("RetryPolicy"), NULL);
    assert_int_equal(kl_type_describe(&map, type, NULL), KL_OK);
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("fields.0.max"))), "4294967295");
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("params.1.words"))),
                "[\"exponential\",\"fixed\"]");
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("params.1.default"))),
                "\"exponential\"");
    kl_value_release(map);
}

static kl_status describe(void *data)
{
    kl_value map;
    KL_TRY(kl_type_describe(&map, data, NULL));
    kl_value_release(map);
    return KL_OK;
}

KL_TEST(describing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    const kl_type *const types[] = {&colour_type, kl_type_find(KL_TEXT("RetryPolicy"), NULL),
                                    kl_type_find(KL_TEXT("GateUndetermined"), NULL)};
    for (size_t i = 0; i < KL_COUNT(types); i++)
        assert_true(sweep(describe, (void *)(uintptr_t)types[i]) > 100);
}

KL_TEST(a_default_without_memory_is_an_error_not_null)
{
    KL_UNUSED_STATE;
    static const kl_param list = {.name = "list", .kind = KL_KIND_ARRAY, .fallback = "[1, 2]"};
    kl_value value = kl_int(7);
    kl_test_fail_allocation(1);
    assert_int_equal(kl_param_read_default(&value, &list, NULL), KL_NO_MEMORY);
    kl_test_fail_allocation(0);
    assert_json(value, "7");
    assert_int_equal(kl_param_read_default(&value, &list, NULL), KL_OK);
    assert_json(kl_value_retain(value), "[1,2]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_takes_what_fits_and_says_what_is_wrong),
        cmocka_unit_test(numbers_that_json_cannot_say),
        cmocka_unit_test(a_long_text_is_not_repeated_in_the_message),
        cmocka_unit_test(objects_fit_by_type_and_callables_by_being_callable),
        cmocka_unit_test(arguments_come_in_the_form_of_their_kind),
        cmocka_unit_test(an_object_with_a_text_stands_for_a_word),
        cmocka_unit_test(defaults_are_json_parsed_once),
        cmocka_unit_test(more_defaults_than_the_first_table_holds),
        cmocka_unit_test(calls_by_name_check_their_arguments),
        cmocka_unit_test(functions_give_items_by_name),
        cmocka_unit_test(refusing_survives_every_failed_allocation),
        cmocka_unit_test(a_type_describes_itself),
        cmocka_unit_test(an_exception_names_its_bases),
        cmocka_unit_test(words_and_bounds_are_described),
        cmocka_unit_test(describing_survives_every_failed_allocation),
        cmocka_unit_test(a_default_without_memory_is_an_error_not_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
