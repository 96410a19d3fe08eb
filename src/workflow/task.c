/* src/workflow/task.c - see task.h.
 *
 * A run keeps at most max_concurrent tasks at its executor; the others wait in its own queue, so
 * that order and bound are the engine's whatever the executor does. Whoever ends a task is given
 * the next one. The coordinator helps out while nothing else is to be done, unless a limit could
 * make it leave a task behind.
 */
#include "task.h"
#include "host.h"

/* ---- lists --------------------------------------------------------------------------------------- */

static void list_add(task_list *list, kl_task *task)
{
    task->next = NULL;
    *list->last = task;
    list->last = &task->next;
}

static void list_put_back(task_list *list, kl_task *task)
{
    task->next = list->first;
    list->first = task;
    if (!task->next)
        list->last = &task->next;
}

static kl_task *list_take(task_list *list)
{
    kl_task *task = list->first;
    if (task) {
        list->first = task->next;
        if (!list->first)
            list->last = &list->first;
    }
    return task;
}

static void free_task(kl_task *task)
{
    kl_value_release(task->inputs);
    kl_value_release(task->gathered);
    kl_value_release(task->output);
    kl_error_clear(&task->error);
    kl_free(task);
}

void kl_task_list_free(kl_task *first)
{
    while (first) {
        kl_task *next = first->next;
        free_task(first);
        first = next;
    }
}

/* ---- at the executor ----------------------------------------------------------------------------- */

/* The next waiting task, now counted as running; with run->lock held. */
static kl_task *begin_next(kl_run *run)
{
    kl_task *task = run->stop == KL_OK && !run->paused ? list_take(&run->queued) : NULL;
    if (task) {
        task->started = kl_clock_now();
        task->next = run->running;
        run->running = task;
    }
    return task;
}

static void end_running(kl_run *run, kl_task *task)
{
    for (kl_task **at = &run->running; *at; at = &(*at)->next)
        if (*at == task) {
            *at = task->next;
            return;
        }
}

/* It may have waited for a thread: its time begins now, unless its run is over by then. When another
 * node failed meanwhile it is done all the same: which failure is told must not hang on chance. */
static bool begin_run(kl_task *task)
{
    kl_run *run = task->run;
    pthread_mutex_lock(&run->lock);
    task->started = kl_clock_now();
    bool over = run->abandoned || (run->stop != KL_OK && run->stop != KL_FAILED) ||
                task->started >= run->deadline;
    pthread_mutex_unlock(&run->lock);
    return !over && !kl_run_is_cancelled(run->parent);
}

void kl_task_run(kl_task *task)
{
    task->dropped = !begin_run(task);
    if (task->dropped)
        return;
    kl_slots before = kl_slots_enter(&task->run->asker);
    task->status = kl_run_call(&task->output, &task->outcome, task->run,
                               &task->run->workflow->nodes[task->node], task->inputs,
                               task->gathered, &task->error);
    kl_slots_leave(&before);
}

bool kl_task_is_cancelled(const kl_task *task) { return kl_run_is_cancelled(task->run); }

void kl_task_fail(kl_task *task, kl_error *error)
{
    task->status = error->code;
    kl_error_move(&task->error, error);
}

kl_task *kl_task_done(kl_task *task)
{
    kl_run *run = task->run;
    task->finished = kl_clock_now();
    pthread_mutex_lock(&run->lock);
    bool abandoned = run->abandoned;
    end_running(run, task);
    if (!abandoned)
        list_add(&run->finished, task);
    kl_task *next = begin_next(run);
    run->at_executor -= next == NULL;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    if (abandoned)
        free_task(task);
    if (!next)
        kl_run_release(run); /* each place at the executor holds the run */
    return next;
}

/* No executor takes it. Whoever comes by will do it; nobody may, when it could be left behind. */
static kl_status refused(kl_run *run, kl_task *task, kl_status why, kl_error *error)
{
    pthread_mutex_lock(&run->lock);
    end_running(run, task);
    list_put_back(&run->queued, task);
    bool alone = --run->at_executor == 0 && run->limited;
    pthread_mutex_unlock(&run->lock);
    kl_run_release(run);
    if (alone)
        return why;
    kl_error_clear(error);
    return KL_OK;
}

/* Hand the next waiting task over, unless as many as may be at once are there. */
static kl_status hand_over(kl_run *run, kl_error *error)
{
    uint32_t most = run->runtime->max_concurrent - (run->limited ? 0 : 1); /* 1: the coordinator */
    kl_executor *executor = run->runtime->executor;
    kl_task *task = NULL;
    pthread_mutex_lock(&run->lock);
    if (run->at_executor < KL_MAX(most, 1u) && (task = begin_next(run)))
        run->at_executor++;
    pthread_mutex_unlock(&run->lock);
    if (!task)
        return KL_OK;
    kl_run_retain(run);
    kl_status status = executor->submit(executor, task, error);
    return status == KL_OK ? KL_OK : refused(run, task, status, error);
}

kl_status kl_task_add(kl_run *run, uint32_t node, kl_value inputs, kl_value gathered,
                      kl_error *error)
{
    kl_task *task = kl_alloc_zero(1, sizeof *task);
    if (!task) {
        kl_value_release(inputs);
        kl_value_release(gathered);
        return kl_error_no_memory(error);
    }
    *task = (kl_task){.run = run, .node = node, .inputs = inputs, .gathered = gathered};
    pthread_mutex_lock(&run->lock);
    list_add(&run->queued, task);
    pthread_mutex_unlock(&run->lock);
    run->in_flight++;
    return hand_over(run, error);
}

/* ---- the coordinator ----------------------------------------------------------------------------- */

/* The earliest time at which a limit may end something; with run->lock held. */
static kl_time next_deadline(const kl_run *run, uint32_t *node)
{
    kl_time first = run->deadline;
    *node = UINT32_MAX;
    for (const kl_task *task = run->running; task && run->node_timeout >= 0; task = task->next)
        if (task->started + run->node_timeout < first) {
            first = task->started + run->node_timeout;
            *node = task->node;
        }
    return first;
}

/* Wait until a task ends, a limit is reached or the user interrupts; with run->lock held. */
static void wait_for_change(kl_run *run)
{
    uint32_t node;
    kl_time deadline = next_deadline(run, &node), now = kl_clock_now();
    kl_error error = KL_ERROR_INIT;
    if (now >= deadline && run->failed) { /* the failure stays; what runs is waited for no more */
        run->overdue = true;
        return;
    }
    if (now >= deadline) {
        pthread_mutex_unlock(&run->lock);
        run->last_clock = now;
        kl_run_fail_timeout(run, node,
                            node == UINT32_MAX ? deadline - run->begin : run->node_timeout);
        pthread_mutex_lock(&run->lock);
        return;
    }
    void *token;
    pthread_mutex_unlock(&run->lock);
    token = kl_blocking_begin();
    pthread_mutex_lock(&run->lock);
    if (!run->finished.first && (run->stop == KL_OK || run->failed))
        kl_run_wait_until(run, KL_MIN(deadline, now + KL_RUN_POLL));
    pthread_mutex_unlock(&run->lock);
    kl_blocking_end(token);
    if (kl_host_poll(&error) != KL_OK)
        kl_run_fail(run, UINT32_MAX, &error);
    pthread_mutex_lock(&run->lock);
}

/* Tasks that nobody has taken are not started any more; with run->lock held. */
static void drop_queued(kl_run *run)
{
    for (kl_task *task; (task = list_take(&run->queued)); run->in_flight--)
        free_task(task);
}

/* After a timeout or an interrupt nobody waits for what still runs; else it is waited for. */
static bool may_leave(const kl_run *run)
{
    return run->failed && (run->overdue || run->failure.code == KL_TIMEOUT ||
                           run->failure.code == KL_INTERRUPTED || run->failed_node == UINT32_MAX);
}

static void settle(kl_run *run, kl_task *task)
{
    kl_value output = kl_value_take(&task->output);
    run->in_flight--;
    kl_run_took(run, task->node, task->started, task->finished);
    if (!task->dropped)
        kl_run_settle(run, task->node, task->status, output, task->outcome, &task->error);
    free_task(task);
}

/* Who ended a task during a pause took no other one: its place is filled again. */
static void fill_places(kl_run *run)
{
    kl_error error = KL_ERROR_INIT;
    pthread_mutex_lock(&run->lock);
    bool resumed = run->resumed && !run->paused;
    if (resumed)
        run->resumed = false;
    pthread_mutex_unlock(&run->lock);
    for (uint32_t i = 0; resumed && i < run->runtime->max_concurrent; i++)
        if (hand_over(run, &error) != KL_OK)
            kl_run_fail(run, UINT32_MAX, &error);
}

void kl_task_rest(kl_run *run)
{
    pthread_mutex_lock(&run->lock);
    while (run->paused && run->stop == KL_OK && !run->failed) {
        kl_task *done = list_take(&run->finished);
        if (!done) {
            wait_for_change(run);
            continue;
        }
        pthread_mutex_unlock(&run->lock);
        settle(run, done);
        pthread_mutex_lock(&run->lock);
    }
    pthread_mutex_unlock(&run->lock);
    fill_places(run);
}

bool kl_task_attend(kl_run *run)
{
    kl_task *done, *mine = NULL;
    pthread_mutex_lock(&run->lock);
    if (run->failed)
        drop_queued(run);
    done = list_take(&run->finished);
    if (!done && run->in_flight && !run->failed && !run->limited && !run->paused)
        mine = list_take(&run->queued);
    bool left = run->in_flight > 0 && !(may_leave(run) && !done);
    bool resumed = run->resumed && !run->paused;
    if (!done && !mine && left && !resumed)
        wait_for_change(run);
    pthread_mutex_unlock(&run->lock);
    if (resumed)
        fill_places(run);
    if (mine) {
        kl_task_run(mine);
        mine->finished = kl_clock_now();
        done = mine;
    }
    if (done)
        settle(run, done);
    return left;
}

void kl_task_abandon(kl_run *run)
{
    if (!run->in_flight)
        return;
    pthread_mutex_lock(&run->lock);
    run->abandoned = true;
    drop_queued(run);
    pthread_mutex_unlock(&run->lock);
}
