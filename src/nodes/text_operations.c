/* src/nodes/text_operations.c - see text_operations.h. */
#include "text_operations.h"
#include "array.h"
#include "find.h"
#include "payload.h"
#include "slab.h"
#include "unicode.h"
#include "value_text.h"
#include "kailash/match.h"

/* ---- splitting and joining ------------------------------------------------------------------- */

enum { PLACES = 1024 }; /* found in one go */

/* Appends the pieces of a text to a list. */
typedef struct splitter {
    kl_value list;
    kl_slabs slabs;
    kl_work work;
} splitter;

static kl_status push_piece(splitter *s, kl_text piece, kl_error *error)
{
    kl_value item;
    KL_TRY(kl_work_step(&s->work, error));
    KL_TRY(kl_slabs_string(&item, &s->slabs, piece, error));
    return kl_node_list_push(&s->list, item, error);
}

/* "" has one piece, but no character. */
static kl_status split_characters(splitter *s, kl_text text, kl_error *error)
{
    if (text.len == 0)
        return push_piece(s, text, error);
    for (size_t at = 0, step; at < text.len; at += step) {
        step = kl_text_step(text, at);
        KL_TRY(push_piece(s, (kl_text){text.data + at, step}, error));
    }
    return KL_OK;
}

/* Counting first costs less than to move a list that grows. */
static size_t count_of(kl_text text, kl_text what)
{
    size_t places[PLACES], found = PLACES, count = 0;
    kl_finder finder = kl_finder_of(text, what);
    for (; found == PLACES; count += found)
        found = kl_find(places, PLACES, &finder);
    return count;
}

static kl_status split_at(splitter *s, kl_text text, kl_text delimiter, kl_error *error)
{
    size_t places[PLACES], found = PLACES, start = 0;
    kl_finder finder = kl_finder_of(text, delimiter);
    while (found == PLACES) {
        found = kl_find(places, PLACES, &finder);
        if (found > KL_NODE_LIST_MAX - kl_array_len(s->list))
            return kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
        kl_value *to = kl_array_room(&s->list, found, error); /* is there */
        for (size_t i = 0; i < found; i++) {
            KL_TRY(kl_work_step(&s->work, error));
            kl_text piece = {text.data + start, places[i] - start};
            KL_TRY(kl_slabs_string(to++, &s->slabs, piece, error));
            kl_array_added(s->list, 1);
            start = places[i] + delimiter.len;
        }
    }
    return push_piece(s, (kl_text){text.data + start, text.len - start}, error);
}

kl_status kl_text_split_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_text text = kl_as_text(args[0]), delimiter = kl_as_text(args[1]);
    splitter s = {.list = kl_null(), .work = kl_node_work(call)};
    size_t expected = delimiter.len ? count_of(text, delimiter) + 1 : kl_utf8_count(text);
    KL_TRY(kl_array_new(&s.list, KL_MIN(expected, KL_NODE_LIST_MAX), error));
    kl_status status = delimiter.len ? split_at(&s, text, delimiter, error)
                                     : split_characters(&s, text, error);
    kl_slabs_end(&s.slabs);
    if (status == KL_OK)
        *out = s.list;
    else
        kl_value_release(s.list);
    return status;
}

/* As memcpy(), without a call for what is short: the two halves may overlap. */
static inline void copy_short(char *to, kl_text text)
{
    if (text.len > 16) {
        memcpy(to, text.data, text.len);
    } else if (text.len >= 8) {
        memcpy(to + text.len - 8, text.data + text.len - 8, 8);
        memcpy(to, text.data, 8);
    } else if (text.len >= 4) {
        memcpy(to + text.len - 4, text.data + text.len - 4, 4);
        memcpy(to, text.data, 4);
    } else {
        for (size_t i = 0; i < text.len; i++)
            to[i] = text.data[i];
    }
}

/* As kl_buffer_add(), for texts that mostly are short and fit. */
static inline void add_text(kl_buffer *to, kl_text text)
{
    if (text.len > to->cap - to->len || to->status != KL_OK) {
        kl_buffer_add(to, text);
        return;
    }
    char *at = to->data + to->len;
    to->len += text.len;
    copy_short(at, text);
}

kl_status kl_text_join_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_buffer text = {.limit = KL_NODE_TEXT_MAX};
    kl_work work = kl_node_work(call);
    kl_status status = KL_OK;
    const kl_value *items = kl_array_items(args[0]);
    kl_text delimiter = kl_as_text(args[1]);
    for (size_t i = 0, count = kl_array_len(args[0]);
         i < count && status == KL_OK && text.status == KL_OK; i++) {
        if (i)
            add_text(&text, delimiter);
        if (kl_is(items[i], KL_KIND_STRING))
            add_text(&text, kl_string_text(items[i].as.string));
        else
            status = kl_value_write(&text, items[i], error);
        if (status == KL_OK)
            status = kl_work_step(&work, error);
    }
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- replacing ------------------------------------------------------------------------------- */

static void replace_between(kl_buffer *to, kl_text text, kl_text with)
{
    kl_buffer_add(to, with);
    for (size_t at = 0, step; at < text.len && to->status == KL_OK; at += step) {
        step = kl_text_step(text, at);
        kl_buffer_add(to, (kl_text){text.data + at, step});
        kl_buffer_add(to, with);
    }
}

static void replace_found(kl_buffer *to, kl_text text, kl_text what, kl_text with)
{
    size_t places[PLACES], found = PLACES, start = 0;
    kl_finder finder = kl_finder_of(text, what);
    kl_buffer_room(to, text.len); /* about as long as before */
    while (found == PLACES && to->status == KL_OK) {
        found = kl_find(places, PLACES, &finder);
        for (size_t i = 0; i < found; i++) {
            add_text(to, (kl_text){text.data + start, places[i] - start});
            add_text(to, with);
            start = places[i] + what.len;
        }
    }
    kl_buffer_add(to, (kl_text){text.data + start, text.len - start});
}

/* By a text of the same length: nothing else moves. */
static void replace_in_place(kl_buffer *to, kl_text text, kl_text what, kl_text with)
{
    size_t places[PLACES], found = PLACES;
    kl_finder finder = kl_finder_of(text, what);
    kl_buffer_add(to, text);
    while (found == PLACES && to->status == KL_OK) {
        found = kl_find(places, PLACES, &finder);
        for (size_t i = 0; i < found; i++)
            copy_short(to->data + places[i], with);
    }
}

kl_status kl_text_replace_op(kl_value *out, const kl_value *args, kl_node_call *call,
                             kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]), what = kl_as_text(args[1]), with = kl_as_text(args[2]);
    kl_buffer to = {.limit = KL_NODE_TEXT_MAX};
    if (what.len == 0)
        replace_between(&to, text, with);
    else if (what.len == with.len)
        replace_in_place(&to, text, what, with);
    else
        replace_found(&to, text, what, with);
    return kl_buffer_finish(out, &to, error);
}

kl_status kl_node_regex(kl_regex **out, kl_value pattern, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_regex_cached(out, kl_as_text(pattern), &why);
    if (status == KL_SYNTAX)
        status =
            kl_node_bad(error, "pattern", "expected valid regex pattern, got one with a fault: %s",
                        kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

kl_status kl_text_regex_replace_op(kl_value *out, const kl_value *args, kl_node_call *call,
                                   kl_error *error)
{
    (void)call;
    kl_regex *regex;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(kl_node_regex(&regex, args[1], error));
    kl_status status = kl_regex_replace(out, regex, kl_as_text(args[0]), kl_as_text(args[2]),
                                        KL_NODE_TEXT_MAX, &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, "replacement", "%s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    kl_regex_free(regex);
    return status;
}

/* ---- small ones ------------------------------------------------------------------------------ */

kl_status kl_text_repeat_op(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]);
    uint64_t count = (uint64_t)kl_as_int(args[1]);
    kl_buffer to = KL_BUFFER_INIT;
    if (text.len && count > KL_NODE_TEXT_MAX / text.len)
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    for (uint64_t i = 0; i < count && text.len; i++)
        kl_buffer_add(&to, text);
    return kl_buffer_finish(out, &to, error);
}

kl_status kl_text_length_op(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]), unit = kl_as_text(args[1]);
    size_t length = text.len;
    if (kl_text_is(unit, "graphemes"))
        KL_TRY(kl_text_grapheme_count(&length, text, error));
    else if (kl_text_is(unit, "characters"))
        length = kl_utf8_count(text);
    *out = kl_int((int64_t)length);
    return KL_OK;
}

kl_status kl_text_trim_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    kl_text inner = kl_text_trim(kl_as_text(args[0]), true, true);
    if (inner.len < kl_value_len(args[0]))
        return kl_string_from_valid(out, inner, error);
    *out = kl_value_retain(args[0]);
    return KL_OK;
}

kl_status kl_text_title_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_text_title(out, kl_as_text(args[0]), KL_NODE_TEXT_MAX, error);
}
