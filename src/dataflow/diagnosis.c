/* src/dataflow/diagnosis.c - see diagnosis.h; and ErrorEnhancer.
 *
 * A row per kind of fault: by which SQLSTATEs and by which words of messages it is known, what it is
 * and what helps. The first row that matches counts, so the more exact ones stand first.
 */
#include "diagnosis.h"
#include "buffer.h"
#include "kailash/match.h"

#include <ctype.h>
#include <strings.h>

typedef struct fault {
    const char *states; /* SQLSTATEs, blank-separated; one of two characters is a whole class */
    const char *words;  /* globs for the message in lower case, separated by | */
    const char *cause;
    const char *remedy; /* a sentence; %s = " (constraint 'c' on table 't')", or nothing */
    bool is_column;     /* about a column that is not there */
} fault;

static const fault faults[] = {
    {"23505", "*unique constraint*|*duplicate key*|*duplicate entry*|*unique violation*",
     "A unique value is there already",
     "A UNIQUE constraint%s holds a row with this value already. Use upsert() instead of create(), "
     "or read() the row first.",
     false},
    {"23502",
     "*not null constraint*|*not-null constraint*|*null value in column*|*cannot be null*|"
     "*doesn't have a default value*",
     "A column that must not be NULL got no value",
     "A NOT NULL constraint%s needs a value. Give the column one, or declare a default in the "
     "model.",
     false},
    {"23503", "*foreign key*", "A row that is referred to does not exist, or is still in use",
     "A FOREIGN KEY constraint%s finds no such parent row. Insert the parent row first, or delete "
     "the rows that refer to it.",
     false},
    {"23514", "*check constraint*", "A value does not satisfy a check",
     "A CHECK constraint%s refuses the value. Check it before writing.", false},
    {"23P01", "*exclusion constraint*", "A row overlaps another one",
     "An EXCLUSION constraint%s finds another row that this one overlaps. Change the range, or "
     "remove the other row.",
     false},
    {"23001", NULL, "A row that others refer to would go",
     "A RESTRICT constraint%s keeps the row, for others refer to it. Delete or change those first.",
     false},
    {"23", NULL, "A constraint refuses the row",
     "An integrity constraint%s refuses the row; the database does not say of which kind. Read its "
     "message for more.",
     false},
    {NULL, "*model not registered*", "The model is not known to this database",
     "Register the model with register_model() before it is used, and mind the spelling of its "
     "name.",
     false},
    {NULL, "*tenant*required*|*tenant required*", "A call for a multi-tenant model names no tenant",
     "Use the *_with_tenant or *_scoped form of the call, or a transaction_with_tenant().", false},
    {NULL, "*classified column refused*", "A query refers to a column above the caller's clearance",
     "Raise the clearance with with_caller_clearance(), or declare the field with "
     "allow_query_reference=True.",
     false},
    {NULL, "*missing required field*", "A required field has no value",
     "Give every required field a value, or declare a default in the model.", false},
    {"42703 42S22",
     "*no such column*|*has no column named*|*column*does not exist*|*unknown column*|"
     "*unknown field*",
     "A column does not exist",
     "Compare the name with the columns of the table; a column that the model has and the table "
     "has not is added by a migration.",
     true},
    {"42P01 42S02", "*no such table*|*relation*does not exist*|*table*doesn't exist*|*unknown table*",
     "A table does not exist",
     "Call create_tables(), set auto_migrate=True, or apply the migration that makes the table.",
     false},
    {"40P01 40001", "*deadlock*|*could not serialize*",
     "Two transactions stood in each other's way, and one was given up",
     "Try the transaction again; touch rows in the same order everywhere.", false},
    {"55P03",
     "*database is locked*|*table is locked*|*lock wait timeout*|*could not obtain lock*|"
     "*database is busy*",
     "Another connection holds a lock",
     "Keep transactions short and try again; for SQLite, let one connection write at a time.",
     false},
    {"57014", "*timeout*|*timed out*|*canceling statement*", "The time limit was reached",
     "Find out what is slow (QueryEngine.slow_queries()), add an index, enlarge the pool, or raise "
     "the time limit.",
     false},
    {"08 57P01 57P02 57P03",
     "*connection refused*|*could not connect*|*can't connect*|*connection reset*|"
     "*connection*closed*|*closed the connection*|*lost connection*|*unable to open database*|"
     "*could not translate host name*|*unknown host*",
     "The database cannot be reached",
     "Check that the server runs, and host, port and path of the database URL.", false},
    {"28 42501",
     "*permission denied*|*access denied*|*authentication failed*|*insufficient privilege*|"
     "*readonly database*|*read-only*",
     "The database does not permit it",
     "Check user and password of the database URL, and grant the user what the call needs.", false},
    {"42601 42000",
     "*syntax error*|*error in your sql syntax*|*unrecognized token*|*incomplete input*",
     "The SQL is malformed",
     "Read the statement at the place that the message names; write values as parameters, never "
     "into the text.",
     false},
};

/* ---- which fault ------------------------------------------------------------------------------- */

/* Whether `state` is one of blank-separated SQLSTATEs, or of a class among them. */
static bool has_state(const char *states, kl_text state)
{
    for (const char *at = states; at && *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        bool is_class = len == 2;
        if ((is_class ? state.len >= 2 : state.len == len) && memcmp(at, state.data, len) == 0)
            return true;
        at += len;
    }
    return false;
}

static const fault *by_state(kl_text state)
{
    for (size_t i = 0; i < KL_COUNT(faults); i++)
        if (has_state(faults[i].states, state))
            return &faults[i];
    return NULL;
}

/* Whether a text matches one of globs separated by |. */
static bool has_words(const char *globs, kl_text text)
{
    for (const char *at = globs; at && *at; at += *at == '|') {
        size_t len = strcspn(at, "|");
        if (kl_glob_flat((kl_text){at, len}, text))
            return true;
        at += len;
    }
    return false;
}

static kl_status by_message(const fault **out, kl_text message, kl_error *error)
{
    kl_buffer lower = KL_BUFFER_INIT;
    *out = NULL;
    for (size_t i = 0; i < message.len; i++)
        kl_buffer_byte(&lower, (char)tolower((unsigned char)message.data[i]));
    if (lower.status != KL_OK) {
        kl_buffer_free(&lower);
        return kl_error_no_memory(error);
    }
    for (size_t i = 0; i < KL_COUNT(faults) && !*out; i++)
        if (has_words(faults[i].words, kl_buffer_text(&lower)))
            *out = &faults[i];
    kl_buffer_free(&lower);
    return KL_OK;
}

/* ---- a column that is meant -------------------------------------------------------------------- */

/* Longest name that is compared; of longer ones nobody mistypes a letter only. */
enum { NAME_MAX = 64 };

static char lower(char character) { return (char)tolower((unsigned char)character); }

/* Insertions, deletions, replacements and swaps of neighbours that lead from a to b. */
static size_t distance(kl_text a, kl_text b)
{
    size_t rows[3][NAME_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        above[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = lower(a.data[i - 1]) == lower(b.data[j - 1]);
            size_t best = KL_MIN(above[j], row[j - 1]) + 1;
            row[j] = KL_MIN(best, above[j - 1] + !same);
            if (i > 1 && j > 1 && lower(a.data[i - 1]) == lower(b.data[j - 2]) &&
                lower(a.data[i - 2]) == lower(b.data[j - 1]))
                row[j] = KL_MIN(row[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[b.len];
}

/* The known column that is nearest to `name`, or null; borrowed. */
static kl_value nearest(kl_value columns, kl_text name)
{
    kl_value best = kl_null();
    size_t most = KL_MAX(name.len / 3, (size_t)2), least = SIZE_MAX;
    for (size_t i = 0; name.len <= NAME_MAX && i < kl_array_len(columns); i++) {
        kl_text column = kl_as_text(kl_array_at(columns, i));
        size_t steps = column.len <= NAME_MAX ? distance(name, column) : SIZE_MAX;
        if (steps <= most && steps < least && steps < KL_MAX(name.len, column.len)) {
            least = steps;
            best = kl_array_at(columns, i);
        }
    }
    return best;
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '.' || (unsigned char)byte >= 0x80;
}

static size_t find_word(kl_text text, const char *word, size_t from)
{
    size_t len = strlen(word);
    for (; from + len <= text.len; from++)
        if (strncasecmp(text.data + from, word, len) == 0)
            return from + len;
    return SIZE_MAX;
}

/* The name that follows "column" or "field" in a message, without its table; empty when none does. */
static kl_text column_in(kl_text message)
{
    size_t at = find_word(message, "column", 0);
    if (at == SIZE_MAX)
        at = find_word(message, "field", 0);
    if (at == SIZE_MAX)
        return (kl_text){"", 0};
    size_t named = find_word(message, " named", at);
    if (named == at + 6)
        at = named;
    while (at < message.len && !is_name_byte(message.data[at]))
        at++;
    size_t start = at;
    for (; at < message.len && is_name_byte(message.data[at]); at++)
        if (message.data[at] == '.')
            start = at + 1;
    bool is_fingerprint = at < message.len && message.data[at] == '='; /* "column (len=3+h=...)" */
    return (kl_text){message.data + start, is_fingerprint ? 0 : at - start};
}

/* ---- texts ------------------------------------------------------------------------------------- */

static void put_pair(kl_buffer *to, const char *name, kl_text value)
{
    if (!value.len)
        return;
    kl_buffer_string(to, to->len ? ", " : "");
    kl_buffer_string(to, name);
    kl_buffer_string(to, ": ");
    kl_buffer_add(to, value);
}

/* The first word of a statement: it says what it does, and holds no value. */
static kl_text verb_of(kl_text sql)
{
    size_t start = 0, end;
    while (start < sql.len && !isalpha((unsigned char)sql.data[start]))
        start++;
    for (end = start; end < sql.len && isalpha((unsigned char)sql.data[end]); end++)
        ;
    return (kl_text){sql.data + start, KL_MIN(end - start, (size_t)16)};
}

static kl_status context_of(kl_value *out, const kl_error_facts *facts, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    put_pair(&text, "model", facts->model);
    put_pair(&text, "table", facts->table);
    put_pair(&text, "constraint", facts->constraint);
    put_pair(&text, "statement", verb_of(facts->sql));
    if (!text.len)
        kl_buffer_string(&text, "no additional context");
    return kl_buffer_finish(out, &text, error);
}

static void put_remedy(kl_buffer *to, const fault *found, const kl_error_facts *facts)
{
    const char *gap = strstr(found->remedy, "%s");
    if (!gap) {
        kl_buffer_string(to, found->remedy);
        return;
    }
    kl_buffer_add(to, (kl_text){found->remedy, (size_t)(gap - found->remedy)});
    if (facts->constraint.len || facts->table.len)
        kl_buffer_string(to, " (");
    if (facts->constraint.len) {
        kl_buffer_string(to, "constraint '");
        kl_buffer_add(to, facts->constraint);
        kl_buffer_string(to, facts->table.len ? "' " : "'");
    }
    if (facts->table.len) {
        kl_buffer_string(to, "on table '");
        kl_buffer_add(to, facts->table);
        kl_buffer_byte(to, '\'');
    }
    if (facts->constraint.len || facts->table.len)
        kl_buffer_byte(to, ')');
    kl_buffer_string(to, gap + 2);
}

/* What helps; null when nobody knows. */
static kl_status suggestion_of(kl_value *out, const fault *found, const kl_error_facts *facts,
                               kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    *out = kl_null();
    if (!found)
        return KL_OK;
    kl_value meant = found->is_column ? nearest(facts->known_columns, column_in(facts->message))
                                      : kl_null();
    if (kl_is_null(meant)) {
        put_remedy(&text, found, facts);
    } else {
        kl_buffer_string(&text, "Did you mean column '");
        kl_buffer_add(&text, kl_as_text(meant));
        kl_buffer_string(&text, "'?");
    }
    return kl_buffer_finish(out, &text, error);
}

/* ---- results ----------------------------------------------------------------------------------- */

static kl_status fill_enhanced(kl_value *map, const kl_error_facts *facts, kl_error *error)
{
    const fault *found = facts->sqlstate.len ? by_state(facts->sqlstate) : NULL;
    bool by_code = found != NULL;
    kl_value context, suggestion;
    if (!found)
        KL_TRY(by_message(&found, facts->message, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("original_message"), facts->message, error));
    KL_TRY(context_of(&context, facts, error));
    KL_TRY(kl_map_set(map, KL_TEXT("context"), context, error));
    KL_TRY(suggestion_of(&suggestion, found, facts, error));
    KL_TRY(kl_map_set(map, KL_TEXT("suggestion"), suggestion, error));
    return kl_map_set_text(map, KL_TEXT("classification"),
                           by_code ? KL_TEXT("sqlstate") : KL_TEXT("message_heuristic"), error);
}

kl_status kl_error_enhance(kl_value *out, const kl_error_facts *facts, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 4, error));
    kl_status status = fill_enhanced(&map, facts, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status fill_diagnosis(kl_value *map, kl_text message, kl_error *error)
{
    const fault *found;
    kl_error_facts facts = {.message = message};
    kl_value remedy;
    KL_TRY(by_message(&found, message, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("root_cause"),
                           found ? kl_text_from(found->cause)
                                 : KL_TEXT("The error is of no kind that is known here"),
                           error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("details"), message, error));
    KL_TRY(suggestion_of(&remedy, found, &facts, error));
    if (!kl_is_null(remedy))
        return kl_map_set(map, KL_TEXT("suggested_fix"), remedy, error);
    return kl_map_set_text(map, KL_TEXT("suggested_fix"),
                           KL_TEXT("Read the message, and the settings of the database that it "
                                   "speaks of."),
                           error);
}

kl_status kl_error_diagnose(kl_value *out, kl_text message, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 3, error));
    kl_status status = fill_diagnosis(&map, message, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- ErrorEnhancer ----------------------------------------------------------------------------- */

static kl_status enhance(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    kl_error_facts facts = {
        .message = kl_as_text(args[0]),
        .model = kl_as_text(args[1]),
        .table = kl_as_text(args[2]),
        .sql = kl_as_text(args[3]),
        .known_columns = args[4],
        .sqlstate = kl_as_text(args[5]),
        .constraint = kl_as_text(args[6]),
    };
    return kl_error_enhance(out, &facts, error);
}

#define OPTIONAL_TEXT(parameter, text)                                                             \
    {.name = (parameter), .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = (text)}

static const kl_param enhance_params[] = {
    {.name = "error_message", .kind = KL_KIND_STRING, .doc = "text of the error"},
    OPTIONAL_TEXT("model", "name of the model that was used"),
    OPTIONAL_TEXT("table", "its table"),
    OPTIONAL_TEXT("sql", "the statement, of which only the first word is told"),
    {.name = "known_columns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "columns of the table, to guess which one was meant"},
    OPTIONAL_TEXT("sqlstate", "SQLSTATE of the error; it counts before the message"),
    OPTIONAL_TEXT("constraint", "name of the constraint"),
};

static const kl_method enhancer_methods[] = {
    {.name = "enhance", .call = enhance, .flags = KL_STATIC, .params = KL_TABLE(enhance_params),
     .returns = KL_KIND_MAP,
     .doc = "A dict of original_message; context, in words; suggestion, or None when the kind of "
            "error is not known; and classification: sqlstate or message_heuristic, by which the "
            "kind was found."},
};

static const kl_type enhancer_type = {
    .name = "ErrorEnhancer",
    .module = "kailash.dataflow",
    .doc = "Explains errors of databases.",
    .size = sizeof(kl_object),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(enhancer_methods),
};
KL_PUBLISH(enhancer_type);
