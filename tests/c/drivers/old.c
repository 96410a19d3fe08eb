/* A driver of another time: the loader must refuse it. */
#include "driver.h"

KL_API const kl_driver kl_driver_entry = {.abi = KL_DRIVER_ABI + 1, .name = "xlsx", .functions = ""};
