/* cli/terminal.h - what is printed and how: colours, widths, tables, errors, files. */
#ifndef KL_CLI_TERMINAL_H
#define KL_CLI_TERMINAL_H

#include "kailash/value.h"

#include <stdio.h>

/* ---- colours ----------------------------------------------------------------------------------- */

typedef enum paint { PAINT_PLAIN, PAINT_BOLD, PAINT_DIM, PAINT_RED, PAINT_GREEN, PAINT_YELLOW,
                     PAINT_CYAN } paint;

/* "auto" (a terminal, NO_COLOR unset, TERM not "dumb"), "always" or "never"; NULL = auto. */
void terminal_init(const char *when);
/* The escape sequence that starts or (PAINT_PLAIN) ends a colour on `to`; "" without colours. */
const char *painted(FILE *to, paint paint);
/* Columns of the terminal, COLUMNS, or 100. */
size_t terminal_width(void);

/* ---- texts ------------------------------------------------------------------------------------- */

/* Once, at the start of the thread that prints: widths of characters are those of Unicode, whatever
 * the user's encoding. */
void text_init(void);
/* `text` if the user's encoding is UTF-8. */
const char *if_utf8(const char *text, const char *otherwise);
/* Columns that `text` takes: wide and combining characters and joined emoji count as drawn. */
size_t text_width(kl_text text);
/* Print what fits into `width` columns, the rest becoming an ellipsis. Control characters are made
 * harmless: no text can move the cursor. Returns the columns used. */
size_t print_fitting(FILE *to, kl_text text, size_t width);
/* Print words in lines of at most `width` columns, each beginning with `indent` blanks but the
 * first, of which `column` columns are taken. */
void print_wrapped(FILE *to, const char *text, size_t column, size_t indent, size_t width);
/* Name `index` of a list; NULL at its end. */
typedef const char *name_list(const void *list, size_t index);
/* The name that is most like `word`, or NULL when none is much like it. */
const char *most_like(const char *word, name_list *name_at, const void *list);
/* The list for an array that NULL ends. */
const char *word_at(const void *words, size_t index);
/* Write "did you mean NAME?" to `hint` (size bytes) and return it, or return `otherwise`. */
const char *did_you_mean(char *hint, size_t size, const char *like, const char *otherwise);

/* ---- tables ------------------------------------------------------------------------------------ */

typedef struct table_column {
    const char *title;
    bool right;     /* aligned */
    bool shrinks;   /* is shortened when the table is wider than the terminal */
    paint paint;
} table_column;

typedef struct table {
    const table_column *columns;
    size_t column_count;
    char **cells; /* row by row; owned */
    size_t cell_count, cell_cap;
    bool failed;  /* memory has ended */
} table;

#define TABLE_INIT(columns_) {(columns_), KL_COUNT(columns_), NULL, 0, 0, false}

/* The next cell; copied. */
void table_cell(table *table, kl_text text);
void table_format(table *table, const char *format, ...) KL_PRINTF(2, 3);
/* Print and empty; false when memory has ended. */
bool table_print(table *table, FILE *to, size_t indent);

/* ---- values ------------------------------------------------------------------------------------ */

/* A short look at a value: its JSON, cut after about `most` characters. */
void print_preview(FILE *to, kl_value value, size_t most);
/* The exact plain JSON, piece by piece: never the whole text in memory. */
kl_status print_json(FILE *to, kl_value value, kl_error *error);

/* ---- errors and files -------------------------------------------------------------------------- */

/* "kailash: MESSAGE" in one line on stderr; `hint` (may be NULL) is added after a semicolon. */
void print_error(const char *hint, const char *format, ...) KL_PRINTF(2, 3);
/* The same for a failure of the library; takes and clears `error`. Returns its exit code. */
int report_error(kl_error *error, const char *hint);
/* The same for `run --json` and its like: an object "error" on stdout too. */
int report_error_as(kl_error *error, const char *hint, bool json);

/* A whole file, or standard input for "-"; given as bytes. */
kl_status read_file(kl_value *out, const char *path, kl_error *error);

/* A file that appears under its name when it is complete, or "-" = stdout. */
typedef struct out_file {
    FILE *stream;
    char *temporary; /* its name until then, or NULL: written in place */
    const char *path;
} out_file;
kl_status out_open(out_file *file, const char *path, kl_error *error);
/* Flush and close; with `keep` false it is removed. */
kl_status out_close(out_file *file, bool keep, kl_error *error);

/* End of a command: flush stdout. A reader that went away is no failure; a full disk is. */
int finish_output(int code);

#endif
