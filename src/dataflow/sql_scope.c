/* src/dataflow/sql_scope.c - which names are visible where. See sql_parse.h.
 *
 * A predicate x.tenant_id = ? means the x beside it, as long as that x has the column. Where it lacks it, as a
 * view may, SQLite and MySQL go on to an x of an outer query, and nothing would be kept back. So a
 * table within another query may share the name of an outer one only if it is the same table.
 */
#include "sql_parse.h"

static kl_status grow(void **items, size_t *cap, size_t count, size_t size, kl_error *error)
{
    if (count < *cap)
        return KL_OK;
    size_t wanted = *cap ? 2 * *cap : 16;
    void *grown = kl_realloc(*items, wanted * size);
    if (!grown)
        return kl_error_no_memory(error);
    *items = grown;
    *cap = wanted;
    return KL_OK;
}

kl_status sql_frame_begin(sql_parser *p, size_t *outer)
{
    sql_frames *frames = &p->frames;
    KL_TRY(grow((void **)&frames->items, &frames->cap, frames->count, sizeof *frames->items, p->error));
    frames->items[frames->count] = (sql_frame){.outer = frames->now, .uses = SQL_NONE};
    *outer = frames->now;
    frames->now = frames->count++;
    return KL_OK;
}

kl_status sql_use_add(sql_parser *p, const sql_token *name, const sql_source *source, bool hidden)
{
    sql_frames *frames = &p->frames;
    if (frames->use_count == SQL_USES_MAX)
        return sql_refuse(p, name, "more tables than can be looked after");
    KL_TRY(grow((void **)&frames->uses, &frames->use_cap, frames->use_count, sizeof *frames->uses, p->error));
    sql_frame *frame = &frames->items[frames->now];
    frames->uses[frames->use_count] = (sql_use){
        .name = name, .first = source->first, .last = source->last, .real = source->scoped,
        .nested = p->nested, .hidden = hidden, .frame = frames->now, .next = frame->uses};
    frame->uses = frames->use_count++;
    return KL_OK;
}

static bool is_same_table(const sql_use *a, const sql_use *b)
{
    if (!a->real || !b->real || a->last - a->first != b->last - b->first)
        return false;
    for (ptrdiff_t i = 0; i <= a->last - a->first; i++)
        if (!kl_text_equal(a->first[i].text, b->first[i].text))
            return false;
    return true;
}

/* Whether a predicate with the name of `inner` could mean `outer`. */
static bool captures(const sql_use *outer, const sql_use *inner)
{
    return !outer->hidden && sql_similar_name(outer->name, inner->name) && !is_same_table(outer, inner);
}

static kl_status check_use(const sql_parser *p, const sql_use *use)
{
    const sql_frames *frames = &p->frames;
    for (size_t frame = frames->items[use->frame].outer; frame != SQL_NONE; frame = frames->items[frame].outer)
        for (size_t i = frames->items[frame].uses; i != SQL_NONE; i = frames->uses[i].next)
            if (captures(&frames->uses[i], use))
                return sql_refuse(p, use->name, "a table that has the name of another one outside; give it another alias");
    return KL_OK;
}

kl_status sql_check_frames(const sql_parser *p)
{
    for (size_t i = 0; i < p->frames.use_count; i++)
        if (p->frames.uses[i].real && p->frames.uses[i].nested)
            KL_TRY(check_use(p, &p->frames.uses[i]));
    return KL_OK;
}

kl_status sql_check_unused(const sql_parser *p, size_t mark, const sql_token *name)
{
    const sql_frames *frames = &p->frames;
    for (size_t i = mark; i < frames->use_count; i++) {
        const sql_use *use = &frames->uses[i];
        if (frames->items[use->frame].outer == frames->now && !use->nested && !use->hidden &&
            sql_similar_name(use->name, name))
            return sql_refuse(p, use->name, "a table named like the one that is written to; give it another "
                                            "alias");
    }
    return KL_OK;
}

void sql_frames_clear(sql_frames *frames)
{
    kl_free(frames->items);
    kl_free(frames->uses);
}
