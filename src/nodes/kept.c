/* src/nodes/kept.c - see kept.h. */
#include "kept.h"
#include "build_map.h"

kl_status kl_kept_load(kl_kept *kept, kl_text id, const char *what)
{
    KL_TRY(kl_record_read(&kept->state, &kept->version, kept->records, id, kept->error));
    if (kl_is_null(kept->state))
        return kl_node_failed(kept->error, "%s '%.*s' not found", what, KL_TEXT_ARG(id));
    return kl_string_new(&kept->id, id, kept->error);
}

kl_status kl_kept_save(kl_kept *kept, bool finished)
{
    if (!kept->changed)
        return KL_OK;
    KL_TRY(kl_record_write(kept->records, kl_as_text(kept->id), kept->version, kept->state, finished,
                           kept->error));
    kept->version++;
    kept->changed = false;
    return KL_OK;
}

void kl_kept_end(kl_kept *kept)
{
    kl_value_release(kl_value_take(&kept->id));
    kl_value_release(kl_value_take(&kept->state));
}

kl_value kl_kept_get(const kl_kept *kept, const char *name)
{
    return kl_map_get(kept->state, kl_text_from(name));
}

bool kl_kept_is(const kl_kept *kept, const char *name, const char *word)
{
    return kl_text_is(kl_as_text(kl_kept_get(kept, name)), word);
}

kl_status kl_kept_set(kl_kept *kept, const char *name, kl_value item)
{
    kept->changed = true;
    return kl_map_set(&kept->state, kl_text_from(name), item, kept->error);
}

kl_status kl_kept_set_word(kl_kept *kept, const char *name, const char *word)
{
    kept->changed = true;
    return kl_map_set_text(&kept->state, kl_text_from(name), kl_text_from(word), kept->error);
}

/* Take a member out, so that who changes it is its only owner; given. */
static kl_status take_member(kl_value *out, kl_kept *kept, const char *name)
{
    *out = kl_value_retain(kl_kept_get(kept, name));
    kl_status status = kl_kept_set(kept, name, kl_null());
    if (status != KL_OK)
        kl_value_release(kl_value_take(out));
    return status;
}

kl_status kl_kept_push(kl_kept *kept, const char *name, kl_value item)
{
    kl_value list;
    kl_status status = take_member(&list, kept, name);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    status = kl_array_push(&list, item, kept->error);
    if (status == KL_OK)
        return kl_kept_set(kept, name, list);
    kl_value_release(list);
    return status;
}

kl_status kl_kept_put(kl_kept *kept, const char *name, kl_value key, kl_value item)
{
    kl_value map;
    kl_status status = take_member(&map, kept, name);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    status = kl_map_set_key(&map, key, item, kept->error);
    if (status == KL_OK)
        return kl_kept_set(kept, name, map);
    kl_value_release(map);
    return status;
}

bool kl_list_holds(kl_value list, kl_text text)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(list, i)), text))
            return true;
    return false;
}

/* ---- all that have not ended --------------------------------------------------------------------- */

static kl_status recover_one(kl_value *list, const kl_kept_host *host, const char *key, kl_value id,
                             kl_kept_resume *resume, kl_error *error)
{
    kl_value state = kl_null(), entry = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = resume(&state, host, kl_as_text(id), &why);
    if (status == KL_NO_MEMORY || kl_run_is_cancelled(host->call->run)) {
        kl_value_release(state);
        kl_error_move(error, &why);
        return status;
    }
    kl_build m = kl_build_begin(2, error);
    kl_build_share(&m, key, id);
    if (status == KL_OK)
        kl_build_share(&m, "status", kl_map_get(state, KL_TEXT("status")));
    else
        kl_build_string(&m, "error", kl_error_message(&why));
    kl_value_release(state);
    kl_error_clear(&why);
    KL_TRY(kl_build_end(&entry, &m));
    return kl_array_push(list, entry, error);
}

kl_status kl_kept_recover(kl_value *out, const kl_kept_host *host, const char *key,
                          kl_kept_resume *resume, kl_error *error)
{
    kl_value unfinished, list = kl_null();
    KL_TRY(kl_record_list(&unfinished, host->records, true, error));
    kl_status status = kl_array_new(&list, kl_map_len(unfinished), error);
    for (size_t i = 0; i < kl_map_len(unfinished) && status == KL_OK; i++)
        status = recover_one(&list, host, key, kl_map_key_value_at(unfinished, i), resume, error);
    kl_value_release(unfinished);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}
