/* src/dataflow/provenance_lines.h - the lines of a file, and which of them are stored already. */
#ifndef KL_DATAFLOW_PROVENANCE_LINES_H
#define KL_DATAFLOW_PROVENANCE_LINES_H

#include "provenance.h"
#include "store/file.h"

/* Longest line that is read. */
enum { KL_EVENT_LINE_MAX = 1 << 20 };

typedef struct kl_line_reader {
    kl_file *file;
    char *block;    /* what was read last */
    size_t at, end; /* of it */
    kl_buffer line;
    int64_t number; /* of the line at hand, from 1 */
    bool too_long;  /* the line at hand: its text is cut off */
} kl_line_reader;

KL_API kl_status kl_line_reader_open(kl_line_reader *reader, kl_text path, kl_error *error);
/* Go to the next line, which is kl_buffer_text(&reader->line) then; false behind the last one. */
KL_API kl_status kl_line_reader_next(bool *has_line, kl_line_reader *reader, kl_error *error);
KL_API void kl_line_reader_close(kl_line_reader *reader);

/* Numbers of lines, one bit each. */
typedef struct kl_line_set {
    uint8_t *bits;
    size_t room; /* in bytes */
} kl_line_set;
/* The lines of a file up to `last` that are stored for the tenant; end it with kl_line_set_end(). */
KL_API kl_status kl_line_set_read(kl_line_set *set, kl_data_session *session, kl_value file,
                                  uint64_t last, kl_error *error);
KL_API bool kl_line_set_has(const kl_line_set *set, int64_t line);
KL_API void kl_line_set_end(kl_line_set *set);

#endif
