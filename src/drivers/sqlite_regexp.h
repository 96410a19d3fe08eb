/* src/drivers/sqlite_regexp.h - the operator REGEXP, for which SQLite has no function of its own. */
#ifndef KL_DRIVERS_SQLITE_REGEXP_H
#define KL_DRIVERS_SQLITE_REGEXP_H

#include <sqlite3.h>

/* Make it known to a connection; a result code. */
int kl_sqlite_add_regexp(sqlite3 *db);

#endif
