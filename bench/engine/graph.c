/* The engine without Python: where the time of a node goes. Prints one JSON object.
 * Claim: scheduling a node costs a few tens of nanoseconds; the rest is its values. */
#include "kailash/workflow.h"

#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static kl_workflow *chain(kl_registry *registry, int count)
{
    kl_builder *builder;
    kl_workflow *workflow;
    char id[16], before[16];
    kl_builder_new(&builder, NULL);
    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof id, "n%d", i);
        kl_builder_add_node(builder, KL_TEXT("NoOpNode"), kl_text_from(id), kl_null(), NULL);
        snprintf(before, sizeof before, "n%d", i - 1);
        if (i)
            kl_builder_connect(builder, kl_text_from(before), KL_TEXT("x"), kl_text_from(id),
                               KL_TEXT("x"), NULL);
    }
    kl_builder_build(&workflow, builder, registry, NULL);
    kl_object_release((kl_object *)builder);
    return workflow;
}

static double best(kl_runtime *runtime, kl_workflow *workflow, kl_value inputs, int rounds)
{
    double smallest = 1e9;
    for (int i = 0; i < rounds; i++) {
        kl_value out;
        double begin = now();
        kl_runtime_execute(&out, runtime, workflow, inputs, NULL, NULL);
        kl_value_release(out);
        double took = now() - begin;
        smallest = took < smallest ? took : smallest;
    }
    return smallest;
}

int main(void)
{
    kl_registry *registry;
    kl_runtime *runtime;
    kl_value inputs;
    kl_registry_new(&registry, NULL);
    kl_runtime_new(&runtime, registry, kl_null(), NULL);
    kl_map_new(&inputs, 1, NULL);
    kl_map_set(&inputs, KL_TEXT("x"), kl_int(1), NULL);
    kl_workflow *one = chain(registry, 1), *many = chain(registry, 1000);
    printf("{\"chain of 1,000 NoOp nodes, µs a node\": %.4f, \"one NoOp node, µs\": %.4f}\n",
           best(runtime, many, inputs, 2000) * 1e3, best(runtime, one, inputs, 200000) * 1e6);
    kl_value_release(inputs);
    kl_object_release((kl_object *)one);
    kl_object_release((kl_object *)many);
    kl_object_release((kl_object *)runtime);
    kl_object_release((kl_object *)registry);
    return 0;
}
