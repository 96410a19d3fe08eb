/* src/pact/agent.c - PactGovernedAgent: an agent whose tools run only when its engine says so (pact 3.10). */
#include "actions.h"
#include "recorder.h"

#include "../base/fork.h"
#include "../eatp/fault.h"
#include "kailash/json.h"

#include <math.h>

typedef struct agent {
    kl_object object;
    kl_pact_engine *engine;
    kl_pact_recorder *recorder; /* or NULL: nothing is recorded */
    kl_value role_address;      /* string */
    uint32_t node;
    kl_posture posture;
    kl_fork_watch watch;
    pthread_mutex_t lock; /* guards all below */
    kl_value tools;       /* map action -> [cost, resource, description] */
    kl_value context;     /* PactGovernanceContext */
} agent;

extern const kl_type kl_pact_agent_type;

enum { COST, RESOURCE, DESCRIPTION };

/* ---- making ---------------------------------------------------------------------------------------------- */

/* The context of the role as it is now; given. */
static kl_status new_context(kl_value *out, const agent *a, kl_error *error)
{
    kl_value posture;
    const char *name = kl_rung_name(KL_LADDER_POSTURE, (int)a->posture, KL_SNAKE);
    KL_TRY(kl_string_from_valid(&posture, kl_text_from(name), error));
    const kl_value args[] = {a->role_address, posture};
    kl_status status =
        kl_object_call(out, &a->engine->object, KL_TEXT("get_context"), args, 2, error);
    kl_value_release(posture);
    return status;
}

static kl_status start(agent *a, kl_pact_engine *engine, kl_value role, kl_value posture,
                       kl_error *error)
{
    int rung;
    kl_text address = kl_as_text(role);
    a->engine = (kl_pact_engine *)kl_object_retain(&engine->object);
    pthread_mutex_init(&a->lock, NULL);
    a->watch.lock = &a->lock;
    kl_fork_watch_begin(&a->watch);
    KL_TRY(kl_pact_org_find(&a->node, engine->org, address, error));
    if (a->node == KL_PACT_NO_NODE)
        return kl_error_set(error, KL_INVALID, "role not found: '%.*s'", KL_TEXT_ARG(address));
    KL_TRY(kl_rung_read(&rung, KL_LADDER_POSTURE, kl_as_text(posture),
                        KL_SNAKE | KL_PASCAL | KL_ANY_CASE, "posture level", error));
    a->posture = (kl_posture)rung;
    a->role_address = kl_value_retain(engine->org->nodes[a->node].address);
    KL_TRY(kl_map_new(&a->tools, 8, error));
    return new_context(&a->context, a, error);
}

static kl_status agent_init(kl_object *self, const kl_value *args, kl_error *error)
{
    return start((agent *)self, (kl_pact_engine *)args[0].as.object, args[1], args[2], error);
}

static void agent_dispose(kl_object *self)
{
    agent *a = (agent *)self;
    kl_fork_watch_end(&a->watch);
    if (a->recorder)
        kl_object_release((kl_object *)a->recorder);
    if (a->engine) {
        kl_object_release(&a->engine->object);
        pthread_mutex_destroy(&a->lock);
    }
    kl_value_release(a->role_address);
    kl_value_release(a->tools);
    kl_value_release(a->context);
}

static kl_status call_with_recorder(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)self;
    kl_object *object;
    kl_pact_recorder *recorder = (kl_pact_recorder *)args[0].as.object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_agent_type, error));
    agent *a = (agent *)object;
    a->recorder = (kl_pact_recorder *)kl_object_retain((kl_object *)recorder);
    kl_status status = start(a, kl_pact_recorder_engine(recorder), args[1], args[2], error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- tools -------------------------------------------------------------------------------------------------- */

/* "5.0", or "none" */
static void cost_text(char text[32], kl_value cost)
{
    if (kl_is_null(cost))
        memcpy(text, "none", 5);
    else
        kl_double_print(text, kl_as_double(cost));
}

static kl_text shown(kl_value text) { return kl_is_null(text) ? KL_TEXT("none") : kl_as_text(text); }

/* What is known of a tool may only become dearer, for its cost is what the engine judges. */
static kl_status check_change(kl_text action, kl_value known, const kl_value *args, kl_error *error)
{
    kl_value cost = kl_array_at(known, COST), resource = kl_array_at(known, RESOURCE);
    bool is_looser = !kl_is_null(cost) &&
                     (kl_is_null(args[1]) || kl_as_double(args[1]) < kl_as_double(cost));
    bool is_same = kl_value_kind(resource) == kl_value_kind(args[2]) &&
                   kl_text_equal(kl_as_text(resource), kl_as_text(args[2]));
    char from[32], to[32];
    cost_text(from, cost);
    cost_text(to, args[1]);
    if (is_looser)
        return kl_error_set(error, KL_INVALID,
                            "re-registration of tool '%.*s' would widen its governance policy by loosening "
                            "the declared cost (from %s to %s USD); unregister the tool first",
                            KL_TEXT_ARG(action), from, to);
    if (!is_same)
        return kl_error_set(error, KL_INVALID,
                            "re-registration of tool '%.*s' may widen its governance policy by changing the "
                            "declared resource (from %.*s to %.*s); unregister the tool first",
                            KL_TEXT_ARG(action), KL_TEXT_ARG(shown(resource)),
                            KL_TEXT_ARG(shown(args[2])));
    return KL_OK;
}

static kl_status check_tool_facts(const kl_value *args, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_text action = kl_as_text(args[0]);
    if (!action.len)
        return kl_error_set(error, KL_INVALID, "tool action name must not be empty");
    if (kl_pact_action_check(action, &why) != KL_OK) {
        kl_error_set(error, KL_INVALID, "tool name: %s", kl_error_message(&why));
        kl_error_clear(&why);
        return KL_INVALID;
    }
    double cost = kl_is_null(args[1]) ? 0 : kl_as_double(args[1]);
    if (!isfinite(cost) || cost < 0)
        return kl_error_set(error, KL_INVALID, "estimated_cost: %g; expected a finite amount from 0", cost);
    return KL_OK;
}

static kl_status tool_of(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_value cost = kl_is_null(args[1]) ? kl_null() : kl_double(kl_as_double(args[1]));
    kl_value tool;
    kl_status status;
    KL_TRY(kl_array_new(&tool, 3, error));
    KL_TRY_OUT(kl_array_push(&tool, cost, error));
    KL_TRY_OUT(kl_array_push(&tool, kl_value_retain(args[2]), error));
    KL_TRY_OUT(kl_array_push(&tool, kl_value_retain(args[3]), error));
    *out = tool;
    return KL_OK;
out:
    kl_value_release(tool);
    return status;
}

/* args: action, estimated_cost, resource, description */
static kl_status add_tool(agent *a, const kl_value *args, kl_error *error)
{
    kl_value tool;
    KL_TRY(check_tool_facts(args, error));
    KL_TRY(tool_of(&tool, args, error));
    pthread_mutex_lock(&a->lock);
    kl_value known = kl_map_get(a->tools, kl_as_text(args[0]));
    kl_status status =
        kl_is_null(known) ? KL_OK : check_change(kl_as_text(args[0]), known, args, error);
    if (status == KL_OK)
        status = kl_map_set_key(&a->tools, args[0], tool, error);
    else
        kl_value_release(tool);
    pthread_mutex_unlock(&a->lock);
    return status;
}

static kl_status call_register(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    const kl_value all[] = {args[0], args[1], args[2], kl_null()};
    return add_tool((agent *)self, all, error);
}

static kl_status call_register_described(kl_value *out, kl_object *self, const kl_value *args,
                                         kl_error *error)
{
    (void)out;
    return add_tool((agent *)self, args, error);
}

static kl_status call_unregister(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    agent *a = (agent *)self;
    pthread_mutex_lock(&a->lock);
    bool was_there = kl_map_has(a->tools, kl_as_text(args[0]));
    kl_status status = kl_map_remove(&a->tools, kl_as_text(args[0]), error);
    pthread_mutex_unlock(&a->lock);
    *out = kl_bool(was_there);
    return status;
}

/* Null when it is not registered; given. */
static kl_value find_tool(agent *a, kl_text action)
{
    pthread_mutex_lock(&a->lock);
    kl_value tool = kl_value_retain(kl_map_get(a->tools, action));
    pthread_mutex_unlock(&a->lock);
    return tool;
}

static kl_status call_is_registered(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)error;
    kl_value tool = find_tool((agent *)self, kl_as_text(args[0]));
    *out = kl_bool(!kl_is_null(tool));
    kl_value_release(tool);
    return KL_OK;
}

/* The tools as they are; given. */
static kl_value copy_tools(agent *a)
{
    pthread_mutex_lock(&a->lock);
    kl_value tools = kl_value_retain(a->tools);
    pthread_mutex_unlock(&a->lock);
    return tools;
}

static kl_status call_tools(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value tools = copy_tools((agent *)self), list;
    kl_status status = kl_array_new(&list, kl_map_len(tools), error);
    if (status != KL_OK) {
        kl_value_release(tools);
        return status;
    }
    for (size_t i = 0; i < kl_map_len(tools); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_map_key_value_at(tools, i)), error));
    KL_TRY_OUT(kl_array_sort(&list, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(tools);
    return status;
}

/* ---- checking -------------------------------------------------------------------------------------------------- */

/* What the engine is told of a tool; given. `active` = operations under way with this one, 0 = not told. */
static kl_status tool_context(kl_value *out, kl_value tool, int64_t active, kl_error *error)
{
    kl_value map, cost = kl_array_at(tool, COST);
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    if (!kl_is_null(cost))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("transaction_amount"), cost, error));
    if (active)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("concurrent_operations"), kl_int(active), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status ask_engine(kl_value *out, agent *a, kl_value action, kl_value tool, int64_t active,
                            kl_error *error)
{
    kl_value context;
    if (kl_is_null(tool))
        return kl_pact_verdict_format(out, KL_ZONE_BLOCKED, action, a->role_address, kl_null(), error,
                                      "action '%.*s' is not registered (default-deny)",
                                      KL_TEXT_ARG(kl_as_text(action)));
    KL_TRY(tool_context(&context, tool, active, error));
    const kl_pact_question question = {.role_address = a->role_address, .action = action,
                                       .context = context, .resource = kl_array_at(tool, RESOURCE)};
    kl_status status = kl_pact_verify(out, a->engine, &question, error);
    kl_value_release(context);
    return status;
}

/* A verdict that is recorded, or none; given. */
static kl_status recorded(kl_value *out, agent *a, kl_value verdict, kl_error *error)
{
    kl_status status =
        a->recorder ? kl_pact_recorder_write(a->recorder, (const kl_pact_verdict *)verdict.as.object,
                                             a->posture, error)
                    : KL_OK;
    if (status == KL_OK)
        *out = verdict;
    else
        kl_value_release(verdict);
    return status;
}

static kl_status judge(kl_value *out, agent *a, kl_value action, int64_t active, kl_error *error)
{
    kl_value tool = find_tool(a, kl_as_text(action)), verdict;
    kl_status status = ask_engine(&verdict, a, action, tool, active, error);
    kl_value_release(tool);
    return status == KL_OK ? recorded(out, a, verdict, error) : status;
}

static kl_status call_check(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return judge(out, (agent *)self, args[0], 0, error);
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

/* The retry of a held action, which must be one of this agent and this tool. */
static kl_status judge_retry(kl_value *out, agent *a, kl_value action, int64_t id, kl_error *error)
{
    kl_pact_held *held = kl_pact_held_get(a->engine->actions->held, id);
    kl_value verdict, tool = find_tool(a, kl_as_text(action));
    bool is_known = !kl_is_null(tool);
    kl_value_release(tool);
    if (!is_known)
        return judge(out, a, action, 0, error);
    bool is_mine = held && kl_text_equal(kl_as_text(held->action), kl_as_text(action)) &&
                   kl_text_equal(kl_as_text(held->role_address), kl_as_text(a->role_address));
    if (held)
        kl_object_release(&held->object);
    if (!is_mine)
        return kl_error_set(error, KL_NOT_FOUND, "held action %lld is none of tool '%.*s' of this agent",
                            (long long)id, KL_TEXT_ARG(kl_as_text(action)));
    KL_TRY(kl_pact_retry(&verdict, a->engine, id, error));
    return recorded(out, a, verdict, error);
}

static kl_status refuse(const kl_pact_verdict *verdict, kl_error *error)
{
    const char *code = verdict->zone == KL_ZONE_HELD ? "governance_held" : "governance_blocked";
    kl_fault(error, KL_FAILED, NULL, code, "%.*s", KL_TEXT_ARG(kl_as_text(verdict->reason)));
    kl_fault_detail(error, "zone", verdict->zone_text);
    for (size_t i = 0; i < kl_map_len(verdict->details); i++)
        kl_fault_detail(error, kl_map_key_at(verdict->details, i).data,
                        kl_map_value_at(verdict->details, i));
    return KL_FAILED;
}

static kl_status run_allowed(kl_value *out, agent *a, const kl_value *args, int64_t active,
                             kl_error *error)
{
    kl_value verdict;
    KL_TRY(kl_is_null(args[3]) ? judge(&verdict, a, args[0], active, error)
                               : judge_retry(&verdict, a, args[0], kl_as_int(args[3]), error));
    const kl_pact_verdict *v = (const kl_pact_verdict *)verdict.as.object;
    kl_status status = v->allowed ? kl_call_value(out, args[1], kl_array_items(args[2]),
                                                  kl_array_len(args[2]), error)
                                  : refuse(v, error);
    kl_value_release(verdict);
    return status;
}

/* args: action, fn, args, held_action_id. Those under way count as long as they run. */
static kl_status call_execute(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    agent *a = (agent *)self;
    kl_pact_usage *usage = a->engine->actions->usage;
    int64_t active = kl_pact_usage_enter(usage, a->node);
    kl_status status = run_allowed(out, a, args, active, error);
    kl_pact_usage_leave(usage, a->node);
    return status;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

static kl_status call_context(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    agent *a = (agent *)self;
    pthread_mutex_lock(&a->lock);
    *out = kl_value_retain(a->context);
    pthread_mutex_unlock(&a->lock);
    return KL_OK;
}

static kl_status call_refresh(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args;
    agent *a = (agent *)self;
    kl_value fresh;
    KL_TRY(new_context(&fresh, a, error));
    pthread_mutex_lock(&a->lock);
    kl_value old = a->context;
    a->context = fresh;
    pthread_mutex_unlock(&a->lock);
    kl_value_release(old);
    return KL_OK;
}

static kl_status get_posture(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    const char *name = kl_rung_name(KL_LADDER_POSTURE, (int)((agent *)self)->posture, KL_SNAKE);
    return kl_string_from_valid(out, kl_text_from(name), error);
}

static kl_status get_role(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((agent *)self)->role_address);
    return KL_OK;
}

static kl_status get_recording(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(((agent *)self)->recorder != NULL);
    return KL_OK;
}

static kl_status agent_repr(kl_value *out, kl_object *self, kl_error *error)
{
    agent *a = (agent *)self;
    kl_value tools = copy_tools(a);
    size_t count = kl_map_len(tools);
    kl_value_release(tools);
    return kl_string_format(out, error, "PactGovernedAgent(role='%.*s', posture='%s', tools=%zu)",
                            KL_TEXT_ARG(kl_as_text(a->role_address)),
                            kl_rung_name(KL_LADDER_POSTURE, (int)a->posture, KL_SNAKE), count);
}

#define TEXT(word, text) {.name = (word), .kind = KL_KIND_STRING, .doc = (text)}
#define ROLE TEXT("role_address", "address of the role that it has")
#define POSTURE TEXT("posture", "pseudo_agent, supervised, shared_planning, continuous_insight or delegated")
#define ACTION TEXT("action", "name of the tool, which is the action that the engine judges")
#define COST_PARAM                                                                                 \
    {.name = "estimated_cost", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,                       \
     .doc = "what a call costs in USD; judged as transaction_amount"}
#define RESOURCE_PARAM                                                                             \
    {.name = "resource", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                             \
     .doc = "data source that it uses"}

static const kl_param init_params[] = {
    {.name = "engine", .kind = KL_KIND_OBJECT, .type = &kl_pact_engine_type, .doc = "who judges"},
    ROLE, POSTURE};
static const kl_param recorder_params[] = {
    {.name = "recorder", .kind = KL_KIND_OBJECT, .type = &kl_pact_recorder_type,
     .doc = "what writes the decisions down, and whose engine judges"},
    ROLE, POSTURE};
static const kl_param tool_params[] = {ACTION, COST_PARAM, RESOURCE_PARAM};
static const kl_param described_params[] = {
    ACTION, COST_PARAM, RESOURCE_PARAM,
    {.name = "description", .kind = KL_KIND_STRING, .fallback = "\"\"", .doc = "what it does"}};
static const kl_param action_param[] = {ACTION};
static const kl_param execute_params[] = {
    ACTION,
    {.name = "fn", .kind = KL_KIND_CALLABLE, .doc = "what to call"},
    {.name = "args", .kind = KL_KIND_ARRAY, .fallback = "[]", .flags = KL_TUPLE,
     .doc = "what to call it with"},
    {.name = "held_action_id", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "an approved action whose one retry this is"}};

static const kl_method methods[] = {
    {.name = "with_recorder", .call = call_with_recorder, .params = KL_TABLE(recorder_params),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_agent_type,
     .raises = "ValueError",
     .doc = "An agent whose decisions are written down before they count."},
    {.name = "register_tool", .call = call_register, .params = KL_TABLE(tool_params),
     .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Let the agent have a tool. Registered again, its cost may only rise and its resource must "
            "stay."},
    {.name = "register_tool_with_description", .call = call_register_described,
     .params = KL_TABLE(described_params), .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "The same with a description for people."},
    {.name = "unregister_tool", .call = call_unregister, .params = KL_TABLE(action_param),
     .returns = KL_KIND_BOOL, .doc = "Take a tool away; whether it was there."},
    {.name = "is_tool_registered", .call = call_is_registered, .params = KL_TABLE(action_param),
     .returns = KL_KIND_BOOL, .doc = "Whether the agent has a tool."},
    {.name = "registered_tools", .call = call_tools, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING, .doc = "The names of its tools, sorted."},
    {.name = "check_tool", .call = call_check, .params = KL_TABLE(action_param),
     .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_verdict_type,
     .raises = "RuntimeError",
     .doc = "Whether the tool may be used now; blocked when it is not registered. RuntimeError when the "
            "decision cannot be written down."},
    {.name = "execute_tool", .call = call_execute, .params = KL_TABLE(execute_params),
     .flags = KL_BLOCKING, .returns = KL_KIND_ANY, .raises = "RuntimeError",
     .doc = "Call fn if the tool may be used now, and give what it gives. RuntimeError otherwise, with "
            "code governance_held or governance_blocked and details, among them held_action_id. Calls "
            "under way are judged as concurrent_operations. What was spent is told by "
            "engine.record_spend()."},
    {.name = "context", .call = call_context, .returns = KL_KIND_OBJECT,
     .doc = "What its role may do and see, as of its making or the last refresh_context()."},
    {.name = "refresh_context", .call = call_refresh, .returns = KL_KIND_NONE,
     .raises = "RuntimeError", .doc = "Read the context from the engine again."},
    {.name = "posture", .call = get_posture, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "Its posture in snake case."},
    {.name = "role_address", .call = get_role, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "The address of its role."},
    {.name = "is_recording", .call = get_recording, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .doc = "Whether its decisions are written down by a PactRecorder."},
};

const kl_type kl_pact_agent_type = {
    .name = "PactGovernedAgent",
    .module = "kailash.pact",
    .doc = "An agent that uses only tools that were registered, and those only as its engine allows.",
    .size = sizeof(agent),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(init_params),
    .methods = KL_TABLE(methods),
    .init = agent_init,
    .dispose = agent_dispose,
    .repr = agent_repr,
};
KL_PUBLISH(kl_pact_agent_type);
