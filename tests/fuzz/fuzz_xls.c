/* Any bytes: the reader of .xls gives an error or cells within a sheet, and strings are UTF-8. */
#include "fuzz.h"
#include "nodes/xls.h"

static kl_status check_cell(kl_cell_sink *sink, uint32_t row, uint32_t column, kl_value value,
                            kl_error *error)
{
    (void)sink, (void)error;
    KL_REQUIRE(row < 65536 && column < 2 * 65536);
    KL_REQUIRE(kl_is(value, KL_KIND_DOUBLE) || kl_is(value, KL_KIND_BOOL) ||
               kl_is(value, KL_KIND_STRING));
    kl_value again = kl_null();
    if (kl_is(value, KL_KIND_STRING))
        KL_REQUIRE(kl_string_new(&again, kl_as_text(value), NULL) == KL_OK);
    kl_value_release(again);
    kl_value_release(value);
    return KL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const kl_workbook_limits limits = {UINT64_MAX, UINT64_MAX};
    kl_cell_sink sink = {check_cell};
    kl_workbook *workbook;
    kl_text text = {(const char *)data, size};
    if (kl_xls_functions.open(&workbook, text, &limits, NULL) != KL_OK)
        return 0;
    size_t count = kl_array_len(kl_xls_functions.sheet_names(workbook));
    for (size_t i = 0; i < count; i++)
        kl_xls_functions.read(workbook, i, &sink, NULL);
    kl_xls_functions.close(workbook);
    return 0;
}
