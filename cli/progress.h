/* cli/progress.h - a line on the terminal that tells how far a long run is. */
#ifndef KL_CLI_PROGRESS_H
#define KL_CLI_PROGRESS_H

#include "kailash/workflow.h"

#include <pthread.h>

typedef struct progress {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t ended;
    size_t done, total;
    char last[64]; /* the node that ended last */
    bool over;
    pthread_t thread;
    bool shown; /* there is a thread: standard error is a terminal */
    int64_t start;
} progress;

/* Shows itself after half a second, if standard error is a terminal. */
void progress_begin(progress *progress, size_t total);
/* Takes the line away again. */
void progress_end(progress *progress);
/* For kl_run_options. */
void progress_node(void *progress, kl_text node_id, bool ok, double seconds);

#endif
