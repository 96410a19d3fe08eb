/* src/nodes/text_join.c - joining: a long list is joined in parts. */
#include "text_operations.h"
#include "parts.h"
#include "payload.h"
#include "short_text.h"
#include "value_text.h"

typedef struct joining {
    const kl_value *items;
    kl_text delimiter;
} joining;

static void look_ahead(const kl_value *items, size_t at, size_t end)
{
    enum { AHEAD = 24, MOST = 48 };
    if (at + AHEAD >= end || !kl_is(items[at + AHEAD], KL_KIND_STRING))
        return;
    __builtin_prefetch(items[at + AHEAD].as.string);
    __builtin_prefetch((const char *)items[at + AHEAD].as.string + MOST);
}

static inline char *put(char *to, kl_text text)
{
    if (text.len == 1) {
        *to = *text.data;
        return to + 1;
    }
    kl_short_copy(to, text);
    return to + text.len;
}

/* Strings for which there is room, each behind a delimiter, up to `end`; where it stopped. Pieces are short: to count
 * each in the buffer would take longer than to copy it. */
static size_t join_strings(kl_buffer *text, const joining *j, size_t begin, size_t end)
{
    char *to = text->data + text->len;
    const char *behind = text->data + text->cap;
    size_t at = begin;
    for (; at < end && kl_is(j->items[at], KL_KIND_STRING); at++) {
        kl_text piece = kl_string_text(j->items[at].as.string);
        look_ahead(j->items, at, end);
        if (piece.len + j->delimiter.len > (size_t)(behind - to))
            break;
        to = put(put(to, j->delimiter), piece);
    }
    text->len = (size_t)(to - text->data);
    return at;
}

/* What stopped it. */
static kl_status join_one(kl_buffer *text, const joining *j, size_t at, kl_error *error)
{
    if (at)
        kl_buffer_add(text, j->delimiter);
    return kl_value_write(text, j->items[at], error);
}

enum { STRIDE = 256 };

/* The first items tell how much room all will need; where they mislead, the buffer grows. A guess asks for little: what
 * cannot be had must not end what might do without. */
static void foresee(kl_buffer *text, size_t items)
{
    enum { MOST = 1 << 20 };
    size_t more = items / STRIDE * (text->len + text->len / 16);
    if (more < MOST && more < text->limit - text->len)
        kl_buffer_room(text, more);
}

static kl_status join_part(kl_buffer *text, void *data, const kl_part *part, kl_error *error)
{
    const joining *j = data;
    kl_buffer_room(text, 1);
    for (size_t at = part->begin; at < part->end && text->status == KL_OK;) {
        size_t end = KL_MIN(part->end, at + STRIDE), begin = at;
        if (at)
            at = join_strings(text, j, at, end);
        if (at < end)
            KL_TRY(join_one(text, j, at++, error));
        if (at == part->begin + STRIDE)
            foresee(text, part->end - at);
        KL_TRY(kl_work_steps(part->work, at - begin, error));
    }
    return KL_OK;
}

kl_status kl_text_join_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_work work = kl_node_work(call);
    joining j = {kl_array_items(args[0]), kl_as_text(args[1])};
    return kl_parts_compose(out, KL_NODE_TEXT_MAX, kl_cut_items(kl_array_len(args[0])), join_part, &j, &work, error);
}
