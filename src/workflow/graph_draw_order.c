/* src/workflow/graph_draw_order.c - the order within layers: few crossings.
 *
 * Barycentre sweeps to and fro, the best of them kept, then neighbours swapped while that helps
 * (Gansner et al., IEEE Trans. Softw. Eng. 19(3), 1993, section 3). Crossings are counted with a
 * Fenwick tree (Barth, Jünger, Mutzel, GD 2002).
 */
#include "graph_draw.h"

#include <stdlib.h>

enum { SWEEPS = 24, SWAP_ROUNDS = 6, SWAP_ITEMS_MAX = 4000 };

typedef struct sort_key {
    double at;
    uint32_t order; /* until now: makes the sort stable */
    uint32_t what;
} sort_key;

typedef struct ordering {
    drawing *d;
    sort_key *keys;
    uint32_t *best;   /* layers of the best order so far */
    uint32_t *tree;   /* Fenwick */
    sort_key *ends;   /* of the links between two layers */
} ordering;

static int compare_keys(const void *a, const void *b)
{
    const sort_key *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Where a link meets its item: the item's order, moved a little by the port. */
static double end_at(const drawing *d, uint32_t item, uint32_t port)
{
    double at = d->items[item].order;
    if (port == KL_DRAW_NO_PORT)
        return at;
    const draw_box *box = &d->boxes[d->ports[port].box];
    uint32_t count = KL_MAX(box->in_count, box->out_count);
    return at + (d->ports[port].row + 1.0) / (count + 1.0) - 0.5;
}

/* Mean of the far ends of an item's links on one side; its own order when it has none. */
static double barycentre(const drawing *d, const draw_item *item, bool by_sources)
{
    const uint32_t *links = by_sources ? d->in + item->in_start : d->out + item->out_start;
    uint32_t count = by_sources ? item->in_count : item->out_count;
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const draw_link *link = &d->links[links[i]];
        sum += by_sources ? end_at(d, link->from, link->from_port)
                          : end_at(d, link->to, link->to_port);
    }
    return count ? sum / count : item->order;
}

static void sort_layer(ordering *o, uint32_t layer, bool by_sources)
{
    drawing *d = o->d;
    uint32_t start = d->layer_start[layer], count = d->layer_start[layer + 1] - start;
    for (uint32_t i = 0; i < count; i++) {
        const draw_item *item = &d->items[d->layers[start + i]];
        o->keys[i] = (sort_key){barycentre(d, item, by_sources), i, d->layers[start + i]};
    }
    qsort(o->keys, count, sizeof *o->keys, compare_keys);
    for (uint32_t i = 0; i < count; i++) {
        d->layers[start + i] = o->keys[i].what;
        d->items[o->keys[i].what].order = i;
    }
}

/* ---- counting crossings ------------------------------------------------------------------------ */

/* Ends of the links that leave `layer`, sorted by source, `at` becoming the place of the target. */
static uint32_t collect_ends(ordering *o, uint32_t layer)
{
    const drawing *d = o->d;
    uint32_t count = 0;
    for (uint32_t i = d->layer_start[layer]; i < d->layer_start[layer + 1]; i++) {
        const draw_item *item = &d->items[d->layers[i]];
        for (uint32_t l = 0; l < item->out_count; l++) {
            const draw_link *link = &d->links[d->out[item->out_start + l]];
            o->ends[count++] =
                (sort_key){end_at(d, link->from, link->from_port), d->items[link->to].order, 0};
        }
    }
    qsort(o->ends, count, sizeof *o->ends, compare_keys);
    return count;
}

static uint64_t count_layer(ordering *o, uint32_t layer)
{
    const drawing *d = o->d;
    uint32_t count = collect_ends(o, layer);
    uint32_t size = d->layer_start[layer + 2] - d->layer_start[layer + 1];
    uint64_t crossings = 0;
    memset(o->tree, 0, (size + 1) * sizeof *o->tree);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = 0; /* earlier links that end at or above this one */
        for (uint32_t at = o->ends[i].order + 1; at; at &= at - 1)
            before += o->tree[at];
        crossings += i - before;
        for (uint32_t at = o->ends[i].order + 1; at <= size; at += at & (~at + 1))
            o->tree[at]++;
    }
    return crossings;
}

static uint64_t count_all(ordering *o)
{
    uint64_t crossings = 0;
    for (uint32_t layer = 0; layer + 1 < o->d->layer_count; layer++)
        crossings += count_layer(o, layer);
    return crossings;
}

/* ---- swapping neighbours ----------------------------------------------------------------------- */

/* Crossings between the links of two neighbours on one side, `upper` standing above `lower`. */
static uint32_t pair_crossings(const drawing *d, const draw_item *upper, const draw_item *lower,
                               bool by_sources)
{
    const uint32_t *a = by_sources ? d->in + upper->in_start : d->out + upper->out_start;
    const uint32_t *b = by_sources ? d->in + lower->in_start : d->out + lower->out_start;
    uint32_t a_count = by_sources ? upper->in_count : upper->out_count;
    uint32_t b_count = by_sources ? lower->in_count : lower->out_count, crossings = 0;
    for (uint32_t i = 0; i < a_count; i++)
        for (uint32_t j = 0; j < b_count; j++) {
            const draw_link *x = &d->links[a[i]], *y = &d->links[b[j]];
            crossings += by_sources ? end_at(d, x->from, x->from_port) > end_at(d, y->from, y->from_port)
                                    : end_at(d, x->to, x->to_port) > end_at(d, y->to, y->to_port);
        }
    return crossings;
}

static bool swap_if_better(drawing *d, uint32_t at)
{
    draw_item *upper = &d->items[d->layers[at]], *lower = &d->items[d->layers[at + 1]];
    uint32_t now = pair_crossings(d, upper, lower, true) + pair_crossings(d, upper, lower, false);
    uint32_t then = pair_crossings(d, lower, upper, true) + pair_crossings(d, lower, upper, false);
    if (then >= now)
        return false;
    uint32_t first = d->layers[at];
    d->layers[at] = d->layers[at + 1];
    d->layers[at + 1] = first;
    upper->order++;
    lower->order--;
    return true;
}

static void swap_neighbours(drawing *d)
{
    bool better = d->item_count <= SWAP_ITEMS_MAX;
    for (int round = 0; better && round < SWAP_ROUNDS; round++) {
        better = false;
        for (uint32_t layer = 0; layer < d->layer_count; layer++)
            for (uint32_t i = d->layer_start[layer]; i + 1 < d->layer_start[layer + 1]; i++)
                better |= swap_if_better(d, i);
    }
}

/* ---- the whole --------------------------------------------------------------------------------- */

static void restore_best(ordering *o)
{
    drawing *d = o->d;
    memcpy(d->layers, o->best, d->item_count * sizeof *d->layers);
    for (uint32_t layer = 0; layer < d->layer_count; layer++)
        for (uint32_t i = d->layer_start[layer]; i < d->layer_start[layer + 1]; i++)
            d->items[d->layers[i]].order = i - d->layer_start[layer];
}

static void sweep(ordering *o)
{
    drawing *d = o->d;
    uint64_t fewest = UINT64_MAX;
    for (int round = 0; round <= SWEEPS && fewest > 0; round++) {
        if (round % 2 == 0)
            for (uint32_t layer = 1; layer < d->layer_count; layer++)
                sort_layer(o, layer, true);
        else
            for (uint32_t layer = d->layer_count - 1; layer-- > 0;)
                sort_layer(o, layer, false);
        uint64_t crossings = count_all(o);
        if (crossings >= fewest)
            continue;
        fewest = crossings;
        memcpy(o->best, d->layers, d->item_count * sizeof *o->best);
    }
    restore_best(o);
}

/* Ports of one side in the order of what they are connected to. */
static void sort_ports(ordering *o, uint32_t start, uint32_t count)
{
    drawing *d = o->d;
    for (uint32_t i = 0; i < count; i++)
        o->keys[i] = (sort_key){d->ports[start + i].wish, i, start + i};
    qsort(o->keys, count, sizeof *o->keys, compare_keys);
    for (uint32_t i = 0; i < count; i++)
        d->ports[o->keys[i].what].row = i;
}

static void wish_ports(drawing *d, bool inputs)
{
    uint32_t counted = 0, last = KL_DRAW_NO_PORT;
    for (uint32_t i = 0; i < d->item_count; i++) {
        const draw_item *item = &d->items[i];
        const uint32_t *links = inputs ? d->in + item->in_start : d->out + item->out_start;
        for (uint32_t l = 0; l < (inputs ? item->in_count : item->out_count); l++) {
            const draw_link *link = &d->links[links[l]];
            uint32_t mine = inputs ? link->to_port : link->from_port;
            double far = inputs ? end_at(d, link->from, link->from_port)
                                : end_at(d, link->to, link->to_port);
            if (mine == KL_DRAW_NO_PORT)
                continue;
            counted = mine == last ? counted + 1 : 1; /* a running mean while a port repeats */
            last = mine;
            d->ports[mine].wish += (far - d->ports[mine].wish) / counted;
        }
    }
}

static void order_ports(ordering *o)
{
    drawing *d = o->d;
    wish_ports(d, false);
    wish_ports(d, true);
    for (uint32_t i = 0; i < d->box_count; i++) {
        sort_ports(o, d->boxes[i].in_start, d->boxes[i].in_count);
        sort_ports(o, d->boxes[i].out_start, d->boxes[i].out_count);
    }
}

kl_status kl_drawing_order(drawing *d, kl_error *error)
{
    size_t most = KL_MAX((size_t)d->item_count, (size_t)d->port_count) + 1;
    ordering o = {.d = d,
                  .keys = kl_alloc_zero(most, sizeof *o.keys),
                  .best = kl_alloc_zero(d->item_count + 1, sizeof *o.best),
                  .tree = kl_alloc_zero(d->item_count + 2, sizeof *o.tree),
                  .ends = kl_alloc_zero(d->link_count + 1, sizeof *o.ends)};
    bool made = o.keys && o.best && o.tree && o.ends;
    if (made) {
        sweep(&o);
        swap_neighbours(d);
        order_ports(&o);
    }
    kl_free(o.keys);
    kl_free(o.best);
    kl_free(o.tree);
    kl_free(o.ends);
    return made ? KL_OK : kl_error_no_memory(error);
}
