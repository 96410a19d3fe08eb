/* src/workflow/graph_draw_dot.c - the graph in the DOT language of Graphviz. Lays nothing out, so
 * it has no limit. */
#include "graph_draw.h"

#include <inttypes.h>

static const char head[] =
    "digraph workflow {\n"
    "  graph [rankdir=LR, nodesep=0.35, ranksep=0.8, bgcolor=\"transparent\"];\n"
    "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", color=\"#98a2b3\", "
    "fontname=\"Helvetica\", fontsize=11, margin=\"0.16,0.09\"];\n"
    "  edge [color=\"#98a2b3\", fontname=\"Helvetica\", fontsize=9, fontcolor=\"#4a5262\", "
    "arrowsize=0.7];\n";

/* Inside a quoted string only `"` and `\` mean something. */
static void quoted(kl_buffer *to, kl_text text, size_t most)
{
    kl_buffer part = KL_BUFFER_INIT;
    kl_draw_shorten(&part, text, most);
    kl_text shown = kl_buffer_text(&part);
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.data[i] == '"' || shown.data[i] == '\\')
            kl_buffer_byte(to, '\\');
        kl_buffer_byte(to, shown.data[i]);
    }
    if (part.status != KL_OK)
        to->status = part.status;
    kl_buffer_free(&part);
}

static void write_gate(kl_buffer *to, const graph_node *node)
{
    kl_value when = kl_map_get(node->config, KL_TEXT("when"));
    kl_buffer condition = KL_BUFFER_INIT;
    if (kl_is_null(when))
        kl_buffer_string(&condition, "always");
    else
        kl_draw_predicate(&condition, when);
    kl_buffer_string(to, "shape=diamond, style=filled, fillcolor=\"#fff7e6\", color=\"#e0a100\", "
                         "label=\"if ");
    quoted(to, kl_buffer_text(&condition), KL_LABEL_GATE);
    kl_buffer_string(to, "\"];\n");
    if (condition.status != KL_OK)
        to->status = condition.status;
    kl_buffer_free(&condition);
}

static void write_node(kl_buffer *to, const kl_workflow *w, uint32_t index)
{
    const graph_node *node = &w->nodes[index];
    kl_buffer_format(to, "  n%" PRIu32 " [", index);
    if (strcmp(node->type->name, "GateNode") == 0) {
        write_gate(to, node);
        return;
    }
    kl_buffer_string(to, "label=\"");
    quoted(to, kl_as_text(node->id), KL_LABEL_ID);
    kl_buffer_string(to, "\\n");
    quoted(to, kl_as_text(node->type_name), KL_LABEL_TYPE);
    kl_buffer_string(to, "\"];\n");
}

static void write_edge(kl_buffer *to, const graph_edge *edge)
{
    kl_text from = kl_as_text(edge->source_port), into = kl_as_text(edge->target_port);
    kl_buffer_format(to, "  n%" PRIu32 " -> n%" PRIu32 " [label=\"", edge->source, edge->target);
    quoted(to, from, KL_LABEL_PORT);
    if (!kl_text_equal(from, into)) {
        kl_buffer_string(to, " \xE2\x86\x92 ");
        quoted(to, into, KL_LABEL_PORT);
    }
    kl_buffer_format(to, "\"%s];\n", edge->back ? ", style=dashed, constraint=false" : "");
}

kl_status kl_workflow_dot(kl_value *out, const kl_workflow *workflow, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, head);
    for (uint32_t i = 0; i < workflow->node_count; i++)
        write_node(&text, workflow, i);
    for (uint32_t i = 0; i < workflow->edge_count; i++)
        write_edge(&text, &workflow->edges[i]);
    kl_buffer_string(&text, "}\n");
    return kl_buffer_finish(out, &text, error);
}
