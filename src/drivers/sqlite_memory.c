/* src/drivers/sqlite_memory.c - see sqlite_memory.h.
 *
 * SQLite's own shared memory (memdb) lets nobody read while a transaction is open that may write. Here
 * locks have the levels of files: many are SHARED, one of them may be RESERVED (it collects its
 * changes in its own cache), and to write them it becomes EXCLUSIVE, for which the others must go.
 */
#include "sqlite_memory.h"
#include "kailash/base.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>

static const char vfs_name[] = "kailash-memory";

/* A database. */
typedef struct store {
    struct store *next;
    char *name;
    unsigned files; /* that are open */
    unsigned shared;
    bool reserved, pending, exclusive;
    unsigned char *data;
    size_t size, room;
} store;

/* A connection's view of it. */
typedef struct memory_file {
    sqlite3_file base;
    store *store;
    int level; /* of its lock: SQLITE_LOCK_... */
} memory_file;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list, all locks, and what is written */
static pthread_cond_t written = PTHREAD_COND_INITIALIZER; /* a store is no more exclusive */
static store *stores;
static sqlite3_vfs *disk; /* for what is not kept here: temporary files */

/* ---- stores ------------------------------------------------------------------------------------- */

static store *find_store(const char *name)
{
    store *at = stores;
    while (at && strcmp(at->name, name) != 0)
        at = at->next;
    return at;
}

/* With the lock held. */
static store *new_store(const char *name)
{
    store *made = kl_alloc_zero(1, sizeof *made);
    char *copy = made ? kl_strdup(kl_text_from(name)) : NULL;
    if (!copy) {
        kl_free(made);
        return NULL;
    }
    made->name = copy;
    made->next = stores;
    stores = made;
    return made;
}

/* With the lock held: the last connection has gone. */
static void free_store(store *gone)
{
    store **link = &stores;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
    kl_free(gone->data);
    kl_free(gone->name);
    kl_free(gone);
}

static bool make_room(store *s, size_t size)
{
    if (size <= s->room)
        return true;
    size_t room = KL_MAX(size, s->room + s->room / 2);
    unsigned char *grown = kl_realloc(s->data, room);
    if (!grown)
        return false;
    s->data = grown;
    s->room = room;
    return true;
}

/* ---- reading and writing: the caller holds the lock that it needs ---------------------------------- */

static int read_from(const store *s, void *to, int count, sqlite3_int64 offset)
{
    size_t from = (size_t)offset, wanted = (size_t)count;
    size_t there = from < s->size ? KL_MIN(wanted, s->size - from) : 0;
    if (there)
        memcpy(to, s->data + from, there);
    memset((char *)to + there, 0, wanted - there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

/* SQLite looks at the header of what it opens without any lock, and again once it holds one. */
static int file_read(sqlite3_file *file, void *to, int count, sqlite3_int64 offset)
{
    const memory_file *f = (memory_file *)file;
    if (f->level != SQLITE_LOCK_NONE)
        return read_from(f->store, to, count, offset);
    pthread_mutex_lock(&lock);
    int code = read_from(f->store, to, count, offset);
    pthread_mutex_unlock(&lock);
    return code;
}

static int write_to(store *s, const void *from, int count, sqlite3_int64 offset)
{
    size_t start = (size_t)offset, end = start + (size_t)count;
    if (!make_room(s, end))
        return SQLITE_IOERR_NOMEM;
    if (start > s->size)
        memset(s->data + s->size, 0, start - s->size);
    memcpy(s->data + start, from, (size_t)count);
    s->size = KL_MAX(s->size, end);
    return SQLITE_OK;
}

/* Nobody else holds a lock of the file, but somebody may be opening it. */
static int file_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 offset)
{
    pthread_mutex_lock(&lock);
    int code = write_to(((memory_file *)file)->store, from, count, offset);
    pthread_mutex_unlock(&lock);
    return code;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    store *s = ((memory_file *)file)->store;
    pthread_mutex_lock(&lock);
    s->size = KL_MIN(s->size, (size_t)size);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)((memory_file *)file)->store->size;
    return SQLITE_OK;
}

/* ---- locks -------------------------------------------------------------------------------------- */

static int take_shared(memory_file *f)
{
    if (f->store->pending || f->store->exclusive)
        return SQLITE_BUSY;
    f->store->shared++;
    f->level = SQLITE_LOCK_SHARED;
    return SQLITE_OK;
}

static int take_reserved(memory_file *f)
{
    if (f->store->reserved)
        return SQLITE_BUSY;
    f->store->reserved = true;
    f->level = SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
}

/* From the first try on nobody new may read, so that the readers become fewer. */
static int take_exclusive(memory_file *f)
{
    store *s = f->store;
    if (f->level < SQLITE_LOCK_RESERVED && s->reserved)
        return SQLITE_BUSY;
    s->reserved = s->pending = true;
    f->level = SQLITE_LOCK_PENDING;
    if (s->shared > 1)
        return SQLITE_BUSY;
    s->exclusive = true;
    f->level = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
    memory_file *f = (memory_file *)file;
    if (level <= f->level)
        return SQLITE_OK;
    pthread_mutex_lock(&lock);
    int code = level == SQLITE_LOCK_SHARED     ? take_shared(f)
               : level == SQLITE_LOCK_RESERVED ? take_reserved(f)
                                               : take_exclusive(f);
    pthread_mutex_unlock(&lock);
    return code;
}

/* To SHARED or NONE. */
static int file_unlock(sqlite3_file *file, int level)
{
    memory_file *f = (memory_file *)file;
    if (level >= f->level)
        return SQLITE_OK;
    pthread_mutex_lock(&lock);
    store *s = f->store;
    if (f->level >= SQLITE_LOCK_RESERVED) {
        if (s->exclusive)
            pthread_cond_broadcast(&written);
        s->reserved = s->pending = s->exclusive = false;
    }
    if (level == SQLITE_LOCK_NONE)
        s->shared--;
    f->level = level;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *file, int *reserved)
{
    pthread_mutex_lock(&lock);
    *reserved = ((memory_file *)file)->store->reserved;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

/* ---- forks: the locks of the child's database are those of connections that live in the parent ----- */

/* A store is not to be copied while half of a transaction is written. */
static void before_fork(void)
{
    pthread_mutex_lock(&lock);
    for (const store *s = stores; s;) {
        if (s->exclusive) {
            pthread_cond_wait(&written, &lock);
            s = stores; /* what was looked at may be gone */
        } else {
            s = s->next;
        }
    }
}

static void after_fork(void) { pthread_mutex_unlock(&lock); }

static void in_child(void)
{
    for (store *s = stores; s; s = s->next) {
        s->shared = 0;
        s->reserved = s->pending = s->exclusive = false;
    }
    pthread_cond_init(&written, NULL);
    pthread_mutex_unlock(&lock);
}

/* ---- files -------------------------------------------------------------------------------------- */

static int file_close(sqlite3_file *file)
{
    memory_file *f = (memory_file *)file;
    file_unlock(file, SQLITE_LOCK_NONE);
    pthread_mutex_lock(&lock);
    if (--f->store->files == 0)
        free_store(f->store);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    (void)file;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int characteristics(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_ATOMIC | SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_SAFE_APPEND |
           SQLITE_IOCAP_SEQUENTIAL;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

/* ---- the VFS ------------------------------------------------------------------------------------ */

static int open_database(const char *name, memory_file *f)
{
    pthread_mutex_lock(&lock);
    store *s = find_store(name);
    if (!s)
        s = new_store(name);
    if (s)
        s->files++;
    pthread_mutex_unlock(&lock);
    if (!s)
        return SQLITE_NOMEM;
    *f = (memory_file){.base = {&methods}, .store = s, .level = SQLITE_LOCK_NONE};
    return SQLITE_OK;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given)
{
    (void)vfs;
    file->pMethods = NULL;
    if (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL))
        return SQLITE_CANTOPEN; /* it would lie on the disk under the name of the database */
    if (!(flags & SQLITE_OPEN_MAIN_DB))
        return disk->xOpen(disk, name, file, flags, given);
    if (given)
        *given = flags;
    return open_database(name, (memory_file *)file);
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    return disk->xDelete(disk, name, sync);
}

/* No journal of another process stands beside a database. */
static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    (void)name;
    (void)flags;
    *out = 0;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int room, char *out)
{
    (void)vfs;
    return snprintf(out, (size_t)room, "%s", name) < room ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *out)
{
    (void)vfs;
    return disk->xRandomness(disk, count, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return disk->xSleep(disk, microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    return disk->xCurrentTime(disk, out);
}

static int vfs_last_error(sqlite3_vfs *vfs, int room, char *out)
{
    (void)vfs;
    return disk->xGetLastError ? disk->xGetLastError(disk, room, out) : 0;
}

static sqlite3_vfs memory_vfs = {
    .iVersion = 1,
    .zName = vfs_name,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xGetLastError = vfs_last_error,
};

static void register_vfs(void)
{
    disk = sqlite3_vfs_find(NULL);
    if (!disk)
        return;
    memory_vfs.szOsFile = KL_MAX((int)sizeof(memory_file), disk->szOsFile);
    memory_vfs.mxPathname = disk->mxPathname;
    if (sqlite3_vfs_register(&memory_vfs, 0) != SQLITE_OK)
        disk = NULL;
    else
        pthread_atfork(before_fork, after_fork, in_child);
}

const char *kl_sqlite_memory_vfs(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_vfs);
    return disk ? vfs_name : NULL;
}
