/* src/base/schema_check.h - one evaluation of a JSON Schema. */
#ifndef KL_BASE_SCHEMA_CHECK_H
#define KL_BASE_SCHEMA_CHECK_H

#include "schema_node.h"

/* A step into the instance; lies on the stack of the evaluation. */
typedef struct schema_place {
    const struct schema_place *parent; /* NULL: the whole instance */
    kl_text key;
    size_t index; /* of an item, when key.data is NULL */
} schema_place;

/* Which items or properties of an instance some keyword has looked at. */
typedef struct schema_evaluated {
    bool all;
    unsigned char *marks; /* NULL = none; else one per item or property */
    size_t len;
} schema_evaluated;

/* One schema being applied to one place of the instance. */
struct schema_frame {
    const schema_frame *parent; /* of the schema that applies this one */
    const schema_node *node;
    kl_value instance;
    const schema_place *place;
    schema_evaluated seen;
    unsigned depth;
};

struct schema_check {
    const kl_schema *schema;
    kl_value *faults; /* NULL: only whether it is valid counts, and the first fault ends it */
    uint32_t steps;   /* schemas applied so far */
};

/* Apply `node` to `instance` at `place`. What it looked at is added to `outer` (may be NULL). */
kl_status kl_schema_apply(bool *valid, schema_check *check, const schema_frame *parent,
                          const schema_node *node, kl_value instance, const schema_place *place,
                          schema_evaluated *outer, kl_error *error);
/* The same, collecting no faults. */
kl_status kl_schema_try(bool *valid, schema_check *check, const schema_frame *parent,
                        const schema_node *node, kl_value instance, const schema_place *place,
                        schema_evaluated *outer, kl_error *error);

/* Note a fault of `keyword` and set `*valid` to false. */
kl_status kl_schema_fault(bool *valid, schema_check *check, const schema_place *place,
                          const char *keyword, kl_error *error, const char *format, ...)
    KL_PRINTF(6, 7);
/* `text` cut to a length fit for messages. */
kl_text kl_schema_shown(kl_text text);

/* Nothing is marked unless some unevaluated... keyword will ask. */
kl_status kl_schema_mark(const schema_check *check, schema_frame *frame, size_t index,
                         kl_error *error);
void kl_schema_mark_all(schema_frame *frame);
bool kl_schema_is_marked(const schema_evaluated *seen, size_t index);

/* The keyword of `node` called `name`, or NULL. */
const schema_keyword *kl_schema_sibling(const schema_node *node, const char *name);

#define DECLARE_CHECK(name)                                                                        \
    kl_status name(bool *valid, schema_check *check, schema_frame *frame,                          \
                   const schema_keyword *keyword, kl_error *error)

/* schema_assert.c */
DECLARE_CHECK(kl_schema_check_type);
DECLARE_CHECK(kl_schema_check_enum);
DECLARE_CHECK(kl_schema_check_const);
DECLARE_CHECK(kl_schema_check_bound);
DECLARE_CHECK(kl_schema_check_multiple);
DECLARE_CHECK(kl_schema_check_size);
DECLARE_CHECK(kl_schema_check_pattern);
DECLARE_CHECK(kl_schema_check_format);
DECLARE_CHECK(kl_schema_check_unique);
DECLARE_CHECK(kl_schema_check_required);
DECLARE_CHECK(kl_schema_check_dependent_required);

/* schema_apply.c */
DECLARE_CHECK(kl_schema_check_reference);
DECLARE_CHECK(kl_schema_check_dynamic_reference);
DECLARE_CHECK(kl_schema_check_all_of);
DECLARE_CHECK(kl_schema_check_any_of);
DECLARE_CHECK(kl_schema_check_one_of);
DECLARE_CHECK(kl_schema_check_not);
DECLARE_CHECK(kl_schema_check_if);
DECLARE_CHECK(kl_schema_check_dependent_schemas);

/* schema_children.c */
DECLARE_CHECK(kl_schema_check_prefix_items);
DECLARE_CHECK(kl_schema_check_items);
DECLARE_CHECK(kl_schema_check_additional_items);
DECLARE_CHECK(kl_schema_check_contains);
DECLARE_CHECK(kl_schema_check_properties);
DECLARE_CHECK(kl_schema_check_pattern_properties);
DECLARE_CHECK(kl_schema_check_additional_properties);
DECLARE_CHECK(kl_schema_check_property_names);
DECLARE_CHECK(kl_schema_check_unevaluated_items);
DECLARE_CHECK(kl_schema_check_unevaluated_properties);

#endif
