/* src/trust_plane/shadow_file.h - records of the shadow mode of a project, in lines of JSON:
 * shadow/records/1.jsonl, 2.jsonl ...
 *
 * Every line has the hash of the line before it and its own content, so that a change shows. Several
 * processes may write: each holds the file's own lock for one line.
 */
#ifndef KL_TRUST_PLANE_SHADOW_FILE_H
#define KL_TRUST_PLANE_SHADOW_FILE_H

#include "folder.h"
#include "shadow.h"

typedef struct kl_shadow_file kl_shadow_file;

/* `keep`: records that are worth keeping; files that hold older ones are removed. Given. */
kl_status kl_shadow_file_new(kl_shadow_file **out, kl_trust_folder *folder, size_t keep,
                             kl_error *error);
void kl_shadow_file_free(kl_shadow_file *file);
/* Append a ShadowRecord. Threads may call it at once. */
kl_status kl_shadow_file_add(kl_shadow_file *file, kl_value record, kl_error *error);

/* Called for every line: a ShadowRecord, or null and what is wrong with the line. */
typedef kl_status kl_shadow_line(void *data, kl_text file, size_t line, kl_value record,
                                 const char *problem, kl_error *error);
/* Read all lines, the oldest first. */
kl_status kl_shadow_file_read(const kl_trust_folder *folder, kl_shadow_line *each, void *data,
                              kl_error *error);

#endif
