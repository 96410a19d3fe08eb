/* DocumentLoaderNode, EmbeddingStoreNode, VectorSearchNode, RerankNode, ContextAssemblerNode,
 * RAGPipelineNode. */
#include "folder.h"
#include "node_sweep.h"

#define IN(name) "{\"collection\":\"" name "\"}"

/* ---- DocumentLoaderNode ------------------------------------------------------------------------- */

KL_TEST(texts_are_counted)
{
    KL_UNUSED_STATE;
    gives("DocumentLoaderNode", NULL, "{\"content\":\"a b\\nc\"}",
          "{\"document\":{\"content\":\"a b\\nc\",\"source_type\":\"string\",\"metadata\":{},"
          "\"char_count\":5,\"word_count\":3},\"parts\":[]}");
    gives("DocumentLoaderNode", NULL, "{\"content\":\" é  b \",\"metadata\":{\"q\":1}}",
          "{\"document\":{\"content\":\" é  b \",\"source_type\":\"string\",\"metadata\":{\"q\":1},"
          "\"char_count\":6,\"word_count\":2},\"parts\":[]}");
    gives("DocumentLoaderNode", NULL, "{\"content\":\"\"}",
          "{\"document\":{\"content\":\"\",\"source_type\":\"string\",\"metadata\":{},"
          "\"char_count\":0,\"word_count\":0},\"parts\":[]}");
}

KL_TEST(files_pages_and_tables_become_texts)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/a.txt", KL_TEXT("\xEF\xBB\xBFhello \xFF"));
    gives("DocumentLoaderNode", "{\"source_type\":\"file\"}", fill("{\"path\":\"{DIR}/a.txt\"}"),
          fill("{\"document\":{\"content\":\"hello \uFFFD\",\"source_type\":\"file\",\"metadata\":"
               "{\"path\":\"{DIR}/a.txt\"},\"char_count\":7,\"word_count\":2},\"parts\":[]}"));
    gives("DocumentLoaderNode", "{\"source_type\":\"html\"}",
          "{\"content\":\"<html><head><title>T &amp; t</title><style>p{}</style></head><body><!-- "
          "x --><h1 a='>'>One</h1><p>two<br>three &lt;3 &#228;&#x20AC; &unknown; a<b</p><script>no()"
          "</script></body>\"}",
          "{\"document\":{\"content\":\"One\\n\\ntwo\\nthree <3 ä€ &unknown; a\",\"source_type\":"
          "\"html\",\"metadata\":{\"title\":\"T & t\"},\"char_count\":32,\"word_count\":7},"
          "\"parts\":[]}");
    gives("DocumentLoaderNode", "{\"source_type\":\"markdown\"}",
          "{\"content\":\"---\\nauthor: Ann\\n---\\ntext\\n# Head\\n\",\"metadata\":{\"author\":"
          "\"Bea\"}}",
          "{\"document\":{\"content\":\"text\\n# Head\\n\",\"source_type\":\"markdown\",\"metadata\":"
          "{\"author\":\"Bea\",\"title\":\"Head\"},\"char_count\":12,\"word_count\":3},\"parts\":[]}");
    gives("DocumentLoaderNode", "{\"source_type\":\"csv\"}", "{\"content\":\"a,b\\n1,x\\n2,y\\n\"}",
          "{\"document\":{\"content\":\"a: 1\\nb: x\\n\\na: 2\\nb: y\",\"source_type\":\"csv\","
          "\"metadata\":{\"columns\":[\"a\",\"b\"]},\"char_count\":20,\"word_count\":8},\"parts\":["
          "{\"content\":\"a: 1\\nb: x\",\"metadata\":{\"row\":0}},"
          "{\"content\":\"a: 2\\nb: y\",\"metadata\":{\"row\":1}}]}");
    gives("DocumentLoaderNode", "{\"source_type\":\"json\",\"json_path\":\"items[].t\"}",
          "{\"content\":\"{\\\"items\\\":[{\\\"t\\\":\\\"one\\\"},{\\\"t\\\":[2]}]}\"}",
          "{\"document\":{\"content\":\"one\\n\\n[\\n  2\\n]\",\"source_type\":\"json\",\"metadata\":"
          "{},\"char_count\":12,\"word_count\":4},\"parts\":[{\"content\":\"one\",\"metadata\":"
          "{\"index\":0}},{\"content\":\"[\\n  2\\n]\",\"metadata\":{\"index\":1}}]}");
}

KL_TEST(bad_sources_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *config, *inputs, *message;
    } rows[] = {
        {NULL, "{}", "missing required input: content"},
        {NULL, "{\"path\":\"x\"}", "missing required input: content"},
        {NULL, "{\"content\":5}", "invalid input 'content': expected string, got integer"},
        {"{\"source_type\":\"file\"}", "{\"content\":\"x\"}", "missing required input: path"},
        {"{\"source_type\":\"url\"}", "{}", "missing required input: url"},
        {"{\"source_type\":\"html\"}", "{}", "missing required input: content or path or url"},
        {"{\"source_type\":\"html\"}", "{\"content\":\"x\",\"path\":\"y\"}",
         "invalid input 'content': expected one of content, path and url, got 2"},
        {"{\"source_type\":\"doc\"}", "{\"content\":\"x\"}",
         "source_type: expected one of: string, file, url, html, markdown, pdf, json, csv, got "
         "\"doc\""},
        {"{\"source_type\":\"json\"}", "{\"content\":\"{\"}",
         "node execution failed: failed to parse JSON: the text ends too early"},
        {"{\"source_type\":\"pdf\"}", "{\"content\":\"no pdf\"}",
         "node execution failed: failed to parse PDF: the file is no PDF, or is damaged"},
        {"{\"source_type\":\"url\"}", "{\"url\":\"ftp://x/\"}",
         "invalid input 'url': expected an http or https URL, got scheme 'ftp'"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails("DocumentLoaderNode", rows[i].config, rows[i].inputs, rows[i].message);
}

/* ---- storing and searching ---------------------------------------------------------------------- */

KL_TEST(stored_texts_are_found)
{
    KL_UNUSED_STATE;
    gives("EmbeddingStoreNode", IN("t"),
          "{\"chunks\":[\"x y\",\"z\"],\"embeddings\":[[1.0,0],[0,1.0]]}",
          "{\"stored_count\":2,\"collection\":\"t\",\"ids\":[\"t_0\",\"t_1\"]}");
    gives("EmbeddingStoreNode", IN("t"),
          "{\"chunks\":[\"w\"],\"embeddings\":[[1,1]],\"metadatas\":[{\"k\":1}]}",
          "{\"stored_count\":1,\"collection\":\"t\",\"ids\":[\"t_2\"]}");
    gives("VectorSearchNode", IN("t"), "{\"query_embedding\":[1.0,0.0]}",
          "{\"results\":[{\"id\":\"t_0\",\"content\":\"x y\",\"metadata\":{},\"score\":1.0},"
          "{\"id\":\"t_2\",\"content\":\"w\",\"metadata\":{\"k\":1},\"score\":0.7071067811865475},"
          "{\"id\":\"t_1\",\"content\":\"z\",\"metadata\":{},\"score\":0.0}]}");
    gives("VectorSearchNode", "{\"collection\":\"t\",\"top_k\":1,\"filter\":{\"k\":1}}",
          "{\"query_embedding\":[0.0,0.0]}",
          "{\"results\":[{\"id\":\"t_2\",\"content\":\"w\",\"metadata\":{\"k\":1},\"score\":0.0}]}");
    gives("VectorSearchNode", "{\"collection\":\"t\",\"min_score\":0.9}",
          "{\"query_embedding\":[1,0]}",
          "{\"results\":[{\"id\":\"t_0\",\"content\":\"x y\",\"metadata\":{},\"score\":1.0}]}");
    gives("VectorSearchNode", IN("nope"), "{\"query_embedding\":[1]}", "{\"results\":[]}");
    gives("EmbeddingStoreNode", "{\"collection\":\"t\",\"replace\":true}",
          "{\"chunks\":[\"only\"],\"embeddings\":[[5]]}",
          "{\"stored_count\":1,\"collection\":\"t\",\"ids\":[\"t_0\"]}");
    gives("VectorSearchNode", IN("t"), "{\"query_embedding\":[1]}",
          "{\"results\":[{\"id\":\"t_0\",\"content\":\"only\",\"metadata\":{},\"score\":1.0}]}");
}

KL_TEST(words_and_diversity_count)
{
    KL_UNUSED_STATE;
    gives("EmbeddingStoreNode", IN("h"),
          "{\"chunks\":[\"the quick fox\",\"the lazy dog\",\"quick quick\"],"
          "\"embeddings\":[[1,0],[1,0.1],[0,1]]}",
          "{\"stored_count\":3,\"collection\":\"h\",\"ids\":[\"h_0\",\"h_1\",\"h_2\"]}");
    /* By words alone: the one that says it twice is best. */
    gives("VectorSearchNode", "{\"collection\":\"h\",\"keyword_weight\":1,\"top_k\":1}",
          "{\"query_embedding\":[1,0],\"query\":\"QUICK!\"}",
          "{\"results\":[{\"id\":\"h_2\",\"content\":\"quick quick\",\"metadata\":{},"
          "\"score\":1.0}]}");
    gives("VectorSearchNode", "{\"collection\":\"h\",\"top_k\":1}",
          "{\"query_embedding\":[0,1],\"query\":\"nothing known\"}",
          "{\"results\":[{\"id\":\"h_2\",\"content\":\"quick quick\",\"metadata\":{},"
          "\"score\":0.7}]}");
    /* Two alike: with diversity the unlike one comes second. */
    gives("VectorSearchNode", "{\"collection\":\"h\",\"diversity\":0.9,\"top_k\":2}",
          "{\"query_embedding\":[1,0]}",
          "{\"results\":[{\"id\":\"h_0\",\"content\":\"the quick fox\",\"metadata\":{},\"score\":1.0},"
          "{\"id\":\"h_2\",\"content\":\"quick quick\",\"metadata\":{},\"score\":0.0}]}");
}

KL_TEST(bad_embeddings_are_refused)
{
    KL_UNUSED_STATE;
    fails("EmbeddingStoreNode", NULL, "{\"chunks\":[\"x\"],\"embeddings\":[[1],[2]]}",
          "node execution failed: chunks length (1) does not match embeddings length (2)");
    fails("EmbeddingStoreNode", NULL, "{\"chunks\":[\"x\"],\"embeddings\":[[1]],\"ids\":[]}",
          "node execution failed: chunks length (1) does not match ids length (0)");
    fails("EmbeddingStoreNode", NULL, "{\"chunks\":[\"x\"],\"embeddings\":[5]}",
          "invalid input 'embeddings[0]': expected array of numbers, got integer");
    fails("VectorSearchNode", NULL, "{}", "missing required input: query_embedding");
    fails("VectorSearchNode", NULL, "{\"query_embedding\":[]}",
          "invalid input 'query_embedding': expected 1 to 65536 numbers, got 0");
}

/* ---- RerankNode --------------------------------------------------------------------------------- */

KL_TEST(words_change_the_order)
{
    KL_UNUSED_STATE;
    gives("RerankNode", NULL,
          "{\"query\":\"the Quick fox\",\"results\":[{\"content\":\"a quick brown fox\",\"score\":0.5,"
          "\"id\":\"1\"},{\"content\":\"zz\",\"score\":0.9},{\"text\":\"fox\"}]}",
          "{\"reranked\":[{\"content\":\"zz\",\"score\":0.63,\"keyword_score\":0.0,"
          "\"original_score\":0.9},{\"content\":\"a quick brown fox\",\"score\":0.5499999999999999,"
          "\"id\":\"1\",\"keyword_score\":0.6666666666666666,\"original_score\":0.5},"
          "{\"text\":\"fox\",\"keyword_score\":0.0,\"original_score\":0.0,\"score\":0.0}]}");
    gives("RerankNode", "{\"score_weight\":0,\"keyword_weight\":1,\"top_k\":1}",
          "{\"query\":\"ÄPFEL a\",\"results\":[{\"content\":\"x\",\"score\":1},{\"content\":\"äpfel\"}]}",
          "{\"reranked\":[{\"content\":\"äpfel\",\"keyword_score\":1.0,\"original_score\":0.0,"
          "\"score\":1.0}]}");
    gives("RerankNode", NULL, "{\"query\":\"\",\"results\":[{\"content\":\"a\",\"score\":0.5}]}",
          "{\"reranked\":[{\"content\":\"a\",\"score\":0.35,\"keyword_score\":0.0,"
          "\"original_score\":0.5}]}");
    gives("RerankNode", NULL, "{\"query\":\"x\",\"results\":[]}", "{\"reranked\":[]}");
    fails("RerankNode", NULL, "{\"query\":\"x\",\"results\":[5]}",
          "invalid input 'results[0]': expected object, got integer");
    fails("RerankNode", "{\"ranker\":\"NoOpNode\"}", "{\"query\":\"x\",\"results\":[{}]}",
          "node execution failed: the ranker gave no number as 'score', but null");
    gives("RerankNode",
          "{\"ranker\":{\"type\":\"JSONTransformNode\",\"config\":{\"expression\":\"length(content)\","
          "\"data\":{}}}}",
          "{\"query\":\"x\",\"results\":[]}", "{\"reranked\":[]}");
}

/* ---- contexts ----------------------------------------------------------------------------------- */

KL_TEST(contexts_are_joined)
{
    KL_UNUSED_STATE;
    gives("ContextAssemblerNode", NULL, "{\"chunks\":[\"a\",{\"content\":\"b\"}]}",
          "{\"context\":\"a\\n\\n---\\n\\nb\",\"chunk_count\":2,\"estimated_tokens\":2}");
    gives("ResponseAssemblerNode", "{\"separator\":\"|\"}", "{\"chunks\":[\"a\",\"b\"],\"query\":\"q\"}",
          "{\"context\":\"Query: q|a|b\",\"chunk_count\":2,\"estimated_tokens\":3}");
    gives("ContextAssemblerNode", "{\"max_tokens\":3}",
          "{\"chunks\":[\"aaaaaaaa\",\"bbbbb\",\"c\"]}",
          "{\"context\":\"aaaaaaaa\",\"chunk_count\":1,\"estimated_tokens\":2}");
    gives("ContextAssemblerNode", NULL, "{\"chunks\":[]}",
          "{\"context\":\"\",\"chunk_count\":0,\"estimated_tokens\":0}");
    fails("ContextAssemblerNode", NULL, "{\"chunks\":[{\"x\":1}]}",
          "node execution failed: chunk is neither a string nor an object with 'content' field");
    fails("ContextAssemblerNode", NULL, "{}", "missing required input: chunks");
}

KL_TEST(the_pipeline_searches_and_joins)
{
    KL_UNUSED_STATE;
    gives("EmbeddingStoreNode", IN("p"), "{\"chunks\":[\"w\",\"z\"],\"embeddings\":[[1,1],[0,1]]}",
          "{\"stored_count\":2,\"collection\":\"p\",\"ids\":[\"p_0\",\"p_1\"]}");
    gives("RAGPipelineNode", IN("p"), "{\"query\":\"q\",\"query_embedding\":[1,0]}",
          "{\"context\":\"Query: q\\n\\n---\\n\\nw\\n\\n---\\n\\nz\",\"sources\":[{\"id\":\"p_0\","
          "\"content\":\"w\",\"metadata\":{},\"score\":0.7071067811865475},{\"id\":\"p_1\",\"content\":"
          "\"z\",\"metadata\":{},\"score\":0.0}],\"source_count\":2}");
    gives("RAGPipelineNode", "{\"collection\":\"p\",\"top_k\":1,\"answerer\":{\"type\":\"NoOpNode\","
          "\"config\":{\"response\":\"yes\"}},\"embedder\":{\"type\":\"NoOpNode\",\"config\":"
          "{\"embedding\":[0,2]}}}", "{\"query\":\"q\"}",
          "{\"context\":\"Query: q\\n\\n---\\n\\nz\",\"sources\":[{\"id\":\"p_1\",\"content\":\"z\","
          "\"metadata\":{},\"score\":1.0}],\"source_count\":1,\"answer\":\"yes\"}");
    gives("RAGPipelineNode", IN("no"), "{\"query\":\"q\",\"query_embedding\":[1,0]}",
          "{\"context\":\"Query: q\",\"sources\":[],\"source_count\":0}");
    fails("RAGPipelineNode", IN("p"), "{\"query\":\"q\"}", "missing required input: query_embedding");
    fails("RAGPipelineNode", "{\"collection\":\"p\",\"embedder\":\"NoOpNode\"}", "{\"query\":\"q\"}",
          "node execution failed: the node of 'embedder' gave no 'embedding'");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("EmbeddingStoreNode", "{\"collection\":\"s\",\"replace\":true}",
                                "{\"chunks\":[\"a b\",\"b c\"],\"embeddings\":[[1,0],[0,1]]}");
    survives_failed_allocations("VectorSearchNode", "{\"collection\":\"s\",\"diversity\":0.5}",
                                "{\"query_embedding\":[1,0],\"query\":\"b c\"}");
    survives_failed_allocations("RAGPipelineNode", IN("s"),
                                "{\"query_embedding\":[1,0],\"query\":\"b c\"}");
    survives_failed_allocations("RerankNode", NULL,
                                "{\"query\":\"ab cd\",\"results\":[{\"content\":\"ab\"},{}]}");
    survives_failed_allocations("DocumentLoaderNode", "{\"source_type\":\"csv\"}",
                                "{\"content\":\"a,b\\n1,x\\n\"}");
    survives_failed_allocations("DocumentLoaderNode", "{\"source_type\":\"html\"}",
                                "{\"content\":\"<title>a</title><p>b<p>c\"}");
    survives_failed_allocations("DocumentLoaderNode", "{\"source_type\":\"json\"}",
                                "{\"content\":\"[1,{\\\"a\\\":2}]\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_counted),
        cmocka_unit_test(files_pages_and_tables_become_texts),
        cmocka_unit_test(bad_sources_are_refused),
        cmocka_unit_test(stored_texts_are_found),
        cmocka_unit_test(words_and_diversity_count),
        cmocka_unit_test(bad_embeddings_are_refused),
        cmocka_unit_test(words_change_the_order),
        cmocka_unit_test(contexts_are_joined),
        cmocka_unit_test(the_pipeline_searches_and_joins),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
