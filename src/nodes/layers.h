/* src/nodes/layers.h - a text as an attacker may have wrapped it: every reading of it. */
#ifndef KL_NODES_LAYERS_H
#define KL_NODES_LAYERS_H

#include "buffer.h"

enum { KL_LAYERS_MAX = 12 };

/* Readings of one text, all in small letters with single blanks; the first is the text itself. */
typedef struct kl_layers {
    kl_value texts[KL_LAYERS_MAX];
    size_t count;
} kl_layers;

/*
 * Undo percent-encoding, HTML references, \u escapes, full-width letters and base64, one within
 * another too, until nothing new comes out or there are KL_LAYERS_MAX. End it with kl_layers_end().
 */
kl_status kl_layers_of(kl_layers *layers, kl_text text, kl_error *error);
void kl_layers_end(kl_layers *layers);

#endif
