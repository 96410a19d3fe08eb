/* src/dataflow/provenance_coverage.c - see provenance_coverage.h. */
#include "provenance_coverage.h"

static const char *const statuses[] = {"distilled", "fallback-chunked", "boilerplate-dropped"};

kl_coverage_status kl_coverage_status_of(kl_text word)
{
    for (size_t i = 0; i < KL_COUNT(statuses); i++)
        if (kl_text_is(word, statuses[i]))
            return (kl_coverage_status)i;
    return KL_COVERAGE_UNKNOWN;
}

kl_value kl_coverage_of(int64_t covered, int64_t uncovered)
{
    if (covered + uncovered == 0)
        return kl_null();
    return kl_double((double)covered / (double)(covered + uncovered));
}

/* ---- sources ------------------------------------------------------------------------------------- */

static kl_status make_room(kl_corpus *corpus, kl_error *error)
{
    if (corpus->count < corpus->room)
        return KL_OK;
    size_t room = corpus->room ? 2 * corpus->room : 8;
    void *grown = kl_realloc(corpus->sources, room * sizeof *corpus->sources);
    if (!grown)
        return kl_error_no_memory(error);
    corpus->sources = grown;
    corpus->room = room;
    return KL_OK;
}

static kl_status add_source(kl_corpus *corpus, kl_value id, kl_error *error)
{
    kl_value uncovered;
    KL_TRY(make_room(corpus, error));
    KL_TRY(kl_array_new(&uncovered, 0, error));
    corpus->sources[corpus->count++] = (kl_source_coverage){.source_id = kl_value_retain(id),
                                                            .uncovered = uncovered};
    return kl_map_set_key(&corpus->places, id, kl_int((int64_t)corpus->count - 1), error);
}

static kl_status find_source(kl_source_coverage **out, kl_corpus *corpus, kl_value id,
                             kl_error *error)
{
    const kl_value *place = kl_map_find(corpus->places, kl_as_text(id));
    size_t at = place ? (size_t)kl_as_int(*place) : corpus->count;
    if (!place)
        KL_TRY(add_source(corpus, id, error));
    *out = &corpus->sources[at];
    return KL_OK;
}

void kl_corpus_end(kl_corpus *corpus)
{
    for (size_t i = 0; i < corpus->count; i++) {
        kl_value_release(corpus->sources[i].source_id);
        kl_value_release(corpus->sources[i].uncovered);
    }
    kl_free(corpus->sources);
    kl_value_release(corpus->places);
    *corpus = (kl_corpus){.count = 0};
}

/* ---- chunks -------------------------------------------------------------------------------------- */

/* The columns of a chunk and of its entry, in the order of put_chunks(). */
enum { ID, SOURCE_REF, ENTRY, STATUS };

/* The chunks with the entries that their keys name. Columns of both tables have other names, but for
 * those that are qualified here. */
static kl_status put_chunks(kl_reading *reading, kl_error *error)
{
    static const char *const order[] = {"c.created_at", "c.id"};
    kl_statement *s = &reading->statement;
    size_t source_ref = kl_table_find(reading->table, KL_TEXT("source_ref"));
    if (source_ref == KL_NO_COLUMN ||
        !kl_text_is(kl_as_text(reading->table->model->table), "rag_chunks"))
        return kl_data_refuse(reading->session, error,
                              "model Chunk is not the one of register_rag_provenance_models()");
    kl_put(s, "SELECT c.id, ");
    kl_put_read_column(&s->text, reading->table, source_ref);
    kl_put(s, ", e.id, e.coverage_status FROM rag_chunks c LEFT JOIN rag_index_entries e ON e.id = "
              "c.index_key AND e.tenant_id = c.tenant_id");
    kl_put_and(s);
    kl_put(s, "c.tenant_id = ");
    KL_TRY(kl_put_value(s, reading->table->tenant, reading->session->caller.tenant, error));
    for (size_t i = 0; i < KL_COUNT(order); i++) {
        kl_put(s, i ? ", " : " ORDER BY ");
        kl_put(s, order[i]);
        kl_put(s, reading->table->dialect == KL_SQL_POSTGRES && i ? " COLLATE \"C\"" : "");
    }
    return KL_OK;
}

static kl_status refuse_chunk(const kl_reading *reading, const char *why, kl_error *error)
{
    return kl_data_refuse(reading->session, error, "Chunk '%.*s': source_ref %s",
                          KL_TEXT_ARG(kl_as_text(reading->values[ID])), why);
}

static kl_status check_ref(const kl_reading *reading, kl_value ref, kl_error *error)
{
    if (!kl_is(ref, KL_KIND_MAP))
        return refuse_chunk(reading, "is no JSON object", error);
    if (!kl_is(kl_map_get(ref, KL_TEXT("source_id")), KL_KIND_STRING))
        return refuse_chunk(reading, "has no text source_id", error);
    if (!kl_is(kl_map_get(ref, KL_TEXT("locator")), KL_KIND_STRING))
        return refuse_chunk(reading, "has no text locator", error);
    if (kl_is_null(kl_map_get(ref, KL_TEXT("span"))))
        return refuse_chunk(reading, "has no span", error);
    return KL_OK;
}

static kl_status read_ref(kl_value *out, const kl_reading *reading, kl_error *error)
{
    kl_value ref;
    kl_status status = kl_reading_json(&ref, reading->values[SOURCE_REF], error);
    if (status == KL_NO_MEMORY)
        return status;
    if (status != KL_OK)
        return refuse_chunk(reading, "is no JSON object", error);
    status = check_ref(reading, ref, error);
    if (status == KL_OK)
        *out = ref;
    else
        kl_value_release(ref);
    return status;
}

static kl_status push_uncovered(kl_value *list, kl_value ref, kl_error *error)
{
    static const char *const keys[] = {"source_id", "locator", "span"};
    kl_value span;
    kl_status status = kl_map_new(&span, KL_COUNT(keys), error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < KL_COUNT(keys); i++)
        KL_TRY_OUT(kl_map_set(&span, kl_text_from(keys[i]),
                              kl_value_retain(kl_map_get(ref, kl_text_from(keys[i]))), error));
    return kl_array_push(list, span, error);
out:
    kl_value_release(span);
    return status;
}

static kl_status count_chunk(kl_corpus *corpus, const kl_reading *reading, kl_value ref,
                             kl_error *error)
{
    kl_source_coverage *source;
    KL_TRY(find_source(&source, corpus, kl_map_get(ref, KL_TEXT("source_id")), error));
    if (kl_is_null(reading->values[ENTRY]))
        return push_uncovered(&source->uncovered, ref, error);
    if (kl_coverage_status_of(kl_as_text(reading->values[STATUS])) == KL_COVERAGE_BOILERPLATE)
        source->boilerplate++;
    else
        source->covered++;
    return KL_OK;
}

static kl_status take_chunk(kl_corpus *corpus, const kl_reading *reading, kl_value only,
                            kl_error *error)
{
    kl_value ref;
    kl_status status = KL_OK;
    KL_TRY(read_ref(&ref, reading, error));
    kl_text source = kl_as_text(kl_map_get(ref, KL_TEXT("source_id")));
    if (kl_is_null(only) || kl_text_equal(source, kl_as_text(only)))
        status = count_chunk(corpus, reading, ref, error);
    kl_value_release(ref);
    return status;
}

static kl_status read_chunks(kl_corpus *corpus, kl_data_session *session, kl_value only,
                             kl_error *error)
{
    kl_reading reading;
    kl_status status;
    bool has_row;
    KL_TRY_OUT(kl_reading_begin(&reading, session, "Chunk", error));
    KL_TRY_OUT(put_chunks(&reading, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        KL_TRY_OUT(take_chunk(corpus, &reading, only, error));
    }
out:
    kl_reading_end(&reading);
    return status;
}

/* ---- entries ------------------------------------------------------------------------------------- */

/* A status that nobody knows is an error even where no chunk asks for it: a report that left it out
 * would be wrong in silence. */
static kl_status check_statuses(kl_data_session *session, kl_error *error)
{
    static const char *const columns[] = {"id", "coverage_status", NULL};
    static const char *const order[] = {"id", NULL};
    kl_reading reading;
    kl_status status;
    bool has_row;
    KL_TRY_OUT(kl_reading_select(&reading, session, "IndexEntry", columns, error));
    KL_TRY_OUT(kl_reading_scope(&reading, error));
    kl_put_and(&reading.statement);
    KL_TRY_OUT(kl_reading_put(&reading, "coverage_status", error));
    kl_put(&reading.statement, " NOT IN ('distilled', 'fallback-chunked', 'boilerplate-dropped')");
    KL_TRY_OUT(kl_reading_order(&reading, order, error));
    kl_put(&reading.statement, " LIMIT 1");
    KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
    if (has_row)
        status = kl_data_refuse(session, error,
                                "IndexEntry '%.*s': unrecognized coverage_status '%.*s'; expected "
                                "distilled, fallback-chunked or boilerplate-dropped",
                                KL_TEXT_ARG(kl_as_text(reading.values[0])),
                                KL_TEXT_ARG(kl_as_text(reading.values[1])));
out:
    kl_reading_end(&reading);
    return status;
}

kl_status kl_corpus_read(kl_corpus *corpus, kl_data_session *session, kl_value only, kl_error *error)
{
    *corpus = (kl_corpus){.count = 0};
    KL_TRY(kl_map_new(&corpus->places, 0, error));
    KL_TRY(check_statuses(session, error));
    return read_chunks(corpus, session, only, error);
}
