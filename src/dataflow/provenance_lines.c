/* src/dataflow/provenance_lines.c - see provenance_lines.h. */
#include "provenance_lines.h"

enum { BLOCK = 1 << 16 };

/* ---- lines --------------------------------------------------------------------------------------- */

kl_status kl_line_reader_open(kl_line_reader *reader, kl_text path, kl_error *error)
{
    kl_line_reader made = {.line = KL_BUFFER_INIT};
    made.block = kl_alloc(BLOCK);
    if (!made.block)
        return kl_error_no_memory(error);
    kl_status status = kl_file_open(&made.file, path, KL_TEXT(""), error);
    if (status == KL_OK)
        *reader = made;
    else
        kl_free(made.block);
    return status;
}

static kl_status fill(kl_line_reader *reader, kl_error *error)
{
    kl_source *source = kl_file_source(reader->file);
    reader->at = reader->end = 0;
    return source->read(source, &reader->end, reader->block, BLOCK, error);
}

/* Of a line that is too long the beginning is kept. */
static kl_status keep(kl_line_reader *reader, kl_text part, kl_error *error)
{
    size_t room = KL_EVENT_LINE_MAX - reader->line.len;
    reader->too_long |= part.len > room;
    kl_buffer_add(&reader->line, (kl_text){part.data, KL_MIN(part.len, room)});
    return reader->line.status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

kl_status kl_line_reader_next(bool *has_line, kl_line_reader *reader, kl_error *error)
{
    bool ended = false;
    reader->line.len = 0;
    reader->too_long = false;
    *has_line = false;
    while (!ended) {
        if (reader->at == reader->end)
            KL_TRY(fill(reader, error));
        if (reader->at == reader->end)
            break;
        const char *from = reader->block + reader->at;
        const char *end = memchr(from, '\n', reader->end - reader->at);
        size_t len = end ? (size_t)(end - from) : reader->end - reader->at;
        KL_TRY(keep(reader, (kl_text){from, len}, error));
        ended = end != NULL;
        reader->at += len + ended;
        *has_line = true;
    }
    reader->number += *has_line;
    return KL_OK;
}

void kl_line_reader_close(kl_line_reader *reader)
{
    kl_file_close(reader->file);
    kl_free(reader->block);
    kl_buffer_free(&reader->line);
}

/* ---- stored lines -------------------------------------------------------------------------------- */

static kl_status add(kl_line_set *set, uint64_t line, kl_error *error)
{
    size_t at = (size_t)(line / 8);
    if (at >= set->room) {
        size_t room = KL_MAX(2 * set->room, at + 64);
        uint8_t *grown = kl_realloc(set->bits, room);
        if (!grown)
            return kl_error_no_memory(error);
        memset(grown + set->room, 0, room - set->room);
        set->bits = grown;
        set->room = room;
    }
    set->bits[at] |= (uint8_t)(1u << line % 8);
    return KL_OK;
}

kl_status kl_line_set_read(kl_line_set *set, kl_data_session *session, kl_value file, uint64_t last,
                           kl_error *error)
{
    static const char *const columns[] = {"source_line", NULL};
    kl_reading reading;
    kl_status status;
    bool has_row;
    *set = (kl_line_set){NULL, 0};
    KL_TRY_OUT(kl_reading_select(&reading, session, "ArtifactActivationEvent", columns, error));
    KL_TRY_OUT(kl_reading_where(&reading, "source_file", file, error));
    KL_TRY_OUT(kl_reading_scope(&reading, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        int64_t line = kl_as_int(reading.values[0]);
        if (line > 0 && (uint64_t)line <= last)
            KL_TRY_OUT(add(set, (uint64_t)line, error));
    }
out:
    kl_reading_end(&reading);
    return status;
}

bool kl_line_set_has(const kl_line_set *set, int64_t line)
{
    size_t at = (size_t)(line / 8);
    return at < set->room && set->bits[at] & 1u << line % 8;
}

void kl_line_set_end(kl_line_set *set)
{
    kl_free(set->bits);
    *set = (kl_line_set){NULL, 0};
}
