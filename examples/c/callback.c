/* examples/c/callback.c - a workflow with a node of one's own: a C function. */
#include <kailash/json.h>
#include <kailash/workflow.h>

#include <stdio.h>

/* Gives {"total": price * count}; `args[0]` is the map of inputs. */
static kl_status total(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                       kl_error *error)
{
    (void)self;
    (void)count;
    double price = kl_as_double(kl_map_get(args[0], KL_TEXT("price")));
    int64_t pieces = kl_as_int(kl_map_get(args[0], KL_TEXT("pieces")));
    return kl_node_result(out, "total", kl_double(price * (double)pieces), error);
}

/* Registers total() as the node type "Total". */
static kl_status add_total(kl_registry *registry, kl_error *error)
{
    kl_value callable = kl_null(), inputs = kl_null(), outputs = kl_null();
    kl_status status;

    KL_TRY_OUT(kl_callable_new(&callable, total, NULL, NULL, error));
    KL_TRY_OUT(kl_json_parse(&inputs, KL_TEXT("[\"price\", \"pieces\"]"), error));
    KL_TRY_OUT(kl_json_parse(&outputs, KL_TEXT("[\"total\"]"), error));
    status = kl_registry_add_callback(registry, KL_TEXT("Total"), callable, inputs, outputs, error);
out:
    kl_value_release(outputs);
    kl_value_release(inputs);
    kl_value_release(callable);
    return status;
}

/* Two nodes: the order as it comes in, and its total. */
static kl_status build(kl_workflow **out, kl_registry *registry, kl_error *error)
{
    kl_builder *builder = NULL;
    kl_status status;

    KL_TRY(kl_builder_new(&builder, error));
    KL_TRY_OUT(kl_builder_add_node(builder, KL_TEXT("NoOpNode"), KL_TEXT("order"), kl_null(), error));
    KL_TRY_OUT(kl_builder_add_node(builder, KL_TEXT("Total"), KL_TEXT("sum"), kl_null(), error));
    KL_TRY_OUT(kl_builder_connect(builder, KL_TEXT("order"), KL_TEXT("price"), KL_TEXT("sum"),
                                  KL_TEXT("price"), error));
    KL_TRY_OUT(kl_builder_connect(builder, KL_TEXT("order"), KL_TEXT("pieces"), KL_TEXT("sum"),
                                  KL_TEXT("pieces"), error));
    status = kl_builder_build(out, builder, registry, error);
out:
    kl_object_release((kl_object *)builder);
    return status;
}

/* Runs the workflow on one order and prints what the node `sum` gave. */
static kl_status run(kl_registry *registry, kl_workflow *workflow, kl_error *error)
{
    kl_runtime *runtime = NULL;
    kl_value inputs = kl_null(), result = kl_null(), text = kl_null();
    kl_status status;

    KL_TRY_OUT(kl_runtime_new(&runtime, registry, kl_null(), error));
    KL_TRY_OUT(kl_json_parse(&inputs, KL_TEXT("{\"price\": 2.5, \"pieces\": 4}"), error));
    KL_TRY_OUT(kl_runtime_execute(&result, runtime, workflow, inputs, NULL, error));
    const kl_value *sum = kl_value_path(&result, KL_TEXT("results.sum"));
    KL_TRY_OUT(kl_json_print(&text, sum ? *sum : kl_null(), &kl_json_plain, error));
    puts(kl_as_text(text).data); /* {"total":10.0} */
out:
    kl_value_release(text);
    kl_value_release(result);
    kl_value_release(inputs);
    kl_object_release((kl_object *)runtime);
    return status;
}

int main(void)
{
    kl_error error = KL_ERROR_INIT;
    kl_registry *registry = NULL;
    kl_workflow *workflow = NULL;
    kl_status status;

    KL_TRY_OUT(kl_registry_new(&registry, &error));
    KL_TRY_OUT(add_total(registry, &error));
    KL_TRY_OUT(build(&workflow, registry, &error));
    KL_TRY_OUT(run(registry, workflow, &error));
out:
    if (status != KL_OK)
        fprintf(stderr, "%s\n", kl_error_message(&error));
    kl_object_release((kl_object *)workflow);
    kl_object_release((kl_object *)registry);
    kl_error_clear(&error);
    return status != KL_OK;
}
