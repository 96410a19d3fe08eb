/* src/workflow/graph_draw_place.c - coordinates: columns from left to right, and heights at which
 * lines run as straight as the distances between neighbours allow.
 *
 * Each layer in turn is moved to where its neighbours pull it: weighted least squares under the
 * order and the least distances, which is isotonic regression, solved exactly by pooling adjacent
 * violators (Ayer et al., Ann. Math. Stat. 26(4), 1955).
 */
#include "graph_draw.h"

#include <math.h>

enum { ROUNDS = 30 };

#define MARGIN      24.0
#define BOX_GAP     26.0 /* between boxes of a layer */
#define BEND_GAP    16.0 /* beside a passing line */
#define COLUMN_GAP  64.0 /* between layers, more where many lines turn */
#define COLUMN_MOST 190.0

/* Items that move as one. */
typedef struct pool {
    double at, weight;
    uint32_t count;
} pool;

/* ---- columns ----------------------------------------------------------------------------------- */

static void place_columns(drawing *d)
{
    double x = MARGIN;
    for (uint32_t layer = 0; layer < d->layer_count; layer++) {
        uint32_t turning = 0;
        double width = 0;
        for (uint32_t i = d->layer_start[layer]; i < d->layer_start[layer + 1]; i++) {
            const draw_item *item = &d->items[d->layers[i]];
            if (item->box != UINT32_MAX)
                width = KL_MAX(width, d->boxes[item->box].width);
            turning += item->out_count;
        }
        d->column_width[layer] = width;
        d->column_x[layer] = x + width / 2;
        x += width + KL_MIN(COLUMN_GAP + 3 * turning, COLUMN_MOST);
        d->width = d->column_x[layer] + width / 2 + MARGIN;
    }
}

/* Rows of ports under the head of a card; a gate's lines meet the tips of its diamond. */
static void place_ports(drawing *d)
{
    for (uint32_t i = 0; i < d->box_count; i++) {
        const draw_box *box = &d->boxes[i];
        for (uint32_t side = 0; side < 2; side++) {
            uint32_t start = side ? box->out_start : box->in_start;
            for (uint32_t p = start; p < start + (side ? box->out_count : box->in_count); p++)
                d->ports[p].offset = box->is_gate ? 0
                                                  : KL_CARD_HEAD + (d->ports[p].row + 0.5) *
                                                                       KL_CARD_ROW -
                                                        box->height / 2;
        }
    }
}

/* ---- heights ----------------------------------------------------------------------------------- */

static double offset_of(const drawing *d, uint32_t port)
{
    return port == KL_DRAW_NO_PORT ? 0 : d->ports[port].offset;
}

/* Least distance between the centres of two neighbours in a layer. */
static double distance(const draw_item *upper, const draw_item *lower)
{
    bool boxes = upper->box != UINT32_MAX && lower->box != UINT32_MAX;
    return (upper->height + lower->height) / 2 + (boxes ? BOX_GAP : BEND_GAP);
}

/* Long lines want to be straight more than short ones (weights 1, 2, 8 as Gansner et al.). */
static double link_weight(const drawing *d, const draw_link *link)
{
    int bends = (d->items[link->from].box == UINT32_MAX) + (d->items[link->to].box == UINT32_MAX);
    return bends == 2 ? 8 : bends == 1 ? 2 : 1;
}

static void pull_links(const drawing *d, const uint32_t *links, uint32_t count, bool by_sources,
                       double *sum, double *weight)
{
    for (uint32_t i = 0; i < count; i++) {
        const draw_link *link = &d->links[links[i]];
        double shift = offset_of(d, link->from_port) - offset_of(d, link->to_port);
        double wish = by_sources ? d->items[link->from].y + shift : d->items[link->to].y - shift;
        double w = link_weight(d, link);
        *sum += w * wish;
        *weight += w;
    }
}

static pool wish_of(const drawing *d, const draw_item *item, bool sources, bool targets)
{
    double sum = 0, weight = 0;
    if (sources)
        pull_links(d, d->in + item->in_start, item->in_count, true, &sum, &weight);
    if (targets)
        pull_links(d, d->out + item->out_start, item->out_count, false, &sum, &weight);
    if (weight == 0) /* nobody pulls: stays, but gives way */
        return (pool){item->y, 0.01, 1};
    return (pool){sum / weight, weight, 1};
}

static void place_layer(drawing *d, pool *pools, uint32_t layer, bool sources, bool targets)
{
    uint32_t start = d->layer_start[layer], end = d->layer_start[layer + 1], count = 0;
    double below = 0; /* distance from the first item when all stand as close as they may */
    for (uint32_t i = start; i < end; i++) {
        const draw_item *item = &d->items[d->layers[i]];
        below += i > start ? distance(&d->items[d->layers[i - 1]], item) : 0;
        pool one = wish_of(d, item, sources, targets);
        one.at -= below;
        while (count && pools[count - 1].at >= one.at) {
            const pool *last = &pools[--count];
            one.at = (one.at * one.weight + last->at * last->weight) / (one.weight + last->weight);
            one.weight += last->weight;
            one.count += last->count;
        }
        pools[count++] = one;
    }
    below = 0;
    for (uint32_t p = 0, i = start; p < count; p++)
        for (uint32_t n = 0; n < pools[p].count; n++, i++) {
            draw_item *item = &d->items[d->layers[i]];
            below += i > start ? distance(&d->items[d->layers[i - 1]], item) : 0;
            item->y = pools[p].at + below;
        }
}

/* To begin with: every layer packed around the same axis. */
static void stack_layers(drawing *d)
{
    for (uint32_t layer = 0; layer < d->layer_count; layer++) {
        double y = 0;
        uint32_t start = d->layer_start[layer], end = d->layer_start[layer + 1];
        for (uint32_t i = start; i < end; i++) {
            y += i > start ? distance(&d->items[d->layers[i - 1]], &d->items[d->layers[i]]) : 0;
            d->items[d->layers[i]].y = y;
        }
        for (uint32_t i = start; i < end; i++)
            d->items[d->layers[i]].y -= y / 2;
    }
}

/* ---- straightening ----------------------------------------------------------------------------- */

typedef struct interval {
    double low, high;
} interval;

/* How far an item may move while its neighbours stay. */
static interval room_of(const drawing *d, uint32_t index)
{
    const draw_item *item = &d->items[index];
    uint32_t at = d->layer_start[item->layer] + item->order;
    interval room = {-INFINITY, INFINITY};
    if (at > d->layer_start[item->layer]) {
        const draw_item *above = &d->items[d->layers[at - 1]];
        room.low = above->y + distance(above, item);
    }
    if (at + 1 < d->layer_start[item->layer + 1]) {
        const draw_item *below = &d->items[d->layers[at + 1]];
        room.high = below->y - distance(item, below);
    }
    if (room.low > room.high) /* no room but for rounding */
        room.low = room.high = item->y;
    return room;
}

/* Put bends[from .. to) on one height within their common room, as near to `wish` as may be. */
static void level_run(drawing *d, const uint32_t *bends, uint32_t from, uint32_t to, interval room,
                      double wish)
{
    double y = KL_MAX(KL_MIN(wish, room.high), room.low);
    for (uint32_t i = from; i < to; i++)
        d->items[bends[i]].y = y;
}

/* As few heights as possible: a run goes on while all its bends have room in common. It wants the
 * height the line comes from; the last run that of the end, if it can have it. */
static void straighten_chain(drawing *d, const draw_port *port)
{
    const uint32_t *bends = d->bends + port->chain_start;
    double wish = d->boxes[port->box].is_gate ? 0 : port->offset;
    uint32_t start = 0;
    interval room = {-INFINITY, INFINITY};
    wish += d->items[d->boxes[port->box].item].y;
    for (uint32_t i = 0; i < port->chain_len; i++) {
        interval own = room_of(d, bends[i]);
        interval common = {KL_MAX(room.low, own.low), KL_MIN(room.high, own.high)};
        if (common.low > common.high) {
            level_run(d, bends, start, i, room, wish);
            wish = d->items[bends[i - 1]].y;
            start = i;
            common = own;
        }
        room = common;
    }
    const draw_item *last = &d->items[bends[port->chain_len - 1]];
    const draw_link *link = last->out_count == 1 ? &d->links[d->out[last->out_start]] : NULL;
    double end = link ? d->items[link->to].y + offset_of(d, link->to_port) : wish;
    level_run(d, bends, start, port->chain_len, room,
              wish >= room.low && wish <= room.high && start == 0 ? wish : end);
}

/* Put a box where a short line runs straight, if there is room: the middle one of its lines from
 * the left, or for a root its only one to the right. */
static void snap_box(drawing *d, uint32_t index, bool to_sources)
{
    draw_item *item = &d->items[index];
    uint32_t count = to_sources ? item->in_count : item->out_count;
    if (count == 0 || item->box == UINT32_MAX || (!to_sources && (item->in_count || count > 1)))
        return;
    const draw_link *link = &d->links[to_sources ? d->in[item->in_start + (count - 1) / 2]
                                                 : d->out[item->out_start]];
    double shift = offset_of(d, link->from_port) - offset_of(d, link->to_port);
    double wish = to_sources ? d->items[link->from].y + shift : d->items[link->to].y - shift;
    interval room = room_of(d, index);
    if (wish >= room.low && wish <= room.high)
        item->y = wish;
}

static void straighten(drawing *d)
{
    for (uint32_t i = 0; i < d->item_count; i++)
        snap_box(d, d->layers[i], true);
    for (uint32_t i = d->item_count; i-- > 0;)
        snap_box(d, d->layers[i], false);
    for (uint32_t i = 0; i < d->port_count; i++)
        if (d->ports[i].chain_len)
            straighten_chain(d, &d->ports[i]);
}

/* ---- the whole --------------------------------------------------------------------------------- */

static kl_status place_heights(drawing *d, kl_error *error)
{
    pool *pools = kl_alloc_zero(d->item_count + 1, sizeof *pools);
    if (!pools)
        return kl_error_no_memory(error);
    stack_layers(d);
    for (int round = 0; round < ROUNDS; round++) {
        bool both = round >= ROUNDS / 2;
        for (uint32_t layer = 0; layer < d->layer_count; layer++)
            place_layer(d, pools, layer, true, both);
        for (uint32_t layer = d->layer_count; layer-- > 0;)
            place_layer(d, pools, layer, both, true);
    }
    kl_free(pools);
    straighten(d);
    return KL_OK;
}

/* Everything into the positive quarter; lines that close cycles need lanes below. */
static void settle(drawing *d)
{
    double top = INFINITY, bottom = -INFINITY;
    uint32_t lanes = 0;
    for (uint32_t i = 0; i < d->item_count; i++) {
        const draw_item *item = &d->items[i];
        top = KL_MIN(top, item->y - item->height / 2);
        bottom = KL_MAX(bottom, item->y + item->height / 2);
    }
    for (uint32_t i = 0; i < d->item_count; i++) {
        draw_item *item = &d->items[i];
        item->y += MARGIN - top;
        if (item->box == UINT32_MAX)
            continue;
        d->boxes[item->box].x = d->column_x[item->layer];
        d->boxes[item->box].y = item->y;
    }
    for (uint32_t i = 0; i < d->line_count; i++)
        lanes += d->lines[i].back;
    d->height = bottom - top + 2 * MARGIN + (lanes ? (lanes + 1) * KL_LANE_GAP : 0);
    d->lane_y = bottom - top + MARGIN + KL_LANE_GAP;
}

kl_status kl_drawing_place(drawing *d, kl_error *error)
{
    place_columns(d);
    place_ports(d);
    KL_TRY(place_heights(d, error));
    settle(d);
    return KL_OK;
}
