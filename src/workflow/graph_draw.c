/* src/workflow/graph_draw.c - the parts of a drawing: boxes, ports, lines, and bends of long lines. */
#include "graph_draw.h"
#include "payload.h"
#include "kailash/json.h"

/* ---- texts ------------------------------------------------------------------------------------- */

static bool is_drawable(uint32_t code)
{
    return code >= 0x20 && code != 0x7F && !(code >= 0x80 && code < 0xA0) && code != 0xFFFE &&
           code != 0xFFFF;
}

void kl_draw_shorten(kl_buffer *to, kl_text text, size_t most)
{
    const char *at = text.data, *end = text.data + text.len;
    bool is_long = kl_utf8_count(text) > most;
    for (size_t i = 0; at < end && i < most - is_long; i++) {
        const char *from = at;
        if (is_drawable(kl_utf8_next(&at)))
            kl_buffer_add(to, (kl_text){from, (size_t)(at - from)});
        else
            kl_buffer_string(to, "\xEF\xBF\xBD");
    }
    if (is_long)
        kl_buffer_string(to, "\xE2\x80\xA6");
}

/* Width in em: generous averages, so that text stays in its card whatever font is there. */
static double character_width(uint32_t code)
{
    if (code >= 0x1100)
        return code == 0x2026 ? 0.9 : 1.05;
    if (code >= 'A' && code <= 'Z')
        return code == 'M' || code == 'W' ? 0.95 : 0.72;
    if (code == 'm' || code == 'w' || code == '@' || code == '%')
        return 0.9;
    if (code < 0x80 && strchr("iljt.,:;'|!I()[] ", (int)code))
        return 0.36;
    return 0.59;
}

double kl_draw_text_width(kl_text text, size_t most, double size)
{
    const char *at = text.data, *end = text.data + text.len;
    double width = 0;
    for (size_t i = 0; at < end && i < most; i++)
        width += character_width(kl_utf8_next(&at));
    return width * size;
}

static void draw_value(kl_buffer *to, kl_value value)
{
    kl_value text;
    if (kl_json_print(&text, value, &kl_json_plain, NULL) != KL_OK)
        return;
    kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
}

static void draw_list(kl_buffer *to, kl_value list, const char *between)
{
    kl_buffer_byte(to, '(');
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_buffer_string(to, i ? between : "");
        kl_draw_predicate(to, kl_array_at(list, i));
    }
    kl_buffer_byte(to, ')');
}

/* Checked when the gate was built, so at most KL_PREDICATE_DEPTH levels deep. */
void kl_draw_predicate(kl_buffer *to, kl_value when)
{
    const kl_value *part;
    if ((part = kl_map_find(when, KL_TEXT("not")))) {
        kl_buffer_string(to, "not ");
        kl_draw_predicate(to, *part);
    } else if ((part = kl_map_find(when, KL_TEXT("all")))) {
        draw_list(to, *part, " and ");
    } else if ((part = kl_map_find(when, KL_TEXT("any")))) {
        draw_list(to, *part, " or ");
    } else {
        kl_buffer_add(to, kl_as_text(kl_map_get(when, KL_TEXT("input"))));
        if ((part = kl_map_find(when, KL_TEXT("equals")))) {
            kl_buffer_string(to, " = ");
            draw_value(to, *part);
        }
    }
}

/* ---- boxes and ports --------------------------------------------------------------------------- */

static void *table(size_t count, size_t size, kl_status *status)
{
    void *memory = kl_alloc_zero(count + 1, size);
    if (!memory)
        *status = KL_NO_MEMORY;
    return memory;
}

static kl_status refuse_size(const char *what, size_t count, size_t most, kl_error *error)
{
    return kl_error_set(error, KL_LIMIT,
                        "too large to draw: %zu %s, at most %zu; take the DOT form instead", count,
                        what, most);
}

/* The port `name` of a side, made on first sight. */
static uint32_t find_port(drawing *d, uint32_t box, uint32_t start, uint32_t *count, kl_text name)
{
    for (uint32_t i = start; i < start + *count; i++)
        if (kl_text_equal(d->ports[i].name, name))
            return i;
    d->ports[start + *count] = (draw_port){.name = name, .box = box, .row = *count};
    return start + (*count)++;
}

static kl_status make_boxes(drawing *d, kl_error *error)
{
    const kl_workflow *w = d->workflow;
    kl_status status = KL_OK;
    d->boxes = table(w->node_count, sizeof *d->boxes, &status);
    d->ports = table(2 * (size_t)w->edge_count, sizeof *d->ports, &status);
    d->lines = table(w->edge_count, sizeof *d->lines, &status);
    if (status != KL_OK)
        return kl_error_no_memory(error);
    d->box_count = w->node_count;
    for (uint32_t i = 0; i < w->node_count; i++) {
        draw_box *box = &d->boxes[i];
        box->node = &w->nodes[i];
        box->is_gate = strcmp(box->node->type->name, "GateNode") == 0;
        box->in_start = d->port_count; /* room for one port per connection */
        box->out_start = d->port_count + box->node->in_count;
        d->port_count += box->node->in_count + box->node->out_count;
    }
    return KL_OK;
}

/* Edges are sorted by target, so a twin stands among the last lines. */
static bool is_drawn(const drawing *d, uint32_t from, uint32_t to)
{
    for (uint32_t i = d->line_count; i-- > 0;) {
        const draw_line *line = &d->lines[i];
        if (d->ports[line->to_port].box != d->ports[to].box)
            return false;
        if (line->from_port == from && line->to_port == to)
            return true;
    }
    return false;
}

/* One line per pair of ports. */
static void make_lines(drawing *d)
{
    const kl_workflow *w = d->workflow;
    for (uint32_t i = 0; i < w->edge_count; i++) {
        const graph_edge *edge = &w->edges[i];
        draw_box *source = &d->boxes[edge->source], *target = &d->boxes[edge->target];
        uint32_t from = find_port(d, edge->source, source->out_start, &source->out_count,
                                  kl_as_text(edge->source_port));
        uint32_t to = find_port(d, edge->target, target->in_start, &target->in_count,
                                kl_as_text(edge->target_port));
        if (is_drawn(d, from, to))
            continue;
        uint32_t span = edge->back ? 0 : target->node->level - source->node->level;
        d->lines[d->line_count++] =
            (draw_line){from, to, span > 1 ? span - 1 : 0, edge->back};
        if (span > 1)
            d->ports[from].chain_len = KL_MAX(d->ports[from].chain_len, span - 1);
    }
}

static double port_width(const drawing *d, uint32_t start, uint32_t row, uint32_t count)
{
    return row < count ? kl_draw_text_width(d->ports[start + row].name, KL_LABEL_PORT, 11) : 0;
}

static void size_card(const drawing *d, draw_box *box)
{
    double width = kl_draw_text_width(kl_as_text(box->node->id), KL_LABEL_ID, 13.5);
    width = KL_MAX(width, kl_draw_text_width(kl_as_text(box->node->type_name), KL_LABEL_TYPE, 11));
    uint32_t rows = KL_MAX(box->in_count, box->out_count);
    for (uint32_t row = 0; row < rows; row++) {
        double left = port_width(d, box->in_start, row, box->in_count);
        double right = port_width(d, box->out_start, row, box->out_count);
        width = KL_MAX(width, left + right + (left > 0 && right > 0 ? 24 : 0));
    }
    box->width = KL_MAX(width + 2 * KL_CARD_PAD, KL_CARD_MIN);
    box->height = KL_CARD_HEAD + rows * KL_CARD_ROW + (rows ? KL_CARD_FOOT : 0);
}

static kl_status size_gate(draw_box *box, kl_error *error)
{
    kl_buffer label = KL_BUFFER_INIT;
    kl_draw_predicate(&label, kl_map_get(box->node->config, KL_TEXT("when")));
    double width = kl_draw_text_width(kl_buffer_text(&label), KL_LABEL_GATE, 11);
    box->width = KL_MAX(width, KL_GATE_SIZE);
    box->height = KL_GATE_SIZE + 2 * KL_GATE_TEXT; /* centred on the diamond */
    kl_status status = label.status;
    kl_buffer_free(&label);
    return status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* ---- items and links --------------------------------------------------------------------------- */

static kl_status count_bends(drawing *d, kl_error *error)
{
    size_t bends = 0;
    for (uint32_t i = 0; i < d->port_count; i++) {
        d->ports[i].chain_start = (uint32_t)bends;
        bends += d->ports[i].chain_len;
        if (bends > KL_DRAW_BENDS_MAX)
            return refuse_size("bends of long lines", bends, KL_DRAW_BENDS_MAX, error);
    }
    d->bend_count = (uint32_t)bends;
    return KL_OK;
}

static void add_link(drawing *d, uint32_t from, uint32_t from_port, uint32_t to, uint32_t to_port)
{
    d->links[d->link_count++] = (draw_link){from, to, from_port, to_port};
    d->items[from].out_count++;
    d->items[to].in_count++;
}

static void add_chain(drawing *d, uint32_t index)
{
    const draw_port *port = &d->ports[index];
    const draw_box *box = &d->boxes[port->box];
    uint32_t last = box->item, from_port = index;
    for (uint32_t i = 0; i < port->chain_len; i++) {
        uint32_t item = d->item_count++;
        d->items[item] =
            (draw_item){.layer = box->node->level + 1 + i, .box = UINT32_MAX};
        d->bends[port->chain_start + i] = item;
        add_link(d, last, from_port, item, KL_DRAW_NO_PORT);
        last = item;
        from_port = KL_DRAW_NO_PORT;
    }
}

static void add_line(drawing *d, const draw_line *line)
{
    const draw_port *from = &d->ports[line->from_port], *to = &d->ports[line->to_port];
    if (line->back)
        return;
    if (line->bends)
        add_link(d, d->bends[from->chain_start + line->bends - 1], KL_DRAW_NO_PORT,
                 d->boxes[to->box].item, line->to_port);
    else
        add_link(d, d->boxes[from->box].item, line->from_port, d->boxes[to->box].item,
                 line->to_port);
}

/* The links of each item, and the items of each layer, in arrays side by side. */
static void index_links(drawing *d)
{
    uint32_t in = 0, out = 0;
    for (uint32_t i = 0; i < d->item_count; i++) {
        draw_item *item = &d->items[i];
        item->in_start = in;
        item->out_start = out;
        in += item->in_count;
        out += item->out_count;
        item->in_count = item->out_count = 0; /* counted again while filling */
    }
    for (uint32_t i = 0; i < d->link_count; i++) {
        draw_item *from = &d->items[d->links[i].from], *to = &d->items[d->links[i].to];
        d->out[from->out_start + from->out_count++] = i;
        d->in[to->in_start + to->in_count++] = i;
    }
}

static void index_layers(drawing *d)
{
    for (uint32_t i = 0; i < d->item_count; i++)
        d->layer_start[d->items[i].layer + 1]++;
    for (uint32_t i = 0; i < d->layer_count; i++)
        d->layer_start[i + 1] += d->layer_start[i];
    for (uint32_t i = d->item_count; i-- > 0;) { /* backwards: each start is moved to its place */
        draw_item *item = &d->items[i];
        uint32_t at = --d->layer_start[item->layer + 1];
        d->layers[at] = i;
    }
    for (uint32_t i = 0; i < d->layer_count; i++) /* every entry now holds the start of its layer */
        d->layer_start[i] = d->layer_start[i + 1];
    d->layer_start[d->layer_count] = d->item_count;
    for (uint32_t i = 0; i < d->item_count; i++)
        d->items[d->layers[i]].order = i - d->layer_start[d->items[d->layers[i]].layer];
}

static kl_status make_items(drawing *d, kl_error *error)
{
    kl_status status = KL_OK;
    size_t items = (size_t)d->box_count + d->bend_count, links = (size_t)d->line_count + d->bend_count;
    d->items = table(items, sizeof *d->items, &status);
    d->links = table(links, sizeof *d->links, &status);
    d->in = table(links, sizeof *d->in, &status);
    d->out = table(links, sizeof *d->out, &status);
    d->bends = table(d->bend_count, sizeof *d->bends, &status);
    d->layers = table(items, sizeof *d->layers, &status);
    d->layer_start = table((size_t)d->layer_count + 1, sizeof *d->layer_start, &status);
    d->column_x = table(d->layer_count, sizeof *d->column_x, &status);
    d->column_width = table(d->layer_count, sizeof *d->column_width, &status);
    if (status != KL_OK)
        return kl_error_no_memory(error);
    for (uint32_t i = 0; i < d->box_count; i++) {
        d->boxes[i].item = d->item_count;
        d->items[d->item_count++] = (draw_item){
            .layer = d->boxes[i].node->level, .box = i, .height = d->boxes[i].height};
    }
    for (uint32_t i = 0; i < d->port_count; i++)
        add_chain(d, i);
    for (uint32_t i = 0; i < d->line_count; i++)
        add_line(d, &d->lines[i]);
    index_links(d);
    index_layers(d);
    return KL_OK;
}

kl_status kl_drawing_make(drawing *d, const kl_workflow *workflow, kl_error *error)
{
    memset(d, 0, sizeof *d);
    d->workflow = workflow;
    d->layer_count = workflow->level_count;
    if (workflow->node_count > KL_DRAW_NODES_MAX)
        return refuse_size("nodes", workflow->node_count, KL_DRAW_NODES_MAX, error);
    if (workflow->edge_count > KL_DRAW_EDGES_MAX)
        return refuse_size("connections", workflow->edge_count, KL_DRAW_EDGES_MAX, error);
    KL_TRY(make_boxes(d, error));
    make_lines(d);
    for (uint32_t i = 0; i < d->box_count; i++)
        if (d->boxes[i].is_gate)
            KL_TRY(size_gate(&d->boxes[i], error));
        else
            size_card(d, &d->boxes[i]);
    KL_TRY(count_bends(d, error));
    KL_TRY(make_items(d, error));
    KL_TRY(kl_drawing_order(d, error));
    return kl_drawing_place(d, error);
}

void kl_drawing_free(drawing *d)
{
    kl_free(d->boxes);
    kl_free(d->ports);
    kl_free(d->lines);
    kl_free(d->items);
    kl_free(d->links);
    kl_free(d->bends);
    kl_free(d->in);
    kl_free(d->out);
    kl_free(d->layers);
    kl_free(d->layer_start);
    kl_free(d->column_x);
    kl_free(d->column_width);
    memset(d, 0, sizeof *d);
}
