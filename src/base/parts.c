/* src/base/parts.c - see parts.h. */
#include "parts.h"
#include "array.h"
#include "ascii.h"
#include "text_room.h"

/* ---- cutting ------------------------------------------------------------------------------------------- */

/*
 * To wake a thread takes some ten microseconds; a long list takes a millisecond and more. A part takes some tenths of
 * one, so that no processor waits long for the last.
 */
enum { ITEMS_LONG = 100000, ITEMS_GRAIN = 16384, BYTES_LONG = 1 << 20, BYTES_GRAIN = 256 << 10 };

static size_t test_grain; /* atomic */

void kl_test_cut(size_t grain) { __atomic_store_n(&test_grain, grain, __ATOMIC_RELAXED); }

static kl_cut cut(size_t count, size_t from, size_t grain)
{
    size_t ordered = __atomic_load_n(&test_grain, __ATOMIC_RELAXED);
    if (ordered)
        return (kl_cut){count, ordered};
    return count < from ? kl_cut_whole(count) : (kl_cut){count, grain};
}

kl_cut kl_cut_items(size_t count) { return cut(count, ITEMS_LONG, ITEMS_GRAIN); }
kl_cut kl_cut_bytes(size_t count) { return cut(count, BYTES_LONG, BYTES_GRAIN); }

/* ---- running ------------------------------------------------------------------------------------------- */

typedef struct running {
    kl_part_body *body;
    void *data;
    kl_work *work; /* of the caller; `steps` are atomic meanwhile */
} running;

/* A part has its own count, which begins where the others are: so a limit holds for all together. */
static kl_status run_part(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const running *r = data;
    uint64_t before = __atomic_load_n(&r->work->steps, __ATOMIC_RELAXED);
    kl_work work = {r->work->is_stopped, r->work->data, before, r->work->limit};
    kl_part part = {block, begin, end, &work};
    if (work.is_stopped && work.is_stopped(work.data))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    kl_status status = r->body(r->data, &part, error);
    __atomic_add_fetch(&r->work->steps, work.steps - before, __ATOMIC_RELAXED);
    return status;
}

kl_status kl_parts_run(kl_cut cut, kl_part_body *body, void *data, kl_work *work, kl_error *error)
{
    running r = {body, data, work};
    if (kl_cut_parts(cut) == 1)
        return body(data, &(kl_part){0, 0, cut.count, work}, error);
    return kl_parallel_try(cut.count, cut.grain, run_part, &r, error);
}

void kl_parts_all(kl_cut cut, kl_parallel_body *body, void *data)
{
    kl_parallel_all(cut.count, cut.grain, body, data);
}

/* ---- lists --------------------------------------------------------------------------------------------- */

typedef struct gathering {
    kl_gather_body *body;
    void *data;
    kl_value *lists; /* one a part; null until it begins */
    kl_value *to;
    size_t *places;  /* where each goes from `to` on */
} gathering;

static kl_status gather_part(void *data, const kl_part *part, kl_error *error)
{
    gathering *g = data;
    kl_value *list = &g->lists[part->index];
    KL_TRY(kl_array_new(list, 0, error));
    return g->body(list, g->data, part, error);
}

/* The items change their owner. */
static kl_status move_part(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const gathering *g = data;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++) {
        size_t len = kl_array_len(g->lists[i]);
        if (len)
            memcpy(g->to + g->places[i], kl_array_items(g->lists[i]), len * sizeof *g->to);
        g->lists[i].as.array->len = 0;
    }
    return KL_OK;
}

static kl_status join_lists(kl_value *list, gathering *g, size_t parts, kl_error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < parts; i++) {
        g->places[i] = total;
        total += kl_array_len(g->lists[i]); /* of lists that lie in memory: fits */
    }
    g->to = kl_array_room(list, total, error);
    if (!g->to)
        return KL_NO_MEMORY;
    kl_parallel_all(parts, 4, move_part, g);
    kl_array_added(*list, total);
    return KL_OK;
}

kl_status kl_parts_gather(kl_value *list, kl_cut cut, kl_gather_body *body, void *data, kl_work *work,
                          kl_error *error)
{
    size_t parts = kl_cut_parts(cut);
    if (parts == 1)
        return body(list, data, &(kl_part){0, 0, cut.count, work}, error);
    gathering g = {.body = body, .data = data};
    g.lists = kl_alloc_zero(parts, sizeof *g.lists);
    g.places = g.lists ? kl_alloc(parts * sizeof *g.places) : NULL;
    kl_status status = g.places ? kl_parts_run(cut, gather_part, &g, work, error) : kl_error_no_memory(error);
    if (status == KL_OK)
        status = join_lists(list, &g, parts, error);
    for (size_t i = 0; g.lists && i < parts; i++)
        kl_value_release(g.lists[i]);
    kl_free(g.lists);
    kl_free(g.places);
    return status;
}

/* ---- texts --------------------------------------------------------------------------------------------- */

typedef struct composing {
    kl_compose_body *body;
    void *data;
    size_t limit;
    kl_buffer *texts; /* one a part */
    size_t *places;   /* where each goes from `to` on */
    char *to;
    bool has_other;   /* atomic: than ASCII */
} composing;

static kl_status compose_part(void *data, const kl_part *part, kl_error *error)
{
    composing *c = data;
    kl_buffer *text = &c->texts[part->index];
    text->limit = c->limit;
    KL_TRY(c->body(text, c->data, part, error));
    if (!kl_text_is_ascii(kl_buffer_text(text)))
        __atomic_store_n(&c->has_other, true, __ATOMIC_RELAXED);
    return KL_OK;
}

static kl_status copy_part(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const composing *c = data;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++)
        if (c->texts[i].len)
            memcpy(c->to + c->places[i], c->texts[i].data, c->texts[i].len);
    return KL_OK;
}

static kl_status join_texts(kl_value *out, composing *c, size_t parts, kl_error *error)
{
    size_t total = 0;
    kl_buffer failed = {.limit = c->limit};
    for (size_t i = 0; i < parts && failed.status == KL_OK; i++) {
        c->places[i] = total;
        total += c->texts[i].len;
        failed.status = total > c->limit ? KL_LIMIT : c->texts[i].status;
    }
    if (failed.status != KL_OK)
        return kl_buffer_finish(out, &failed, error);
    KL_TRY(kl_text_room(out, &c->to, total, !c->has_other, error));
    kl_parallel_all(parts, 4, copy_part, c);
    return KL_OK;
}

static kl_status compose_all(kl_value *out, composing *c, kl_cut cut, kl_work *work, kl_error *error)
{
    size_t parts = kl_cut_parts(cut);
    c->texts = kl_alloc_zero(parts, sizeof *c->texts); /* all zero is KL_BUFFER_INIT */
    c->places = c->texts ? kl_alloc(parts * sizeof *c->places) : NULL;
    kl_status status = c->places ? kl_parts_run(cut, compose_part, c, work, error) : kl_error_no_memory(error);
    if (status == KL_OK)
        status = join_texts(out, c, parts, error);
    for (size_t i = 0; c->texts && i < parts; i++)
        kl_buffer_free(&c->texts[i]);
    kl_free(c->texts);
    kl_free(c->places);
    return status;
}

kl_status kl_parts_compose(kl_value *out, size_t limit, kl_cut cut, kl_compose_body *body, void *data, kl_work *work,
                           kl_error *error)
{
    if (kl_cut_parts(cut) > 1)
        return compose_all(out, &(composing){.body = body, .data = data, .limit = limit}, cut, work, error);
    kl_buffer text = {.limit = limit};
    kl_status status = body(&text, data, &(kl_part){0, 0, cut.count, work}, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}
