/* cli/progress.c - see progress.h. */
#include "progress.h"
#include "terminal.h"
#include "kailash/time.h"

#include <unistd.h>

#define FIRST_SHOWN (500 * KL_MILLISECOND)
#define REDRAWN     (100 * KL_MILLISECOND)

enum { BAR = 24 };

/* With the lock held. */
static void draw(const progress *p)
{
    double seconds = (double)(kl_clock_now() - p->start) / (double)KL_SECOND;
    size_t filled = p->total ? KL_MIN(p->done, p->total) * BAR / p->total : 0;
    fprintf(stderr, "\r\033[K%s", painted(stderr, PAINT_CYAN));
    for (size_t i = 0; i < BAR; i++)
        fprintf(stderr, "%s%s", i == filled ? painted(stderr, PAINT_DIM) : "",
                i < filled ? if_utf8("\xE2\x94\x81", "=") : if_utf8("\xE2\x94\x80", "-"));
    fprintf(stderr, "%s %zu/%zu nodes  %.1f s  ", painted(stderr, PAINT_PLAIN), p->done, p->total,
            seconds);
    print_fitting(stderr, kl_text_from(p->last), 24);
    fflush(stderr);
}

static void *redraw(void *data)
{
    progress *p = data;
    kl_time next = p->start + FIRST_SHOWN;
    pthread_mutex_lock(&p->lock);
    while (!p->over) {
        struct timespec until = {next / KL_SECOND, next % KL_SECOND};
        pthread_cond_clockwait(&p->ended, &p->lock, CLOCK_MONOTONIC, &until);
        if (!p->over && kl_clock_now() >= next) {
            draw(p);
            next = kl_clock_now() + REDRAWN;
        }
    }
    if (kl_clock_now() - p->start >= FIRST_SHOWN)
        fputs("\r\033[K", stderr);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

void progress_begin(progress *p, size_t total)
{
    *p = (progress){.total = total, .start = kl_clock_now()};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ended, NULL);
    p->shown = isatty(STDERR_FILENO) && pthread_create(&p->thread, NULL, redraw, p) == 0;
}

void progress_end(progress *p)
{
    pthread_mutex_lock(&p->lock);
    p->over = true;
    pthread_cond_signal(&p->ended);
    pthread_mutex_unlock(&p->lock);
    if (p->shown)
        pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->ended);
    pthread_mutex_destroy(&p->lock);
}

void progress_node(void *data, kl_text node_id, bool ok, double seconds)
{
    progress *p = data;
    (void)ok;
    (void)seconds;
    pthread_mutex_lock(&p->lock);
    p->done++;
    snprintf(p->last, sizeof p->last, "%.*s", KL_TEXT_ARG(node_id));
    pthread_mutex_unlock(&p->lock);
}
