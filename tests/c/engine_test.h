/* tests/c/engine_test.h - a registry with callbacks, a workflow of it, and a runtime. */
#ifndef KL_TESTS_ENGINE_TEST_H
#define KL_TESTS_ENGINE_TEST_H

#include "kailash/workflow.h"
#include "test.h"

typedef struct fixture {
    kl_registry *registry;
    kl_builder *builder;
    kl_runtime *runtime;
    kl_workflow *workflow;
} fixture;

static inline void free_fixture(fixture *f)
{
    kl_object_release((kl_object *)f->registry);
    kl_object_release((kl_object *)f->builder);
    kl_object_release((kl_object *)f->runtime);
    kl_object_release((kl_object *)f->workflow);
    *f = (fixture){0};
}

static inline void begin(fixture *f)
{
    *f = (fixture){0};
    assert_int_equal(kl_registry_new(&f->registry, NULL), KL_OK);
    assert_int_equal(kl_builder_new(&f->builder, NULL), KL_OK);
}

static inline void add_callback(fixture *f, const char *name,
                                kl_status (*call)(kl_value *, kl_callable *, const kl_value *,
                                                  size_t, kl_error *))
{
    kl_value callable, ports = json("[]");
    assert_int_equal(kl_callable_new(&callable, call, NULL, NULL, NULL), KL_OK);
    assert_int_equal(
        kl_registry_add_callback(f->registry, kl_text_from(name), callable, ports, ports, NULL),
        KL_OK);
    kl_value_release(callable);
    kl_value_release(ports);
}

static inline void add_node(fixture *f, const char *type, const char *id, const char *config)
{
    kl_value map = json(config);
    assert_int_equal(
        kl_builder_add_node(f->builder, kl_text_from(type), kl_text_from(id), map, NULL), KL_OK);
    kl_value_release(map);
}

static inline void connect_ports(fixture *f, const char *from, const char *output, const char *to,
                                 const char *input)
{
    assert_int_equal(kl_builder_connect(f->builder, kl_text_from(from), kl_text_from(output),
                                        kl_text_from(to), kl_text_from(input), NULL),
                     KL_OK);
}

static inline void build(fixture *f, const char *config)
{
    kl_error error = KL_ERROR_INIT;
    kl_value made = kl_null(), map = json(config);
    assert_int_equal(kl_object_from_map(&made, &kl_runtime_config_type, map, &error), KL_OK);
    assert_int_equal(kl_builder_build(&f->workflow, f->builder, f->registry, &error), KL_OK);
    assert_int_equal(kl_runtime_new(&f->runtime, f->registry, made, &error), KL_OK);
    kl_value_release(made);
    kl_value_release(map);
}

#endif
