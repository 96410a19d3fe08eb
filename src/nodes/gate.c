/* src/nodes/gate.c - GateNode: lets values pass when its predicate holds. */
#include "kailash/node.h"
#include "workflow/predicate.h"

static const kl_param config[] = {
    {.name = "when", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "predicate over the inputs: {input, equals}, {input, truthy: true}, {not}, {all: [...]} "
            "or {any: [...]}; read from the config only. Without it all passes"},
};

typedef struct gate {
    kl_value when; /* checked */
} gate;

static kl_status prepare(void **state, kl_value settings, kl_error *error)
{
    const kl_value *when = kl_map_find(settings, KL_TEXT("when"));
    if (!when)
        return KL_OK; /* no state: inert */
    kl_status status = kl_predicate_check(*when, error);
    if (status != KL_OK) {
        kl_error_prefix(error, "when: ");
        return status;
    }
    gate *made = kl_alloc(sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    made->when = kl_value_retain(*when);
    *state = made;
    return KL_OK;
}

static void dispose(void *state)
{
    kl_value_release(((gate *)state)->when);
    kl_free(state);
}

/* Facts for the exception's attributes; without memory the message must do. */
static void add_details(kl_error *error, const char *node_id, kl_text key, const char *detail)
{
    kl_value map;
    kl_value *details = kl_alloc(sizeof *details);
    if (!details || kl_map_new(&map, 4, NULL) != KL_OK) {
        kl_free(details);
        return;
    }
    if (kl_map_set_text(&map, KL_TEXT("kind"), KL_TEXT("input_absent"), NULL) != KL_OK ||
        kl_map_set_text(&map, KL_TEXT("node_id"), kl_text_from(node_id), NULL) != KL_OK ||
        kl_map_set_text(&map, KL_TEXT("input_key"), key, NULL) != KL_OK ||
        kl_map_set_text(&map, KL_TEXT("detail"), kl_text_from(detail), NULL) != KL_OK) {
        kl_value_release(map);
        kl_free(details);
        return;
    }
    *details = map;
    error->details = details;
}

/* Never taken for "closed": nobody said no. */
static kl_status undetermined(const kl_node_call *call, kl_text key, kl_error *error)
{
    kl_error_set(error, KL_FAILED,
                 "gate '%s' is undetermined: its predicate reads the input '%.*s', which did not "
                 "arrive",
                 call->node_id, KL_TEXT_ARG(key));
    if (error) {
        error->type = "GateUndetermined";
        add_details(error, call->node_id, key, "the input did not arrive");
    }
    return KL_FAILED;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const gate *it = call->state;
    kl_text missing;
    bool open = true;
    call->outcome = it ? KL_OUTCOME_OPEN : KL_OUTCOME_INERT;
    if (it)
        KL_TRY(kl_predicate_test(&open, &missing, it->when, call->inputs, error));
    if (it && missing.data)
        return undetermined(call, missing, error);
    if (open) {
        *out = kl_value_retain(call->inputs); /* holds the config's `when` */
        return KL_OK;
    }
    call->outcome = KL_OUTCOME_CLOSED;
    return kl_map_new(out, 0, error);
}

static const kl_node_type types[] = {
    {
        .name = "GateNode",
        .category = "Control",
        .doc = "Passes all inputs when its predicate holds; else it counts as not run, and so do "
               "the nodes that get their values from it alone.",
        .config = KL_TABLE(config),
        .flags = KL_NODE_OPEN,
        .run = run,
        .prepare = prepare,
        .dispose = dispose,
    },
};

static const kl_node_family gates = {.name = "gate", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(gates);
