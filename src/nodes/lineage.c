/* src/nodes/lineage.c - DataLineageNode: what data were made from, and what was made from them. */
#include "build_map.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/node.h"
#include "operation.h"
#include "node_database.h"

static const char *const operations[] = {"record_transform", "record_source", "get_lineage",
                                         "get_impact", "export", NULL};

enum { OPERATION, DATA_ID, SOURCES, TRANSFORM, CYCLES, NAMESPACE, DATABASE, SCOPE };

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "record_source, record_transform: note where data come from, in place of what was noted "
            "before; get_lineage: what they were made from; get_impact: what was made from them; "
            "export: that as OpenLineage events"},
    {.name = "data_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of the data; a new UUID for the record operations without it; required for "
            "get_lineage and get_impact; export without it tells all"},
    {.name = "source_ids", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .fallback = "[]",
     .doc = "of record_transform: what the data were made from, at least one"},
    {.name = "transform_type", .kind = KL_KIND_STRING, .fallback = "\"unknown\"",
     .doc = "of record_transform: how"},
};
static const kl_param config[] = {
    {.name = "allow_cycles", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "let data be made from what was made from them, as a table that is updated in place"},
    {.name = "namespace", .kind = KL_KIND_STRING, .fallback = "\"kailash\"",
     .doc = "of jobs and data sets in OpenLineage events"},
    KL_DATABASE_PARAMS("process"),
};
static const kl_param outputs[] = {
    {.name = "lineage_id", .kind = KL_KIND_STRING, .doc = "the data_id"},
    {.name = "ancestry", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "of get_lineage: what the data were made from, the nearest first"},
    {.name = "descendants", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "of get_impact: what was made from them, the nearest first"},
    {.name = "transform_chain", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of get_lineage: {data_id, source_ids, transform_type} of the data and their ancestors"},
    {.name = "events", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of export: OpenLineage run events; not there otherwise"},
};

static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS kailash_lineage (data_id VARCHAR(191) PRIMARY KEY, "
    "transform_type TEXT NOT NULL, source_ids TEXT NOT NULL, run_id VARCHAR(36) NOT NULL, "
    "recorded_at BIGINT NOT NULL, place BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS kailash_lineage_edges (source_id VARCHAR(191) NOT NULL, "
    "data_id VARCHAR(191) NOT NULL, place BIGINT NOT NULL, PRIMARY KEY (source_id, data_id))",
};
KL_DATABASE(lineage_records, schema);

typedef struct lineage {
    const kl_node_call *call;
    const kl_value *args;
    kl_sql *sql;
    kl_value id; /* string */
    kl_error *error;
} lineage;

static bool is_operation(const lineage *l, const char *name)
{
    return kl_text_is(kl_as_text(l->args[OPERATION]), name);
}

/* ---- walking ------------------------------------------------------------------------------------- */

/* What is found, in the order of finding; the map tells what was. */
typedef struct walk {
    kl_value list, seen;
} walk;

/* `start` counts as seen; null = nothing does. */
static kl_status walk_begin(walk *w, kl_value start, kl_error *error)
{
    *w = (walk){kl_null(), kl_null()};
    KL_TRY(kl_array_new(&w->list, 0, error));
    KL_TRY(kl_map_new(&w->seen, 8, error));
    return kl_is_null(start) ? KL_OK : kl_map_set_key(&w->seen, start, kl_bool(true), error);
}

static void walk_end(walk *w)
{
    kl_value_release(w->list);
    kl_value_release(w->seen);
}

static kl_status find(walk *w, kl_value id, kl_error *error)
{
    if (kl_map_has(w->seen, kl_as_text(id)))
        return KL_OK;
    KL_TRY(kl_map_set_key(&w->seen, id, kl_bool(true), error));
    return kl_node_list_push(&w->list, kl_value_retain(id), error);
}

typedef enum direction { UP, DOWN } direction;

static kl_status find_next(walk *w, const lineage *l, kl_value id, direction way)
{
    static const char *const queries[] = {
        [UP] = "SELECT source_id AS id FROM kailash_lineage_edges WHERE data_id = ? ORDER BY place",
        [DOWN] = "SELECT data_id AS id FROM kailash_lineage_edges WHERE source_id = ? ORDER BY place",
    };
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, l->sql, l->error, queries[way], id));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(rows) && status == KL_OK; i++)
        status = find(w, kl_map_get(kl_array_at(rows, i), KL_TEXT("id")), l->error);
    kl_value_release(rows);
    return status;
}

/* Breadth first. A circle leads to what was seen already. */
static kl_status walk_from(walk *w, const lineage *l, kl_value start, direction way)
{
    kl_work work = kl_node_work(l->call);
    KL_TRY(walk_begin(w, start, l->error));
    KL_TRY(find_next(w, l, start, way));
    for (size_t i = 0; i < kl_array_len(w->list); i++) {
        kl_value id = kl_value_retain(kl_array_at(w->list, i));
        kl_status status = kl_work_step(&work, l->error);
        if (status == KL_OK)
            status = find_next(w, l, id, way);
        kl_value_release(id);
        KL_TRY(status);
    }
    return KL_OK;
}

/* ---- recording ----------------------------------------------------------------------------------- */

static kl_status check_circle(const lineage *l)
{
    walk down;
    kl_status status = walk_from(&down, l, l->id, DOWN);
    for (size_t i = 0; i < kl_array_len(l->args[SOURCES]) && status == KL_OK; i++) {
        kl_text source = kl_as_text(kl_array_at(l->args[SOURCES], i));
        if (kl_map_has(down.seen, source))
            status = kl_node_failed(l->error,
                                    "'%.*s' cannot be made from '%.*s', which was made from it; "
                                    "allow_cycles permits that",
                                    KL_TEXT_ARG(kl_as_text(l->id)), KL_TEXT_ARG(source));
    }
    walk_end(&down);
    return status;
}

static kl_status replace_row(const lineage *l, kl_value transform, kl_value sources, kl_value run,
                             int64_t place)
{
    kl_value now = kl_int(kl_time_now() / KL_MICROSECOND), at = kl_int(place);
    KL_TRY(KL_CHANGE(NULL, l->sql, l->error, "DELETE FROM kailash_lineage WHERE data_id = ?", l->id));
    KL_TRY(KL_CHANGE(NULL, l->sql, l->error, "DELETE FROM kailash_lineage_edges WHERE data_id = ?",
                     l->id));
    return KL_CHANGE(NULL, l->sql, l->error,
                     "INSERT INTO kailash_lineage (data_id, transform_type, source_ids, run_id, "
                     "recorded_at, place) VALUES (?, ?, ?, ?, ?, ?)",
                     l->id, transform, sources, run, now, at);
}

static kl_status add_edges(const lineage *l, kl_value sources)
{
    int64_t place;
    walk distinct;
    KL_TRY(kl_database_next(&place, l->sql, "SELECT MAX(place) AS n FROM kailash_lineage_edges",
                           l->error));
    kl_status status = walk_begin(&distinct, kl_null(), l->error);
    for (size_t i = 0; i < kl_array_len(sources) && status == KL_OK; i++)
        status = find(&distinct, kl_array_at(sources, i), l->error);
    for (size_t i = 0; i < kl_array_len(distinct.list) && status == KL_OK; i++)
        status = KL_CHANGE(NULL, l->sql, l->error,
                           "INSERT INTO kailash_lineage_edges (source_id, data_id, place) "
                           "VALUES (?, ?, ?)",
                           kl_array_at(distinct.list, i), l->id, kl_int(place + (int64_t)i));
    walk_end(&distinct);
    return status;
}

static kl_status record(const lineage *l, kl_value transform, kl_value sources)
{
    char uuid[37];
    int64_t place;
    kl_value text = kl_null(), run = kl_null();
    kl_status status;
    KL_TRY(kl_uuid_new(uuid, l->error));
    KL_TRY_OUT(kl_database_next(&place, l->sql, "SELECT MAX(place) AS n FROM kailash_lineage",
                               l->error));
    KL_TRY_OUT(kl_json_print(&text, sources, &kl_json_plain, l->error));
    KL_TRY_OUT(kl_string_from_valid(&run, kl_text_from(uuid), l->error));
    KL_TRY_OUT(replace_row(l, transform, text, run, place));
    status = add_edges(l, sources);
out:
    kl_value_release(text);
    kl_value_release(run);
    return status;
}

static kl_status record_source(const lineage *l)
{
    kl_value word, none = kl_null();
    KL_TRY(kl_string_from_valid(&word, KL_TEXT("source"), l->error));
    kl_status status = kl_array_new(&none, 0, l->error);
    if (status == KL_OK)
        status = record(l, word, none);
    kl_value_release(none);
    kl_value_release(word);
    return status;
}

static kl_status record_transform(const lineage *l)
{
    if (kl_array_len(l->args[SOURCES]) == 0)
        return kl_node_bad(l->error, "source_ids",
                           "expected non-empty array of source IDs, got empty array");
    if (!kl_as_bool(l->args[CYCLES]))
        KL_TRY(check_circle(l));
    return record(l, l->args[TRANSFORM], l->args[SOURCES]);
}

/* ---- telling ------------------------------------------------------------------------------------- */

/* What was noted of `id`, or no row. */
static kl_status row_of(kl_value *rows, const lineage *l, kl_value id)
{
    return KL_ROWS(rows, l->sql, l->error, "SELECT * FROM kailash_lineage WHERE data_id = ?", id);
}

static kl_status add_link(kl_value *chain, kl_value row, kl_error *error)
{
    kl_value sources, link;
    KL_TRY(kl_json_parse(&sources, kl_as_text(kl_map_get(row, KL_TEXT("source_ids"))), error));
    kl_build build = kl_build_begin(3, error);
    kl_build_share(&build, "data_id", kl_map_get(row, KL_TEXT("data_id")));
    kl_build_put(&build, "source_ids", sources);
    kl_build_share(&build, "transform_type", kl_map_get(row, KL_TEXT("transform_type")));
    KL_TRY(kl_build_end(&link, &build));
    return kl_array_push(chain, link, error);
}

typedef kl_status add_row(kl_value *list, kl_value row, const lineage *l);

static kl_status add_chain_link(kl_value *list, kl_value row, const lineage *l)
{
    return add_link(list, row, l->error);
}

/* What `add` makes of the rows of an id and of a list of ids. */
static kl_status add_rows_of(kl_value *list, const lineage *l, kl_value first, kl_value ids,
                             add_row *add)
{
    for (size_t i = 0; i <= kl_array_len(ids); i++) {
        kl_value rows;
        KL_TRY(row_of(&rows, l, i ? kl_array_at(ids, i - 1) : first));
        kl_status status = kl_array_len(rows) ? add(list, kl_array_at(rows, 0), l) : KL_OK;
        kl_value_release(rows);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status data_sets(kl_value *out, kl_value names, kl_value space, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(names), error));
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_value set;
        kl_build build = kl_build_begin(2, error);
        kl_build_share(&build, "namespace", space);
        kl_build_share(&build, "name", kl_array_at(names, i));
        kl_status status = kl_build_end(&set, &build);
        if (status == KL_OK)
            status = kl_array_push(&list, set, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status one_data_set(kl_value *out, kl_value name, kl_value space, kl_error *error)
{
    kl_value names;
    KL_TRY(kl_array_new(&names, 1, error));
    kl_status status = kl_array_push(&names, kl_value_retain(name), error);
    if (status == KL_OK)
        status = data_sets(out, names, space, error);
    kl_value_release(names);
    return status;
}

#define OPEN_LINEAGE "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
#define PRODUCER "https://pypi.org/project/kailash"

static kl_status job_and_run(kl_build *event, kl_value row, kl_value space, kl_error *error)
{
    kl_value part;
    kl_build run = kl_build_begin(1, error);
    kl_build_share(&run, "runId", kl_map_get(row, KL_TEXT("run_id")));
    KL_TRY(kl_build_end(&part, &run));
    kl_build_put(event, "run", part);
    kl_build job = kl_build_begin(2, error);
    kl_build_share(&job, "namespace", space);
    kl_build_share(&job, "name", kl_map_get(row, KL_TEXT("transform_type")));
    KL_TRY(kl_build_end(&part, &job));
    kl_build_put(event, "job", part);
    return KL_OK;
}

static kl_status fill_event(kl_build *event, kl_value row, kl_value sources, const lineage *l)
{
    char time[KL_TIME_TEXT];
    kl_value space = l->args[NAMESPACE], part;
    kl_time at = kl_as_int(kl_map_get(row, KL_TEXT("recorded_at"))) * KL_MICROSECOND;
    kl_time_print(time, at, 6, KL_TIME_Z);
    kl_build_text(event, "eventType", KL_TEXT("COMPLETE"));
    kl_build_text(event, "eventTime", kl_text_from(time));
    KL_TRY(job_and_run(event, row, space, l->error));
    KL_TRY(data_sets(&part, sources, space, l->error));
    kl_build_put(event, "inputs", part);
    KL_TRY(one_data_set(&part, kl_map_get(row, KL_TEXT("data_id")), space, l->error));
    kl_build_put(event, "outputs", part);
    kl_build_text(event, "producer", KL_TEXT(PRODUCER));
    kl_build_text(event, "schemaURL", KL_TEXT(OPEN_LINEAGE));
    return KL_OK;
}

static kl_status add_event(kl_value *list, kl_value row, const lineage *l)
{
    kl_value sources, event;
    KL_TRY(kl_json_parse(&sources, kl_as_text(kl_map_get(row, KL_TEXT("source_ids"))), l->error));
    kl_build build = kl_build_begin(8, l->error);
    kl_status status = fill_event(&build, row, sources, l);
    if (build.status == KL_OK)
        build.status = status;
    kl_value_release(sources);
    KL_TRY(kl_build_end(&event, &build));
    return kl_node_list_push(list, event, l->error);
}

static kl_status export_all(kl_value *events, const lineage *l)
{
    kl_value rows;
    KL_TRY(kl_database_run(&rows, NULL, l->sql, "SELECT * FROM kailash_lineage ORDER BY place", NULL, 0,
                          l->error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(rows) && status == KL_OK; i++)
        status = add_event(events, kl_array_at(rows, i), l);
    kl_value_release(rows);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

typedef struct answer {
    kl_value ancestry, descendants, chain, events; /* arrays */
} answer;

static kl_status act(answer *a, const lineage *l)
{
    bool impact = is_operation(l, "get_impact"), export = is_operation(l, "export");
    walk found;
    if (is_operation(l, "record_source"))
        return record_source(l);
    if (is_operation(l, "record_transform"))
        return record_transform(l);
    if (export && kl_is_null(l->args[DATA_ID]))
        return export_all(&a->events, l);
    kl_status status = walk_from(&found, l, l->id, impact ? DOWN : UP);
    if (status == KL_OK && export)
        status = add_rows_of(&a->events, l, l->id, found.list, add_event);
    else if (status == KL_OK && !impact)
        status = add_rows_of(&a->chain, l, l->id, found.list, add_chain_link);
    if (status == KL_OK && !export)
        kl_value_replace(impact ? &a->descendants : &a->ancestry, kl_value_take(&found.list));
    walk_end(&found);
    return status;
}

static kl_status tell(kl_value *out, answer *a, const lineage *l)
{
    kl_build build = kl_build_begin(5, l->error);
    kl_build_share(&build, "lineage_id", l->id);
    kl_build_put(&build, "ancestry", kl_value_take(&a->ancestry));
    kl_build_put(&build, "descendants", kl_value_take(&a->descendants));
    kl_build_put(&build, "transform_chain", kl_value_take(&a->chain));
    if (is_operation(l, "export"))
        kl_build_put(&build, "events", kl_value_take(&a->events));
    return kl_build_end(out, &build);
}

static kl_status choose_id(kl_value *out, const kl_value *args, kl_error *error)
{
    char uuid[37];
    bool get = kl_text_is(kl_as_text(args[OPERATION]), "get_lineage") ||
               kl_text_is(kl_as_text(args[OPERATION]), "get_impact");
    *out = kl_value_retain(args[DATA_ID]);
    if (!kl_is_null(*out))
        return KL_OK;
    if (get)
        return kl_node_missing(error, "data_id");
    KL_TRY(kl_uuid_new(uuid, error));
    return kl_string_from_valid(out, kl_text_from(uuid), error);
}

static kl_status answer_begin(answer *a, kl_error *error)
{
    kl_value *const lists[] = {&a->ancestry, &a->descendants, &a->chain, &a->events, NULL};
    for (size_t i = 0; lists[i]; i++)
        KL_TRY(kl_array_new(lists[i], 0, error));
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    lineage l = {.call = call, .args = call->args, .error = error};
    answer a = {0};
    kl_status status;
    KL_TRY_OUT(choose_id(&l.id, call->args, error));
    KL_TRY_OUT(answer_begin(&a, error));
    KL_TRY_OUT(kl_database_begin(&l.sql, &lineage_records, call->args[DATABASE], call->args[SCOPE], call,
                                error));
    KL_TRY_OUT(kl_database_end(l.sql, act(&a, &l), error));
    status = tell(out, &a, &l);
out:
    kl_value_release(l.id);
    kl_value_release(a.ancestry);
    kl_value_release(a.descendants);
    kl_value_release(a.chain);
    kl_value_release(a.events);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "DataLineageNode",
        .category = "Enterprise",
        .doc = "Notes what data were made from, and tells their ancestry and what depends on them.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family lineage_nodes = {.name = "lineage", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(lineage_nodes);
