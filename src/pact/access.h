/* src/pact/access.h - who may read what: the steps of pact 3.7. */
#ifndef KL_PACT_ACCESS_H
#define KL_PACT_ACCESS_H

#include "../base/buffer.h"
#include "engine.h"
#include "knowledge.h"
#include "people.h"

/* A question; all borrowed. */
typedef struct kl_pact_asked {
    kl_text role; /* address or id */
    const kl_pact_item *item;
    kl_posture posture;
    kl_time now;
} kl_pact_asked;

/* The answer. */
typedef struct kl_pact_answer {
    bool allowed;
    int step;           /* at which it was decided */
    const char *path;   /* "3a: same_unit", or NULL */
    kl_value reason;    /* owned string */
    uint32_t node;      /* of the role, or KL_PACT_NO_NODE */
    kl_value uses_up;   /* the bridge for one use that grants it (borrowed), or null */
} kl_pact_answer;

/* How the answer was come to; for explain_access(). */
typedef struct kl_pact_trace {
    kl_value steps;     /* array of PactExplainStep */
    kl_buffer text;     /* of the step under way */
} kl_pact_trace;

/* Hold the read side. `trace` may be NULL. */
kl_status kl_pact_access(kl_pact_answer *out, const kl_pact_engine *engine, const kl_pact_asked *asked,
                         kl_pact_trace *trace, kl_error *error);

/* ---- step 3d and 3e (access_links.c) --------------------------------------------------------- */

/* What policies or bridges say. */
typedef struct kl_pact_found {
    kl_value grants;      /* policy or bridge, borrowed; null = none */
    kl_value refuses;     /* policy whose scope does not include the item, borrowed; null = none */
    const char *scope;    /* why it refuses */
} kl_pact_found;

void kl_pact_access_shares(kl_pact_found *out, const kl_pact_engine *engine, const kl_pact_asked *asked,
                           uint32_t node, kl_confidentiality clearance);
void kl_pact_access_bridges(kl_pact_found *out, const kl_pact_engine *engine, const kl_pact_asked *asked,
                            uint32_t node);
/* The same as text, all of them one by one. */
kl_status kl_pact_explain_shares(kl_buffer *to, const kl_pact_engine *engine, const kl_pact_asked *asked,
                                 uint32_t node, kl_confidentiality clearance, kl_error *error);
kl_status kl_pact_explain_bridges(kl_buffer *to, const kl_pact_engine *engine, const kl_pact_asked *asked,
                                  uint32_t node, kl_error *error);

/* ---- addresses as text: of the organisation or of an item, so they are well formed ----------- */

/* Whether `above` is `address` or stands above it. */
static inline bool kl_pact_text_covers(kl_text above, kl_text address)
{
    return above.len <= address.len && memcmp(above.data, address.data, above.len) == 0 &&
           (above.len == address.len || address.data[above.len] == '-');
}

/* "Top Secret", "Continuous Insight"; static. */
const char *kl_pact_level_title(kl_confidentiality level);

/* ---- classes --------------------------------------------------------------------------------- */

extern KL_API const kl_type kl_pact_access_type, kl_pact_explained_type, kl_pact_explain_step_type;
/* PactAccessDecision of an answer; given. */
kl_status kl_pact_access_new(kl_value *out, const kl_pact_answer *answer, kl_error *error);
kl_status kl_pact_explain_step_new(kl_value *out, int step, const char *name, const char *result,
                                   kl_text reason, kl_error *error);
/* PactExplainedAccessDecision; given. */
kl_status kl_pact_explained_new(kl_value *out, const kl_pact_answer *answer, kl_value steps,
                                kl_error *error);

#endif
