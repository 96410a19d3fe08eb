/* tests/fuzz/fuzz_msgpack.c - any bytes as MessagePack. */
#include "fuzz_binary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return reads_and_writes(KL_TEXT("msgpack"), data, size);
}
