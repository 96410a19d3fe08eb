/* src/base/parts.h - long lists and texts are worked on in parts, by all processors.
 *
 * Where parts begin depends on the length alone, so results are the same everywhere. What is short is one part, done at
 * once on the calling thread: one body serves for both. Values may be read and retained by several parts; nobody calls
 * the face.
 */
#ifndef KL_BASE_PARTS_H
#define KL_BASE_PARTS_H

#include "buffer.h"
#include "parallel.h"
#include "work.h"

/* How something is cut. */
typedef struct kl_cut {
    size_t count, grain; /* in all, and of a part */
} kl_cut;

/* A list of so many items; a text of so many bytes. */
KL_API kl_cut kl_cut_items(size_t count);
KL_API kl_cut kl_cut_bytes(size_t count);

/* What cannot be cut. */
static inline kl_cut kl_cut_whole(size_t count) { return (kl_cut){count, KL_MAX(count, 1)}; }

/* Parts that there are: 1 when all is short. */
static inline size_t kl_cut_parts(kl_cut cut) { return KL_MAX(kl_parallel_blocks(cut.count, cut.grain), 1); }

typedef struct kl_part {
    size_t index, begin, end;
    kl_work *work; /* steps of this part, to be counted by the body */
} kl_part;

typedef kl_status kl_part_body(void *data, const kl_part *part, kl_error *error);

/* Run `body` on every part; the error is that of the first part that fails. Steps of all parts add up in `work`. */
KL_API kl_status kl_parts_run(kl_cut cut, kl_part_body *body, void *data, kl_work *work, kl_error *error);
/* The same for a body that cannot fail and counts no steps: it always comes to its end. */
KL_API void kl_parts_all(kl_cut cut, kl_parallel_body *body, void *data);

/* What a part appends to a list; `*list` is one of its own, or that of the caller. */
typedef kl_status kl_gather_body(kl_value *list, void *data, const kl_part *part, kl_error *error);
/* Append to an array what the parts append, in their order. After a failure the list may hold some of it. */
KL_API kl_status kl_parts_gather(kl_value *list, kl_cut cut, kl_gather_body *body, void *data, kl_work *work,
                                 kl_error *error);

/* What a part appends to a text, whose own failure sticks as always. */
typedef kl_status kl_compose_body(kl_buffer *text, void *data, const kl_part *part, kl_error *error);
/* The text of what the parts append, in their order; given. KL_LIMIT when it has more than `limit` bytes. */
KL_API kl_status kl_parts_compose(kl_value *out, size_t limit, kl_cut cut, kl_compose_body *body, void *data,
                                  kl_work *work, kl_error *error);

/* For tests: what has more than `grain` items or bytes is cut into such parts; 0 = as always. */
KL_API void kl_test_cut(size_t grain);

#endif
