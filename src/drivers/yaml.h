/* src/drivers/yaml.h - what the yaml driver (libyaml) offers: a text as events, events as text. */
#ifndef KL_DRIVERS_YAML_H
#define KL_DRIVERS_YAML_H

#include "buffer.h"

typedef enum kl_yaml_kind {
    KL_YAML_SCALAR,
    KL_YAML_ALIAS,
    KL_YAML_LIST,
    KL_YAML_LIST_END,
    KL_YAML_MAP,
    KL_YAML_MAP_END,
} kl_yaml_kind;

typedef enum kl_yaml_style {
    KL_YAML_PLAIN, /* writing: quoted by itself where the syntax asks for it */
    KL_YAML_QUOTED,
    KL_YAML_BLOCK, /* "|" */
} kl_yaml_style;

typedef struct kl_yaml_event {
    kl_yaml_kind kind;
    kl_text text;   /* of a scalar; of an alias the name of its anchor */
    kl_text anchor; /* empty = none */
    kl_text tag;    /* empty = none */
    kl_yaml_style style;
    uint32_t line, column; /* reading: where it starts, from 1 */
    size_t position;       /* in characters; KL_SYNTAX of a handler carries it on as such */
} kl_yaml_event;

typedef kl_status kl_yaml_handler(void *data, const kl_yaml_event *event, kl_error *error);
typedef struct kl_yaml_writer kl_yaml_writer;

typedef struct kl_yaml_functions {
    /* Call `handler` for each event of the one document in `text` (UTF-8). No event at all: it is
     * empty. KL_SYNTAX has a position. */
    kl_status (*read)(kl_text text, kl_yaml_handler *handler, void *data, kl_error *error);
    /* A writer that appends one document to `to` (borrowed); given. Indent: 2 to 9. */
    kl_status (*begin)(kl_yaml_writer **out, kl_buffer *to, int indent, kl_error *error);
    kl_status (*put)(kl_yaml_writer *writer, const kl_yaml_event *event, kl_error *error);
    /* End the document (`complete`) or give it up, and free the writer. */
    kl_status (*end)(kl_yaml_writer *writer, bool complete, kl_error *error);
} kl_yaml_functions;

#endif
