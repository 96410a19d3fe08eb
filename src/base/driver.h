/* src/base/driver.h - loadable modules: code that needs an outside library, loaded on first use.
 *
 * A driver is src/drivers/NAME.c, one line in src/drivers/CMakeLists.txt, one row in driver.c
 * and a struct of functions in src/drivers/NAME.h that both sides include.
 */
#ifndef KL_BASE_DRIVER_H
#define KL_BASE_DRIVER_H

#include "kailash/base.h"

#define KL_DRIVER_ABI 1u

/* The one symbol a module exports: `kl_driver_entry`. */
typedef struct kl_driver {
    uint32_t abi;
    const char *name;
    const void *functions; /* the struct of src/drivers/NAME.h */
} kl_driver;

/*
 * The functions of driver `name`, loading it if need be; borrowed for the life of the process.
 * KL_UNAVAILABLE names the Debian package to install when its library is missing.
 */
KL_API kl_status kl_driver_load(const void **functions, const char *name, kl_error *error);

/* The path of a file that lies with the drivers, with a NUL; it need not exist. */
KL_API void kl_driver_path(char *to, size_t size, const char *file);

#endif
