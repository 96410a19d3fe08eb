#include "node_test.h"
#include "kailash/workflow.h"
#include "sweep.h"

#include <pthread.h>
#include <time.h>

#define FAILS "node execution failed: JavaScript execution failed: "

/* Runs `code` (JavaScript), with `names` (JSON) to give back; `inputs` as JSON. */
static kl_status run_js(kl_value *out, const char *config, const char *code, const char *names,
                        const char *inputs, kl_error *error)
{
    kl_value given, settings = json(config);
    assert_int_equal(kl_map_new(&given, 3, NULL), KL_OK);
    assert_int_equal(kl_map_set_text(&given, KL_TEXT("code"), kl_text_from(code), NULL), KL_OK);
    assert_int_equal(kl_map_set(&given, KL_TEXT("output_vars"), json(names), NULL), KL_OK);
    if (inputs)
        assert_int_equal(kl_map_set(&given, KL_TEXT("inputs"), json(inputs), NULL), KL_OK);
    kl_status status = kl_node_run_alone(out, kl_node_type_find(KL_TEXT("EmbeddedJSNode")), settings,
                                         given, error);
    kl_value_release(given);
    kl_value_release(settings);
    return status;
}

static void js_in(const char *code, const char *names, const char *inputs, const char *expected,
                  const char *console, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_js(&out, "{}", code, names, inputs, &error) != KL_OK)
        fail_msg("line %d: %s", line, kl_error_message(&error));
    assert_json_in(kl_value_retain(kl_map_get(out, KL_TEXT("outputs"))), expected, __FILE__, line);
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("console_output"))).data, console);
    assert_true(kl_is(kl_map_get(out, KL_TEXT("execution_time_ms")), KL_KIND_INT));
    kl_value_release(out);
}
#define js(code, names, inputs, expected) js_in(code, names, inputs, expected, "", __LINE__)
#define prints(code, console) js_in(code, "[\"none\"]", NULL, "{\"none\":null}", console, __LINE__)

static void js_fails_in(const char *config, const char *code, const char *names, const char *message,
                        int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_js(&out, config, code, names, NULL, &error) == KL_OK)
        fail_msg("line %d: no error", line);
    if (strcmp(kl_error_message(&error), message) != 0)
        fail_msg("line %d: got \"%s\", expected \"%s\"", line, kl_error_message(&error), message);
    kl_error_clear(&error);
}
#define js_fails(code, message) js_fails_in("{}", code, "[\"x\"]", message, __LINE__)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- values --------------------------------------------------------------------------------------- */

KL_TEST(variables_of_every_kind_are_given_back)
{
    KL_UNUSED_STATE;
    js("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
    js("var a = 1; let b = 2; const c = 3; class D {}; d = 4", "[\"a\",\"b\",\"c\",\"D\",\"d\"]", NULL,
       "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}");
    js("f = () => 1; function g() {}; x = undefined; z = NaN; i = -Infinity",
       "[\"f\",\"g\",\"x\",\"z\",\"i\",\"q\"]", NULL,
       "{\"x\":null,\"z\":null,\"i\":null,\"q\":null}");
    js("globalThis['a b'] = 1; globalThis['class'] = 2; var $_9 = 3; let \xC3\xA9 = 4",
       "[\"a b\",\"class\",\"$_9\",\"\xC3\xA9\",\"1x\",\"\",\"if\"]", NULL,
       "{\"a b\":1,\"class\":2,\"$_9\":3,\"\xC3\xA9\":4,\"1x\":null,\"\":null,\"if\":null}");
    js("x = a + 1; a = 'new'", "[\"x\",\"a\"]", "{\"a\":1}", "{\"x\":2,\"a\":\"new\"}");
    js("let a2 = a.b[1].c; a.b.push(null)", "[\"a2\",\"a\"]", "{\"a\":{\"b\":[1,{\"c\":\"d\"}]}}",
       "{\"a2\":\"d\",\"a\":{\"b\":[1,{\"c\":\"d\"},null]}}");
    js("let a = 5", "[\"a\"]", "{\"a\":1}", "{\"a\":5}");
}

KL_TEST(values_cross_in_both_directions)
{
    KL_UNUSED_STATE;
    js("", "[\"v\"]", "{\"v\":[null,true,false,0,-7,2.5,\"\",\"\xF0\x9F\x98\x80 \\u0000\",[],{},{\"a\":{}}]}",
       "{\"v\":[null,true,false,0,-7,2.5,\"\",\"\xF0\x9F\x98\x80 \\u0000\",[],{},{\"a\":{}}]}");
    js("", "[\"v\"]", "{\"v\":{\"__proto__\":1,\"a\\u0000b\":2,\"10\":3}}",
       "{\"v\":{\"10\":3,\"__proto__\":1,\"a\\u0000b\":2}}");
    js("v = [5.0, -0, 2**53, 1e21, 1.5, 2**31, -(2**63), 2**63]", "[\"v\"]", NULL,
       "{\"v\":[5,0,9007199254740992,1e+21,1.5,2147483648,-9223372036854775808,9.223372036854776e+18]}");
    js("d = new Date(0); m = new Map([['a', 1]]); s = new Set([1, 2]); u = new Uint8Array([1, 2]);"
       "f = new Float64Array([1.5, 2]); r = /x/; t = {toJSON() { return [this.k] }, k: 1}",
       "[\"d\",\"m\",\"s\",\"u\",\"f\",\"r\",\"t\"]", NULL,
       "{\"d\":\"1970-01-01T00:00:00.000Z\",\"m\":{\"a\":1},\"s\":[1,2],\"u\":\"AQI=\","
       "\"f\":[1.5,2],\"r\":{},\"t\":[1]}");
    js("o = {a: undefined, b() {}, [Symbol()]: 1, c: 1, get d() { return 2 }}; l = [undefined, () => 1, , 2]",
       "[\"o\",\"l\"]", NULL, "{\"o\":{\"c\":1,\"d\":2},\"l\":[null,null,null,2]}");
    js("h = '\\ud800x'", "[\"h\"]", NULL, "{\"h\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\"}");
    js("a = {x: 1}; b = [a, a]", "[\"b\"]", NULL, "{\"b\":[{\"x\":1},{\"x\":1}]}");
    js("p = new Proxy({a: 1}, {get(t, k) { return k == 'a' ? 7 : undefined }})", "[\"p\"]", NULL,
       "{\"p\":{\"a\":7}}");
}

KL_TEST(bytes_are_arrays_of_bytes)
{
    KL_UNUSED_STATE;
    kl_value bytes, inputs, given, out = kl_null();
    assert_int_equal(kl_bytes_new(&bytes, KL_TEXT("\x00\xFF"), NULL), KL_OK);
    assert_int_equal(kl_map_new(&inputs, 1, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("b"), bytes, NULL), KL_OK);
    given = json("{\"code\":\"n = b.length; b[0] = 65\",\"output_vars\":[\"n\",\"b\"]}");
    assert_int_equal(kl_map_set(&given, KL_TEXT("inputs"), inputs, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("EmbeddedJSNode")), kl_null(),
                                       given, NULL), KL_OK);
    kl_value result = kl_map_get(out, KL_TEXT("outputs"));
    assert_int_equal(kl_as_int(kl_map_get(result, KL_TEXT("n"))), 2);
    assert_true(kl_is(kl_map_get(result, KL_TEXT("b")), KL_KIND_BYTES));
    assert_memory_equal(kl_as_text(kl_map_get(result, KL_TEXT("b"))).data, "A\xFF", 2);
    kl_value_release(out);
    kl_value_release(given);
}

KL_TEST(promises_are_awaited)
{
    KL_UNUSED_STATE;
    js("p = Promise.resolve(3); q = (async () => { await null; x = 1; return {a: await p} })()",
       "[\"p\",\"q\",\"x\"]", NULL, "{\"p\":3,\"q\":{\"a\":3},\"x\":1}");
    js("const v = await new Promise(done => done(5)); var w = v + 1", "[\"v\",\"w\"]", NULL,
       "{\"v\":5,\"w\":6}");
    js("let await_ = 1; var await = 2", "[\"await_\"]", NULL, "{\"await_\":1}");
    js("p = Promise.reject(1); p.catch(e => { x = e })", "[\"x\"]", NULL, "{\"x\":1}");
    js_fails("x = new Promise(() => 1)", "node execution failed: output 'x': the promise never settles");
    js_fails("await new Promise(() => 1)",
             "node execution failed: the script waits for a promise that never settles");
    js_fails("(async () => { throw new TypeError('bad') })()",
             FAILS "line 1, column 26: a rejected promise that nobody handles: TypeError: bad");
    js_fails("\nawait Promise.reject(7)", FAILS "a rejected promise that nobody handles: 7");
}

KL_TEST(the_console_is_text)
{
    KL_UNUSED_STATE;
    prints("console.log('hi', 1, 1.5, null, undefined, true, 10n); console.error('e')",
           "hi 1 1.5 null undefined true 10\n[ERROR] e");
    prints("console.log({a: [1, 'x']}, [1], Symbol('s'), new Error('e'), /x/g)",
           "{\"a\": [1, \"x\"]} [1] Symbol(s) Error: e /x/g");
    prints("console.info(1); console.debug(2); console.warn(3); console.dir(4); console.log()",
           "[INFO] 1\n[DEBUG] 2\n[WARN] 3\n4\n");
    prints("a = {}; a.a = a; console.log(a); console.log({b: 1n})", "[object Object]\n[object Object]");
    prints("console.assert(true, 'no'); console.assert(1 > 2, 'yes', 5)",
           "[ERROR] Assertion failed yes 5");
    prints("console = {log() {}}; console.log(1)", "");
    js_fails_in("{\"memory_limit_bytes\":1073741824}",
                "s = 'x'.repeat(1e6); try { while (1) console.log(s) } catch {}", "[\"x\"]",
                "resource limit exceeded: output text (limit: 67108864 bytes)", __LINE__);
}

/* ---- failing -------------------------------------------------------------------------------------- */

KL_TEST(what_is_thrown_is_told_with_its_place)
{
    KL_UNUSED_STATE;
    js_fails("throw new TypeError('bad')", FAILS "line 1, column 11: TypeError: bad");
    js_fails("\n  null.x", FAILS "line 2, column 3: TypeError: cannot read property 'x' of null");
    js_fails("x =", FAILS "line 1, column 4: SyntaxError: unexpected token in expression: ''");
    js_fails("a\n)", FAILS "line 2, column 1: SyntaxError: unexpected token in expression: ')'");
    js_fails("throw 5", FAILS "5");
    js_fails("throw {toString() { throw 1 }}", FAILS "an exception without text");
    js_fails("require('fs')", FAILS "line 1, column 1: ReferenceError: require is not defined");
    js_fails("std.exit()", FAILS "line 1, column 1: ReferenceError: std is not defined");
    js_fails("const m = await import('os')",
             FAILS "a rejected promise that nobody handles: ReferenceError: could not load module 'os'");
    js_fails("x = 10n", "node execution failed: output 'x': a BigInt has no form as a value; give "
                        "Number(x) or String(x)");
    js_fails("x = {}; x.a = [x]", "node execution failed: output 'x': it refers to itself, which no "
                                  "value can");
    js_fails("x = {get a() { throw new RangeError('no') }}", FAILS "line 1, column 26: RangeError: no");
    js_fails("x = new Proxy({}, {ownKeys() { throw 'trap' }})", FAILS "trap");
    js_fails("Object.defineProperty(globalThis, 'x', {get() { throw 'top' }})", FAILS "top");
    js_fails("x = new Array(4e9)",
             "resource limit exceeded: output values (limit: 10000000 values)");
    js_fails("x = []; for (let i = 0; i < 600; i++) x = [x]",
             "node execution failed: output 'x' nests deeper than 512 levels");
    js_fails("a = {get b() { return a2() }}; function a2() { return {get b() { return a2() }} }; x = a",
             "node execution failed: output 'x' nests deeper than 512 levels");
    js_fails_in("{\"memory_limit_bytes\":1073741824,\"timeout_seconds\":60}",
                "x = new Array(5e6).fill([1, 2])", "[\"x\"]",
                "resource limit exceeded: output values (limit: 10000000 values)", __LINE__);
    js_fails("function f() { f() }; f()",
             FAILS "line 1, column 15: RangeError: Maximum call stack size exceeded");
}

KL_TEST(inputs_are_checked)
{
    KL_UNUSED_STATE;
    fails("EmbeddedJSNode", NULL, "{\"output_vars\":[\"x\"]}", "missing required input: code");
    fails("EmbeddedJSNode", NULL, "{\"code\":\"\"}", "missing required input: output_vars");
    kl_error error = KL_ERROR_INIT;
    kl_value out = kl_null();
    const char *const bad[] = {"[]", "[1]", "\"x\""};
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        assert_int_equal(run_js(&out, "{}", "", bad[i], NULL, &error), KL_FAILED);
        assert_non_null(strstr(kl_error_message(&error), "invalid input 'output_vars': expected "));
        kl_error_clear(&error);
    }
    assert_int_equal(run_js(&out, "{}", "", "[\"x\"]", "[1]", &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "invalid input 'inputs': expected "));
    kl_error_clear(&error);
    assert_int_equal(run_js(&out, "{\"timeout_seconds\":-1}", "", "[\"x\"]", NULL, &error), KL_INVALID);
    kl_error_clear(&error);
    assert_int_equal(run_js(&out, "{\"memory_limit_bytes\":5}", "", "[\"x\"]", NULL, &error), KL_INVALID);
    kl_error_clear(&error);
    kl_value nested = kl_int(1), inputs = kl_null(), given = json("{\"code\":\"\",\"output_vars\":[\"x\"]}");
    for (int i = 0; i < 600; i++) {
        kl_value list;
        assert_int_equal(kl_array_new(&list, 1, NULL), KL_OK);
        assert_int_equal(kl_array_push(&list, nested, NULL), KL_OK);
        nested = list;
    }
    assert_int_equal(kl_map_new(&inputs, 1, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("x"), nested, NULL), KL_OK);
    assert_int_equal(kl_map_set(&given, KL_TEXT("inputs"), inputs, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("EmbeddedJSNode")), kl_null(),
                                       given, &error), KL_FAILED);
    assert_string_equal(kl_error_message(&error),
                        "node execution failed: input 'x' nests deeper than 512 levels");
    kl_error_clear(&error);
    kl_value_release(given);
}

/* ---- limits --------------------------------------------------------------------------------------- */

KL_TEST(endless_code_is_stopped)
{
    KL_UNUSED_STATE;
    const char *const endless[] = {
        "while (1);",
        "while (1) try { while (1); } catch {} finally { continue }",
        "async function f() { while (1) await 0 } f()",
        "[].indexOf.call({length: 2 ** 53 - 1}, 1)",
        "[].fill.call({length: 2 ** 53 - 1, set x(v) {}}, 1, 2 ** 40)",
        "/(a+)+$/.test('a'.repeat(40) + 'b')",
        "x = new Proxy([], {get(t, k) { while (1); }})",
        "x = {get a() { while (1); }}",
        "x = {toJSON() { while (1); }}",
        "[1, 2].sort(() => { while (1); })",
        "p = Promise.resolve(); function again() { p.then(again) } again()",
        "throw {toString() { while (1); }}",
        "console.log({get a() { while (1); }})",
    };
    for (size_t i = 0; i < KL_COUNT(endless); i++) {
        double begin = now();
        js_fails_in("{\"timeout_seconds\":0.05}", endless[i], "[\"x\"]",
                    "node execution timed out after 50ms", (int)i);
        assert_true(now() - begin < 3);
    }
}

KL_TEST(memory_is_limited)
{
    KL_UNUSED_STATE;
    const char *const hogs[] = {
        "x = []; while (1) x.push({a: [1, 2, 3]})",
        "x = new Uint8Array(1e9)",
        "x = []; while (1) x.push(new ArrayBuffer(1e5))",
        "x = []; try { while (1) x.push(new ArrayBuffer(1e4)) } catch {} while (1) eval('function f() {}')",
        "x = {get a() { let l = []; while (1) l.push({b: 1}) }}",
        "x = [[{a: 1}, {get b() { let l = [x]; console.log({get c() { while (1) l.push({}) }}) }}]]",
        "let l = []; console.log({get c() { while (1) l.push({}) }})",
    };
    for (size_t i = 0; i < KL_COUNT(hogs); i++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status = run_js(&out, "{\"memory_limit_bytes\":8388608,\"timeout_seconds\":60}",
                                  hogs[i], "[\"x\"]", NULL, &error);
        if (status != KL_LIMIT || strcmp(kl_error_message(&error),
                                         "resource limit exceeded: memory (limit: 8388608 bytes)") != 0)
            fail_msg("%zu: %s", i, kl_error_message(&error));
        kl_error_clear(&error);
    }
}

KL_TEST(nothing_is_left_for_the_next_call)
{
    KL_UNUSED_STATE;
    js("a = 1; Object.prototype.b = 2; Array.prototype.push = null; JSON = null; let c = 3", "[\"a\"]",
       NULL, "{\"a\":1}");
    js("x = typeof a + typeof b + typeof [].push + typeof JSON + typeof c", "[\"x\"]", NULL,
       "{\"x\":\"undefinedundefinedfunctionobjectundefined\"}");
    js_fails("(async () => { throw 1 })()", FAILS "a rejected promise that nobody handles: 1");
    js("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
}

static void *many_scripts(void *data)
{
    for (int i = 0; i < 50; i++) {
        kl_value out = kl_null();
        kl_status status = run_js(&out, "{}", "x = [1, 2, 3].map(n => n * k)", "[\"x\"]", "{\"k\":2}", NULL);
        kl_value list = kl_map_get(kl_map_get(out, KL_TEXT("outputs")), KL_TEXT("x"));
        if (status != KL_OK || kl_as_int(kl_array_at(list, 2)) != 6)
            *(bool *)data = false;
        kl_value_release(out);
    }
    return NULL;
}

KL_TEST(threads_run_scripts_at_once)
{
    KL_UNUSED_STATE;
    pthread_t threads[8];
    bool good = true;
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many_scripts, &good), 0);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    assert_true(good);
}

static kl_status small_script(void *data)
{
    (void)data;
    kl_value out = kl_null(), given = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_json_parse(&given,
                                     KL_TEXT("{\"code\":\"let x = {b: a, c: `t${a[0]}`}, l = []; console.log(x);"
                                             "for (let i = 0; i < 1200; i++) l.push({i})\","
                                             "\"output_vars\":[\"x\"],\"inputs\":{\"a\":[1]}}"), &error);
    if (status == KL_OK)
        status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("EmbeddedJSNode")), kl_null(), given,
                                   &error);
    kl_error_clear(&error);
    kl_value_release(given);
    kl_value_release(out);
    return status;
}

KL_TEST(any_allocation_may_fail)
{
    KL_UNUSED_STATE;
    assert_true(sweep(small_script, NULL) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_of_every_kind_are_given_back),
        cmocka_unit_test(values_cross_in_both_directions),
        cmocka_unit_test(bytes_are_arrays_of_bytes),
        cmocka_unit_test(promises_are_awaited),
        cmocka_unit_test(the_console_is_text),
        cmocka_unit_test(what_is_thrown_is_told_with_its_place),
        cmocka_unit_test(inputs_are_checked),
        cmocka_unit_test(endless_code_is_stopped),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(nothing_is_left_for_the_next_call),
        cmocka_unit_test(threads_run_scripts_at_once),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
