/* tests/fuzz/fuzz_cbor.c - any bytes as CBOR. */
#include "fuzz_binary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return reads_and_writes(KL_TEXT("cbor"), data, size);
}
