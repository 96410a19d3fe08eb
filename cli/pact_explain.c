/* cli/pact_explain.c - kailash pact explain: why a role may do or read what it may. */
#include "pact.h"
#include "terminal.h"

/* ---- the item ------------------------------------------------------------------------------------------ */

static bool asks_for_item(const invocation *in) { return given_value(in, "owner") != NULL; }

static kl_status compartments_of(kl_value *out, const invocation *in, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 2, error));
    kl_status status = KL_OK;
    const char *name;
    for (size_t i = 0; status == KL_OK && (name = given_at(in, "compartment", i)); i++)
        status = kl_array_push_text(&list, kl_text_from(name), error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* A parameter of PactKnowledgeItem by what the options say; given. */
static kl_status item_argument(kl_value *out, const char *name, kl_value org_id, const invocation *in,
                               kl_error *error)
{
    static const struct {
        const char *param, *option;
    } texts[] = {{"owner_address", "owner"}, {"classification", "level"}, {"path", "path"},
                 {"knowledge_type", "type"}};
    *out = kl_null();
    if (strcmp(name, "compartments") == 0)
        return compartments_of(out, in, error);
    if (strcmp(name, "org_id") == 0)
        *out = kl_value_retain(org_id);
    if (strcmp(name, "id") == 0)
        return kl_string_new(out, KL_TEXT("item"), error);
    if (strcmp(name, "classification") == 0 && !given_value(in, "level"))
        return kl_string_new(out, KL_TEXT("public"), error);
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        if (strcmp(name, texts[i].param) == 0)
            return pact_text(out, in, texts[i].option, error);
    return KL_OK;
}

/* PactKnowledgeItem of the options; given. */
static kl_status make_item(kl_value *out, kl_value org_id, const invocation *in, kl_error *error)
{
    const kl_type *type = kl_type_find(KL_TEXT("PactKnowledgeItem"), NULL);
    size_t count;
    const kl_param *params = kl_type_params(&count, type);
    kl_value args[KL_PARAMS_MAX];
    kl_status status = KL_OK;
    for (size_t i = 0; i < count; i++)
        args[i] = kl_null();
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = item_argument(&args[i], params[i].name, org_id, in, error);
    if (status == KL_OK)
        status = kl_object_make(out, type, args, error);
    for (size_t i = 0; i < count; i++)
        kl_value_release(args[i]);
    return status;
}

/* ---- access, step by step --------------------------------------------------------------------------------- */

/* Each line of a text, indented and harmless. */
static void print_lines(kl_text text, size_t indent)
{
    while (text.len) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        printf("%*s", (int)indent, "");
        print_fitting(stdout, (kl_text){text.data, len}, SIZE_MAX / 2);
        putchar('\n');
        len += end != NULL;
        text = (kl_text){text.data + len, text.len - len};
    }
}

/* "2 Classification + Clearance Gate: deny", and why. */
static void print_step(kl_value step)
{
    kl_value number = pact_member(step, "step"), name = pact_member(step, "name");
    kl_value result = pact_member(step, "result"), reason = pact_member(step, "reason");
    printf("  %lld %s", (long long)kl_as_int(number), painted(stdout, PAINT_CYAN));
    print_fitting(stdout, kl_as_text(name), SIZE_MAX / 2);
    printf("%s: %s\n", painted(stdout, PAINT_PLAIN), kl_as_text(result).data);
    print_lines(kl_as_text(reason), 4);
    kl_value_release(number);
    kl_value_release(name);
    kl_value_release(result);
    kl_value_release(reason);
}

static void print_access(bool *allowed, kl_value answer)
{
    kl_value may = pact_member(answer, "allowed"), reason = pact_member(answer, "reason");
    *allowed = kl_as_bool(may);
    printf("%s%s%s: ", painted(stdout, *allowed ? PAINT_GREEN : PAINT_RED), *allowed ? "allowed" : "denied",
           painted(stdout, PAINT_PLAIN));
    print_fitting(stdout, kl_as_text(reason), SIZE_MAX / 2);
    putchar('\n');
    kl_value_release(reason);
    kl_value steps = pact_member(answer, "steps");
    for (size_t i = 0; i < kl_array_len(steps); i++)
        print_step(kl_array_at(steps, i));
    kl_value_release(steps);
}

static kl_status step_map(kl_value *out, kl_value step, kl_error *error)
{
    static const char *const names[] = {"step", "name", "result", "reason"};
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(names), error));
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        kl_status status = kl_map_set(&map, kl_text_from(names[i]), pact_member(step, names[i]), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

static kl_status access_map(kl_value *out, kl_value answer, kl_error *error)
{
    kl_value map, list = kl_null(), steps = pact_member(answer, "steps"), step;
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    *out = map;
    KL_TRY_OUT(kl_map_set(out, KL_TEXT("allowed"), pact_member(answer, "allowed"), error));
    KL_TRY_OUT(kl_map_set(out, KL_TEXT("reason"), pact_member(answer, "reason"), error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(steps), error));
    for (size_t i = 0; i < kl_array_len(steps); i++) {
        KL_TRY_OUT(step_map(&step, kl_array_at(steps, i), error));
        KL_TRY_OUT(kl_array_push(&list, step, error));
    }
    KL_TRY_OUT(kl_map_set(out, KL_TEXT("steps"), kl_value_take(&list), error));
out:
    kl_value_release(list);
    kl_value_release(steps);
    return status;
}

static kl_status explain_access(bool *allowed, kl_value engine, const invocation *in, kl_error *error)
{
    kl_value org = kl_null(), org_id = kl_null(), item = kl_null(), role = kl_null(), posture = kl_null();
    kl_value answer = kl_null(), map = kl_null();
    kl_status status;
    const char *given = given_value(in, "posture");
    KL_TRY_OUT(pact_call(&org, engine, "compiled_org", NULL, 0, error));
    org_id = pact_member(org, "org_id");
    KL_TRY_OUT(make_item(&item, org_id, in, error));
    KL_TRY_OUT(pact_text(&role, in, "role", error));
    KL_TRY_OUT(kl_string_new(&posture, kl_text_from(given ? given : "supervised"), error));
    const kl_value args[] = {role, item, posture};
    KL_TRY_OUT(pact_call(&answer, engine, "explain_access", args, 3, error));
    if (given_flag(in, "json")) {
        kl_value may = pact_member(answer, "allowed");
        *allowed = kl_as_bool(may);
        KL_TRY_OUT(access_map(&map, answer, error));
        status = print_json(stdout, map, error);
    } else {
        print_access(allowed, answer);
    }
out:
    kl_value_release(map);
    kl_value_release(answer);
    kl_value_release(posture);
    kl_value_release(role);
    kl_value_release(item);
    kl_value_release(org_id);
    kl_value_release(org);
    return status;
}

/* ---- the envelope ------------------------------------------------------------------------------------------- */

static kl_status explain_envelope(kl_value engine, const invocation *in, kl_error *error)
{
    kl_value address, text;
    KL_TRY(pact_address(&address, engine, given_value(in, "role"), error));
    kl_status status = pact_call(&text, engine, "explain_envelope", &address, 1, error);
    kl_value_release(address);
    if (status != KL_OK)
        return status;
    if (given_flag(in, "json"))
        status = print_json(stdout, text, error);
    else
        print_lines(kl_as_text(text), 0);
    kl_value_release(text);
    return status;
}

static int explain_run(const invocation *in)
{
    kl_value engine = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool allowed = true;
    if (!given_value(in, "role")) {
        print_error("give an address or an id", "pact explain: --role is needed");
        return EXIT_USAGE;
    }
    int code = pact_load(&engine, in);
    if (code != EXIT_OK)
        return code;
    kl_status status = asks_for_item(in) ? explain_access(&allowed, engine, in, &error)
                                         : explain_envelope(engine, in, &error);
    code = allowed ? EXIT_OK : EXIT_FAILED;
    if (status != KL_OK)
        code = report_error_as(&error, NULL, given_flag(in, "json"));
    kl_value_release(engine);
    return code;
}

static const char *const levels[] = {"public", "restricted", "confidential", "secret", "top_secret", NULL};
static const char *const postures[] = {"pseudo_agent", "supervised", "shared_planning",
                                       "continuous_insight", "delegated", NULL};

static const option explain_options[] = {
    PACT_ROLE_OPTION,
    {.name = "owner", .kind = OPTION_TEXT, .value = "ADDRESS",
     .doc = "Explain who may read what this role owns, instead of the envelope."},
    {.name = "level", .kind = OPTION_WORD, .value = "LEVEL", .words = levels,
     .doc = "Classification of the item: public (the default), restricted, confidential, secret, "
            "top_secret."},
    {.name = "compartment", .kind = OPTION_TEXT, .repeats = true, .value = "NAME",
     .doc = "A compartment of the item."},
    {.name = "path", .kind = OPTION_TEXT, .value = "PATH", .doc = "Path of the item."},
    {.name = "type", .kind = OPTION_TEXT, .value = "TYPE", .doc = "Type of the item."},
    {.name = "posture", .kind = OPTION_WORD, .value = "POSTURE", .words = postures,
     .doc = "How much the agent may do by itself, which bounds what it may see; supervised without it."},
};

static const example explain_examples[] = {
    {"kailash pact explain acme.yaml --role dev", "What the role may do, and where that comes from:"},
    {"kailash pact explain acme.yaml --role dev --owner D2-R1 --level secret --posture delegated",
     "Why it may (not) read a secret of the second department:"},
};

const command cli_pact_explain = {
    .name = "pact explain",
    .summary = "Explain what a role may do, or why it may read an item.",
    .doc = "Without --owner: the envelopes from the root to the role, and what they leave together.\n\n"
           "With --owner: the steps by which access to an item is decided, up to the one that decides: "
           "is the role there, is the item public, does the clearance (cut by the posture) suffice, is "
           "there a way from the role to the owner: the same unit, from above, a team under its "
           "department, a share policy, a bridge. The exit code is 1 when access is denied.",
    .argument = PACT_FILE_ARGUMENT,
    .options = KL_TABLE(explain_options),
    .examples = KL_TABLE(explain_examples),
    .run = explain_run,
};
