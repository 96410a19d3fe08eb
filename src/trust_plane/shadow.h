/* src/trust_plane/shadow.h - a candidate envelope beside the one in force: what would be different
 * (trust_plane 3.8). */
#ifndef KL_TRUST_PLANE_SHADOW_H
#define KL_TRUST_PLANE_SHADOW_H

#include "enforcer.h"

/* ShadowConfig: how much is kept, and what is recommended when. */
typedef struct kl_shadow_config {
    kl_object object;
    int64_t max_records;               /* at least 1 */
    bool persist_records;              /* of a project: whether records are written to its folder */
    int64_t min_samples_for_recommend;
    double promote_threshold, revert_threshold; /* 0 <= promote <= revert <= 1 */
} kl_shadow_config;
extern KL_API const kl_type kl_shadow_config_type;

/* ShadowRecord: one evaluation. Its fields by kl_object_to_map() are what is written to files. */
typedef struct kl_shadow_record {
    kl_object object;
    kl_value action, production_verdict, candidate_verdict; /* strings */
    bool divergent;
    kl_value timestamp; /* RFC 3339, +00:00 */
} kl_shadow_record;
extern KL_API const kl_type kl_shadow_record_type;
extern KL_API const kl_type kl_shadow_report_type;

/* A record of now; given. */
KL_API kl_status kl_shadow_record_new(kl_value *out, kl_text action, kl_zone production,
                                      kl_zone candidate, kl_error *error);
/* A record from the map of its fields, `divergent` being computed; KL_INVALID names what is wrong
 * with it. Given. */
KL_API kl_status kl_shadow_record_read(kl_value *out, kl_value map, kl_error *error);

/* The records of one candidate: the last max_records, and counts of all. Threads may share it. */
typedef struct kl_shadow_log kl_shadow_log;

/* With the settings of `config` (borrowed for this call; NULL = the defaults); given. */
KL_API kl_status kl_shadow_log_new(kl_shadow_log **out, const kl_shadow_config *config,
                                   kl_error *error);
KL_API void kl_shadow_log_free(kl_shadow_log *log);
/* Add a ShadowRecord (retained), now or from a file; the oldest goes when there are too many. */
KL_API kl_status kl_shadow_log_add(kl_shadow_log *log, kl_value record, kl_error *error);
/* The records, oldest first; given. */
KL_API kl_status kl_shadow_log_records(kl_value *out, kl_shadow_log *log, kl_error *error);
/* A ShadowReport on them; given. */
KL_API kl_status kl_shadow_log_report(kl_value *out, kl_shadow_log *log, kl_error *error);
/* How many records there are, and in how many of them the verdicts differ. */
KL_API void kl_shadow_log_counts(size_t *total, size_t *divergent, kl_shadow_log *log);
/* Forget the records; the counts of all stay. */
KL_API void kl_shadow_log_clear(kl_shadow_log *log);

#endif
