/* src/workflow/graph_draw.h - a workflow as a drawing: cards in layers, lines between their ports.
 *
 * After Sugiyama, Tagawa and Toda (IEEE Trans. SMC 11(2), 1981), from left to right: a node's layer
 * is its level; a line that skips layers bends in each of them; layers are ordered by barycentres,
 * then everything is placed. graph_draw.c makes the parts, graph_draw_order.c orders them,
 * graph_draw_place.c places them, graph_draw_svg.c and graph_draw_dot.c write them.
 */
#ifndef KL_WORKFLOW_GRAPH_DRAW_H
#define KL_WORKFLOW_GRAPH_DRAW_H

#include "buffer.h"
#include "engine.h"

/* Bounds of what is laid out; beyond them a picture helps nobody. */
enum { KL_DRAW_NODES_MAX = 20000, KL_DRAW_EDGES_MAX = 20000, KL_DRAW_BENDS_MAX = 1000000 };

#define KL_DRAW_NO_PORT UINT32_MAX

/* Where lines meet a box: right side for outputs, left side for inputs. */
typedef struct draw_port {
    kl_text name;  /* borrowed from the workflow */
    uint32_t box;
    uint32_t row;  /* from the top, among the ports of its side */
    double offset; /* from the centre of the box, downwards */
    double wish;   /* where its lines would like it; for sorting */
    uint32_t chain_start, chain_len; /* of an output: bends that its lines share, in drawing.bends */
} draw_port;

/* A node. Centre and size in user units (pixels). */
typedef struct draw_box {
    const graph_node *node;
    bool is_gate;
    uint32_t in_start, in_count, out_start, out_count; /* into drawing.ports */
    double x, y, width, height;
    uint32_t item;
} draw_box;

/* What stands in a layer: a box, or the bend of a line that passes by. */
typedef struct draw_item {
    uint32_t layer, order;
    uint32_t box; /* UINT32_MAX: a bend */
    double y, height;
    uint32_t in_start, in_count, out_start, out_count; /* into drawing.in and .out */
} draw_item;

/* A piece of a line between neighbouring layers. */
typedef struct draw_link {
    uint32_t from, to;           /* items */
    uint32_t from_port, to_port; /* KL_DRAW_NO_PORT at a bend */
} draw_link;

/* A connection: over the first `bends` bends of the chain of its output. */
typedef struct draw_line {
    uint32_t from_port, to_port;
    uint32_t bends;
    bool back; /* closes a cycle: led around below */
} draw_line;

typedef struct drawing {
    const kl_workflow *workflow;
    draw_box *boxes;
    draw_port *ports;
    draw_line *lines;
    draw_item *items;
    draw_link *links;
    uint32_t *bends;           /* items */
    uint32_t *in, *out;        /* links by target, by source */
    uint32_t *layers;          /* items by layer, in order */
    uint32_t *layer_start;     /* layer_count + 1 of them */
    double *column_x, *column_width; /* of each layer: centre and width */
    uint32_t box_count, port_count, line_count, item_count, link_count, bend_count, layer_count;
    double width, height;
    double lane_y; /* of the first line that is led around below; the next lie KL_LANE_GAP lower */
} drawing;

/* Lay a workflow out; end it with kl_drawing_free(), also after a failure. */
kl_status kl_drawing_make(drawing *out, const kl_workflow *workflow, kl_error *error);
void kl_drawing_free(drawing *drawing);

kl_status kl_drawing_order(drawing *drawing, kl_error *error);
kl_status kl_drawing_place(drawing *drawing, kl_error *error);

/* Sizes of the cards, shared by layout and SVG. */
enum {
    KL_CARD_HEAD = 46,   /* height of id and type */
    KL_CARD_ROW = 20,    /* of a port */
    KL_CARD_FOOT = 6,    /* below the last port */
    KL_CARD_PAD = 14,    /* beside the text */
    KL_CARD_MIN = 116,   /* width */
    KL_GATE_SIZE = 52,   /* of the diamond */
    KL_GATE_TEXT = 18,   /* height of the text below it */
    KL_LANE_GAP = 14,    /* between lines that are led around below */
    KL_LABEL_ID = 28, KL_LABEL_TYPE = 30, KL_LABEL_PORT = 18, KL_LABEL_GATE = 30, /* characters */
};

/* At most `most` characters of `text`, the rest becoming an ellipsis; control characters and what
 * XML forbids become U+FFFD. */
void kl_draw_shorten(kl_buffer *to, kl_text text, size_t most);
/* About how wide the shortened text is at `size` pixels, in a sans-serif type. */
double kl_draw_text_width(kl_text text, size_t most, double size);
/* What opens a gate, in short: `status = "ok"`. */
void kl_draw_predicate(kl_buffer *to, kl_value when);

#endif
