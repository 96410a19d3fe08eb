/* src/base/csv_reader.h - a reader of comma-separated values from within. */
#ifndef KL_BASE_CSV_READER_H
#define KL_BASE_CSV_READER_H

#include "csv.h"

/* Where a cell lies; offsets from the start of the row, so that the window may move. */
typedef struct csv_field {
    size_t start, end;
} csv_field;

struct kl_csv_reader {
    kl_csv_dialect dialect;
    kl_source *source;
    char *window;          /* the row being read, and what was read beyond it */
    size_t len, cap;
    size_t row;            /* start of the row in the window */
    size_t at;             /* next byte to look at */
    bool ended;            /* the source has no more */
    csv_field *fields;         /* of the row being read */
    size_t field_count, field_cap;
    size_t line, row_line; /* of the next byte, of the row's first; from 1 */
    bool stops[256];       /* bytes that end a bare cell */
    kl_value columns;      /* array of distinct names */
    kl_keys *shape;        /* the same as a shape */
    size_t *slots;         /* position in the shape of each field */
    size_t *rooms;         /* bytes that the cells of the last row have room for, by slot */
    size_t slot_count;
    kl_value last;         /* the row given last: filled again when nobody else keeps it */
    kl_value probe;        /* a row for a condition: the cells that it looks at, or null */
    size_t *probed;        /* the fields of those */
    size_t *probe_rooms;
    size_t probed_count;
    bool pending;          /* the row read last is data and was not given yet */
};

/* Text of a field of the row that was read last. */
static inline kl_text csv_field_text(const kl_csv_reader *reader, size_t index)
{
    const char *row = reader->window + reader->row;
    return (kl_text){row + reader->fields[index].start,
                     reader->fields[index].end - reader->fields[index].start};
}

/* Make `*cell`, over the text that is there if it has room for it. */
kl_status csv_fill_cell(kl_value *cell, size_t *room, const kl_csv_reader *reader, kl_text text,
                        kl_error *error);
kl_status csv_fail_at_line(const kl_csv_reader *reader, kl_error *error, const char *what);

#endif
