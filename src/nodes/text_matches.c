/* src/nodes/text_matches.c - all matches of a pattern in a text.
 *
 * Long texts are searched in parts. Where a match of one part reaches into the next, the search goes on behind it, until
 * it finds a match that the next part found as well: from there on both find the same.
 */
#include "text_operations.h"
#include "array.h"
#include "parts.h"
#include "text_share.h"
#include "kailash/match.h"

typedef struct match_part {
    size_t begin, before; /* where its matches begin */
    size_t behind;        /* the last of them */
    kl_value list;        /* what it found */
    size_t skip;          /* that many of its first are none, because a match reaches over them; */
    kl_value instead;     /* these stand in their place, or null */
} match_part;

typedef struct matching {
    kl_regex *regex;
    kl_text text;
    size_t group;
    kl_regex_scan scan; /* of the whole text, which was checked */
    kl_cut cut;
    match_part *parts;
    kl_loop_strings strings;
} matching;

/* ---- one part ------------------------------------------------------------------------------------ */

/* The group of a match as a string, null when it took no part. */
static kl_status push_match(kl_value *list, kl_strings *strings, const matching *m, const size_t *spans, size_t groups,
                            kl_error *error)
{
    kl_value item = kl_null();
    const size_t *span = &spans[2 * m->group];
    if (m->group < groups && span[0] != SIZE_MAX)
        KL_TRY(kl_strings_make(&item, strings, (kl_text){m->text.data + span[0], span[1] - span[0]}, error));
    return kl_node_list_push(list, item, error);
}

static kl_regex_scan scan_of(const matching *m, size_t from, size_t before)
{
    kl_regex_scan scan = m->scan;
    scan.from = from;
    scan.before = before;
    return scan;
}

static size_t first_character(kl_text text, size_t at)
{
    while (at < text.len && ((unsigned char)text.data[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static kl_status find_matches(const matching *m, match_part *own, kl_strings *strings, kl_work *work, kl_error *error)
{
    size_t spans[2 * KL_REGEX_GROUPS_MAX], groups;
    kl_regex_scan scan = scan_of(m, own->begin, own->before);
    for (;;) {
        KL_TRY(kl_work_step(work, error));
        KL_TRY(kl_regex_scan_next(&groups, spans, KL_REGEX_GROUPS_MAX, &scan, error));
        if (groups == 0)
            return KL_OK;
        KL_TRY(push_match(&own->list, strings, m, spans, groups, error));
        own->behind = spans[1];
    }
}

static kl_status find_in_part(void *data, const kl_part *part, kl_error *error)
{
    const matching *m = data;
    match_part *own = &m->parts[part->index];
    *own = (match_part){.begin = first_character(m->text, part->begin),
                        .before = part->end == m->text.len ? SIZE_MAX : first_character(m->text, part->end)};
    KL_TRY(kl_array_new(&own->list, 8, error));
    return find_matches(m, own, kl_loop_strings_mine(&m->strings), part->work, error);
}

/* ---- what reaches over ----------------------------------------------------------------------------- */

/* The matches of a part, one by one. */
typedef struct match_walk {
    kl_regex_scan scan;
    size_t span[2];
    size_t met;
    bool is_over;
} match_walk;

static kl_status step(match_walk *walk, kl_error *error)
{
    size_t groups;
    KL_TRY(kl_regex_scan_next(&groups, walk->span, 1, &walk->scan, error));
    walk->met += groups != 0;
    walk->is_over = groups == 0;
    return KL_OK;
}

/* Search from `from` on, until the part has found the same. */
static kl_status mend(const matching *m, match_part *part, size_t from, kl_strings *strings, kl_work *work, kl_error *error)
{
    size_t spans[2 * KL_REGEX_GROUPS_MAX], groups;
    kl_regex_scan scan = scan_of(m, from, part->before);
    match_walk theirs = {.scan = scan_of(m, part->begin, part->before)};
    KL_TRY(step(&theirs, error));
    KL_TRY(kl_array_new(&part->instead, 0, error));
    for (size_t behind = from;; behind = spans[1]) {
        KL_TRY(kl_work_step(work, error));
        KL_TRY(kl_regex_scan_next(&groups, spans, KL_REGEX_GROUPS_MAX, &scan, error));
        if (groups == 0) {
            part->skip = kl_array_len(part->list);
            part->behind = behind;
            return KL_OK;
        }
        while (!theirs.is_over && theirs.span[0] < spans[0])
            KL_TRY(step(&theirs, error));
        if (!theirs.is_over && theirs.span[0] == spans[0] && theirs.span[1] == spans[1]) {
            part->skip = theirs.met - 1;
            return KL_OK;
        }
        KL_TRY(push_match(&part->instead, strings, m, spans, groups, error));
    }
}

static kl_status mend_all(const matching *m, kl_work *work, kl_error *error)
{
    kl_strings *strings = kl_loop_strings_mine(&m->strings);
    kl_status status = KL_OK;
    size_t behind = 0;
    for (size_t i = 0; i < kl_cut_parts(m->cut) && status == KL_OK; i++) {
        if (behind > m->parts[i].begin)
            status = mend(m, &m->parts[i], behind, strings, work, error);
        behind = KL_MAX(behind, m->parts[i].behind);
    }
    return status;
}

/* ---- all parts ------------------------------------------------------------------------------------- */

/* The items from `skip` on change their owner. */
static void move_items(kl_value *to, kl_value from, size_t skip)
{
    size_t len = kl_array_len(from);
    if (len == 0)
        return;
    for (size_t i = 0; i < skip; i++)
        kl_value_release(from.as.array->items[i]);
    memcpy(to->as.array->items + kl_array_len(*to), from.as.array->items + skip, (len - skip) * sizeof(kl_value));
    kl_array_added(*to, len - skip);
    from.as.array->len = 0;
}

static kl_status join_parts(kl_value *out, const matching *m, kl_error *error)
{
    size_t total = 0, parts = kl_cut_parts(m->cut);
    kl_value list;
    for (size_t i = 0; i < parts; i++)
        total += kl_array_len(m->parts[i].instead) + kl_array_len(m->parts[i].list) - m->parts[i].skip;
    if (total > KL_NODE_LIST_MAX)
        return kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
    KL_TRY(kl_array_new(&list, total, error));
    for (size_t i = 0; i < parts; i++) {
        move_items(&list, m->parts[i].instead, 0);
        move_items(&list, m->parts[i].list, m->parts[i].skip);
    }
    *out = list;
    return KL_OK;
}

static kl_status search_all(kl_value *out, matching *m, kl_work *work, kl_error *error)
{
    KL_TRY(kl_parts_run(m->cut, find_in_part, m, work, error));
    KL_TRY(mend_all(m, work, error));
    return join_parts(out, m, error);
}

static kl_status search(kl_value *out, matching *m, kl_work *work, kl_error *error)
{
    size_t parts = kl_cut_parts(m->cut);
    KL_TRY(kl_loop_strings_begin(&m->strings, error));
    m->parts = kl_alloc_zero(parts, sizeof *m->parts); /* its values are null */
    kl_status status = m->parts ? search_all(out, m, work, error) : kl_error_no_memory(error);
    for (size_t i = 0; m->parts && i < parts; i++) {
        kl_value_release(m->parts[i].list);
        kl_value_release(m->parts[i].instead);
    }
    kl_free(m->parts);
    kl_loop_strings_end(&m->strings);
    return status;
}

/* A part may search where the whole never would, and fail there: then all is done at once, and decides. */
static kl_status search_in_parts(kl_value *out, matching *m, kl_work *work, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    uint64_t steps = work->steps;
    kl_status status = search(out, m, work, &why);
    bool decides = kl_cut_parts(m->cut) == 1 || status == KL_OK || status == KL_CANCELLED || status == KL_NO_MEMORY;
    if (decides && status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    if (decides)
        return status;
    work->steps = steps;
    m->cut = kl_cut_whole(m->text.len);
    return search(out, m, work, error);
}

static kl_status find_all(kl_value *out, matching *m, kl_work *work, kl_error *error)
{
    if (m->group > kl_regex_group_count(m->regex))
        return kl_node_bad(error, "group", "expected a group of the pattern (0 to %zu), got %zu",
                           kl_regex_group_count(m->regex), m->group);
    KL_TRY(kl_regex_scan_begin(&m->scan, m->regex, m->text, error));
    m->cut = kl_regex_is_local(m->regex) ? kl_cut_bytes(m->text.len) : kl_cut_whole(m->text.len);
    return search_in_parts(out, m, work, error);
}

kl_status kl_text_find_all_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    matching m = {.text = kl_as_text(args[0]), .group = (size_t)kl_as_int(args[2])};
    kl_work work = kl_node_work(call);
    KL_TRY(kl_node_regex(&m.regex, args[1], error));
    kl_status status = find_all(out, &m, &work, error);
    kl_regex_free(m.regex);
    return status;
}
