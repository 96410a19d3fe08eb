/* src/trust_plane/project_append.c - one more anchor, with its record and the manifest; see project_view.c
 * for the order in which they are written. */
#include "project_parts.h"
#include "anchor.h"
#include "eatp/fault.h"

/* What is written; all given. */
typedef struct writing {
    const kl_trust_entry *entry;
    kl_value id, anchor, manifest;
    kl_value anchor_file, record_file; /* names */
} writing;

static void end(writing *w)
{
    kl_value_release(w->id);
    kl_value_release(w->anchor);
    kl_value_release(w->manifest);
    kl_value_release(w->anchor_file);
    kl_value_release(w->record_file);
}

/* ---- preparing ------------------------------------------------------------------------------------------- */

static kl_status new_id(writing *w, const kl_trust_project *project, kl_error *error)
{
    const char *prefix =
        strcmp(w->entry->type, "posture_transition") == 0 ? "anc-posture-" : "anc-";
    do {
        kl_value_replace(&w->id, kl_null());
        kl_value_replace(&w->anchor_file, kl_null());
        KL_TRY(kl_trust_id_new(&w->id, prefix, error));
        KL_TRY(kl_string_format(&w->anchor_file, error, "%s.json", kl_as_text(w->id).data));
    } while (kl_trust_exists(project->folder, "anchors", kl_as_text(w->anchor_file)));
    return KL_OK;
}

static kl_status count_up(kl_value *manifest, const char *counter, kl_error *error)
{
    kl_text name = kl_text_from(counter);
    int64_t count = kl_as_int(kl_map_get(*manifest, name));
    return kl_map_set(manifest, name, kl_int(count < INT64_MAX ? count + 1 : count), error);
}

static kl_status fill_manifest(writing *w, const kl_trust_project *project, kl_error *error)
{
    const kl_trust_kind_facts *kind = kl_trust_kind_of(kl_text_from(w->entry->type));
    kl_value time = kl_map_get(w->anchor, KL_TEXT("created_at"));
    KL_TRY(kl_map_set(&w->manifest, KL_TEXT("updated_at"), kl_value_retain(time), error));
    if (kind)
        KL_TRY(count_up(&w->manifest, kind->counter, error));
    KL_TRY(kl_map_set(&w->manifest, KL_TEXT("anchor_count"),
                      kl_int((int64_t)project->chain.count + 1), error));
    KL_TRY(kl_map_set(&w->manifest, KL_TEXT("last_anchor_id"), kl_value_retain(w->id), error));
    if (!w->entry->posture)
        return KL_OK;
    return kl_map_set_text(&w->manifest, KL_TEXT("trust_posture"), kl_text_from(w->entry->posture),
                           error);
}

static kl_status prepare(writing *w, kl_trust_project *project, kl_error *error)
{
    kl_value pair = kl_null();
    const kl_trust_entry *entry = w->entry;
    KL_TRY(kl_project_need_pair(&pair, project, entry->what, error));
    kl_status status = new_id(w, project, error);
    if (status == KL_OK)
        status = kl_trust_anchor_new(&w->anchor,
                                     &(kl_anchor_draft){entry, w->id, kl_chain_tip(&project->chain),
                                                        kl_time_now()},
                                     (const kl_key_pair *)pair.as.object, error);
    kl_value_release(pair);
    KL_TRY(status);
    w->manifest = kl_value_retain(project->manifest);
    KL_TRY(fill_manifest(w, project, error));
    if (!entry->sub)
        return KL_OK;
    return kl_string_format(&w->record_file, error, "%.*s.json", KL_TEXT_ARG(entry->record_id));
}

/* ---- writing --------------------------------------------------------------------------------------------- */

static kl_status print_all(kl_value texts[3], const writing *w, kl_error *error)
{
    KL_TRY(kl_json_print(&texts[0], w->manifest, &kl_json_pretty, error));
    KL_TRY(kl_json_print(&texts[1], w->anchor, &kl_json_pretty, error));
    return w->entry->sub ? kl_json_print(&texts[2], w->entry->record, &kl_json_pretty, error) : KL_OK;
}

/* The manifest comes last: it tells of the others. */
static kl_status stage_all(const writing *w, kl_trust_folder *folder, kl_error *error)
{
    kl_value texts[3] = {{0}};
    kl_status status = print_all(texts, w, error);
    const kl_trust_file files[] = {
        {w->entry->sub, kl_as_text(w->record_file), kl_as_text(texts[2])},
        {"anchors", kl_as_text(w->anchor_file), kl_as_text(texts[1])},
        {"", MANIFEST, kl_as_text(texts[0])},
    };
    size_t skipped = w->entry->sub ? 0 : 1;
    if (status == KL_OK)
        status = kl_trust_stage(folder, files + skipped, KL_COUNT(files) - skipped, error);
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        kl_value_release(texts[i]);
    return status;
}

static void unstage_all(const writing *w, kl_trust_folder *folder)
{
    kl_trust_unstage(folder, "", MANIFEST); /* first: it is what tells of the others */
    kl_trust_unstage(folder, "anchors", kl_as_text(w->anchor_file));
    if (w->entry->sub)
        kl_trust_unstage(folder, w->entry->sub, kl_as_text(w->record_file));
}

/* The anchor's name is the commit. */
static kl_status publish_all(const writing *w, kl_trust_folder *folder, kl_error *error)
{
    const char *sub = w->entry->sub;
    if (sub)
        KL_TRY(kl_trust_publish(folder, sub, kl_as_text(w->record_file), error));
    KL_TRY(kl_trust_publish(folder, "", MANIFEST, error));
    KL_TRY(kl_trust_sync(folder, "anchors", error));
    if (sub)
        KL_TRY(kl_trust_sync(folder, sub, error));
    return kl_trust_sync(folder, "", error);
}

static kl_status remember(const writing *w, kl_trust_project *project, kl_error *error)
{
    kl_trust_facts facts;
    KL_TRY(kl_trust_stat(&facts, project->folder, "anchors", kl_as_text(w->anchor_file), error));
    KL_TRY(kl_chain_push(&project->chain, w->anchor, &facts, true, error));
    kl_value_replace(&project->manifest, kl_value_retain(w->manifest));
    kl_project_note_view(project);
    return KL_OK;
}

static kl_status write_all(const writing *w, kl_trust_project *project, kl_error *error)
{
    kl_trust_folder *folder = project->folder;
    KL_TRY(stage_all(w, folder, error));
    kl_status status = kl_trust_publish(folder, "anchors", kl_as_text(w->anchor_file), error);
    if (status != KL_OK) {
        unstage_all(w, folder);
        return status;
    }
    project->view.fresh = false; /* a failure from here on is mended by the next to begin */
    KL_TRY(publish_all(w, folder, error));
    return remember(w, project, error);
}

kl_status kl_trust_project_append(kl_value *out, kl_trust_project *project,
                                  const kl_trust_entry *entry, kl_error *error)
{
    writing w = {.entry = entry};
    kl_status status = prepare(&w, project, error);
    if (status == KL_OK)
        status = write_all(&w, project, error);
    if (status == KL_OK)
        *out = kl_value_take(&w.id);
    end(&w);
    return status;
}

kl_status kl_trust_project_anchor(kl_value *out, kl_trust_project *project,
                                  const kl_trust_entry *entry, kl_error *error)
{
    KL_TRY(kl_trust_project_begin(project, error));
    kl_status status = kl_trust_project_append(out, project, entry, error);
    kl_trust_project_end(project);
    return status;
}
