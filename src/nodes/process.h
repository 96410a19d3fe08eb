/* src/nodes/process.h - starting other programs: no shell, nothing inherited that was not meant. */
#ifndef KL_NODES_PROCESS_H
#define KL_NODES_PROCESS_H

#include "kailash/value.h"

#include <sys/types.h>

/* What to start. All is borrowed; 0 = no limit. */
typedef struct kl_process_plan {
    const char *path;      /* of the executable */
    char *const *argv;
    char *const *environment;
    const char *directory; /* to start in; NULL = where this process is */
    int files[4];          /* become 0, 1, 2 and 3; -1 at the end = none. All others are closed */
    uint64_t cpu_seconds, memory_bytes, open_files;
    bool dies_with_thread; /* killed when the thread that starts it ends */
} kl_process_plan;

/* Start it as leader of a process group of its own, with default signals. Threads may do so at any
 * time. KL_NOT_FOUND, KL_DENIED or KL_IO with the system's words alone. */
kl_status kl_process_start(pid_t *out, const kl_process_plan *plan, kl_error *error);

/* Kill all of its group, and wait for it; the state as waitpid() tells it, -1 when another took it. */
int kl_process_end(pid_t leader);

/* A pipe that no other program inherits. */
kl_status kl_process_pipe(int ends[2], kl_error *error);
/* Close it if there is one; it is -1 then. */
void kl_process_close(int *file);

/* The path of a command: itself if it has a "/", else where PATH finds it; given as a string.
 * KL_NOT_FOUND when there is none. Relative folders of PATH do not count. */
kl_status kl_process_find(kl_value *out, kl_text command, kl_error *error);

/* An array of strings for execve(), ended by NULL; end it with kl_process_strings_free(). */
kl_status kl_process_strings_new(char ***out, size_t count, kl_error *error);
void kl_process_strings_free(char **strings);

#endif
