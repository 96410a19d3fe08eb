/* A driver under another's file name: the loader must refuse it. */
#include "driver.h"

KL_API const kl_driver kl_driver_entry = {.abi = KL_DRIVER_ABI, .name = "xlsx", .functions = ""};
