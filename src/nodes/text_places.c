/* src/nodes/text_places.c - splitting and replacing: what is done at the places of one text in another.
 *
 * Long texts are cut into parts (find.h). A first pass counts the places of each, and so tells the second one
 * where the part writes to.
 */
#include "text_operations.h"
#include "array.h"
#include "find.h"
#include "payload.h"
#include "short_text.h"
#include "text_room.h"
#include "text_share.h"
#include "unicode.h"

enum { PLACES = 1024 }; /* found in one go */

/* ---- counting ------------------------------------------------------------------------------------ */

typedef struct places_part {
    size_t count;  /* of its places */
    size_t before; /* of those of all parts before it */
    size_t start;  /* behind the last place before it */
    size_t made;   /* items that it has put into the list */
} places_part;

typedef struct places {
    kl_text text, what, with;
    kl_cut cut;
    places_part *parts;
    size_t count;    /* of all places */
    size_t rest;     /* behind the last one */
    char *room;      /* replacing: the result */
    kl_value *items; /* splitting: the result, */
    kl_loop_strings strings;
} places;

static kl_status count_part(void *data, const kl_part *part, kl_error *error)
{
    const places *p = data;
    places_part *own = &p->parts[part->index];
    size_t found = PLACES, at[PLACES];
    size_t begin = kl_find_edge(p->text, p->what, part->begin);
    kl_finder finder = kl_finder_in(p->text, p->what, begin, part->end);
    for (own->start = 0; found == PLACES; own->count += found) {
        KL_TRY(kl_work_step(part->work, error));
        found = kl_find(at, PLACES, &finder);
        if (found)
            own->start = at[found - 1] + p->what.len;
    }
    return KL_OK;
}

/* From what each part counted to what it must know. */
static void add_up(places *p)
{
    for (size_t i = 0; i < kl_cut_parts(p->cut); i++) {
        places_part *part = &p->parts[i];
        size_t behind = part->start;
        part->before = p->count;
        part->start = p->rest;
        p->count += part->count;
        p->rest = part->count ? behind : p->rest;
    }
}

static kl_status count_places(places *p, kl_text text, kl_text what, kl_work *work, kl_error *error)
{
    *p = (places){.text = text, .what = what, .cut = kl_find_parts(text, what)};
    p->parts = kl_alloc_zero(kl_cut_parts(p->cut), sizeof *p->parts);
    if (!p->parts)
        return kl_error_no_memory(error);
    KL_TRY(kl_parts_run(p->cut, count_part, p, work, error));
    add_up(p);
    return KL_OK;
}

/* ---- splitting ----------------------------------------------------------------------------------- */

/* "" has one piece, but no character. */
static kl_status split_characters(kl_value *list, kl_text text, kl_work *work, kl_error *error)
{
    kl_strings strings = KL_STRINGS_INIT;
    kl_status status = text.len ? KL_OK : kl_array_push_text(list, text, error);
    for (size_t at = 0, step; at < text.len && status == KL_OK; at += step) {
        kl_value item;
        step = kl_text_step(text, at);
        KL_TRY_OUT(kl_work_step(work, error));
        KL_TRY_OUT(kl_strings_make(&item, &strings, (kl_text){text.data + at, step}, error));
        status = kl_node_list_push(list, item, error);
    }
out:
    kl_strings_end(&strings);
    return status;
}

static kl_status split_part(void *data, const kl_part *part, kl_error *error)
{
    places *p = data;
    kl_strings *strings = kl_loop_strings_mine(&p->strings);
    places_part *own = &p->parts[part->index];
    size_t found = PLACES, at[PLACES], start = own->start;
    size_t begin = kl_find_edge(p->text, p->what, part->begin);
    kl_finder finder = kl_finder_in(p->text, p->what, begin, part->end);
    while (found == PLACES) {
        found = kl_find(at, PLACES, &finder);
        for (size_t i = 0; i < found; i++) {
            KL_TRY(kl_work_step(part->work, error));
            kl_text piece = {p->text.data + start, at[i] - start};
            KL_TRY(kl_strings_make(&p->items[own->before + own->made], strings, piece, error));
            own->made++;
            start = at[i] + p->what.len;
        }
    }
    return KL_OK;
}

static kl_status split_all(kl_value *list, places *p, kl_work *work, kl_error *error)
{
    if (p->count >= KL_NODE_LIST_MAX)
        return kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
    p->items = kl_array_room(list, p->count + 1, error);
    if (!p->items)
        return KL_NO_MEMORY;
    kl_text rest = {p->text.data + p->rest, p->text.len - p->rest};
    KL_TRY(kl_loop_strings_begin(&p->strings, error));
    kl_status status = kl_parts_run(p->cut, split_part, p, work, error);
    kl_loop_strings_end(&p->strings);
    if (status == KL_OK)
        status = kl_string_from_valid(&p->items[p->count], rest, error);
    if (status == KL_OK) {
        kl_array_added(*list, p->count + 1);
        return KL_OK;
    }
    for (size_t i = 0; i < kl_cut_parts(p->cut); i++)
        for (size_t j = 0; j < p->parts[i].made; j++)
            kl_value_release(p->items[p->parts[i].before + j]);
    return status;
}

static kl_status split_at(kl_value *list, kl_text text, kl_text delimiter, kl_work *work, kl_error *error)
{
    places p;
    kl_status status = count_places(&p, text, delimiter, work, error);
    if (status == KL_OK)
        status = split_all(list, &p, work, error);
    kl_free(p.parts);
    return status;
}

kl_status kl_text_split_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_text text = kl_as_text(args[0]), delimiter = kl_as_text(args[1]);
    kl_work work = kl_node_work(call);
    kl_value list;
    KL_TRY(kl_array_new(&list, delimiter.len ? 0 : KL_MIN(kl_utf8_count(text), KL_NODE_LIST_MAX), error));
    kl_status status = delimiter.len ? split_at(&list, text, delimiter, &work, error)
                                     : split_characters(&list, text, &work, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- replacing ----------------------------------------------------------------------------------- */

/* At the ends and between all characters. */
static kl_status replace_between(kl_value *out, kl_text text, kl_text with, kl_error *error)
{
    kl_buffer to = {.limit = KL_NODE_TEXT_MAX};
    kl_buffer_add(&to, with);
    for (size_t at = 0, step; at < text.len && to.status == KL_OK; at += step) {
        step = kl_text_step(text, at);
        kl_buffer_add(&to, (kl_text){text.data + at, step});
        kl_buffer_add(&to, with);
    }
    return kl_buffer_finish(out, &to, error);
}

/* By a text of the same length: nothing else moves. */
static kl_status replace_same(void *data, const kl_part *part, kl_error *error)
{
    const places *p = data;
    size_t found = PLACES, at[PLACES], begin = kl_find_edge(p->text, p->what, part->begin);
    size_t end = kl_find_edge(p->text, p->what, part->end);
    kl_finder finder = kl_finder_in(p->text, p->what, begin, part->end);
    if (end > begin)
        memcpy(p->room + begin, p->text.data + begin, end - begin);
    while (found == PLACES) {
        KL_TRY(kl_work_step(part->work, error));
        found = kl_find(at, PLACES, &finder);
        for (size_t i = 0; i < found; i++)
            kl_short_copy(p->room + at[i], p->with);
    }
    return KL_OK;
}

static char *put(char *to, kl_text text)
{
    kl_short_copy(to, text);
    return to + text.len;
}

static kl_status replace_other(void *data, const kl_part *part, kl_error *error)
{
    const places *p = data;
    size_t found = PLACES, at[PLACES], start = kl_find_edge(p->text, p->what, part->begin);
    size_t end = kl_find_edge(p->text, p->what, part->end), before = p->parts[part->index].before;
    char *to = p->room + start - before * p->what.len + before * p->with.len;
    kl_finder finder = kl_finder_in(p->text, p->what, start, part->end);
    while (found == PLACES) {
        KL_TRY(kl_work_step(part->work, error));
        found = kl_find(at, PLACES, &finder);
        for (size_t i = 0; i < found; i++) {
            to = put(to, (kl_text){p->text.data + start, at[i] - start});
            to = put(to, p->with);
            start = at[i] + p->what.len;
        }
    }
    put(to, (kl_text){p->text.data + start, end - start});
    return KL_OK;
}

/* Room for the result, which has `len` bytes. */
static kl_status make_room(kl_value *out, places *p, size_t len, kl_error *error)
{
    if (len > KL_NODE_TEXT_MAX)
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    return kl_text_room(out, &p->room, len, kl_long_text_is_ascii(p->text) && kl_text_is_ascii(p->with), error);
}

static kl_status replace_in(kl_value *out, places *p, size_t len, kl_part_body *body, kl_work *work, kl_error *error)
{
    kl_value text;
    KL_TRY(make_room(&text, p, len, error));
    kl_status status = kl_parts_run(p->cut, body, p, work, error);
    if (status == KL_OK)
        *out = text;
    else
        kl_value_release(text);
    return status;
}

/* Length of the result, or more than any text may have. */
static size_t length_with(const places *p)
{
    size_t kept = p->text.len - p->count * p->what.len, added;
    if (__builtin_mul_overflow(p->count, p->with.len, &added) || added > KL_NODE_TEXT_MAX)
        return SIZE_MAX;
    return kept + added;
}

kl_status kl_text_replace_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_text text = kl_as_text(args[0]), what = kl_as_text(args[1]), with = kl_as_text(args[2]);
    kl_work work = kl_node_work(call);
    if (what.len == 0)
        return replace_between(out, text, with, error);
    if (what.len == with.len) {
        places p = {.text = text, .what = what, .with = with, .cut = kl_find_parts(text, what)};
        return replace_in(out, &p, text.len, replace_same, &work, error);
    }
    places p;
    kl_status status = count_places(&p, text, what, &work, error);
    p.with = with;
    if (status == KL_OK)
        status = replace_in(out, &p, length_with(&p), replace_other, &work, error);
    kl_free(p.parts);
    return status;
}
