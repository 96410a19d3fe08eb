/* src/pact/usage.c - see usage.h. */
#include "usage.h"

#include "../base/fork.h"

enum {
    LOCKS = 16,          /* a power of two */
    USES_MAX = 1 << 16,  /* of one counter; beyond it neighbours count as one, at the later time */
    DAYS_MAX = 367,      /* of a year, and one that has begun */
};

/* Uses of an operation: how many there were up to each time, these included. */
typedef struct use {
    kl_time at;
    uint64_t upto;
} use;

typedef struct kl_pact_counter {
    struct kl_pact_counter *next;
    use *uses; /* by time */
    size_t count, cap;
    uint64_t before;  /* uses that are forgotten */
    kl_duration span; /* the longest window that was asked for */
    size_t len;
    char operation[];
} kl_pact_counter;

typedef struct day {
    int64_t number; /* since 1970 */
    int64_t cents;
} day;

typedef struct role_usage {
    kl_pact_counter *counters;
    day *days; /* by number */
    size_t day_count, day_cap;
    int64_t active; /* operations under way */
} role_usage;

typedef struct usage_lock {
    pthread_mutex_t lock;
    kl_fork_watch watch;
    kl_pact_memo memo; /* guarded by it */
} usage_lock;

struct kl_pact_usage {
    usage_lock locks[LOCKS]; /* number i guards the roles whose index ends in i */
    uint32_t count;
    role_usage roles[];
};

kl_status kl_pact_usage_new(kl_pact_usage **out, uint32_t roles, kl_error *error)
{
    kl_pact_usage *usage = kl_alloc_zero(1, sizeof *usage + roles * sizeof *usage->roles);
    if (!usage)
        return kl_error_no_memory(error);
    usage->count = roles;
    for (int i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&usage->locks[i].lock, NULL);
        usage->locks[i].watch = (kl_fork_watch){.lock = &usage->locks[i].lock, .level = KL_FORK_MIDDLE};
        kl_fork_watch_begin(&usage->locks[i].watch);
    }
    *out = usage;
    return KL_OK;
}

static void free_counters(kl_pact_counter *counter)
{
    while (counter) {
        kl_pact_counter *next = counter->next;
        kl_free(counter->uses);
        kl_free(counter);
        counter = next;
    }
}

void kl_pact_usage_free(kl_pact_usage *usage)
{
    if (!usage)
        return;
    for (uint32_t i = 0; i < usage->count; i++) {
        free_counters(usage->roles[i].counters);
        kl_free(usage->roles[i].days);
    }
    for (int i = 0; i < LOCKS; i++) {
        kl_fork_watch_end(&usage->locks[i].watch);
        kl_value_release(usage->locks[i].memo.details);
        pthread_mutex_destroy(&usage->locks[i].lock);
    }
    kl_free(usage);
}

static void lock(kl_pact_usage *usage, uint32_t role)
{
    pthread_mutex_lock(&usage->locks[role % LOCKS].lock);
}

static void unlock(kl_pact_usage *usage, uint32_t role)
{
    pthread_mutex_unlock(&usage->locks[role % LOCKS].lock);
}

/* ---- operations, locked ----------------------------------------------------------------------------------- */

static kl_pact_counter *find_counter(const role_usage *of, kl_text operation)
{
    kl_pact_counter *at = of->counters;
    while (at && !kl_text_equal(operation, (kl_text){at->operation, at->len}))
        at = at->next;
    return at;
}

static kl_pact_counter *make_counter(role_usage *of, kl_text operation)
{
    kl_pact_counter *counter = kl_alloc_zero(1, sizeof *counter + operation.len);
    if (!counter)
        return NULL;
    counter->len = operation.len;
    memcpy(counter->operation, operation.data, operation.len);
    counter->next = of->counters;
    of->counters = counter;
    return counter;
}

/* The first use after `since`. */
static size_t first_after(const kl_pact_counter *counter, kl_time since)
{
    size_t low = 0, high = counter->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (counter->uses[middle].at <= since)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint64_t upto(const kl_pact_counter *counter, size_t count)
{
    return count ? counter->uses[count - 1].upto : counter->before;
}

static void forget(kl_pact_counter *counter, kl_time until)
{
    size_t gone = first_after(counter, until);
    if (!gone)
        return;
    counter->before = upto(counter, gone);
    counter->count -= gone;
    memmove(counter->uses, counter->uses + gone, counter->count * sizeof *counter->uses);
}

/* Of each two neighbours only the later stays: its number holds what the other had. */
static void thin_out(kl_pact_counter *counter)
{
    size_t kept = 0;
    for (size_t i = 1; i < counter->count; i += 2)
        counter->uses[kept++] = counter->uses[i];
    counter->count = kept;
}

/* Room for one more use, so that counting it cannot fail. */
static bool make_room(kl_pact_counter *counter, kl_time now)
{
    if (counter->count < counter->cap)
        return true;
    forget(counter, now - counter->span);
    if (counter->count == USES_MAX)
        thin_out(counter);
    if (counter->count < counter->cap)
        return true;
    size_t cap = counter->cap ? 2 * counter->cap : 8;
    use *uses = kl_realloc(counter->uses, cap * sizeof *uses);
    if (!uses)
        return false;
    counter->uses = uses;
    counter->cap = cap;
    return true;
}

static uint64_t count_uses(void *data, kl_text operation, kl_time since)
{
    kl_pact_usage_view *view = data;
    role_usage *of = &view->of->roles[view->role];
    kl_pact_counter *counter = find_counter(of, operation);
    if (!counter)
        counter = make_counter(of, operation);
    if (counter && since < view->now)
        counter->span = KL_MAX(counter->span, view->now - since);
    if (!counter || !make_room(counter, view->now)) {
        view->failed = true;
        return UINT64_MAX;
    }
    view->counter = counter;
    return upto(counter, counter->count) - upto(counter, first_after(counter, since));
}

static void count_one(kl_pact_counter *counter, kl_time now)
{
    uint64_t so_far = upto(counter, counter->count);
    if (counter->count) /* a clock that was set back */
        now = KL_MAX(now, counter->uses[counter->count - 1].at);
    counter->uses[counter->count++] = (use){now, so_far + 1};
}

/* ---- money, locked ------------------------------------------------------------------------------------------ */

static int64_t day_of(kl_time time)
{
    int64_t number = time / KL_DAY;
    return number - (time % KL_DAY < 0);
}

static uint64_t spent_since(const role_usage *of, kl_time since)
{
    uint64_t sum = 0;
    for (size_t i = of->day_count; i-- > 0 && of->days[i].number >= day_of(since);)
        if (__builtin_add_overflow(sum, (uint64_t)of->days[i].cents, &sum))
            return UINT64_MAX;
    return sum;
}

static uint64_t spent(void *data, kl_time since)
{
    const kl_pact_usage_view *view = data;
    return spent_since(&view->of->roles[view->role], since);
}

static size_t day_place(const role_usage *of, int64_t number)
{
    size_t at = of->day_count;
    while (at > 0 && of->days[at - 1].number >= number)
        at--;
    return at;
}

static kl_status day_room(role_usage *of, kl_error *error)
{
    if (of->day_count == DAYS_MAX) {
        memmove(of->days, of->days + 1, --of->day_count * sizeof *of->days);
        return KL_OK;
    }
    if (of->day_count < of->day_cap)
        return KL_OK;
    size_t cap = of->day_cap ? 2 * of->day_cap : 4;
    day *days = kl_realloc(of->days, cap * sizeof *days);
    if (!days)
        return kl_error_no_memory(error);
    of->days = days;
    of->day_cap = cap;
    return KL_OK;
}

static kl_status add_to_day(role_usage *of, int64_t number, int64_t cents, kl_error *error)
{
    size_t at = day_place(of, number);
    bool is_there = at < of->day_count && of->days[at].number == number;
    int64_t sum = is_there ? of->days[at].cents : 0;
    if (__builtin_add_overflow(sum, cents, &sum))
        return kl_error_set(error, KL_OVERFLOW, "cents: the sum of a day passes 2^63 - 1");
    if (!is_there) {
        KL_TRY(day_room(of, error));
        at = day_place(of, number);
        memmove(of->days + at + 1, of->days + at, (of->day_count - at) * sizeof *of->days);
        of->days[at].number = number;
        of->day_count++;
    }
    of->days[at].cents = sum;
    return KL_OK;
}

/* ---- judgements -------------------------------------------------------------------------------------------- */

void kl_pact_usage_begin(kl_pact_usage_view *view, kl_pact_usage *usage, uint32_t role, kl_time now)
{
    *view = (kl_pact_usage_view){.of = usage, .role = role, .now = now};
    view->usage = (kl_usage){.data = view, .spent = spent, .count = count_uses};
    lock(usage, role);
}

void kl_pact_usage_end(kl_pact_usage_view *view, bool allowed)
{
    if (allowed && view->counter && !view->failed)
        count_one(view->counter, view->now);
    unlock(view->of, view->role);
}

kl_pact_memo *kl_pact_usage_memo(kl_pact_usage_view *view)
{
    return &view->of->locks[view->role % LOCKS].memo;
}

/* ---- what is reported -------------------------------------------------------------------------------------- */

kl_status kl_pact_usage_spend(kl_pact_usage *usage, uint32_t role, int64_t cents, kl_time now,
                              kl_error *error)
{
    lock(usage, role);
    kl_status status = add_to_day(&usage->roles[role], day_of(now), cents, error);
    unlock(usage, role);
    return status;
}

kl_status kl_pact_usage_room(kl_pact_usage *usage, uint32_t role, kl_time now, kl_error *error)
{
    return kl_pact_usage_spend(usage, role, 0, now, error);
}

uint64_t kl_pact_usage_spent(kl_pact_usage *usage, uint32_t role, kl_time since)
{
    lock(usage, role);
    uint64_t sum = spent_since(&usage->roles[role], since);
    unlock(usage, role);
    return sum;
}

int64_t kl_pact_usage_enter(kl_pact_usage *usage, uint32_t role)
{
    lock(usage, role);
    int64_t active = ++usage->roles[role].active;
    unlock(usage, role);
    return active;
}

void kl_pact_usage_leave(kl_pact_usage *usage, uint32_t role)
{
    lock(usage, role);
    usage->roles[role].active--;
    unlock(usage, role);
}

/* ---- rows ---------------------------------------------------------------------------------------------------- */

static kl_status push_day(kl_value *days, day one, kl_error *error)
{
    kl_value pair;
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status = kl_array_push(&pair, kl_int(one.number), error);
    if (status == KL_OK)
        status = kl_array_push(&pair, kl_int(one.cents), error);
    if (status == KL_OK)
        return kl_array_push(days, pair, error);
    kl_value_release(pair);
    return status;
}

/* The days with `more` added to them, as a copy. */
static kl_status copy_days(role_usage *copy, const role_usage *of, day more, kl_error *error)
{
    *copy = (role_usage){.day_cap = of->day_count + 1};
    copy->days = kl_alloc(copy->day_cap * sizeof *copy->days);
    if (!copy->days)
        return kl_error_no_memory(error);
    if (of->day_count)
        memcpy(copy->days, of->days, of->day_count * sizeof *copy->days);
    copy->day_count = of->day_count;
    kl_status status = add_to_day(copy, more.number, more.cents, error);
    if (status != KL_OK)
        kl_free(copy->days);
    return status;
}

kl_status kl_pact_usage_row(kl_value *out, kl_pact_usage *usage, uint32_t role, int64_t cents,
                            kl_time now, kl_error *error)
{
    role_usage copy;
    kl_value days = kl_null();
    lock(usage, role);
    kl_status status = copy_days(&copy, &usage->roles[role], (day){day_of(now), cents}, error);
    unlock(usage, role);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_array_new(&days, copy.day_count, error));
    for (size_t i = 0; i < copy.day_count; i++)
        KL_TRY_OUT(push_day(&days, copy.days[i], error));
    status = kl_map_of_one(out, KL_TEXT("days"), kl_value_take(&days), error);
out:
    kl_value_release(days);
    kl_free(copy.days);
    return status;
}

kl_status kl_pact_usage_restore(kl_pact_usage *usage, uint32_t role, kl_value row, kl_error *error)
{
    kl_value days = kl_map_get(row, KL_TEXT("days"));
    if (!kl_is(days, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID, "spending: expected an object with a list of days");
    for (size_t i = 0; i < kl_array_len(days); i++) {
        kl_value pair = kl_array_at(days, i), number = kl_array_at(pair, 0), cents = kl_array_at(pair, 1);
        if (!kl_is(number, KL_KIND_INT) || !kl_is(cents, KL_KIND_INT) || cents.as.integer < 0)
            return kl_error_set(error, KL_INVALID, "spending: days[%zu]: expected [day, cents]", i);
        KL_TRY(add_to_day(&usage->roles[role], number.as.integer, cents.as.integer, error));
    }
    return KL_OK;
}
