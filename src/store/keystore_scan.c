/* src/store/keystore_scan.c - commands that look at keys or members page by page.
 *
 * A cursor is the number of entries that are still to come, and they are gone through from the last to the
 * first: when a dictionary forgets what was removed, entries only move to the front, so what is there all
 * the time is found. What moved may be found twice, as with a server.
 */
#include "keystore_parts.h"

#include <math.h>
#include <stdio.h>

static const char *const type_names[] = {"string", "hash", "list", "set", "zset", "stream"};

typedef struct page {
    size_t left, most; /* entries still to come, and how many may be looked at */
    kl_text pattern;
    const char *type;  /* SCAN only: NULL = any */
    kl_value found;    /* array */
} page;

static kl_status read_cursor(page *out, kl_command_call *call, size_t index)
{
    int64_t cursor;
    if (!kl_read_integer(&cursor, kl_word(call, index)) || cursor < 0)
        return kl_refuse(call, "ERR invalid cursor");
    *out = (page){.left = cursor ? (size_t)cursor : SIZE_MAX, .most = 10, .pattern = KL_TEXT("*")};
    return KL_OK;
}

static kl_status read_options(page *p, kl_command_call *call, size_t first, bool has_type)
{
    int64_t count = 10;
    for (size_t i = first; i < call->count; i += 2) {
        if (i + 1 == call->count)
            return kl_refuse_syntax(call);
        if (kl_word_is(call, i, "match"))
            p->pattern = kl_word(call, i + 1);
        else if (has_type && kl_word_is(call, i, "type"))
            p->type = kl_word(call, i + 1).data;
        else if (!kl_word_is(call, i, "count"))
            return kl_refuse_syntax(call);
        else
            KL_TRY(kl_integer_word(&count, call, i + 1));
    }
    if (count < 1)
        return kl_refuse_syntax(call);
    p->most = (size_t)count;
    return KL_OK;
}

/* What a command makes of an entry: it appends to p->found. */
typedef kl_status keep_fn(page *p, const kl_dict_entry *entry, kl_command_call *call);

/* Look at the next entries, `dict` being NULL when there is nothing. */
static kl_status turn(page *p, const kl_dict *dict, keep_fn *keep, kl_command_call *call)
{
    KL_TRY(kl_array_new(&p->found, 0, call->error));
    p->left = dict ? KL_MIN(p->left, dict->used) : 0;
    for (size_t looked = 0; p->left > 0 && looked < p->most; p->left--) {
        const kl_dict_entry *entry = &dict->entries[p->left - 1];
        if (kl_is_null(entry->key))
            continue;
        looked++;
        if (kl_redis_glob(p->pattern, kl_as_text(entry->key)))
            KL_TRY(keep(p, entry, call));
    }
    return KL_OK;
}

/* The groups of `size` items in the order they were stored. */
static kl_status put_in_order(kl_value *list, size_t size, kl_error *error)
{
    size_t len = kl_array_len(*list);
    kl_value *items = len ? kl_array_edit(list, error) : NULL;
    if (len && !items)
        return KL_NO_MEMORY;
    for (size_t a = 0, b = len; a + size < b; a += size) {
        b -= size;
        for (size_t i = 0; i < size; i++) {
            kl_value item = items[a + i];
            items[a + i] = items[b + i];
            items[b + i] = item;
        }
    }
    return KL_OK;
}

/* [cursor, found]; the page is ended. */
static kl_status answer(page *p, size_t size, kl_status status, kl_command_call *call)
{
    kl_value pair = kl_null(), cursor;
    if (status == KL_OK)
        status = put_in_order(&p->found, size, call->error);
    if (status == KL_OK)
        status = kl_array_new(&pair, 2, call->error);
    if (status == KL_OK)
        status = kl_string_format(&cursor, call->error, "%zu", p->left);
    if (status == KL_OK)
        status = kl_array_push(&pair, cursor, call->error);
    if (status == KL_OK)
        status = kl_array_push(&pair, kl_value_take(&p->found), call->error);
    kl_value_release(p->found);
    if (status == KL_OK)
        return kl_answer(call, pair);
    kl_value_release(pair);
    return status;
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static kl_status keep_key(page *p, const kl_dict_entry *entry, kl_command_call *call)
{
    const kl_stored *item = entry->pointer;
    if (item->expires <= call->now || (p->type && strcmp(p->type, type_names[item->type]) != 0))
        return KL_OK;
    return kl_array_push(&p->found, kl_value_retain(entry->key), call->error);
}

static kl_status scan(kl_command_call *call)
{
    page p;
    KL_TRY(read_cursor(&p, call, 1));
    KL_TRY(read_options(&p, call, 2, true));
    return answer(&p, 1, turn(&p, &call->store->items, keep_key, call), call);
}

/* ---- members -------------------------------------------------------------------------------------- */

static kl_status keep_member(page *p, const kl_dict_entry *entry, kl_command_call *call)
{
    return kl_array_push(&p->found, kl_value_retain(entry->key), call->error);
}

static kl_status keep_field(page *p, const kl_dict_entry *entry, kl_command_call *call)
{
    KL_TRY(keep_member(p, entry, call));
    return kl_array_push(&p->found, kl_value_retain(entry->value), call->error);
}

/* A score as the text that a server gives. */
static kl_status keep_score(page *p, const kl_dict_entry *entry, kl_command_call *call)
{
    kl_value text;
    KL_TRY(keep_member(p, entry, call));
    KL_TRY(kl_string_format(&text, call->error, "%.17g", entry->score));
    return kl_array_push(&p->found, text, call->error);
}

/* As a server does: without the key nothing more is looked at. */
static kl_status scan_item(kl_command_call *call, kl_item_type type, size_t size, keep_fn *keep)
{
    page p;
    kl_stored *item;
    KL_TRY(read_cursor(&p, call, 2));
    KL_TRY(kl_find_typed(&item, call, 1, type));
    if (item)
        KL_TRY(read_options(&p, call, 3, false));
    const kl_dict *dict = !item                   ? NULL
                          : type == KL_ITEM_SORTED ? &item->sorted.scores
                                                   : &item->hash;
    return answer(&p, size, turn(&p, dict, keep, call), call);
}

static kl_status hscan(kl_command_call *call) { return scan_item(call, KL_ITEM_HASH, 2, keep_field); }
static kl_status sscan(kl_command_call *call) { return scan_item(call, KL_ITEM_SET, 1, keep_member); }
static kl_status zscan(kl_command_call *call) { return scan_item(call, KL_ITEM_SORTED, 2, keep_score); }

static const kl_command rows[] = {
    {"SCAN", 1, -1, "cursor [MATCH pattern] [COUNT count] [TYPE type]", scan},
    {"HSCAN", 2, -1, "key cursor [MATCH pattern] [COUNT count]", hscan},
    {"SSCAN", 2, -1, "key cursor [MATCH pattern] [COUNT count]", sscan},
    {"ZSCAN", 2, -1, "key cursor [MATCH pattern] [COUNT count]", zscan},
};
const kl_command_table kl_scan_commands = {rows, sizeof rows / sizeof *rows};
