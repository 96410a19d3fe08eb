/* tests/fuzz/fuzz_schema.c - {"schema": ..., "data": ...} as JSON text, whatever both are. */
#include "fuzz.h"

#include "schema.h"

/* The two ways to ask agree, and every fault has all its parts. */
static void check(const kl_schema *schema, kl_value data)
{
    kl_value faults = kl_null();
    bool valid = false;
    kl_status status = kl_schema_validate(&faults, schema, data, NULL);
    if (status == KL_OK && kl_schema_is_valid(&valid, schema, data, NULL) == KL_OK)
        KL_REQUIRE(valid == (kl_array_len(faults) == 0));
    for (size_t i = 0; i < kl_array_len(faults); i++) {
        kl_value fault = kl_array_at(faults, i);
        KL_REQUIRE(kl_value_len(kl_map_get(fault, KL_TEXT("text"))) > 0);
        KL_REQUIRE(kl_value_len(kl_map_get(fault, KL_TEXT("keyword"))) > 0);
        KL_REQUIRE(kl_map_has(fault, KL_TEXT("pointer")));
    }
    kl_value_release(faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_value both = kl_null();
    kl_schema *schema = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_json_parse(&both, (kl_text){(const char *)data, size}, NULL) != KL_OK)
        return 0;
    const kl_schema_options options = {.assert_formats = true,
                                       .documents = kl_map_get(both, KL_TEXT("documents"))};
    kl_status status =
        kl_schema_new(&schema, kl_map_get(both, KL_TEXT("schema")), &options, &error);
    if (status == KL_OK)
        check(schema, kl_map_get(both, KL_TEXT("data")));
    else
        KL_REQUIRE(error.message && status != KL_NO_MEMORY);
    kl_schema_free(schema);
    kl_error_clear(&error);
    kl_value_release(both);
    return 0;
}
