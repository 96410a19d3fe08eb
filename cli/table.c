/* cli/table.c - tables without frames: a dim head, two blanks between columns. */
#include "terminal.h"

#include <stdarg.h>
#include <stdlib.h>

enum { BETWEEN = 2, COLUMNS_MAX = 8, SHRUNK_MIN = 12 };

static void add_cell(table *table, char *text)
{
    if (table->cell_count == table->cell_cap && !table->failed) {
        size_t cap = 2 * table->cell_cap + 64;
        char **cells = realloc(table->cells, cap * sizeof *cells);
        table->failed = !cells;
        if (cells) {
            table->cells = cells;
            table->cell_cap = cap;
        }
    }
    if (!text || table->failed) {
        table->failed = true;
        free(text);
        return;
    }
    table->cells[table->cell_count++] = text;
}

void table_cell(table *table, kl_text text)
{
    char *copy = malloc(text.len + 1);
    if (copy) {
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
    }
    add_cell(table, copy);
}

void table_format(table *table, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    add_cell(table, text);
}

/* The widest cell of each column; columns that shrink give what the terminal lacks. */
static void fit_widths(size_t *widths, const table *table, size_t indent)
{
    size_t total = indent, room = terminal_width();
    for (size_t c = 0; c < table->column_count; c++) {
        widths[c] = text_width(kl_text_from(table->columns[c].title));
        for (size_t i = c; i < table->cell_count; i += table->column_count)
            widths[c] = KL_MAX(widths[c], text_width(kl_text_from(table->cells[i])));
        total += widths[c] + (c ? BETWEEN : 0);
    }
    for (size_t c = table->column_count; c-- > 0 && total > room;) {
        size_t least = KL_MIN(widths[c], SHRUNK_MIN);
        size_t given = table->columns[c].shrinks ? KL_MIN(widths[c] - least, total - room) : 0;
        widths[c] -= given;
        total -= given;
    }
}

static void print_cell(const table *table, size_t column, const char *text, paint paint,
                       size_t width, FILE *to)
{
    kl_text shown = kl_text_from(text);
    bool last = column + 1 == table->column_count;
    size_t columns = KL_MIN(text_width(shown), width);
    if (table->columns[column].right)
        fprintf(to, "%*s", (int)(width - columns), "");
    fputs(painted(to, paint), to);
    columns = print_fitting(to, shown, width);
    fputs(paint == PAINT_PLAIN ? "" : painted(to, PAINT_PLAIN), to);
    if (!last)
        fprintf(to, "%*s", (int)((table->columns[column].right ? 0 : width - columns) + BETWEEN),
                "");
}

static void print_row(const table *table, const char *const *cells, const size_t *widths,
                      bool is_head, size_t indent, FILE *to)
{
    fprintf(to, "%*s", (int)indent, "");
    for (size_t c = 0; c < table->column_count; c++)
        print_cell(table, c, cells[c], is_head ? PAINT_DIM : table->columns[c].paint, widths[c], to);
    fputc('\n', to);
}

bool table_print(table *table, FILE *to, size_t indent)
{
    size_t widths[COLUMNS_MAX];
    const char *titles[COLUMNS_MAX];
    bool ok = !table->failed;
    if (ok) {
        fit_widths(widths, table, indent);
        for (size_t c = 0; c < table->column_count; c++)
            titles[c] = table->columns[c].title;
        print_row(table, titles, widths, true, indent, to);
        for (size_t i = 0; i + table->column_count <= table->cell_count; i += table->column_count)
            print_row(table, (const char *const *)table->cells + i, widths, false, indent, to);
    }
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    free(table->cells);
    table->cells = NULL;
    table->cell_count = table->cell_cap = 0;
    return ok;
}
