/* src/nodes/deadlock.c - DeadlockDetectorNode: circles in who waits for whom.
 *
 * One walk in depth (Tarjan's) finds both: each edge back into the path that is being walked closes
 * a circle, and the strongly connected parts tell who is in any. Its stack lies on the heap.
 */
#include "build_map.h"
#include "operation.h"

#include <stdio.h>

enum { EDGES, CYCLES_MAX };

typedef struct process {
    size_t order;      /* when the walk came here, from 1; 0 = not yet */
    size_t low;        /* the earliest order that is reached from here */
    size_t first_edge; /* into `targets`, up to that of the next process */
    size_t next_edge;  /* where the walk goes on */
    bool on_path, on_stack, waits_for_itself, involved;
} process;

typedef struct detector {
    kl_value index;      /* map name -> number */
    process *processes;  /* one more than there are, to end the edges of the last */
    size_t count;
    size_t *targets;     /* holders, by waiter */
    size_t *path, path_len;
    size_t *stack, stack_len;
    size_t clock, cycles_max;
    kl_value cycles;
    kl_work work;
} detector;

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status name_of(kl_value *out, kl_value edge, size_t at, const char *key, kl_error *error)
{
    char place[64];
    *out = kl_map_get(edge, kl_text_from(key));
    if (kl_is(*out, KL_KIND_STRING) && kl_value_len(*out))
        return KL_OK;
    snprintf(place, sizeof place, "edges[%zu].%s", at, key);
    return kl_node_bad_value(error, place, "non-empty string", *out);
}

static kl_status number_name(detector *d, kl_value name, kl_error *error)
{
    if (kl_map_has(d->index, kl_as_text(name)))
        return KL_OK;
    return kl_map_set_key(&d->index, name, kl_int((int64_t)kl_map_len(d->index)), error);
}

static size_t number_of(const detector *d, kl_value name)
{
    return (size_t)kl_as_int(kl_map_get(d->index, kl_as_text(name)));
}

static kl_status read_names(detector *d, kl_value edges, kl_error *error)
{
    KL_TRY(kl_map_new(&d->index, 16, error));
    for (size_t i = 0; i < kl_array_len(edges); i++) {
        kl_value waiter, holder;
        KL_TRY(name_of(&waiter, kl_array_at(edges, i), i, "waiter", error));
        KL_TRY(name_of(&holder, kl_array_at(edges, i), i, "holder", error));
        KL_TRY(number_name(d, waiter, error));
        KL_TRY(number_name(d, holder, error));
    }
    d->count = kl_map_len(d->index);
    return KL_OK;
}

static kl_status allocate(detector *d, size_t edge_count, kl_error *error)
{
    d->processes = kl_alloc_zero(d->count + 1, sizeof *d->processes);
    d->targets = kl_alloc_zero(edge_count + 1, sizeof *d->targets);
    d->path = kl_alloc_zero(d->count + 1, sizeof *d->path);
    d->stack = kl_alloc_zero(d->count + 1, sizeof *d->stack);
    return d->processes && d->targets && d->path && d->stack ? KL_OK : kl_error_no_memory(error);
}

static void sort_edges(detector *d, kl_value edges)
{
    for (size_t i = 0; i < kl_array_len(edges); i++)
        d->processes[number_of(d, kl_map_get(kl_array_at(edges, i), KL_TEXT("waiter"))) + 1]
            .first_edge++;
    for (size_t i = 0; i < d->count; i++) {
        d->processes[i + 1].first_edge += d->processes[i].first_edge;
        d->processes[i].next_edge = d->processes[i].first_edge;
    }
    for (size_t i = 0; i < kl_array_len(edges); i++) {
        kl_value edge = kl_array_at(edges, i);
        process *waiter = &d->processes[number_of(d, kl_map_get(edge, KL_TEXT("waiter")))];
        d->targets[waiter->next_edge++] = number_of(d, kl_map_get(edge, KL_TEXT("holder")));
    }
    for (size_t i = 0; i < d->count; i++)
        d->processes[i].next_edge = d->processes[i].first_edge;
}

/* ---- the walk ------------------------------------------------------------------------------------ */

static void enter(detector *d, size_t at)
{
    process *p = &d->processes[at];
    p->order = p->low = ++d->clock;
    p->on_path = p->on_stack = true;
    d->path[d->path_len++] = at;
    d->stack[d->stack_len++] = at;
}

/* The end of the path, from `at` on, as names. */
static kl_status record_cycle(detector *d, size_t at, kl_error *error)
{
    kl_value cycle;
    if (kl_array_len(d->cycles) == d->cycles_max)
        return KL_OK;
    size_t from = d->path_len - 1;
    while (d->path[from] != at)
        from--;
    KL_TRY(kl_array_new(&cycle, d->path_len - from, error));
    for (size_t i = from; i < d->path_len; i++) {
        kl_status status = kl_work_step(&d->work, error);
        if (status == KL_OK)
            status = kl_array_push(
                &cycle, kl_value_retain(kl_map_key_value_at(d->index, d->path[i])), error);
        if (status != KL_OK) {
            kl_value_release(cycle);
            return status;
        }
    }
    return kl_array_push(&d->cycles, cycle, error);
}

static void leave(detector *d, size_t at)
{
    process *p = &d->processes[at];
    p->on_path = false;
    d->path_len--;
    if (d->path_len) {
        process *above = &d->processes[d->path[d->path_len - 1]];
        above->low = KL_MIN(above->low, p->low);
    }
    if (p->low != p->order)
        return;
    bool is_alone = d->stack[d->stack_len - 1] == at;
    for (size_t member = SIZE_MAX; member != at;) {
        member = d->stack[--d->stack_len];
        d->processes[member].on_stack = false;
        d->processes[member].involved = !is_alone || p->waits_for_itself;
    }
}

static kl_status follow(detector *d, size_t at, size_t to, kl_error *error)
{
    process *from = &d->processes[at], *target = &d->processes[to];
    if (!target->order) {
        enter(d, to);
        return KL_OK;
    }
    if (target->on_stack)
        from->low = KL_MIN(from->low, target->order);
    from->waits_for_itself = from->waits_for_itself || at == to;
    return target->on_path ? record_cycle(d, to, error) : KL_OK;
}

static kl_status walk_from(detector *d, size_t start, kl_error *error)
{
    enter(d, start);
    while (d->path_len) {
        size_t at = d->path[d->path_len - 1];
        process *p = &d->processes[at];
        KL_TRY(kl_work_step(&d->work, error));
        if (p->next_edge < d->processes[at + 1].first_edge)
            KL_TRY(follow(d, at, d->targets[p->next_edge++], error));
        else
            leave(d, at);
    }
    return KL_OK;
}

static kl_status detect(detector *d, kl_value edges, kl_error *error)
{
    KL_TRY(read_names(d, edges, error));
    KL_TRY(allocate(d, kl_array_len(edges), error));
    KL_TRY(kl_array_new(&d->cycles, 0, error));
    sort_edges(d, edges);
    for (size_t i = 0; i < d->count; i++)
        if (!d->processes[i].order)
            KL_TRY(walk_from(d, i, error));
    return KL_OK;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status involved(kl_value *out, const detector *d, kl_error *error)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&names, 0, error));
    for (size_t i = 0; i < d->count && status == KL_OK; i++)
        if (d->processes[i].involved)
            status = kl_array_push(&names, kl_value_retain(kl_map_key_value_at(d->index, i)), error);
    if (status == KL_OK)
        status = kl_array_sort(&names, error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

static kl_status give(kl_value *out, detector *d, kl_error *error)
{
    kl_value names;
    KL_TRY(involved(&names, d, error));
    size_t count = kl_array_len(names);
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "cycles", kl_value_take(&d->cycles));
    kl_build_bool(&m, "deadlock_detected", count > 0);
    kl_build_put(&m, "involved_processes", names);
    if (count)
        kl_build_format(&m, "resolution_suggestion",
                          "Deadlock detected involving %zu processes. Consider releasing resources "
                          "in a consistent order or using timeout-based acquisition.", count);
    else
        kl_build_string(&m, "resolution_suggestion", "No deadlock detected.");
    return kl_build_end(out, &m);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    detector d = {.work = kl_node_work(call),
                  .cycles_max = (size_t)kl_as_int(call->args[CYCLES_MAX])};
    kl_status status = detect(&d, call->args[EDGES], error);
    if (status == KL_OK)
        status = give(out, &d, error);
    kl_value_release(d.index);
    kl_value_release(d.cycles);
    kl_free(d.processes);
    kl_free(d.targets);
    kl_free(d.path);
    kl_free(d.stack);
    return status;
}

static const kl_param inputs[] = {
    {.name = "edges", .kind = KL_KIND_ARRAY,
     .doc = "{waiter, holder} for each process that waits for what another one holds"},
};
static const kl_param config[] = {
    {.name = "max_cycles", .kind = KL_KIND_COUNT, .fallback = "100", .range = KL_RANGE(1, 100000),
     .doc = "cycles listed at most; involved_processes is whole anyway"},
};
static const kl_param outputs[] = {
    {.name = "deadlock_detected", .kind = KL_KIND_BOOL, .doc = "whether anybody waits in a circle"},
    {.name = "cycles", .kind = KL_KIND_ARRAY, .item = KL_KIND_ARRAY,
     .doc = "circles as lists of names, each waiting for the next and the last for the first: one "
            "for every edge that closes one"},
    {.name = "involved_processes", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "all who are in a circle, sorted"},
    {.name = "resolution_suggestion", .kind = KL_KIND_STRING, .doc = "what to do, in words"},
};

static const kl_node_type types[] = {
    {
        .name = "DeadlockDetectorNode",
        .category = "Monitoring",
        .doc = "Finds circles in a graph of who waits for whom.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family deadlock = {.name = "deadlock", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(deadlock);
