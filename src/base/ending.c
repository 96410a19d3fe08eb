/* src/base/ending.c - see ending.h. */
#include "ending.h"
#include "fork.h"

#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static kl_ending *first;

static kl_ending *take_first(void)
{
    pthread_mutex_lock(&lock);
    kl_ending *it = first;
    if (it)
        first = it->next;
    if (first)
        first->previous = NULL;
    if (it)
        it->next = NULL;
    pthread_mutex_unlock(&lock);
    return it;
}

void kl_ending_all(void)
{
    for (kl_ending *it = take_first(); it; it = take_first())
        it->end(it->data);
}

/* What is registered last is called first: so all are ended before any library is that was loaded until
 * the newest of them began. */
void kl_ending_begin(kl_ending *it)
{
    pthread_mutex_lock(&lock);
    it->previous = NULL;
    it->next = first;
    if (first)
        first->previous = it;
    first = it;
    pthread_mutex_unlock(&lock);
    atexit(kl_ending_all);
}

void kl_ending_cancel(kl_ending *it)
{
    pthread_mutex_lock(&lock);
    if (it->previous)
        it->previous->next = it->next;
    else if (first == it)
        first = it->next;
    if (it->next)
        it->next->previous = it->previous;
    it->previous = it->next = NULL;
    pthread_mutex_unlock(&lock);
}
