/* src/workflow/normal_form.c - see normal_form.h. */
#include "normal_form.h"
#include "engine.h"
#include "kailash/json.h"

kl_status kl_definition_normalize(kl_value *out, kl_value map, kl_text text, kl_error *error)
{
    kl_builder *builder;
    KL_TRY(kl_builder_new(&builder, error));
    kl_status status = kl_definition_read(builder, map, text, NULL, error);
    if (status == KL_OK)
        status = kl_definition_of(out, &builder->draft, error);
    kl_object_release(&builder->object);
    return status;
}

kl_status kl_definition_parse(kl_value *out, kl_text json, kl_error *error)
{
    kl_value map;
    kl_status status = kl_json_parse_with(&map, json, KL_JSON_UNIQUE_TOP, error);
    if (status == KL_OK) {
        status = kl_definition_normalize(out, map, json, error);
        kl_value_release(map);
    }
    if (status == KL_SYNTAX && error)
        kl_error_prefix(error, "invalid workflow definition at line %u column %u: ", error->line,
                        error->column);
    return status;
}
