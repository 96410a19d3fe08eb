/* src/workflow/graph_draw_svg.c - the drawing as SVG; light or dark as the viewer prefers. */
#include "graph_draw.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define CORNER 8.0   /* radius where a line turns */
#define ARROW  7.0   /* length of its head */
#define TURN   14.0  /* from a column to where a line that is led around turns */

enum { PALETTE = 8 };

/* Lines and text in two themes. Scoped, so that the picture may stand inside a page. */
static const char style[] =
    ".kl-graph{font-family:Inter,ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Helvetica Neue',Arial,'DejaVu Sans',sans-serif;font-size:11px}\n"
    ".kl-graph .page{fill:#f7f8fa}\n"
    ".kl-graph .card{fill:#fff;stroke:#dde1e8}\n"
    ".kl-graph .rule{stroke:#edeff3}\n"
    ".kl-graph .id{fill:#1c2230;font-size:13.5px;font-weight:600}\n"
    ".kl-graph .type{fill:#727b8c}\n"
    ".kl-graph .port{fill:#4a5262}\n"
    ".kl-graph .dot{fill:#fff;stroke:#98a2b3;stroke-width:1.5}\n"
    ".kl-graph .line{fill:none;stroke:#a3acbb;stroke-width:1.6}\n"
    ".kl-graph .back{stroke-dasharray:6 4}\n"
    ".kl-graph .head{fill:#8f99aa}\n"
    ".kl-graph .gate{fill:#fff7e6;stroke:#e0a100;stroke-width:1.5}\n"
    ".kl-graph .if{fill:#a87400;font-weight:600}\n"
    ".kl-graph .when{fill:#8a6100}\n"
    ".kl-graph .c0{fill:#3b73e8}.kl-graph .c1{fill:#12a37f}.kl-graph .c2{fill:#d9622b}"
    ".kl-graph .c3{fill:#8b5cf0}.kl-graph .c4{fill:#d6457d}.kl-graph .c5{fill:#0d99b8}"
    ".kl-graph .c6{fill:#7d8a1f}.kl-graph .c7{fill:#6b7587}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".kl-graph .page{fill:#12151b}\n"
    ".kl-graph .card{fill:#1c2129;stroke:#323a47}\n"
    ".kl-graph .rule{stroke:#2a313c}\n"
    ".kl-graph .id{fill:#edf0f5}\n"
    ".kl-graph .type{fill:#97a1b2}\n"
    ".kl-graph .port{fill:#c0c8d4}\n"
    ".kl-graph .dot{fill:#1c2129;stroke:#7b8698}\n"
    ".kl-graph .line{stroke:#667184}\n"
    ".kl-graph .head{fill:#7b8698}\n"
    ".kl-graph .gate{fill:#2e2713;stroke:#c99a1b}\n"
    ".kl-graph .if{fill:#f0c252}\n"
    ".kl-graph .when{fill:#d9b45a}\n"
    "}\n";

/* ---- pieces ------------------------------------------------------------------------------------ */

/* A coordinate with one decimal, whatever the locale's decimal point. */
static void number(kl_buffer *to, double value)
{
    long long tenths = llround(value * 10);
    long long whole = llabs(tenths);
    kl_buffer_format(to, "%s%lld", tenths < 0 ? "-" : "", whole / 10);
    if (whole % 10)
        kl_buffer_format(to, ".%lld", whole % 10);
}

/* `format` with each % standing for the next coordinate. */
static void shape(kl_buffer *to, const char *format, const double *values)
{
    for (; *format; format++)
        if (*format == '%')
            number(to, *values++);
        else
            kl_buffer_byte(to, *format);
}
#define SHAPE(to, format, ...) shape((to), (format), (const double[]){__VA_ARGS__})

static void escape(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.data[i];
        const char *entity = byte == '&'   ? "&amp;"
                             : byte == '<' ? "&lt;"
                             : byte == '>' ? "&gt;"
                             : byte == '"' ? "&quot;"
                                           : NULL;
        if (entity)
            kl_buffer_string(to, entity);
        else
            kl_buffer_byte(to, byte);
    }
}

static void words(kl_buffer *to, kl_text text, size_t most)
{
    kl_buffer part = KL_BUFFER_INIT;
    kl_draw_shorten(&part, text, most);
    escape(to, kl_buffer_text(&part));
    if (part.status != KL_OK)
        to->status = part.status;
    kl_buffer_free(&part);
}

static void label(kl_buffer *to, const char *class, const char *anchor, double x, double y,
                  kl_text text, size_t most)
{
    kl_buffer_format(to, "<text class=\"%s\"", class);
    SHAPE(to, " x=\"%\" y=\"%\"", x, y);
    if (anchor)
        kl_buffer_format(to, " text-anchor=\"%s\"", anchor);
    kl_buffer_byte(to, '>');
    words(to, text, most);
    kl_buffer_string(to, "</text>\n");
}

/* ---- lines ------------------------------------------------------------------------------------- */

static double left_of(const drawing *d, uint32_t layer)
{
    return d->column_x[layer] - d->column_width[layer] / 2;
}

static double right_of(const drawing *d, uint32_t layer)
{
    return d->column_x[layer] + d->column_width[layer] / 2;
}

/* Where lines come into a column; the arrow heads stand between here and the cards. */
static double entry_of(const drawing *d, uint32_t layer) { return left_of(d, layer) - ARROW - 1; }

/* Half the width of what lines meet: the card, or the diamond of a gate. */
static double reach(const draw_box *box)
{
    return box->is_gate ? KL_GATE_SIZE / 2.0 : box->width / 2;
}

static void curve(kl_buffer *to, double from_x, double from_y, double to_x, double to_y)
{
    double middle = (from_x + to_x) / 2;
    if (fabs(from_y - to_y) < 0.05)
        SHAPE(to, "H%", to_x);
    else
        SHAPE(to, "C% % % % % %", middle, from_y, middle, to_y, to_x, to_y);
}

/* Straight past the columns, bent between them. */
static void forward_path(kl_buffer *to, const drawing *d, const draw_line *line)
{
    const draw_port *from = &d->ports[line->from_port], *into = &d->ports[line->to_port];
    const draw_box *source = &d->boxes[from->box], *target = &d->boxes[into->box];
    uint32_t layer = source->node->level;
    double x = right_of(d, layer), y = source->y + from->offset;
    SHAPE(to, "M% %H%", source->x + reach(source), y, x);
    for (uint32_t i = 0; i < line->bends; i++) {
        double next = d->items[d->bends[from->chain_start + i]].y;
        curve(to, x, y, entry_of(d, ++layer), next);
        x = right_of(d, layer);
        y = next;
        SHAPE(to, "H%", x);
    }
    curve(to, x, y, entry_of(d, layer + 1), target->y + into->offset);
    SHAPE(to, "H%", target->x - reach(target) - ARROW + 1);
}

/* Out to the right, below everything to the left, and in again. */
static void back_path(kl_buffer *to, const drawing *d, const draw_line *line, uint32_t lane)
{
    const draw_port *from = &d->ports[line->from_port], *into = &d->ports[line->to_port];
    const draw_box *source = &d->boxes[from->box], *target = &d->boxes[into->box];
    double spread = 3.0 * (lane % 6), below = d->lane_y + (double)lane * KL_LANE_GAP;
    double out = right_of(d, source->node->level) + TURN + spread;
    double in = left_of(d, target->node->level) - TURN - spread;
    double leave = source->y + from->offset, enter = target->y + into->offset;
    SHAPE(to, "M% %H%q% 0 % %", source->x + reach(source), leave, out - CORNER, CORNER, CORNER,
          CORNER);
    SHAPE(to, "V%q0 % % %H%", below - CORNER, CORNER, -CORNER, CORNER, in + CORNER);
    SHAPE(to, "q% 0 % %V%q0 % % %", -CORNER, -CORNER, -CORNER, enter + CORNER, -CORNER, CORNER,
          -CORNER);
    SHAPE(to, "H%", target->x - reach(target) - ARROW + 1);
}

static void write_lines(kl_buffer *to, const drawing *d)
{
    uint32_t lane = 0;
    for (uint32_t i = 0; i < d->line_count; i++) {
        const draw_line *line = &d->lines[i];
        const draw_port *from = &d->ports[line->from_port], *into = &d->ports[line->to_port];
        kl_buffer_format(to, "<path class=\"line%s\" marker-end=\"url(#kl-head)\" d=\"",
                         line->back ? " back" : "");
        if (line->back)
            back_path(to, d, line, lane++);
        else
            forward_path(to, d, line);
        kl_buffer_string(to, "\"><title>");
        words(to, kl_as_text(d->boxes[from->box].node->id), 200);
        kl_buffer_byte(to, '.');
        words(to, from->name, 200);
        kl_buffer_string(to, " \xE2\x86\x92 ");
        words(to, kl_as_text(d->boxes[into->box].node->id), 200);
        kl_buffer_byte(to, '.');
        words(to, into->name, 200);
        kl_buffer_string(to, "</title></path>\n");
    }
}

/* ---- boxes ------------------------------------------------------------------------------------- */

/* Colour of a category: by its place among those of the drawing. */
static uint32_t colour_of(const drawing *d, const char *category)
{
    const char *seen[PALETTE];
    uint32_t count = 0;
    for (uint32_t i = 0; i < d->box_count && count < PALETTE; i++) {
        const char *other = d->boxes[i].node->type->category;
        uint32_t at = 0;
        while (at < count && strcmp(seen[at], other) != 0)
            at++;
        if (at < count || d->boxes[i].is_gate)
            continue;
        if (strcmp(other, category) == 0)
            return count;
        seen[count++] = other;
    }
    return PALETTE - 1;
}

static void write_ports(kl_buffer *to, const drawing *d, const draw_box *box, bool inputs)
{
    uint32_t start = inputs ? box->in_start : box->out_start;
    double x = box->x + (inputs ? -reach(box) : reach(box));
    double text_x = x + (inputs ? KL_CARD_PAD - 3 : -(KL_CARD_PAD - 3));
    for (uint32_t i = start; i < start + (inputs ? box->in_count : box->out_count); i++) {
        double y = box->y + d->ports[i].offset;
        if (!inputs)
            SHAPE(to, "<circle class=\"dot\" cx=\"%\" cy=\"%\" r=\"3.5\"/>\n", x, y);
        label(to, "port", inputs ? NULL : "end", text_x, y + 3.8, d->ports[i].name, KL_LABEL_PORT);
    }
}

static void write_card(kl_buffer *to, const drawing *d, const draw_box *box)
{
    double left = box->x - box->width / 2, top = box->y - box->height / 2;
    SHAPE(to, "<rect class=\"card\" x=\"%\" y=\"%\" width=\"%\" height=\"%\" rx=\"9\"/>\n", left, top,
          box->width, box->height);
    kl_buffer_format(to, "<rect class=\"c%" PRIu32 "\"",
                     colour_of(d, box->node->type->category));
    SHAPE(to, " x=\"%\" y=\"%\" width=\"3.5\" height=\"%\" rx=\"1.7\"/>\n", left + 6, top + 10,
          KL_CARD_HEAD - 19);
    label(to, "id", NULL, left + KL_CARD_PAD + 2, top + 21, kl_as_text(box->node->id), KL_LABEL_ID);
    label(to, "type", NULL, left + KL_CARD_PAD + 2, top + 36, kl_as_text(box->node->type_name),
          KL_LABEL_TYPE);
    if (box->in_count || box->out_count)
        SHAPE(to, "<path class=\"rule\" d=\"M% %H%\"/>\n", left + 1, top + KL_CARD_HEAD - 1,
              left + box->width - 1);
    write_ports(to, d, box, true);
    write_ports(to, d, box, false);
}

static void write_gate(kl_buffer *to, const draw_box *box)
{
    kl_value when = kl_map_get(box->node->config, KL_TEXT("when"));
    kl_buffer condition = KL_BUFFER_INIT;
    double half = KL_GATE_SIZE / 2.0;
    if (kl_is_null(when))
        kl_buffer_string(&condition, "always");
    else
        kl_draw_predicate(&condition, when);
    SHAPE(to, "<path class=\"gate\" d=\"M% %L% %L% %L% %Z\" stroke-linejoin=\"round\"/>\n",
          box->x - half, box->y, box->x, box->y - half, box->x + half, box->y, box->x, box->y + half);
    label(to, "if", "middle", box->x, box->y + 4, KL_TEXT("if"), 2);
    label(to, "when", "middle", box->x, box->y + half + 13, kl_buffer_text(&condition),
          KL_LABEL_GATE);
    if (condition.status != KL_OK)
        to->status = condition.status;
    kl_buffer_free(&condition);
}

static void write_box(kl_buffer *to, const drawing *d, const draw_box *box)
{
    kl_buffer_format(to, "<g class=\"%s\"><title>", box->is_gate ? "node gate-node" : "node");
    words(to, kl_as_text(box->node->id), 500);
    kl_buffer_string(to, " (");
    words(to, kl_as_text(box->node->type_name), 500);
    kl_buffer_string(to, ")</title>\n");
    if (box->is_gate)
        write_gate(to, box);
    else
        write_card(to, d, box);
    kl_buffer_string(to, "</g>\n");
}

static void write_head(kl_buffer *to, const drawing *d)
{
    SHAPE(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kl-graph\" role=\"img\" "
              "width=\"%\" height=\"%\" viewBox=\"0 0 % %\">\n",
          d->width, d->height, d->width, d->height);
    kl_buffer_format(to, "<title>Workflow: %" PRIu32 " nodes, %" PRIu32 " connections</title>\n",
                     d->workflow->node_count, d->workflow->edge_count);
    kl_buffer_format(to, "<style>\n%s</style>\n", style);
    kl_buffer_string(to, "<defs><marker id=\"kl-head\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" "
                         "markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" "
                         "orient=\"auto\"><path class=\"head\" d=\"M0 0.6L7.4 4L0 7.4Z\"/>"
                         "</marker></defs>\n");
    SHAPE(to, "<rect class=\"page\" width=\"%\" height=\"%\" rx=\"0\"/>\n", d->width, d->height);
}

kl_status kl_workflow_svg(kl_value *out, const kl_workflow *workflow, kl_error *error)
{
    drawing d;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = kl_drawing_make(&d, workflow, error);
    if (status == KL_OK) {
        write_head(&text, &d);
        write_lines(&text, &d);
        for (uint32_t i = 0; i < d.box_count; i++)
            write_box(&text, &d, &d.boxes[i]);
        kl_buffer_string(&text, "</svg>\n");
        status = kl_buffer_finish(out, &text, error);
    }
    kl_buffer_free(&text);
    kl_drawing_free(&d);
    return status;
}
