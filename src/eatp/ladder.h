/* src/eatp/ladder.h - the ladders of the product: one table of their rungs, in all their spellings.
 *
 * Rungs count from 0. Names of two ladders may be alike ("supervised"), so a rung is always read
 * on a ladder that the caller names.
 */
#ifndef KL_EATP_LADDER_H
#define KL_EATP_LADDER_H

#include "kailash/value.h"

typedef enum kl_ladder {
    KL_LADDER_TRUST,           /* levels of EATP: untrusted ... full */
    KL_LADDER_POSTURE,         /* pseudo_agent ... delegated */
    KL_LADDER_CONFIDENTIALITY, /* public ... top_secret */
    KL_LADDER_ZONE,            /* verdicts: auto_approved ... blocked */
    KL_LADDER_PII,             /* none ... full_access */
    KL_LADDER_CAPABILITY,      /* not a ladder but a list: llm_call ... trust_management */
    KL_LADDERS
} kl_ladder;

typedef enum kl_trust_level {
    KL_TRUST_UNTRUSTED, KL_TRUST_RESTRICTED, KL_TRUST_SUPERVISED, KL_TRUST_AUTONOMOUS,
    KL_TRUST_FULL, KL_TRUST_LEVELS
} kl_trust_level;

typedef enum kl_posture {
    KL_POSTURE_PSEUDO_AGENT, KL_POSTURE_SUPERVISED, KL_POSTURE_SHARED_PLANNING,
    KL_POSTURE_CONTINUOUS_INSIGHT, KL_POSTURE_DELEGATED, KL_POSTURES
} kl_posture;

/* The ceiling of a posture is the rung of the same number: pseudo_agent may see public. */
typedef enum kl_confidentiality {
    KL_PUBLIC, KL_RESTRICTED, KL_CONFIDENTIAL, KL_SECRET_LEVEL, KL_TOP_SECRET, KL_CONFIDENTIALITIES
} kl_confidentiality;

typedef enum kl_zone {
    KL_ZONE_AUTO_APPROVED, KL_ZONE_FLAGGED, KL_ZONE_HELD, KL_ZONE_BLOCKED, KL_ZONES
} kl_zone;

typedef enum kl_capability {
    KL_CAN_LLM_CALL, KL_CAN_TOOL_CALL, KL_CAN_EXTERNAL_API_CALL, KL_CAN_FILE_READ,
    KL_CAN_FILE_WRITE, KL_CAN_DATABASE_READ, KL_CAN_DATABASE_WRITE, KL_CAN_DELEGATION,
    KL_CAN_CODE_EXECUTION, KL_CAN_TRUST_MANAGEMENT, KL_CAPABILITIES
} kl_capability;

/* Spellings, as bits: where several are accepted, they are added. */
typedef enum kl_spelling {
    KL_SNAKE = 1,   /* top_secret */
    KL_PASCAL = 2,  /* TopSecret */
    KL_UPPER = 4,   /* TOP_SECRET */
    KL_ANY_CASE = 8 /* beside the others: upper and lower case are alike */
} kl_spelling;

/* Number of rungs. */
KL_API int kl_ladder_size(kl_ladder ladder);
/* A rung's name in one spelling, static; NULL when there is no such rung. */
KL_API const char *kl_rung_name(kl_ladder ladder, int rung, kl_spelling spelling);
/* The rung of a name in any of the spellings; -1 when there is none. */
KL_API int kl_rung_find(kl_ladder ladder, kl_text name, unsigned spellings);
/* The same; KL_INVALID "unknown WHAT: 'NAME'; legal: ..." in the first of the spellings. */
KL_API kl_status kl_rung_read(int *out, kl_ladder ladder, kl_text name, unsigned spellings,
                              const char *what, kl_error *error);

/* ---- what a trust level brings ------------------------------------------------------------------ */

/* One row of the table of levels (eatp 2.2). No limit is UINT64_MAX. */
typedef struct kl_level {
    const kl_capability *capabilities; /* in their order */
    size_t capability_count;
    bool allow_network, allow_filesystem, allow_code_execution, allow_state_mutation;
    bool allow_delegation;
    bool any_tool; /* allowed_tools is null; else empty */
    uint64_t max_context_tokens;
    uint64_t max_llm_calls, max_tool_calls, max_total_tokens, max_execution_secs;
} kl_level;

KL_API const kl_level *kl_level_of(kl_trust_level level);
KL_API bool kl_level_allows(kl_trust_level level, kl_capability capability);
/* The lowest level that has a capability. */
KL_API kl_trust_level kl_capability_level(kl_capability capability);
/* An array of names of a level's capabilities; given. */
KL_API kl_status kl_level_capabilities(kl_value *out, kl_trust_level level, kl_spelling spelling,
                                       kl_error *error);
/* The names of an array in another spelling, checked: KL_INVALID "unknown capability: 'x'"; given. */
KL_API kl_status kl_capabilities_respell(kl_value *out, kl_value names, kl_spelling from,
                                         kl_spelling to, kl_error *error);

#endif
