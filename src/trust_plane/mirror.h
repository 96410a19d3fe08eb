/* src/trust_plane/mirror.h - what people did, escalated and stepped into, by the competency it took. */
#ifndef KL_TRUST_PLANE_MIRROR_H
#define KL_TRUST_PLANE_MIRROR_H

#include "stored.h"

typedef enum kl_mirror_kind {
    KL_MIRROR_EXECUTION, KL_MIRROR_ESCALATION, KL_MIRROR_INTERVENTION, KL_MIRROR_KINDS
} kl_mirror_kind;

extern KL_API const kl_stored_kind kl_mirror_files[KL_MIRROR_KINDS];

/* The six competencies, in the order of HumanCompetency; NULL ends. In snake case, and as reports have
 * them. */
extern KL_API const char *const kl_competency_words[7];
extern KL_API const char *const kl_competency_names[7];

/* MirrorRecords: all records of a folder, read now; given. */
KL_API kl_status kl_mirror_records(kl_value *out, const kl_trust_folder *folder, kl_error *error);
/* CompetencyMap of a folder, read now; given. */
KL_API kl_status kl_competency_map(kl_value *out, const kl_trust_folder *folder, kl_error *error);

/* What a CompetencyMap says. */
typedef struct kl_competency_counts {
    int64_t of[6]; /* in the order of the words */
    int64_t executions, total;
} kl_competency_counts;
KL_API kl_status kl_competency_count(kl_competency_counts *out, const kl_trust_folder *folder,
                              kl_error *error);
/* Index of the most frequent one, the first of equals; -1 when there is none. */
KL_API int kl_competency_dominant(const kl_competency_counts *counts);

/* A section of Markdown about them. */
KL_API void kl_competency_markdown(kl_buffer *to, const kl_competency_counts *counts);

/* MirrorRecords, for tables of methods. */
extern KL_API const kl_type kl_mirror_records_type;

/* One more record, taking the lock; its id, given. `texts` are the members of the kind between id and
 * created_at, in the order of its files; borrowed. */
KL_API kl_status kl_mirror_add(kl_value *out, kl_trust_folder *folder, kl_mirror_kind kind,
                        const kl_value *texts, kl_error *error);

#endif
