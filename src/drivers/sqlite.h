/* src/drivers/sqlite.h - the functions of the SQLite driver are those of any database driver. */
#ifndef KL_DRIVERS_SQLITE_H
#define KL_DRIVERS_SQLITE_H

#include "store/sql_driver.h"

#endif
