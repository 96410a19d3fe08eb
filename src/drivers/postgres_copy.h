/* src/drivers/postgres_copy.h - the entry of postgres_copy.c. */
#ifndef KL_DRIVERS_POSTGRES_COPY_H
#define KL_DRIVERS_POSTGRES_COPY_H

#include "store/sql_driver.h"

kl_status pg_copy(void *connection, kl_text text, const kl_sql_rows *rows, const kl_sql_watch *watch,
                  kl_error *error);

#endif
