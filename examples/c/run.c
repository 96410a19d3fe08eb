/* examples/c/run.c - a workflow from a definition, run on inputs. */
#include <kailash/kailash.h>

#include <stdio.h>

static const char definition[] =
    "{\"version\": \"1.0\", \"enable_cycles\": false, \"connections\": [], \"nodes\": ["
    " {\"type_name\": \"ConditionalNode\", \"node_id\": \"size\","
    "  \"config\": {\"if_value\": \"some\", \"else_value\": \"none\"}}]}";

/* Builds the workflow and runs it on `inputs`; the result is given. */
static kl_status run(kl_value *out, kl_value inputs, kl_error *error)
{
    kl_registry *registry = NULL;
    kl_builder *builder = NULL;
    kl_workflow *workflow = NULL;
    kl_runtime *runtime = NULL;
    kl_status status;

    KL_TRY_OUT(kl_registry_new(&registry, error));
    KL_TRY_OUT(kl_builder_from_json(&builder, kl_text_from(definition), error));
    KL_TRY_OUT(kl_builder_build(&workflow, builder, registry, error));
    KL_TRY_OUT(kl_runtime_new(&runtime, registry, kl_null(), error));
    status = kl_runtime_execute(out, runtime, workflow, inputs, NULL, error);
out:
    kl_object_release((kl_object *)runtime);
    kl_object_release((kl_object *)workflow);
    kl_object_release((kl_object *)builder);
    kl_object_release((kl_object *)registry);
    return status;
}

int main(void)
{
    kl_error error = KL_ERROR_INIT;
    kl_value inputs = kl_null(), result = kl_null();
    kl_status status;

    KL_TRY_OUT(kl_map_new(&inputs, 1, &error));
    KL_TRY_OUT(kl_map_set(&inputs, KL_TEXT("condition"), kl_int(4), &error));
    KL_TRY_OUT(run(&result, inputs, &error));
    const kl_value *size = kl_value_path(&result, KL_TEXT("results.size.result"));
    puts(size ? kl_as_text(*size).data : "nothing"); /* some */
out:
    if (status != KL_OK)
        fprintf(stderr, "%s\n", kl_error_message(&error));
    kl_value_release(result);
    kl_value_release(inputs);
    kl_error_clear(&error);
    return status != KL_OK;
}
