/* src/dataflow/sql_edit.h - changes to an SQL text, made all at once at the end.
 *
 * Where the text of a change has SQL_TENANT, a placeholder for the tenant is written, of the kind that
 * the text uses otherwise, and its place among all values of the statement is noted.
 */
#ifndef KL_DATAFLOW_SQL_EDIT_H
#define KL_DATAFLOW_SQL_EDIT_H

#include "sql_token.h"
#include "buffer.h"

#define SQL_TENANT "\1"

typedef struct sql_edit {
    const char *at; /* in the SQL */
    size_t skip;    /* bytes that go */
    size_t text_at, text_len; /* what comes instead, in sql_edits.texts */
    size_t order;   /* of those at one place: the first made comes first */
} sql_edit;

typedef struct sql_edits {
    sql_edit *items;
    size_t count, cap;
    kl_buffer texts;
} sql_edits;

#define SQL_EDITS_INIT {NULL, 0, 0, KL_BUFFER_INIT}

/* Begin a change at `at`, which lies in the SQL, in place of `skip` bytes; the caller appends its text
 * to edits->texts and calls sql_edit_end(). */
kl_status sql_edit_begin(sql_edits *edits, const char *at, size_t skip, kl_error *error);
void sql_edit_end(sql_edits *edits);
/* Both, for a text known as a whole. */
kl_status sql_edit_add(sql_edits *edits, const char *at, size_t skip, const char *text, kl_error *error);
void sql_edits_clear(sql_edits *edits);

/* What a changed text is, and which values it wants. */
typedef struct sql_edited {
    kl_value sql;       /* string */
    size_t tenants;     /* placeholders for the tenant */
    kl_value positions; /* array of their places among all values, or null when these come last */
    kl_value names;     /* array of the names they have, where the text names its values; else null */
    kl_value dropped;   /* array of the places (as before) of values that the text wants no more, or null */
} sql_edited;

/* Make the changes, and the fixes of the tokens. Given; end it with sql_edited_clear(). */
kl_status sql_edits_make(sql_edited *out, sql_edits *edits, const sql_tokens *tokens, kl_error *error);
void sql_edited_clear(sql_edited *edited);

#endif
