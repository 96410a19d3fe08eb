/* src/nodes/rag_context.c - ContextAssemblerNode and RAGPipelineNode. */
#include "rag.h"

/* ---- contexts ----------------------------------------------------------------------------------- */

static kl_status text_of(kl_text *out, kl_value chunk, kl_error *error)
{
    kl_value text = kl_is(chunk, KL_KIND_MAP) ? kl_map_get(chunk, KL_TEXT("content")) : chunk;
    if (!kl_is(text, KL_KIND_STRING))
        return kl_node_failed(error,
                              "chunk is neither a string nor an object with 'content' field");
    *out = kl_as_text(text);
    return KL_OK;
}

static bool has_room(const kl_rag_context *context, size_t more, int64_t tokens_max)
{
    return tokens_max < 0 || (context->text.len + more) / 4 <= (uint64_t)tokens_max;
}

static kl_status finish_text(kl_rag_context *context, kl_error *error)
{
    if (context->text.status == KL_LIMIT)
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    return context->text.status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

kl_status kl_rag_assemble(kl_rag_context *out, kl_value chunks, kl_value query, kl_text separator,
                          int64_t tokens_max, kl_error *error)
{
    out->text.limit = KL_NODE_TEXT_MAX;
    if (!kl_is_null(query)) {
        kl_buffer_string(&out->text, "Query: ");
        kl_buffer_add(&out->text, kl_as_text(query));
    }
    for (size_t i = 0; i < kl_array_len(chunks); i++) {
        kl_text text;
        KL_TRY(text_of(&text, kl_array_at(chunks, i), error));
        size_t between = out->text.len ? separator.len : 0;
        if (!has_room(out, between + text.len, tokens_max))
            break;
        if (between)
            kl_buffer_add(&out->text, separator);
        kl_buffer_add(&out->text, text);
        out->count++;
    }
    return finish_text(out, error);
}

enum { ASSEMBLE_CHUNKS, ASSEMBLE_QUERY, ASSEMBLE_SEPARATOR, ASSEMBLE_MAX };

static kl_status assemble_result(kl_value *out, kl_rag_context *context, kl_error *error)
{
    int64_t tokens = (int64_t)(context->text.len / 4);
    kl_value map, text;
    kl_status status;
    KL_TRY(kl_buffer_finish(&text, &context->text, error));
    KL_TRY(kl_node_result(&map, "context", text, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("chunk_count"), kl_int((int64_t)context->count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("estimated_tokens"), kl_int(tokens), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status assemble_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_rag_context context = {KL_BUFFER_INIT, 0};
    int64_t tokens_max = kl_is_null(args[ASSEMBLE_MAX]) ? -1 : kl_as_int(args[ASSEMBLE_MAX]);
    kl_status status = kl_rag_assemble(&context, args[ASSEMBLE_CHUNKS], args[ASSEMBLE_QUERY],
                                       kl_as_text(args[ASSEMBLE_SEPARATOR]), tokens_max, error);
    if (status == KL_OK)
        status = assemble_result(out, &context, error);
    kl_buffer_free(&context.text);
    return status;
}

#define SEPARATOR_PARAM                                                                            \
    {.name = "separator", .kind = KL_KIND_STRING, .fallback = "\"\\n\\n---\\n\\n\"",               \
     .doc = "text between two chunks, and behind the query"}
#define MAX_TOKENS_PARAM                                                                           \
    {.name = "max_tokens", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,                            \
     .doc = "chunks are added in their order while the context has no more tokens, a token being " \
            "four bytes; absent: all"}

static const kl_param assemble_inputs[] = {
    {.name = "chunks", .kind = KL_KIND_ARRAY, .doc = "strings, or maps whose content is one"},
    {.name = "query", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "question that the context begins with"},
};
static const kl_param assemble_config[] = {SEPARATOR_PARAM, MAX_TOKENS_PARAM};
static const kl_param assemble_outputs[] = {
    {.name = "context", .kind = KL_KIND_STRING, .doc = "the chunks as one text"},
    {.name = "chunk_count", .kind = KL_KIND_INT, .doc = "chunks in it"},
    {.name = "estimated_tokens", .kind = KL_KIND_INT, .doc = "a quarter of its bytes"},
};

kl_status kl_rag_action(kl_action **out, kl_value definition, kl_node_call *call, const char *name,
                        kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_action_new(out, definition, call->registry, name, &why);
    if (status == KL_OK || status == KL_NO_MEMORY) {
        kl_error_move(error, &why);
        return status;
    }
    const char *message = kl_error_message(&why);
    size_t len = strlen(name);
    bool named = strncmp(message, name, len) == 0 && strncmp(message + len, ": ", 2) == 0;
    kl_node_bad(error, name, "%s", named ? message + len + 2 : message);
    kl_error_clear(&why);
    return KL_FAILED;
}

/* ---- RAGPipelineNode ---------------------------------------------------------------------------- */

enum { PIPELINE_QUERY, PIPELINE_EMBEDDING, PIPELINE_SEARCH,
       PIPELINE_SEPARATOR = PIPELINE_SEARCH + KL_RAG_SEARCH_COUNT, PIPELINE_MAX, PIPELINE_EMBED,
       PIPELINE_ANSWER };

/* Run an action and take one of its outputs; given. */
static kl_status ask(kl_value *out, kl_value action, const char *name, kl_node_call *call,
                     kl_value inputs, const char *output, kl_error *error)
{
    kl_action *made;
    kl_value outputs = kl_null();
    KL_TRY(kl_rag_action(&made, action, call, name, error));
    kl_status status = kl_action_run(&outputs, made, call, inputs, error);
    kl_action_free(made);
    if (status != KL_OK)
        return status;
    const kl_value *found = kl_map_find(outputs, kl_text_from(output));
    if (!found)
        status = kl_node_failed(error, "the node of '%s' gave no '%s'", name, output);
    else
        *out = kl_value_retain(*found);
    kl_value_release(outputs);
    return status;
}

/* The embedding that was given, or that of the query; given. */
static kl_status embedding_of(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_value inputs;
    kl_status status;
    if (!kl_is_null(args[PIPELINE_EMBEDDING])) {
        *out = kl_value_retain(args[PIPELINE_EMBEDDING]);
        return KL_OK;
    }
    if (kl_is_null(args[PIPELINE_EMBED]))
        return kl_node_missing(error, "query_embedding");
    KL_TRY(kl_node_result(&inputs, "text", kl_value_retain(args[PIPELINE_QUERY]), error));
    status = ask(out, args[PIPELINE_EMBED], "embedder", call, inputs, "embedding", error);
    kl_value_release(inputs);
    return status;
}

/* Add the answer to what the pipeline found. */
static kl_status add_answer(kl_value *map, kl_node_call *call, kl_error *error)
{
    kl_value inputs, answer = kl_null();
    if (kl_is_null(call->args[PIPELINE_ANSWER]))
        return KL_OK;
    KL_TRY(kl_node_result(&inputs, "prompt", kl_value_retain(kl_map_get(*map, KL_TEXT("context"))),
                          error));
    kl_status status = kl_map_set(&inputs, KL_TEXT("query"),
                                  kl_value_retain(call->args[PIPELINE_QUERY]), error);
    if (status == KL_OK)
        status = ask(&answer, call->args[PIPELINE_ANSWER], "answerer", call, inputs, "response",
                     error);
    kl_value_release(inputs);
    return status == KL_OK ? kl_map_set(map, KL_TEXT("answer"), answer, error) : status;
}

static kl_status pipeline_result(kl_value *out, kl_node_call *call, kl_rag_context *context,
                                 kl_value results, kl_error *error)
{
    kl_value map, text, sources;
    kl_status status;
    KL_TRY(kl_buffer_finish(&text, &context->text, error));
    KL_TRY(kl_node_result(&map, "context", text, error));
    KL_TRY_OUT(kl_array_slice(&sources, results, 0, context->count, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sources"), sources, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("source_count"), kl_int((int64_t)context->count), error));
    KL_TRY_OUT(add_answer(&map, call, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status pipeline_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_value embedding = kl_null(), results = kl_null(), words = args[PIPELINE_QUERY];
    kl_rag_context context = {KL_BUFFER_INIT, 0};
    int64_t tokens_max = kl_is_null(args[PIPELINE_MAX]) ? -1 : kl_as_int(args[PIPELINE_MAX]);
    kl_status status;
    if (kl_is_null(args[PIPELINE_SEARCH + KL_RAG_KEYWORD_WEIGHT]))
        words = kl_null();
    KL_TRY_OUT(embedding_of(&embedding, call, error));
    KL_TRY_OUT(kl_rag_search(&results, call, embedding, words, args + PIPELINE_SEARCH, error));
    KL_TRY_OUT(kl_rag_assemble(&context, results, args[PIPELINE_QUERY],
                               kl_as_text(args[PIPELINE_SEPARATOR]), tokens_max, error));
    status = pipeline_result(out, call, &context, results, error);
out:
    kl_buffer_free(&context.text);
    kl_value_release(embedding);
    kl_value_release(results);
    return status;
}

static const kl_param pipeline_inputs[] = {
    {.name = "query", .kind = KL_KIND_STRING, .doc = "question; the context begins with it"},
    {.name = "query_embedding", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "its embedding; absent: what the node of embedder gives"},
};
static const kl_param pipeline_config[] = {
    KL_RAG_SEARCH_PARAMS,
    SEPARATOR_PARAM,
    MAX_TOKENS_PARAM,
    {.name = "embedder", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "node that makes the embedding, such as EmbeddingNode: it gets text and gives embedding. "
            KL_ACTION_DOC},
    {.name = "answerer", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "node that answers, such as LLMNode: it gets the context as prompt, and query, and gives "
            "response. " KL_ACTION_DOC},
};
static const kl_param pipeline_outputs[] = {
    {.name = "context", .kind = KL_KIND_STRING, .doc = "the query and the contents found"},
    {.name = "sources", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "the results in the context: id, content, metadata, score"},
    {.name = "source_count", .kind = KL_KIND_INT, .doc = "how many"},
    {.name = "answer", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "what answerer said"},
};

static const kl_node_type types[] = {
    {.name = "ContextAssemblerNode", .category = "RAG", .run = assemble_run,
     .inputs = KL_TABLE(assemble_inputs), .config = KL_TABLE(assemble_config),
     .outputs = KL_TABLE(assemble_outputs), .doc = "Joins chunks to one text for a model."},
    {.name = "ResponseAssemblerNode", .alias_of = "ContextAssemblerNode"},
    {.name = "RAGPipelineNode", .category = "RAG", .flags = KL_NODE_BLOCKING, .run = pipeline_run,
     .inputs = KL_TABLE(pipeline_inputs), .config = KL_TABLE(pipeline_config),
     .outputs = KL_TABLE(pipeline_outputs),
     .doc = "Searches and joins what it found; embeds the query and answers it too, if asked."},
};
static const kl_node_family rag_context = {.name = "rag_context", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(rag_context);
