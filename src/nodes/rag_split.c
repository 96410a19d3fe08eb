/* src/nodes/rag_split.c - TextSplitterNode. */
#include "operation.h"
#include "text_split.h"

#include <stdio.h>

enum { TEXT, CHUNK_SIZE, OVERLAP, STRATEGY };

static const char *const strategies[] = {"fixed_size", "sentence", "paragraph", "recursive",
                                         "token", "markdown", "code", NULL};

/* In the order of `strategies`, which is that of kl_split_strategy. */
static kl_split_strategy strategy_of(kl_value word)
{
    size_t index = 0;
    while (!kl_text_is(kl_as_text(word), strategies[index]))
        index++;
    return (kl_split_strategy)index;
}

/* What a chunk repeats when nothing is said: 200 characters, but never more than a fifth. */
static int64_t overlap_of(kl_value given, int64_t size)
{
    return kl_is_null(given) ? KL_MIN(200, size / 5) : kl_as_int(given);
}

static kl_status split_prepare(void **state, kl_value config, kl_error *error)
{
    kl_value size = kl_map_get(config, KL_TEXT("chunk_size"));
    kl_value overlap = kl_map_get(config, KL_TEXT("overlap"));
    int64_t limit = kl_is_null(size) ? 1000 : kl_as_int(size);
    *state = NULL;
    if (overlap_of(overlap, limit) < limit)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "overlap: expected less than chunk_size (%lld), got %lld",
                        (long long)limit, (long long)kl_as_int(overlap));
}

/* Chunks and offsets of the spans; offsets count characters, which spans come in order of. */
static kl_status add_span(kl_value *chunks, kl_value *offsets, kl_text text, kl_span span,
                          int64_t start, int64_t end, kl_error *error)
{
    kl_value place;
    KL_TRY(kl_array_push_text(chunks, (kl_text){text.data + span.start, span.end - span.start},
                              error));
    KL_TRY(kl_node_result(&place, "start", kl_int(start), error));
    kl_status status = kl_map_set(&place, KL_TEXT("end"), kl_int(end), error);
    if (status != KL_OK) {
        kl_value_release(place);
        return status;
    }
    return kl_array_push(offsets, place, error);
}

static int64_t count_characters(kl_text text, size_t start, size_t end)
{
    int64_t count = 0;
    for (size_t i = start; i < end; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

static kl_status add_spans(kl_value *chunks, kl_value *offsets, kl_text text, const kl_spans *spans,
                           kl_error *error)
{
    size_t at = 0;
    int64_t passed = 0;
    for (size_t i = 0; i < spans->count; i++) {
        kl_span span = spans->items[i];
        passed += count_characters(text, at, span.start);
        at = span.start;
        KL_TRY(add_span(chunks, offsets, text, span, passed,
                        passed + count_characters(text, span.start, span.end), error));
    }
    return KL_OK;
}

static kl_status split_result(kl_value *out, kl_text text, const kl_spans *spans, kl_error *error)
{
    kl_value map = kl_null(), chunks = kl_null(), offsets = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&chunks, spans->count, error));
    KL_TRY_OUT(kl_array_new(&offsets, spans->count, error));
    KL_TRY_OUT(add_spans(&chunks, &offsets, text, spans, error));
    KL_TRY_OUT(kl_node_result(&map, "chunks", kl_value_take(&chunks), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("count"), kl_int((int64_t)spans->count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("offsets"), kl_value_take(&offsets), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(chunks);
    kl_value_release(offsets);
    return status;
}

static kl_status split_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text text = kl_as_text(call->args[TEXT]);
    int64_t size = kl_as_int(call->args[CHUNK_SIZE]);
    int64_t overlap = overlap_of(call->args[OVERLAP], size);
    kl_work work = kl_node_work(call);
    kl_spans spans = {0};
    if (overlap >= size)
        return kl_node_bad(error, "overlap", "expected less than chunk_size (%lld), got %lld",
                           (long long)size, (long long)overlap);
    void *token = kl_node_long_begin(text.len / 16);
    kl_status status = kl_text_split(&spans, text, strategy_of(call->args[STRATEGY]), (size_t)size,
                                     (size_t)overlap, &work, error);
    if (status == KL_OK && spans.count > KL_NODE_LIST_MAX)
        status = kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
    if (status == KL_OK)
        status = split_result(out, text, &spans, error);
    kl_node_long_end(token);
    kl_free(spans.items);
    return status;
}

static const kl_param inputs[] = {
    {.name = "text", .kind = KL_KIND_STRING, .doc = "text to cut into chunks"},
};
static const kl_param config[] = {
    {.name = "chunk_size", .kind = KL_KIND_COUNT, .fallback = "1000", .range = KL_RANGE(1, 100000000),
     .doc = "size of a chunk at most, in characters; for strategy token in tokens. A sentence or "
            "paragraph that is longer stays whole with those strategies"},
    {.name = "overlap", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "how much of its end the next chunk repeats, in the unit of chunk_size, less than "
            "that; absent: 200, a fifth of chunk_size at most. With fixed_size and token exactly so "
            "much, with recursive, markdown and code whole pieces up to it, with sentence and "
            "paragraph nothing"},
    {.name = "strategy", .kind = KL_KIND_ENUM, .names = strategies, .fallback = "\"fixed_size\"",
     .doc = "fixed_size: windows of characters; sentence, paragraph: as many as fit; recursive: at "
            "paragraphs, else lines, sentences, words, characters; token: windows of words and "
            "punctuation marks; markdown: at headings, else as recursive, code blocks staying whole "
            "if they fit; code: at definitions that begin a line, else blank lines, lines, words"},
};
static const kl_param outputs[] = {
    {.name = "chunks", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "pieces of the text as they stand there, without blanks around them"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "number of chunks"},
    {.name = "offsets", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of each chunk start and end in the text, in characters"},
};
static const kl_node_type types[] = {
    {.name = "TextSplitterNode", .category = "RAG", .run = split_run, .prepare = split_prepare,
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .doc = "Cuts a text into chunks for embedding."},
};
static const kl_node_family splitting = {.name = "rag_split", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(splitting);
