/* src/dataflow/retention_holds.c - the legal holds of a DataFlow; see retention_methods.h. */
#include "retention_methods.h"
#include "retention_run.h"

static kl_value holds_of(kl_dataflow *dataflow, kl_text model)
{
    return kl_map_get(dataflow->holds, model);
}

kl_value kl_dataflow_holds(kl_dataflow *dataflow, kl_text model)
{
    pthread_mutex_lock(&dataflow->lock);
    kl_value holds = kl_value_retain(holds_of(dataflow, model));
    pthread_mutex_unlock(&dataflow->lock);
    return holds;
}

/* Place of a hold by its id, or -1. */
static ptrdiff_t find_hold(kl_value holds, kl_text id)
{
    for (size_t i = 0; i < kl_array_len(holds); i++) {
        const kl_legal_hold *hold = (const kl_legal_hold *)kl_array_at(holds, i).as.object;
        if (kl_text_equal(kl_as_text(hold->hold_id), id))
            return (ptrdiff_t)i;
    }
    return -1;
}

/* With the lock held. Who has the list meanwhile keeps it as it was. */
static kl_status add(kl_dataflow *dataflow, kl_text model, kl_value hold, kl_error *error)
{
    kl_text id = kl_as_text(((const kl_legal_hold *)hold.as.object)->hold_id);
    if (find_hold(holds_of(dataflow, model), id) >= 0)
        return kl_error_set(error, KL_INVALID,
                            "add_legal_hold: model '%.*s' has a hold '%.*s' already",
                            KL_TEXT_ARG(model), KL_TEXT_ARG(id));
    if (kl_is_null(dataflow->holds))
        KL_TRY(kl_map_new(&dataflow->holds, 1, error));
    kl_value holds = kl_value_retain(holds_of(dataflow, model));
    kl_status status = kl_is_null(holds) ? kl_array_new(&holds, 1, error) : KL_OK;
    if (status == KL_OK)
        status = kl_array_push(&holds, kl_value_retain(hold), error);
    if (status == KL_OK)
        return kl_map_set(&dataflow->holds, model, holds, error);
    kl_value_release(holds);
    return status;
}

kl_status kl_dataflow_add_hold(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    kl_text model = kl_as_text(args[0]);
    kl_table *table;
    (void)out;
    KL_TRY(kl_dataflow_table(&table, dataflow, model, "add_legal_hold", error));
    bool is_numbered = table->columns[table->key]->kind == KL_COLUMN_INTEGER;
    kl_table_release(table);
    if (!is_numbered)
        return kl_error_set(error, KL_FAILED,
                            "add_legal_hold failed: the primary key of model '%.*s' is no integer, "
                            "so no range of numbers names its rows",
                            KL_TEXT_ARG(model));
    pthread_mutex_lock(&dataflow->lock);
    kl_status status = add(dataflow, model, args[1], error);
    pthread_mutex_unlock(&dataflow->lock);
    return status;
}

static kl_status remove_hold(bool *found, kl_dataflow *dataflow, kl_text model, kl_text id,
                             kl_error *error)
{
    kl_value holds = holds_of(dataflow, model), kept;
    ptrdiff_t place = find_hold(holds, id);
    *found = place >= 0;
    if (!*found)
        return KL_OK;
    KL_TRY(kl_array_new(&kept, kl_array_len(holds), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(holds) && status == KL_OK; i++)
        if ((ptrdiff_t)i != place)
            status = kl_array_push(&kept, kl_value_retain(kl_array_at(holds, i)), error);
    if (status == KL_OK)
        return kl_map_set(&dataflow->holds, model, kept, error);
    kl_value_release(kept);
    return status;
}

kl_status kl_dataflow_release_hold(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    kl_dataflow *dataflow = (kl_dataflow *)self;
    bool found;
    pthread_mutex_lock(&dataflow->lock);
    kl_status status = remove_hold(&found, dataflow, kl_as_text(args[0]), kl_as_text(args[1]),
                                   error);
    pthread_mutex_unlock(&dataflow->lock);
    if (status == KL_OK)
        *out = kl_bool(found);
    return status;
}

kl_status kl_dataflow_list_holds(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    kl_value holds = kl_dataflow_holds((kl_dataflow *)self, kl_as_text(args[0]));
    if (kl_is_null(holds))
        return kl_array_new(out, 0, error);
    *out = holds;
    return KL_OK;
}

const kl_param kl_hold_params[2] = {
    {.name = "model_name", .kind = KL_KIND_STRING, .doc = "name of a registered model"},
    {.name = "hold", .kind = KL_KIND_OBJECT, .type = &kl_legal_hold_type, .doc = "what is held"},
};
const kl_param kl_hold_id_params[2] = {
    {.name = "model_name", .kind = KL_KIND_STRING, .doc = "name of a model"},
    {.name = "hold_id", .kind = KL_KIND_STRING, .doc = "the id of a hold"},
};
const kl_param kl_hold_model_param[1] = {
    {.name = "model_name", .kind = KL_KIND_STRING, .doc = "name of a model"},
};
