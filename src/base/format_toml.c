/* src/base/format_toml.c - TOML 1.0 documents, read into a tree of tables that then become maps.
 *
 * Dates and times are read as text in the form of RFC 3339. Line ends within strings become LF.
 */
#include "formats.h"
#include "toml.h"
#include "payload.h"
#include "kailash/json.h"

#include <inttypes.h>

enum entry_kind { ENTRY_VALUE, ENTRY_TABLE, ENTRY_LIST };

/* How a table came to be decides what may still be added to it. */
enum table_origin {
    TABLE_IMPLIED, /* by a longer header: may still get its own header, once */
    TABLE_HEADER,  /* by its header: keys only below that header */
    TABLE_DOTTED,  /* by dotted keys: more dotted keys, but no header */
};

typedef struct entry {
    enum entry_kind kind;
    enum table_origin origin;
    unsigned depth;
    kl_value value; /* the value; of a table a map key -> index of its entry; of a list of tables
                       an array of such indices */
} entry;

typedef struct toml_reader {
    kl_toml_text text;
    entry *entries; /* [0] is the document */
    size_t len, cap;
    unsigned depth; /* of arrays and inline tables */
} toml_reader;

static kl_status read_value(kl_value *out, toml_reader *r, kl_error *error);

/* ---- the tree -------------------------------------------------------------------------------- */

static kl_status add_entry(size_t *out, toml_reader *r, entry what, kl_error *error)
{
    if (r->len == r->cap) {
        size_t cap = 2 * r->cap + 16;
        entry *grown = kl_realloc(r->entries, cap * sizeof *grown);
        if (!grown) {
            kl_value_release(what.value);
            return kl_error_no_memory(error);
        }
        r->entries = grown;
        r->cap = cap;
    }
    r->entries[r->len] = what;
    *out = r->len++;
    return KL_OK;
}

static kl_status new_table(size_t *out, toml_reader *r, enum table_origin origin, unsigned depth,
                           kl_error *error)
{
    kl_value map;
    if (depth > KL_JSON_DEPTH_IN)
        return kl_toml_fault(&r->text, error, "nests deeper than %d levels", KL_JSON_DEPTH_IN);
    KL_TRY(kl_map_new(&map, 4, error));
    return add_entry(out, r, (entry){ENTRY_TABLE, origin, depth, map}, error);
}

/* The entry of `key` in table `at`; false when there is none. */
static bool find_entry(size_t *out, const toml_reader *r, size_t at, kl_value key)
{
    const kl_value *index = kl_map_find(r->entries[at].value, kl_as_text(key));
    if (index)
        *out = (size_t)index->as.integer;
    return index != NULL;
}

static kl_status link_entry(toml_reader *r, size_t table, kl_value key, size_t index,
                            kl_error *error)
{
    return kl_map_set_key(&r->entries[table].value, key, kl_int((int64_t)index), error);
}

static kl_status add_table(size_t *out, toml_reader *r, size_t parent, kl_value key,
                           enum table_origin origin, kl_error *error)
{
    size_t index;
    KL_TRY(new_table(&index, r, origin, r->entries[parent].depth + 1, error));
    KL_TRY(link_entry(r, parent, key, index, error));
    *out = index;
    return KL_OK;
}

/* One more table at the end of a list of tables. */
static kl_status extend_list(size_t *out, toml_reader *r, size_t list, kl_error *error)
{
    size_t index;
    KL_TRY(new_table(&index, r, TABLE_HEADER, r->entries[list].depth + 1, error));
    KL_TRY(kl_array_push(&r->entries[list].value, kl_int((int64_t)index), error));
    *out = index;
    return KL_OK;
}

static kl_status to_value(kl_value *out, const toml_reader *r, size_t index, kl_error *error);

static kl_status table_to_value(kl_value *out, const toml_reader *r, kl_value names,
                                kl_error *error)
{
    kl_value map, item;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, kl_map_len(names), error));
    for (size_t i = 0, len = kl_map_len(names); i < len; i++) {
        KL_TRY_OUT(to_value(&item, r, (size_t)kl_as_int(kl_map_value_at(names, i)), error));
        KL_TRY_OUT(kl_map_set_key(&map, kl_map_key_value_at(names, i), item, error));
    }
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

static kl_status list_to_value(kl_value *out, const toml_reader *r, kl_value indices,
                               kl_error *error)
{
    kl_value array, item;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&array, kl_array_len(indices), error));
    for (size_t i = 0, len = kl_array_len(indices); i < len; i++) {
        KL_TRY_OUT(to_value(&item, r, (size_t)kl_as_int(kl_array_at(indices, i)), error));
        KL_TRY_OUT(kl_array_push(&array, item, error));
    }
    *out = kl_value_take(&array);
out:
    kl_value_release(array);
    return status;
}

/* Recursion is bounded by the depth of tables, which new_table() checks. */
static kl_status to_value(kl_value *out, const toml_reader *r, size_t index, kl_error *error)
{
    const entry *from = &r->entries[index];
    if (from->kind == ENTRY_TABLE)
        return table_to_value(out, r, from->value, error);
    if (from->kind == ENTRY_LIST)
        return list_to_value(out, r, from->value, error);
    *out = kl_value_retain(from->value);
    return KL_OK;
}

/* ---- blanks, comments, keys ------------------------------------------------------------------ */

static void skip_blanks(toml_reader *r)
{
    while (kl_toml_peek(&r->text, 0) == ' ' || kl_toml_peek(&r->text, 0) == '\t')
        r->text.at++;
}

static kl_status skip_comment(toml_reader *r, kl_error *error)
{
    kl_toml_text *t = &r->text;
    if (kl_toml_peek(t, 0) != '#')
        return KL_OK;
    for (; t->at < t->end && *t->at != '\n'; t->at++) {
        unsigned char c = (unsigned char)*t->at;
        if (c == '\r' && kl_toml_peek(t, 1) == '\n')
            return KL_OK;
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return kl_toml_fault(t, error, "control character in a comment");
    }
    return KL_OK;
}

static bool skip_newline(toml_reader *r)
{
    size_t len = kl_toml_starts(&r->text, "\r\n") ? 2 : kl_toml_starts(&r->text, "\n") ? 1 : 0;
    r->text.at += len;
    return len > 0;
}

/* Blanks, comments and line ends, as they may stand within an array. */
static kl_status skip_lines(toml_reader *r, kl_error *error)
{
    do {
        skip_blanks(r);
        KL_TRY(skip_comment(r, error));
    } while (skip_newline(r));
    return KL_OK;
}

static kl_status end_line(toml_reader *r, kl_error *error)
{
    skip_blanks(r);
    KL_TRY(skip_comment(r, error));
    if (!skip_newline(r) && r->text.at < r->text.end)
        return kl_toml_fault(&r->text, error, "expected the end of the line");
    return KL_OK;
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static kl_status read_key(kl_value *out, toml_reader *r, kl_error *error)
{
    kl_toml_text *t = &r->text;
    char c = kl_toml_peek(t, 0);
    if (c == '"' || c == '\'')
        return kl_toml_string(out, t, false, error);
    const char *from = t->at;
    while (t->at < t->end && is_bare(*t->at))
        t->at++;
    if (t->at == from)
        return kl_toml_fault(t, error, "expected a key");
    return kl_string_from_valid(out, (kl_text){from, (size_t)(t->at - from)}, error);
}

/* A key with blanks behind it; `*more` when a dot and another key follow. */
static kl_status read_key_part(kl_value *out, bool *more, toml_reader *r, kl_error *error)
{
    KL_TRY(read_key(out, r, error));
    skip_blanks(r);
    *more = kl_toml_peek(&r->text, 0) == '.';
    if (*more) {
        r->text.at++;
        skip_blanks(r);
    }
    return KL_OK;
}

static kl_status defined_twice(const toml_reader *r, kl_value key, kl_error *error)
{
    kl_text name = kl_as_text(key);
    return kl_toml_fault(&r->text, error, "'%.*s' is defined twice", (int)KL_MIN(name.len, 100),
                         name.data);
}

/* ---- key = value ----------------------------------------------------------------------------- */

/* The table below `table` that a part of a dotted key names. */
static kl_status dotted_step(size_t *table, toml_reader *r, kl_value key, kl_error *error)
{
    size_t found;
    if (!find_entry(&found, r, *table, key))
        return add_table(table, r, *table, key, TABLE_DOTTED, error);
    if (r->entries[found].kind != ENTRY_TABLE || r->entries[found].origin != TABLE_DOTTED)
        return defined_twice(r, key, error);
    *table = found;
    return KL_OK;
}

static kl_status read_assigned(toml_reader *r, size_t table, kl_value key, kl_error *error)
{
    size_t found;
    kl_value value;
    if (find_entry(&found, r, table, key))
        return defined_twice(r, key, error);
    if (kl_toml_peek(&r->text, 0) != '=')
        return kl_toml_fault(&r->text, error, "expected '=' after the key");
    r->text.at++;
    skip_blanks(r);
    KL_TRY(read_value(&value, r, error));
    KL_TRY(add_entry(&found, r, (entry){ENTRY_VALUE, 0, 0, value}, error));
    return link_entry(r, table, key, found, error);
}

static kl_status read_pair(toml_reader *r, size_t table, kl_error *error)
{
    bool more = true;
    while (more) {
        kl_value key;
        KL_TRY(read_key_part(&key, &more, r, error));
        kl_status status = more ? dotted_step(&table, r, key, error)
                                : read_assigned(r, table, key, error);
        kl_value_release(key);
        KL_TRY(status);
    }
    return KL_OK;
}

/* ---- values ---------------------------------------------------------------------------------- */

static kl_status read_array(kl_value *out, toml_reader *r, kl_error *error)
{
    kl_value array, item;
    kl_status status;
    r->text.at++;
    KL_TRY(kl_array_new(&array, 0, error));
    for (bool first = true;; first = false) {
        KL_TRY_OUT(skip_lines(r, error));
        if (!first && kl_toml_peek(&r->text, 0) == ',') {
            r->text.at++;
            KL_TRY_OUT(skip_lines(r, error));
        } else if (!first && kl_toml_peek(&r->text, 0) != ']') {
            KL_TRY_OUT(kl_toml_fault(&r->text, error, "expected ',' or ']'"));
        }
        if (kl_toml_peek(&r->text, 0) == ']')
            break;
        KL_TRY_OUT(read_value(&item, r, error));
        KL_TRY_OUT(kl_array_push(&array, item, error));
    }
    r->text.at++;
    status = KL_OK;
    *out = kl_value_take(&array);
out:
    kl_value_release(array);
    return status;
}

/* Its entries stand at the end of the tree and leave it with the table, which is closed then. */
static kl_status read_inline_table(kl_value *out, toml_reader *r, kl_error *error)
{
    size_t table;
    r->text.at++;
    KL_TRY(new_table(&table, r, TABLE_HEADER, r->depth, error));
    skip_blanks(r);
    for (bool first = true; kl_toml_peek(&r->text, 0) != '}'; first = false) {
        if (!first && kl_toml_peek(&r->text, 0) != ',')
            return kl_toml_fault(&r->text, error, "expected ',' or '}'");
        r->text.at += first ? 0 : 1;
        skip_blanks(r);
        KL_TRY(read_pair(r, table, error));
        skip_blanks(r);
    }
    r->text.at++;
    KL_TRY(to_value(out, r, table, error));
    while (r->len > table)
        kl_value_release(r->entries[--r->len].value);
    return KL_OK;
}

static kl_status read_value(kl_value *out, toml_reader *r, kl_error *error)
{
    char c = kl_toml_peek(&r->text, 0);
    if (c == '"' || c == '\'')
        return kl_toml_string(out, &r->text, true, error);
    if (c != '[' && c != '{')
        return kl_toml_scalar(out, &r->text, error);
    if (r->depth >= KL_JSON_DEPTH_IN)
        return kl_toml_fault(&r->text, error, "nests deeper than %d levels", KL_JSON_DEPTH_IN);
    r->depth++;
    KL_TRY(c == '[' ? read_array(out, r, error) : read_inline_table(out, r, error));
    r->depth--;
    return KL_OK;
}

/* ---- headers --------------------------------------------------------------------------------- */

/* The table below `table` that a part of a header, not its last, names. */
static kl_status header_step(size_t *table, toml_reader *r, kl_value key, kl_error *error)
{
    size_t found;
    if (!find_entry(&found, r, *table, key))
        return add_table(table, r, *table, key, TABLE_IMPLIED, error);
    const entry *step = &r->entries[found];
    if (step->kind == ENTRY_VALUE)
        return defined_twice(r, key, error);
    if (step->kind == ENTRY_LIST)
        found = (size_t)kl_as_int(kl_array_at(step->value, kl_array_len(step->value) - 1));
    *table = found;
    return KL_OK;
}

static kl_status open_table(size_t *table, toml_reader *r, kl_value key, kl_error *error)
{
    size_t found;
    if (!find_entry(&found, r, *table, key))
        return add_table(table, r, *table, key, TABLE_HEADER, error);
    entry *known = &r->entries[found];
    if (known->kind != ENTRY_TABLE || known->origin != TABLE_IMPLIED)
        return defined_twice(r, key, error);
    known->origin = TABLE_HEADER;
    *table = found;
    return KL_OK;
}

static kl_status open_list_item(size_t *table, toml_reader *r, kl_value key, kl_error *error)
{
    size_t list;
    if (!find_entry(&list, r, *table, key)) {
        kl_value array;
        unsigned depth = r->entries[*table].depth + 1;
        KL_TRY(kl_array_new(&array, 1, error));
        KL_TRY(add_entry(&list, r, (entry){ENTRY_LIST, 0, depth, array}, error));
        KL_TRY(link_entry(r, *table, key, list, error));
    } else if (r->entries[list].kind != ENTRY_LIST) {
        return defined_twice(r, key, error);
    }
    return extend_list(table, r, list, error);
}

static kl_status read_header(size_t *table, toml_reader *r, kl_error *error)
{
    const char *closing = kl_toml_starts(&r->text, "[[") ? "]]" : "]";
    bool more = true;
    *table = 0;
    r->text.at += strlen(closing);
    skip_blanks(r);
    while (more) {
        kl_value key;
        KL_TRY(read_key_part(&key, &more, r, error));
        kl_status status = more         ? header_step(table, r, key, error)
                           : closing[1] ? open_list_item(table, r, key, error)
                                        : open_table(table, r, key, error);
        kl_value_release(key);
        KL_TRY(status);
    }
    if (!kl_toml_starts(&r->text, closing))
        return kl_toml_fault(&r->text, error, "expected '%s'", closing);
    r->text.at += strlen(closing);
    return KL_OK;
}

static kl_status read_document(toml_reader *r, kl_error *error)
{
    size_t table;
    KL_TRY(new_table(&table, r, TABLE_HEADER, 1, error));
    for (;;) {
        KL_TRY(skip_lines(r, error));
        if (r->text.at == r->text.end)
            return KL_OK;
        KL_TRY(*r->text.at == '[' ? read_header(&table, r, error) : read_pair(r, table, error));
        KL_TRY(end_line(r, error));
    }
}

static kl_status toml_read(kl_value *out, kl_text data, kl_error *error)
{
    toml_reader r = {.text = {data.data, data.data, data.data + data.len}};
    kl_status status = read_document(&r, error);
    if (status == KL_OK)
        status = to_value(out, &r, 0, error);
    while (r.len)
        kl_value_release(r.entries[--r.len].value);
    kl_free(r.entries);
    return status;
}

const kl_format kl_format_toml = {
    .name = "toml", .title = "TOML", .read = toml_read, .write = kl_toml_write,
};
