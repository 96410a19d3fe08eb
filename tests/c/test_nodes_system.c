/* Nodes that pass data on. */
#include "node_test.h"

KL_TEST(noop_gives_back_config_and_inputs)
{
    KL_UNUSED_STATE;
    gives("NoOpNode", "{\"b\":1}", "{\"a\":2,\"b\":3}", "{\"b\":3,\"a\":2}");
    gives("HandlerNode", NULL, NULL, "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noop_gives_back_config_and_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
