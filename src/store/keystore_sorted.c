/* src/store/keystore_sorted.c - commands about sorted sets. */
#include "keystore_parts.h"

#include <math.h>
#include <stdlib.h>

/* ---- members in order ---------------------------------------------------------------------------- */

static int compare(double score, kl_text member, const kl_ranked *with)
{
    if (score != with->score)
        return score < with->score ? -1 : 1;
    return kl_text_compare(member, kl_as_text(with->member));
}

/* The rank of a member, or where it would be put. */
static size_t rank_of(const kl_sorted *sorted, double score, kl_text member)
{
    size_t low = 0, high = sorted->scores.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(score, member, &sorted->ranks[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void kl_sorted_end(kl_sorted *sorted)
{
    kl_dict_end(&sorted->scores);
    kl_free(sorted->ranks);
    *sorted = (kl_sorted){0};
}

/* Room for one more rank. */
static bool grow(kl_sorted *sorted)
{
    if (sorted->scores.count < sorted->cap)
        return true;
    size_t cap = KL_MAX(2 * sorted->cap, (size_t)8);
    kl_ranked *ranks = kl_realloc(sorted->ranks, cap * sizeof *ranks);
    if (!ranks)
        return false;
    sorted->ranks = ranks;
    sorted->cap = cap;
    return true;
}

static void take_rank(kl_sorted *sorted, size_t rank, size_t count)
{
    memmove(&sorted->ranks[rank], &sorted->ranks[rank + 1],
            (count - rank - 1) * sizeof *sorted->ranks);
}

static void put_rank(kl_sorted *sorted, size_t rank, size_t count, double score, kl_value member)
{
    memmove(&sorted->ranks[rank + 1], &sorted->ranks[rank], (count - rank) * sizeof *sorted->ranks);
    sorted->ranks[rank] = (kl_ranked){score, member};
}

/* Set a member's score; `entry` is NULL for a new one. */
static bool put(kl_sorted *sorted, kl_dict_entry *entry, kl_value member, double score)
{
    size_t count = sorted->scores.count;
    bool added;
    if (!entry) {
        if (!grow(sorted) || !(entry = kl_dict_add(&added, &sorted->scores, member)))
            return false;
        entry->score = score;
        /* The rank is looked for among those that are ranked already. */
        sorted->scores.count = count;
        size_t rank = rank_of(sorted, score, kl_as_text(member));
        sorted->scores.count = count + 1;
        put_rank(sorted, rank, count, score, entry->key);
        return true;
    }
    take_rank(sorted, rank_of(sorted, entry->score, kl_as_text(entry->key)), count);
    sorted->scores.count = count - 1;
    size_t rank = rank_of(sorted, score, kl_as_text(entry->key));
    sorted->scores.count = count;
    entry->score = score;
    put_rank(sorted, rank, count - 1, score, entry->key);
    return true;
}

static void remove_rank(kl_sorted *sorted, size_t rank)
{
    kl_dict_entry *entry = kl_dict_find(&sorted->scores, kl_as_text(sorted->ranks[rank].member));
    take_rank(sorted, rank, sorted->scores.count);
    kl_dict_remove(&sorted->scores, entry);
}

static kl_status find_sorted(kl_stored **out, kl_command_call *call)
{
    return kl_find_typed(out, call, 1, KL_ITEM_SORTED);
}

static size_t count_of(const kl_stored *item) { return item ? item->sorted.scores.count : 0; }

/* ---- answers ------------------------------------------------------------------------------------- */

static kl_status push_ranked(kl_value *list, const kl_ranked *ranked, bool with_score,
                             kl_error *error)
{
    kl_value pair;
    if (!with_score)
        return kl_array_push(list, kl_value_retain(ranked->member), error);
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status = kl_array_push(&pair, kl_value_retain(ranked->member), error);
    if (status == KL_OK)
        status = kl_array_push(&pair, kl_double(ranked->score), error);
    if (status == KL_OK)
        return kl_array_push(list, pair, error);
    kl_value_release(pair);
    return status;
}

/* Ranks from `start` up to `end`, in order or from the end on. */
static kl_status answer_ranks(kl_command_call *call, const kl_stored *item, size_t start, size_t end,
                              bool reverse, bool with_scores)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, end - start, call->error));
    for (size_t i = start; i < end; i++) {
        const kl_ranked *ranked = &item->sorted.ranks[reverse ? end - 1 - (i - start) : i];
        kl_status status = push_ranked(&list, ranked, with_scores, call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

/* ---- ZADD and its like --------------------------------------------------------------------------- */

typedef struct add_options {
    bool nx, xx, gt, lt, changed, increment;
    size_t first; /* the word of the first score */
} add_options;

static kl_status read_add(add_options *options, kl_command_call *call)
{
    size_t i = 2;
    for (; i < call->count; i++) {
        if (kl_word_is(call, i, "nx"))
            options->nx = true;
        else if (kl_word_is(call, i, "xx"))
            options->xx = true;
        else if (kl_word_is(call, i, "gt"))
            options->gt = true;
        else if (kl_word_is(call, i, "lt"))
            options->lt = true;
        else if (kl_word_is(call, i, "ch"))
            options->changed = true;
        else if (kl_word_is(call, i, "incr"))
            options->increment = true;
        else
            break;
    }
    options->first = i;
    if (call->count - i == 0 || (call->count - i) % 2 != 0)
        return kl_refuse_syntax(call);
    if (options->nx && options->xx)
        return kl_refuse(call, "ERR XX and NX options at the same time are not compatible");
    if ((options->gt && options->nx) || (options->lt && options->nx) ||
        (options->gt && options->lt))
        return kl_refuse(call, "ERR GT, LT, and/or NX options at the same time are not compatible");
    if (options->increment && call->count - i > 2)
        return kl_refuse(call, "ERR INCR option supports a single increment-element pair");
    return KL_OK;
}

typedef struct add_result {
    int64_t added, changed;
    double score;
    bool done; /* by the last of them */
} add_result;

static kl_status add_one(add_result *result, kl_command_call *call, kl_stored *item, double score,
                         kl_value member, const add_options *options)
{
    kl_dict_entry *entry = kl_dict_find(&item->sorted.scores, kl_as_text(member));
    result->done = false;
    if (entry ? options->nx : options->xx)
        return KL_OK;
    if (entry && options->increment) {
        score += entry->score;
        if (isnan(score))
            return kl_refuse(call, "ERR resulting score is not a number (NaN)");
    }
    if (entry && ((options->gt && score <= entry->score) || (options->lt && score >= entry->score)))
        return KL_OK;
    result->done = true;
    result->score = score;
    if (entry && entry->score == score)
        return KL_OK;
    if (!put(&item->sorted, entry, member, score))
        return kl_error_no_memory(call->error);
    result->added += !entry;
    result->changed++;
    return KL_OK;
}

static kl_status add(kl_command_call *call, const add_options *options)
{
    add_result result = {0};
    double score;
    kl_stored *item;
    for (size_t i = options->first; i < call->count; i += 2)
        KL_TRY(kl_float_word(&score, call, i));
    KL_TRY(find_sorted(&item, call));
    if (!item && options->xx)
        return options->increment ? KL_OK : kl_answer_int(call, 0);
    KL_TRY(kl_make_typed(&item, call, 1, KL_ITEM_SORTED));
    kl_status status = KL_OK;
    for (size_t i = options->first; i + 1 < call->count && status == KL_OK; i += 2) {
        kl_float_word(&score, call, i);
        status = add_one(&result, call, item, score, call->words[i + 1], options);
    }
    kl_remove_if_empty(call, 1, item);
    KL_TRY(status);
    if (options->increment)
        return kl_answer(call, result.done ? kl_double(result.score) : kl_null());
    return kl_answer_int(call, options->changed ? result.changed : result.added);
}

static kl_status zadd(kl_command_call *call)
{
    add_options options = {0};
    KL_TRY(read_add(&options, call));
    return add(call, &options);
}

static kl_status zincrby(kl_command_call *call)
{
    add_options options = {.increment = true, .first = 2};
    return add(call, &options);
}

/* ---- one member ---------------------------------------------------------------------------------- */

static kl_status zscore(kl_command_call *call)
{
    kl_stored *item;
    KL_TRY(find_sorted(&item, call));
    kl_dict_entry *entry = item ? kl_dict_find(&item->sorted.scores, kl_word(call, 2)) : NULL;
    return kl_answer(call, entry ? kl_double(entry->score) : kl_null());
}

static kl_status zmscore(kl_command_call *call)
{
    kl_stored *item;
    kl_value list;
    KL_TRY(find_sorted(&item, call));
    KL_TRY(kl_array_new(&list, call->count, call->error));
    for (size_t i = 2; i < call->count; i++) {
        kl_dict_entry *entry = item ? kl_dict_find(&item->sorted.scores, kl_word(call, i)) : NULL;
        kl_status status =
            kl_array_push(&list, entry ? kl_double(entry->score) : kl_null(), call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

static kl_status rank(kl_command_call *call, bool reverse)
{
    kl_stored *item;
    KL_TRY(find_sorted(&item, call));
    kl_dict_entry *entry = item ? kl_dict_find(&item->sorted.scores, kl_word(call, 2)) : NULL;
    if (!entry)
        return KL_OK;
    size_t found = rank_of(&item->sorted, entry->score, kl_as_text(entry->key));
    return kl_answer_int(call, (int64_t)(reverse ? count_of(item) - 1 - found : found));
}

static kl_status zrank(kl_command_call *call) { return rank(call, false); }
static kl_status zrevrank(kl_command_call *call) { return rank(call, true); }

static kl_status zrem(kl_command_call *call)
{
    kl_stored *item;
    int64_t removed = 0;
    KL_TRY(find_sorted(&item, call));
    for (size_t i = 2; item && i < call->count; i++) {
        kl_dict_entry *entry = kl_dict_find(&item->sorted.scores, kl_word(call, i));
        if (!entry)
            continue;
        remove_rank(&item->sorted, rank_of(&item->sorted, entry->score, kl_as_text(entry->key)));
        removed++;
    }
    if (item)
        kl_remove_if_empty(call, 1, item);
    return kl_answer_int(call, removed);
}

static kl_status zcard(kl_command_call *call)
{
    kl_stored *item;
    KL_TRY(find_sorted(&item, call));
    return kl_answer_int(call, (int64_t)count_of(item));
}

/* ---- ranges -------------------------------------------------------------------------------------- */

/* An end of a range of scores: 5, (5, -inf, +inf. */
static kl_status read_bound(double *score, bool *open, kl_command_call *call, size_t index)
{
    kl_text word = kl_word(call, index);
    char *end;
    *open = word.len && word.data[0] == '(';
    *score = strtod(word.data + *open, &end);
    if (word.len == *open || end != word.data + word.len || isnan(*score))
        return kl_refuse(call, "ERR min or max is not a float");
    return KL_OK;
}

/* Ranks of the scores between words `low` and `high`: from `*start` up to `*end`. */
static kl_status range_by_score(size_t *start, size_t *end, kl_command_call *call,
                                const kl_stored *item, size_t low, size_t high)
{
    double least, most;
    bool low_open, high_open;
    size_t count = count_of(item);
    KL_TRY(read_bound(&least, &low_open, call, low));
    KL_TRY(read_bound(&most, &high_open, call, high));
    for (*start = 0; *start < count; ++*start) {
        double score = item->sorted.ranks[*start].score;
        if (low_open ? score > least : score >= least)
            break;
    }
    for (*end = *start; *end < count; ++*end) {
        double score = item->sorted.ranks[*end].score;
        if (high_open ? score >= most : score > most)
            break;
    }
    return KL_OK;
}

static kl_status range_by_rank(size_t *start, size_t *end, kl_command_call *call,
                               const kl_stored *item, bool reverse)
{
    int64_t from, to, count = (int64_t)count_of(item);
    KL_TRY(kl_integer_word(&from, call, 2));
    KL_TRY(kl_integer_word(&to, call, 3));
    from = KL_MAX(from < 0 ? from + count : from, 0);
    to = KL_MIN(to < 0 ? to + count : to, count - 1) + 1;
    if (from >= to)
        from = to = 0;
    *start = (size_t)(reverse ? count - to : from);
    *end = (size_t)(reverse ? count - from : to);
    return KL_OK;
}

typedef struct range_options {
    bool by_score, reverse, scores, limited;
    int64_t offset, count;
} range_options;

static kl_status read_options(range_options *options, kl_command_call *call, bool may_choose)
{
    for (size_t i = 4; i < call->count; i++) {
        if (kl_word_is(call, i, "withscores"))
            options->scores = true;
        else if (may_choose && kl_word_is(call, i, "byscore"))
            options->by_score = true;
        else if (may_choose && kl_word_is(call, i, "rev"))
            options->reverse = true;
        else if (kl_word_is(call, i, "limit") && i + 2 < call->count) {
            KL_TRY(kl_integer_word(&options->offset, call, i + 1));
            KL_TRY(kl_integer_word(&options->count, call, i + 2));
            options->limited = true;
            i += 2;
        } else
            return kl_refuse_syntax(call);
    }
    if (options->limited && !options->by_score)
        return kl_refuse(call, "ERR syntax error, LIMIT is only supported in combination with "
                               "either BYSCORE or BYLEX");
    return KL_OK;
}

/* Cut a range, seen from the end it is read from. */
static void limit(size_t *start, size_t *end, const range_options *options)
{
    size_t size = *end - *start;
    size_t skip = options->offset < 0 ? size : (size_t)KL_MIN((uint64_t)options->offset, size);
    size_t left = size - skip;
    size_t take = options->count < 0 ? left : (size_t)KL_MIN((uint64_t)options->count, left);
    if (options->reverse) {
        *end -= skip;
        *start = *end - take;
    } else {
        *start += skip;
        *end = *start + take;
    }
}

static kl_status range(kl_command_call *call, range_options options, bool may_choose)
{
    kl_stored *item;
    size_t start, end;
    KL_TRY(read_options(&options, call, may_choose));
    KL_TRY(find_sorted(&item, call));
    if (options.by_score)
        KL_TRY(range_by_score(&start, &end, call, item, options.reverse ? 3 : 2,
                              options.reverse ? 2 : 3));
    else
        KL_TRY(range_by_rank(&start, &end, call, item, options.reverse));
    if (options.limited)
        limit(&start, &end, &options);
    return answer_ranks(call, item, start, end, options.reverse, options.scores);
}

static kl_status zrange(kl_command_call *call) { return range(call, (range_options){0}, true); }

static kl_status zrevrange(kl_command_call *call)
{
    return range(call, (range_options){.reverse = true}, false);
}

static kl_status zrangebyscore(kl_command_call *call)
{
    return range(call, (range_options){.by_score = true}, false);
}

static kl_status zrevrangebyscore(kl_command_call *call)
{
    return range(call, (range_options){.by_score = true, .reverse = true}, false);
}

static kl_status zcount(kl_command_call *call)
{
    kl_stored *item;
    size_t start, end;
    KL_TRY(find_sorted(&item, call));
    KL_TRY(range_by_score(&start, &end, call, item, 2, 3));
    return kl_answer_int(call, (int64_t)(end - start));
}

static kl_status remove_range(kl_command_call *call, kl_stored *item, size_t start, size_t end)
{
    for (size_t i = end; i > start; i--)
        remove_rank(&item->sorted, i - 1);
    if (item)
        kl_remove_if_empty(call, 1, item);
    return kl_answer_int(call, (int64_t)(end - start));
}

static kl_status zremrangebyrank(kl_command_call *call)
{
    kl_stored *item;
    size_t start, end;
    KL_TRY(find_sorted(&item, call));
    KL_TRY(range_by_rank(&start, &end, call, item, false));
    return remove_range(call, item, start, end);
}

static kl_status zremrangebyscore(kl_command_call *call)
{
    kl_stored *item;
    size_t start, end;
    KL_TRY(find_sorted(&item, call));
    KL_TRY(range_by_score(&start, &end, call, item, 2, 3));
    return remove_range(call, item, start, end);
}

static kl_status pop(kl_command_call *call, bool from_end)
{
    kl_stored *item;
    int64_t count = 1;
    kl_value list;
    kl_status status = KL_OK;
    if (call->count == 3 && (!kl_read_integer(&count, kl_word(call, 2)) || count < 0))
        return kl_refuse(call, "ERR value is out of range, must be positive");
    KL_TRY(find_sorted(&item, call));
    KL_TRY(kl_array_new(&list, 2, call->error));
    for (; item && count > 0 && count_of(item) > 0 && status == KL_OK; count--) {
        size_t rank = from_end ? count_of(item) - 1 : 0;
        const kl_ranked *ranked = &item->sorted.ranks[rank];
        status = push_ranked(&list, ranked, call->count == 3, call->error);
        if (status == KL_OK && call->count == 2)
            status = kl_array_push(&list, kl_double(ranked->score), call->error);
        if (status == KL_OK)
            remove_rank(&item->sorted, rank);
    }
    if (item)
        kl_remove_if_empty(call, 1, item);
    if (status == KL_OK)
        return kl_answer(call, list);
    kl_value_release(list);
    return status;
}

static kl_status zpopmin(kl_command_call *call) { return pop(call, false); }
static kl_status zpopmax(kl_command_call *call) { return pop(call, true); }

static const kl_command rows[] = {
    {"ZADD", 3, -1, "key score member", zadd},
    {"ZINCRBY", 3, 3, "key increment member", zincrby},
    {"ZSCORE", 2, 2, "key member", zscore},
    {"ZMSCORE", 2, -1, "key member", zmscore},
    {"ZRANK", 2, 2, "key member", zrank},
    {"ZREVRANK", 2, 2, "key member", zrevrank},
    {"ZREM", 2, -1, "key member", zrem},
    {"ZCARD", 1, 1, "key", zcard},
    {"ZCOUNT", 3, 3, "key min max", zcount},
    {"ZRANGE", 3, -1, "key start stop", zrange},
    {"ZREVRANGE", 3, -1, "key start stop", zrevrange},
    {"ZRANGEBYSCORE", 3, -1, "key min max", zrangebyscore},
    {"ZREVRANGEBYSCORE", 3, -1, "key max min", zrevrangebyscore},
    {"ZREMRANGEBYRANK", 3, 3, "key start stop", zremrangebyrank},
    {"ZREMRANGEBYSCORE", 3, 3, "key min max", zremrangebyscore},
    {"ZPOPMIN", 1, 2, "key [count]", zpopmin},
    {"ZPOPMAX", 1, 2, "key [count]", zpopmax},
};
const kl_command_table kl_sorted_commands = {rows, sizeof rows / sizeof *rows};
