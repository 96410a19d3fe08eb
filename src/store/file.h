/* src/store/file.h - files: read whole or in blocks, written atomically, kept within a folder.
 *
 * Every path may be confined to a `base_dir` (empty = anywhere): KL_DENIED when it leads outside
 * after all symlinks are resolved. Failures are KL_IO with the path and the system's reason.
 */
#ifndef KL_STORE_FILE_H
#define KL_STORE_FILE_H

#include "buffer.h"
#include "source.h"

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct kl_file kl_file;

/* Open a regular file; given. Folders, pipes and devices are refused. */
KL_API kl_status kl_file_open(kl_file **out, kl_text path, kl_text base_dir, kl_error *error);
KL_API void kl_file_close(kl_file *file);
/* Size when it was opened, in bytes. */
KL_API uint64_t kl_file_size(const kl_file *file);
/* Give only `length` bytes from byte `offset` on; before anything was read. */
KL_API kl_status kl_file_range(kl_file *file, uint64_t offset, uint64_t length, kl_error *error);
/* Its bytes in order; borrowed. */
KL_API kl_source *kl_file_source(kl_file *file);

typedef struct kl_file_range_options {
    kl_text base_dir;
    uint64_t offset; /* of the first byte */
    uint64_t length; /* bytes at most; 0 = all */
    uint64_t limit;  /* KL_LIMIT when there are more bytes to give; 0 = none */
} kl_file_range_options;

/* Append what the file holds to `to`. `options` may be NULL. */
KL_API kl_status kl_file_read(kl_buffer *to, kl_text path, const kl_file_range_options *options,
                              kl_error *error);

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct kl_file_write_options {
    kl_text base_dir;
    bool append;     /* to the end of what is there, in place; else all is replaced at once */
    bool create_new; /* KL_IO when the file exists */
    bool sync;       /* on the disk before it counts as written */
    unsigned mode;   /* permission bits of a file that is replaced or made, from its first byte on;
                        0 = those of the file that stands there, else what the umask leaves */
} kl_file_write_options;

typedef struct kl_file_writer kl_file_writer;

/* Begin a file; folders above it are made. Nothing is seen under its name before the commit
 * (unless it appends). `options` may be NULL. End it with commit or abort. */
KL_API kl_status kl_file_writer_new(kl_file_writer **out, kl_text path,
                                    const kl_file_write_options *options, kl_error *error);
KL_API kl_status kl_file_writer_add(kl_file_writer *writer, kl_text bytes, kl_error *error);
/* Bytes added so far. */
KL_API uint64_t kl_file_writer_size(const kl_file_writer *writer);
/* Make what was written the file; the writer is taken, also on failure. */
KL_API kl_status kl_file_writer_commit(kl_file_writer *writer, kl_error *error);
/* Leave the file as it was; the writer is taken, NULL is fine. */
KL_API void kl_file_writer_abort(kl_file_writer *writer);

/* All of the above in one step. */
KL_API kl_status kl_file_write(kl_text path, kl_text bytes, const kl_file_write_options *options,
                               kl_error *error);

/* ---- folders --------------------------------------------------------------------------------- */

/* Open a folder for reading; `*descriptor` is the caller's to close. */
KL_API kl_status kl_folder_open(int *descriptor, kl_text path, kl_text base_dir, kl_error *error);

#endif
