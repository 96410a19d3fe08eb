/* src/trust_plane/folder.h - the directory of a trust project: its files, whole or not there.
 *
 * All access goes through the descriptor of the directory that was opened: no name of a file or of
 * a folder in it is followed when it is a symbolic link, and no file is read that is not a regular
 * one or is larger than KL_TRUST_FILE_MAX. A file is written beside its name, synced, and renamed;
 * whoever writes holds the lock. Failures are KL_IO, "I/O error: ..." with the path.
 *
 * `sub` names a folder in it ("" = itself, "anchors", "mirror/execution"); it is the program's own
 * text. Names of files may come from outside: those with a '/' or a NUL, "." and ".." are refused.
 */
#ifndef KL_TRUST_PLANE_FOLDER_H
#define KL_TRUST_PLANE_FOLDER_H

#include "buffer.h"
#include "kailash/json.h"
#include "kailash/time.h"

enum { KL_TRUST_FILE_MAX = 16 << 20 };     /* bytes of a file */
enum { KL_TRUST_TEXT_MAX = 64 << 10 };     /* bytes of a text that is recorded */
enum { KL_TRUST_ID_MAX = 128 };            /* characters of an identifier */
#define KL_TRUST_LOCK_PATIENCE (30 * KL_SECOND)

/* An open directory. Threads may share it. */
typedef struct kl_trust_folder kl_trust_folder;

/* What tells one state of a file from another. */
typedef struct kl_trust_facts {
    uint64_t inode, size;
    int64_t modified, changed; /* nanoseconds; `changed` cannot be set back */
} kl_trust_facts;

/* Open the directory `path`; given. KL_IO when there is none. */
KL_API kl_status kl_trust_folder_open(kl_trust_folder **out, kl_text path, kl_error *error);
/*
 * Make one that is to become `path`, which must not exist: it and the parents it lacks; given. It has
 * a temporary name beside that until kl_trust_folder_settle(), so that it is seen whole or not at
 * all. One that is released before is removed with all that was written to it.
 */
KL_API kl_status kl_trust_folder_create(kl_trust_folder **out, kl_text path, kl_error *error);
KL_API kl_status kl_trust_folder_settle(kl_trust_folder *folder, kl_error *error);
KL_API kl_trust_folder *kl_trust_folder_retain(kl_trust_folder *folder);
KL_API void kl_trust_folder_release(kl_trust_folder *folder);
/* The path it was opened with; borrowed string. */
KL_API kl_value kl_trust_folder_path(const kl_trust_folder *folder);
/* The same without symbolic links, as it was when it was opened; borrowed string. */
KL_API kl_value kl_trust_folder_real_path(const kl_trust_folder *folder);
/* Who signs what is written through it (see seal.h): an object or null; borrowed. Set it before the
 * folder is shared. */
KL_API void kl_trust_folder_set_signer(kl_trust_folder *folder, kl_value signer);
KL_API kl_value kl_trust_folder_signer(const kl_trust_folder *folder);
/* Path of a file in it, for messages; given. */
KL_API kl_status kl_trust_path(kl_value *out, const kl_trust_folder *folder, const char *sub,
                               kl_text name, kl_error *error);

/* ---- the lock ------------------------------------------------------------------------------------ */

/*
 * Take the project's lock: against other threads first, then (.lock) against other processes.
 * KL_TIMEOUT "lock timeout after 30s on ..." with the code "lock_timeout". Not twice by one thread.
 * A forked child finds it free.
 */
KL_API kl_status kl_trust_lock(kl_trust_folder *folder, kl_error *error);
KL_API void kl_trust_unlock(kl_trust_folder *folder);
/* Whether this process is the child of a fork that came while another thread held the lock: what
 * that thread was changing in memory is not to be trusted. Told once. */
KL_API bool kl_trust_was_torn(kl_trust_folder *folder);
/* For tests: how long kl_trust_lock() waits from now on, in this process. */
KL_API void kl_trust_test_patience(kl_duration patience);

/* ---- reading ------------------------------------------------------------------------------------- */

/* The bytes of a file; given. `facts` may be NULL. KL_NOT_FOUND when there is none. */
KL_API kl_status kl_trust_read(kl_value *out, kl_trust_facts *facts, const kl_trust_folder *folder,
                               const char *sub, kl_text name, kl_error *error);
/* A JSON object: UTF-8, no key twice; given. KL_SYNTAX "serialization error: ..." otherwise. */
KL_API kl_status kl_trust_read_json(kl_value *out, const kl_trust_folder *folder, const char *sub,
                                    kl_text name, kl_error *error);
/* The same of bytes that were read. */
KL_API kl_status kl_trust_parse(kl_value *out, kl_text bytes, kl_error *error);
/* Facts of a file without opening it; KL_NOT_FOUND when there is none. */
KL_API kl_status kl_trust_stat(kl_trust_facts *out, const kl_trust_folder *folder, const char *sub,
                               kl_text name, kl_error *error);
static inline bool kl_trust_same_facts(const kl_trust_facts *a, const kl_trust_facts *b)
{
    return a->inode == b->inode && a->size == b->size && a->modified == b->modified &&
           a->changed == b->changed;
}
/* Whether there is such a file or folder (a symbolic link counts). */
KL_API bool kl_trust_exists(const kl_trust_folder *folder, const char *sub, kl_text name);
/* Names in a folder that end in `ending` and do not begin with '.', sorted; given. A folder that is
 * not there has none. Names that are no UTF-8 are listed with U+FFFD and so cannot be opened. */
KL_API kl_status kl_trust_list(kl_value *out, const kl_trust_folder *folder, const char *sub,
                               const char *ending, kl_error *error);

/* ---- writing, under the lock ----------------------------------------------------------------------- */

/* Replace a file by `bytes`, mode 0600: on the disk before it has its name. */
KL_API kl_status kl_trust_write(kl_trust_folder *folder, const char *sub, kl_text name,
                                kl_text bytes, kl_error *error);
/* The same with a map as JSON of two blanks, no newline at the end. */
KL_API kl_status kl_trust_write_json(kl_trust_folder *folder, const char *sub, kl_text name,
                                     kl_value map, kl_error *error);
/* The two halves of a write: the bytes on the disk under the temporary name ".NAME.tmp", of several
 * files at once, all or none... */
typedef struct kl_trust_file {
    const char *sub;
    kl_text name, bytes;
} kl_trust_file;
enum { KL_TRUST_STAGED_MAX = 4 };
KL_API kl_status kl_trust_stage(kl_trust_folder *folder, const kl_trust_file *files, size_t count,
                                kl_error *error);
/* ...and the name given to them. The folder is not synced: see kl_trust_sync(). */
KL_API kl_status kl_trust_publish(kl_trust_folder *folder, const char *sub, kl_text name,
                                  kl_error *error);
/* Undo kl_trust_stage() for one of them. What cannot be removed, the next writer replaces. */
KL_API void kl_trust_unstage(kl_trust_folder *folder, const char *sub, kl_text name);
/* Remove all that is staged in a folder. */
KL_API kl_status kl_trust_sweep(kl_trust_folder *folder, const char *sub, kl_error *error);
/* Entries of a folder on the disk. */
KL_API kl_status kl_trust_sync(kl_trust_folder *folder, const char *sub, kl_error *error);
/* The temporary name of a file, as for kl_trust_read(); given. */
KL_API kl_status kl_trust_staged_name(kl_value *out, kl_text name, kl_error *error);
/* Remove a file; no failure when there is none. */
KL_API kl_status kl_trust_remove(kl_trust_folder *folder, const char *sub, kl_text name,
                                 kl_error *error);
/* Make a folder unless it is there; its parent must be. */
KL_API kl_status kl_trust_make_folder(kl_trust_folder *folder, const char *sub, unsigned mode,
                                      kl_error *error);
/* Remove a folder with all in it; no failure when there is none. */
KL_API kl_status kl_trust_remove_tree(kl_trust_folder *folder, const char *sub, kl_error *error);
/* Open a file for reading and appending, mode 0600, which must be there or (`create_new`) must not:
 * KL_NOT_FOUND, KL_STATE. `*descriptor` is the caller's to close. */
KL_API kl_status kl_trust_open_append(int *descriptor, kl_trust_folder *folder, const char *sub,
                                      kl_text name, bool create_new, kl_error *error);
/* Give a file or folder of the directory itself another name there; one that stands there goes. */
KL_API kl_status kl_trust_rename(kl_trust_folder *folder, const char *from, const char *to,
                                 kl_error *error);

/* ---- identifiers and texts --------------------------------------------------------------------------- */

/* `prefix` and one or more of [A-Za-z0-9_-], at most KL_TRUST_ID_MAX; else KL_FAILED
 * "invalid identifier: ..." with the code "invalid_identifier". */
KL_API kl_status kl_trust_id_check(kl_text id, const char *prefix, kl_error *error);
/* `prefix` and 12 random hexadecimal digits; given. */
KL_API kl_status kl_trust_id_new(kl_value *out, const char *prefix, kl_error *error);
/* A text that is to be recorded: at most KL_TRUST_TEXT_MAX bytes; not empty when it is `required`.
 * KL_INVALID names it. */
KL_API kl_status kl_trust_text_check(kl_value text, const char *what, bool required,
                                     kl_error *error);
/* A time as the files have it, "2026-01-02T03:04:05.123456789Z"; given. */
KL_API kl_status kl_trust_time_text(kl_value *out, kl_time time, kl_error *error);

#endif
