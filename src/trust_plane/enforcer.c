/* src/trust_plane/enforcer.c - a compiled session envelope; see enforcer.h. */
#include "enforcer.h"
#include "guard.h"
#include "cooldown.h"
#include "path.h"
#include "pattern_set.h"
#include "../base/host.h"

#include <math.h>

struct kl_session_enforcer {
    kl_session_envelope *envelope; /* owned; the sets borrow their texts from it */
    bool resolve;
    kl_text_set allowed_actions, blocked_actions, allowed_channels, blocked_channels;
    kl_path_set read_paths, write_paths, blocked_paths;
    kl_pattern_set patterns;
    double max_session, max_action;     /* INFINITY = no limit */
    kl_duration max_elapsed, cooldown;  /* KL_TIME_NONE = no limit; 0 = none */
    kl_value words[KL_ZONES];
    kl_guard lock; /* guards what follows: the session */
    double cost;
    kl_time started_wall; /* KL_TIME_NONE before the first check; atomic, to be read without */
    kl_time started_clock;
    kl_cooldowns times;
};

/* ---- compiling ------------------------------------------------------------------------------- */

static kl_status compile_patterns(kl_session_enforcer *e, kl_value patterns, kl_error *error)
{
    size_t bad = 0;
    kl_status status = kl_pattern_set_of(&e->patterns, &bad, patterns, error);
    kl_text pattern = kl_as_text(kl_array_at(patterns, bad));
    if (status == KL_SYNTAX)
        kl_error_prefix(error,
                        "constraint violation: invalid glob pattern '%.*s' "
                        "(data_access.blocked_patterns[%zu]): ",
                        (int)KL_MIN(pattern.len, 200), pattern.data, bad);
    return status;
}

static kl_status compile_sets(kl_session_enforcer *e, kl_error *error)
{
    const kl_session_envelope *from = e->envelope;
    KL_TRY(kl_text_set_of(&e->allowed_actions, from->allowed_actions, error));
    KL_TRY(kl_text_set_of(&e->blocked_actions, from->blocked_actions, error));
    KL_TRY(kl_text_set_of(&e->allowed_channels, from->allowed_channels, error));
    KL_TRY(kl_text_set_of(&e->blocked_channels, from->blocked_channels, error));
    KL_TRY(kl_path_set_of(&e->read_paths, from->read_paths, e->resolve, error));
    KL_TRY(kl_path_set_of(&e->write_paths, from->write_paths, e->resolve, error));
    return kl_path_set_of(&e->blocked_paths, from->blocked_paths, e->resolve, error);
}

static kl_status make_words(kl_session_enforcer *e, kl_error *error)
{
    for (int zone = 0; zone < KL_ZONES; zone++)
        KL_TRY(kl_string_new(&e->words[zone],
                             kl_text_from(kl_rung_name(KL_LADDER_ZONE, zone, KL_SNAKE)), error));
    return KL_OK;
}

static double limit_of(kl_value limit) { return kl_is_null(limit) ? INFINITY : kl_as_double(limit); }

/* Times beyond the clock never come: no limit for the length of a session, an endless cooldown. */
static kl_duration duration_of(double nanoseconds)
{
    return nanoseconds < 9.2e18 ? (kl_duration)nanoseconds : KL_TIME_NONE;
}

static void compile_limits(kl_session_enforcer *e)
{
    const kl_session_envelope *from = e->envelope;
    e->max_session = limit_of(from->max_cost_per_session);
    e->max_action = limit_of(from->max_cost_per_action);
    e->max_elapsed = duration_of(limit_of(from->max_session_hours) * (double)KL_HOUR);
    e->cooldown = duration_of((double)kl_as_int(from->cooldown_minutes) * (double)KL_MINUTE);
}

kl_status kl_session_enforcer_new(kl_session_enforcer **out, const kl_session_envelope *envelope,
                                  bool resolve, kl_error *error)
{
    kl_status status;
    kl_session_enforcer *e = kl_alloc_zero(1, sizeof *e);
    if (!e)
        return kl_error_no_memory(error);
    *e = (kl_session_enforcer){
        .envelope = kl_session_envelope_retain(envelope), .resolve = resolve,
        .read_paths = KL_PATH_SET_EMPTY, .write_paths = KL_PATH_SET_EMPTY,
        .blocked_paths = KL_PATH_SET_EMPTY,
        .started_wall = KL_TIME_NONE};
    kl_guard_begin(&e->lock, KL_FORK_MIDDLE);
    compile_limits(e);
    KL_TRY_OUT(make_words(e, error));
    KL_TRY_OUT(compile_sets(e, error));
    KL_TRY_OUT(compile_patterns(e, envelope->blocked_patterns, error));
    *out = e;
    return KL_OK;
out:
    kl_session_enforcer_free(e);
    return status;
}

void kl_session_enforcer_free(kl_session_enforcer *e)
{
    if (!e)
        return;
    kl_pattern_set_end(&e->patterns);
    for (int zone = 0; zone < KL_ZONES; zone++)
        kl_value_release(e->words[zone]);
    kl_text_set_end(&e->allowed_actions);
    kl_text_set_end(&e->blocked_actions);
    kl_text_set_end(&e->allowed_channels);
    kl_text_set_end(&e->blocked_channels);
    kl_path_set_end(&e->read_paths);
    kl_path_set_end(&e->write_paths);
    kl_path_set_end(&e->blocked_paths);
    kl_cooldowns_end(&e->times);
    kl_guard_end(&e->lock);
    kl_session_envelope_release(e->envelope);
    kl_free(e);
}

const kl_session_envelope *kl_session_enforcer_envelope(const kl_session_enforcer *enforcer)
{
    return enforcer->envelope;
}

/* ---- judging: what needs no session ---------------------------------------------------------- */

/* The first of the most severe rules stays. */
static void apply(kl_session_verdict *verdict, kl_zone zone, kl_session_rule rule,
                  kl_session_dimension dimension)
{
    if (zone <= verdict->zone)
        return;
    verdict->zone = zone;
    verdict->rule = rule;
    verdict->dimension = dimension;
}

static void block(kl_session_verdict *verdict, kl_session_rule rule, kl_session_dimension dimension)
{
    apply(verdict, KL_ZONE_BLOCKED, rule, dimension);
}

static void judge_operation(kl_session_verdict *verdict, const kl_session_enforcer *e, kl_text action)
{
    bool restricted = !kl_is_null(e->envelope->allowed_actions);
    if (!restricted && !e->blocked_actions.slots)
        return;
    uint64_t hash = kl_text_hash_of(action);
    if (kl_text_set_has_hashed(&e->blocked_actions, action, hash))
        block(verdict, KL_RULE_ACTION_BLOCKED, KL_SESSION_OPERATIONAL);
    else if (restricted && !kl_text_set_has_hashed(&e->allowed_actions, action, hash))
        block(verdict, KL_RULE_ACTION_NOT_ALLOWED, KL_SESSION_OPERATIONAL);
}

static bool writes(kl_text action)
{
    return kl_text_is(action, "write") || kl_text_is(action, "create") ||
           kl_text_is(action, "delete");
}

/* What a path in normal form must not be. */
static kl_session_rule find_block(const kl_session_enforcer *e, kl_text path)
{
    if (kl_path_set_covers(&e->blocked_paths, path))
        return KL_RULE_PATH_BLOCKED;
    return kl_pattern_set_match(&e->patterns, path) ? KL_RULE_PATH_PATTERN : KL_RULE_NONE;
}

/* Where it must lie: reading is part of every action. */
static kl_session_rule find_lack(const kl_session_enforcer *e, kl_text path, kl_text action)
{
    const kl_session_envelope *from = e->envelope;
    if (!kl_is_null(from->read_paths) && !kl_path_set_covers(&e->read_paths, path))
        return KL_RULE_PATH_READ;
    bool may_lack = kl_is_null(from->write_paths) || !writes(action) ||
                    kl_path_set_covers(&e->write_paths, path);
    return may_lack ? KL_RULE_NONE : KL_RULE_PATH_WRITE;
}

/* The rule that stands in the way of where a path leads. */
static kl_session_rule judge_target(const kl_session_enforcer *e, kl_text path, kl_text action)
{
    char room[KL_PATH_ROOM];
    kl_text target;
    if (kl_path_resolve(room, &target, path) != KL_PATH_FINE)
        return KL_RULE_PATH_UNRESOLVED;
    kl_session_rule rule = find_block(e, target);
    return rule != KL_RULE_NONE ? rule : find_lack(e, target, action);
}

/* Both readings of a path with a backslash: a separator, or part of a name. */
static kl_session_rule judge_targets(const kl_session_enforcer *e, kl_text path, kl_text action)
{
    char slashed[KL_PATH_ROOM];
    kl_session_rule rule = judge_target(e, path, action);
    if (rule != KL_RULE_NONE || !memchr(path.data, '\\', path.len))
        return rule;
    for (size_t i = 0; i < path.len; i++) /* resolved, so it is shorter than that */
        slashed[i] = path.data[i] == '\\' ? '/' : path.data[i];
    return judge_target(e, (kl_text){slashed, path.len}, action);
}

/* Without links: by what the path says. With them: blocked by either, allowed by where it leads. */
static void judge_normal(kl_session_verdict *verdict, const kl_session_enforcer *e, char *room,
                         const kl_session_action *action)
{
    kl_text given = action->resource_path;
    kl_text path = kl_path_is_normal(given) ? given : kl_path_normalise(room, given);
    kl_session_rule rule = find_block(e, path);
    if (rule == KL_RULE_NONE && !e->resolve)
        rule = find_lack(e, path, action->action);
    if (rule == KL_RULE_NONE && e->resolve) {
        void *token = kl_blocking_begin();
        rule = judge_targets(e, given, action->action);
        kl_blocking_end(token);
        verdict->by_link = rule != KL_RULE_NONE;
    }
    if (rule != KL_RULE_NONE)
        block(verdict, rule, KL_SESSION_DATA_ACCESS);
}

static void judge_path(kl_session_verdict *verdict, const kl_session_enforcer *e,
                       const kl_session_action *action)
{
    char room[KL_PATH_ROOM];
    kl_text path = action->resource_path;
    if (!path.data)
        return;
    if (memchr(path.data, '\0', path.len)) {
        block(verdict, KL_RULE_PATH_INVALID, KL_SESSION_DATA_ACCESS);
        return;
    }
    if (path.len < sizeof room) {
        judge_normal(verdict, e, room, action);
        return;
    }
    char *long_room = kl_alloc(path.len + 1);
    if (long_room)
        judge_normal(verdict, e, long_room, action);
    else
        block(verdict, KL_RULE_INTERNAL, KL_SESSION_DATA_ACCESS);
    kl_free(long_room);
}

static void judge_channel(kl_session_verdict *verdict, const kl_session_enforcer *e, kl_text channel)
{
    if (!channel.data)
        return;
    if (kl_text_set_has(&e->blocked_channels, channel))
        block(verdict, KL_RULE_CHANNEL_BLOCKED, KL_SESSION_COMMUNICATION);
    else if (!kl_is_null(e->envelope->allowed_channels) &&
             !kl_text_set_has(&e->allowed_channels, channel))
        block(verdict, KL_RULE_CHANNEL_NOT_ALLOWED, KL_SESSION_COMMUNICATION);
    else if (kl_as_bool(e->envelope->requires_review))
        apply(verdict, KL_ZONE_FLAGGED, KL_RULE_REVIEW, KL_SESSION_COMMUNICATION);
}

static void judge_hours(kl_session_verdict *verdict, const kl_session_enforcer *e, kl_time wall)
{
    if (!kl_is_null(e->envelope->allowed_hours) &&
        !(e->envelope->hours >> kl_time_split(wall).hour & 1))
        block(verdict, KL_RULE_HOURS, KL_SESSION_TEMPORAL);
}

/* ---- judging: the session, under its lock ---------------------------------------------------- */

static void judge_cost(kl_session_verdict *verdict, const kl_session_enforcer *e, double cost)
{
    if (!(cost >= 0) || isinf(cost))
        block(verdict, KL_RULE_COST_INVALID, KL_SESSION_FINANCIAL);
    else if (e->cost + cost > e->max_session)
        block(verdict, KL_RULE_COST_SESSION, KL_SESSION_FINANCIAL);
    else if (cost > e->max_action)
        apply(verdict, KL_ZONE_HELD, KL_RULE_COST_ACTION, KL_SESSION_FINANCIAL);
}

static void judge_times(kl_session_verdict *verdict, kl_session_enforcer *e, kl_text action,
                        kl_time clock)
{
    bool is_limited = e->max_elapsed != KL_TIME_NONE && e->started_wall != KL_TIME_NONE;
    if (is_limited && clock - e->started_clock > e->max_elapsed && verdict->zone < KL_ZONE_HELD) {
        verdict->elapsed = clock - e->started_clock;
        apply(verdict, KL_ZONE_HELD, KL_RULE_SESSION_TIME, KL_SESSION_TEMPORAL);
    }
    kl_time last = e->cooldown ? kl_cooldowns_last(&e->times, action) : KL_TIME_NONE;
    if (last != KL_TIME_NONE && clock - last < e->cooldown && verdict->zone < KL_ZONE_FLAGGED) {
        verdict->elapsed = clock - last;
        apply(verdict, KL_ZONE_FLAGGED, KL_RULE_COOLDOWN, KL_SESSION_TEMPORAL);
    }
}

/* The session begins with the first action that takes place. */
static void start(kl_session_enforcer *e, kl_time wall, kl_time clock)
{
    if (e->started_wall != KL_TIME_NONE)
        return;
    /* When another thread has just reset it, the clocks were not read. */
    e->started_clock = clock != KL_TIME_NONE ? clock : kl_clock_now();
    __atomic_store_n(&e->started_wall, wall != KL_TIME_NONE ? wall : kl_time_now(),
                     __ATOMIC_RELAXED);
}

/* An action that takes place counts. What cannot be counted does not take place. */
static void book(kl_session_verdict *verdict, kl_session_enforcer *e,
                 const kl_session_action *action, kl_time wall, kl_time clock)
{
    if (verdict->zone > KL_ZONE_FLAGGED)
        return;
    if (e->cooldown && !kl_cooldowns_note(&e->times, action->action, clock, e->cooldown)) {
        block(verdict, KL_RULE_INTERNAL, KL_SESSION_TEMPORAL);
        return;
    }
    start(e, wall, clock);
    if (action->has_cost)
        e->cost += action->cost;
}

static void judge_session(kl_session_verdict *verdict, kl_session_enforcer *e,
                          const kl_session_action *action, kl_time wall, kl_time clock)
{
    verdict->session_cost = e->cost;
    if (action->has_cost)
        judge_cost(verdict, e, action->cost);
    judge_hours(verdict, e, wall);
    judge_times(verdict, e, action->action, clock);
}

kl_session_verdict kl_session_judge_at(kl_session_enforcer *e, const kl_session_action *action,
                                       kl_time wall, kl_time clock)
{
    kl_session_verdict verdict = {.zone = KL_ZONE_AUTO_APPROVED, .rule = KL_RULE_NONE,
                                  .dimension = KL_SESSION_NO_DIMENSION};
    kl_session_verdict channel = verdict;
    judge_operation(&verdict, e, action->action);
    if (verdict.zone < KL_ZONE_BLOCKED) /* nothing is worse, so the disk need not be asked */
        judge_path(&verdict, e, action);
    judge_channel(&channel, e, action->channel);
    kl_guard_lock(&e->lock);
    judge_session(&verdict, e, action, wall, clock);
    apply(&verdict, channel.zone, channel.rule, channel.dimension);
    book(&verdict, e, action, wall, clock);
    kl_guard_unlock(&e->lock);
    return verdict;
}

kl_session_verdict kl_session_judge(kl_session_enforcer *e, const kl_session_action *action)
{
    /* Reading a clock is most of the work of a check: only those are read that tell something. */
    bool started = __atomic_load_n(&e->started_wall, __ATOMIC_RELAXED) != KL_TIME_NONE;
    bool needs_wall = !started || !kl_is_null(e->envelope->allowed_hours);
    bool needs_clock = !started || e->cooldown || e->max_elapsed != KL_TIME_NONE;
    return kl_session_judge_at(e, action, needs_wall ? kl_time_now() : KL_TIME_NONE,
                               needs_clock ? kl_clock_now() : KL_TIME_NONE);
}

kl_status kl_session_action_check(const kl_session_action *action, kl_error *error)
{
    if (action->action.len == 0)
        return kl_error_set(error, KL_INVALID, "action: the name is empty; expected what is to be done");
    return KL_OK;
}

/* ---- the session ----------------------------------------------------------------------------- */

double kl_session_cost(kl_session_enforcer *e)
{
    kl_guard_lock(&e->lock);
    double cost = e->cost;
    kl_guard_unlock(&e->lock);
    return cost;
}

kl_time kl_session_start(kl_session_enforcer *e)
{
    kl_guard_lock(&e->lock);
    kl_time start = e->started_wall;
    kl_guard_unlock(&e->lock);
    return start;
}

void kl_session_reset(kl_session_enforcer *e)
{
    kl_guard_lock(&e->lock);
    e->cost = 0;
    __atomic_store_n(&e->started_wall, KL_TIME_NONE, __ATOMIC_RELAXED);
    kl_cooldowns_end(&e->times);
    kl_guard_unlock(&e->lock);
}

kl_status kl_session_take_over(kl_session_enforcer *e, kl_session_enforcer *from, kl_error *error)
{
    kl_guard_lock(&from->lock);
    bool copied = kl_cooldowns_copy(&e->times, &from->times);
    if (copied) {
        e->cost = from->cost;
        e->started_wall = from->started_wall;
        e->started_clock = from->started_clock;
    }
    kl_guard_unlock(&from->lock);
    return copied ? KL_OK : kl_error_no_memory(error);
}

kl_value kl_session_word(const kl_session_enforcer *e, kl_zone zone)
{
    return kl_value_retain(e->words[zone]);
}
