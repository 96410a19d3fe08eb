/* src/drivers/sqlite_memory.h - databases in memory that several connections share. */
#ifndef KL_DRIVERS_SQLITE_MEMORY_H
#define KL_DRIVERS_SQLITE_MEMORY_H

/*
 * The name under which SQLite knows them as a VFS; NULL when it could not be told. A file of that VFS
 * lives as long as a connection to it. It locks as a file on disk does: readers see what was committed
 * while a writer prepares its changes, and only its commit waits for them. Journals must be kept
 * in memory (journal_mode=MEMORY).
 */
const char *kl_sqlite_memory_vfs(void);

#endif
