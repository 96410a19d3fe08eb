/* src/trust_plane/each.h - the same work for many items, on all processors. */
#ifndef KL_TRUST_PLANE_EACH_H
#define KL_TRUST_PLANE_EACH_H

#include "kailash/base.h"

/*
 * Call work(data, 0) to work(data, count - 1), each once, in any order and on several threads. The
 * caller works too, so that all gets done even where no thread is to be had.
 */
void kl_trust_each(size_t count, void (*work)(void *data, size_t index), void *data);

#endif
