/* src/trust_plane/path.c - see path.h. */
#include "path.h"

#include <errno.h>
#include <unistd.h>

static bool is_separator(char c) { return c == '/' || c == '\\'; }

/* ---- the normal form ------------------------------------------------------------------------- */

/* A normal form in the making: "/a/b" or "../a". */
typedef struct builder {
    char *room;
    size_t len;
    size_t depth; /* segments that ".." can take away */
    bool absolute;
} builder;

static void pop(builder *b)
{
    while (b->len > 0 && b->room[b->len - 1] != '/')
        b->len--;
    if (b->len > (b->absolute ? 1 : 0))
        b->len--; /* the separator, but not the root */
    b->depth--;
}

static void push(builder *b, const char *segment, size_t len)
{
    if (b->len && b->room[b->len - 1] != '/')
        b->room[b->len++] = '/';
    memmove(b->room + b->len, segment, len);
    b->len += len;
}

static void take_segment(builder *b, const char *segment, size_t len)
{
    if (len == 0 || (len == 1 && segment[0] == '.'))
        return;
    if (len != 2 || segment[0] != '.' || segment[1] != '.') {
        push(b, segment, len);
        b->depth++;
    } else if (b->depth) {
        pop(b);
    } else if (!b->absolute) {
        push(b, "..", 2);
    }
}

kl_text kl_path_normalise(char *room, kl_text path)
{
    builder b = {room, 0, 0, path.len > 0 && is_separator(path.data[0])};
    if (b.absolute)
        room[b.len++] = '/';
    for (size_t at = 0; at < path.len;) {
        size_t end = at;
        while (end < path.len && !is_separator(path.data[end]))
            end++;
        take_segment(&b, path.data + at, end - at);
        at = end + 1;
    }
    if (b.len == 0 && path.len > 0)
        room[b.len++] = '.';
    return (kl_text){room, b.len};
}

bool kl_path_is_normal(kl_text path)
{
    char before = '/'; /* a segment begins */
    bool is_root = path.len == 1 && path.data[0] == '/';
    for (size_t i = 0; i < path.len; i++) {
        char now = path.data[i];
        bool opens = before == '/' && (now == '.' || (now == '/' && i > 0));
        if (opens || now == '\\')
            return false; /* or perhaps ".hidden": the long way tells */
        before = now;
    }
    return path.len == 0 || before != '/' || is_root;
}

/* ---- following links ------------------------------------------------------------------------- */

enum { LINKS_MAX = 40 /* as the kernel's */ };

/* What is left to walk, at the end of a block, so that the target of a link fits before it. */
typedef struct walk {
    char left[KL_PATH_ROOM];
    size_t from; /* left[from] to the end */
    int links;
    builder done; /* absolute; no link leads through it */
} walk;

static bool put_before(walk *w, const char *text, size_t len)
{
    if (len + 1 > w->from)
        return false;
    w->left[--w->from] = '/';
    w->from -= len;
    memcpy(w->left + w->from, text, len);
    return true;
}

/* One segment: through it when it is a link, else behind it. */
static kl_path_fault step(walk *w, const char *segment, size_t len)
{
    char target[KL_PATH_ROOM];
    size_t before = w->done.len, depth = w->done.depth;
    if (w->done.len + len + 2 > KL_PATH_ROOM)
        return KL_PATH_TOO_LONG;
    take_segment(&w->done, segment, len);
    if (w->done.depth <= depth)
        return KL_PATH_FINE; /* ".", ".." or nothing */
    w->done.room[w->done.len] = '\0';
    ssize_t found = readlink(w->done.room, target, sizeof target);
    if (found < 0) /* no link, or nothing there: what is to be made */
        return errno == EINVAL || errno == ENOENT || errno == ENOTDIR ? KL_PATH_FINE
                                                                      : KL_PATH_UNREADABLE;
    if (++w->links > LINKS_MAX)
        return KL_PATH_TOO_MANY_LINKS;
    if (found == 0 || (size_t)found == sizeof target ||
        !put_before(w, target, (size_t)found))
        return KL_PATH_TOO_LONG;
    w->done.len = target[0] == '/' ? 1 : before;
    w->done.depth = target[0] == '/' ? 0 : depth;
    return KL_PATH_FINE;
}

/* Put the working directory before a relative path. */
static kl_path_fault begin(walk *w, kl_text path)
{
    char here[KL_PATH_ROOM];
    if (memchr(path.data, '\0', path.len))
        return KL_PATH_UNREADABLE;
    if (!put_before(w, path.data, path.len))
        return KL_PATH_TOO_LONG;
    if (path.len && path.data[0] == '/')
        return KL_PATH_FINE;
    if (!getcwd(here, sizeof here))
        return KL_PATH_UNREADABLE;
    return put_before(w, here, strlen(here)) ? KL_PATH_FINE : KL_PATH_TOO_LONG;
}

kl_path_fault kl_path_resolve(char room[KL_PATH_ROOM], kl_text *out, kl_text path)
{
    walk w = {.from = KL_PATH_ROOM, .done = {room, 1, 0, true}};
    kl_path_fault fault = begin(&w, path);
    room[0] = '/';
    while (fault == KL_PATH_FINE && w.from < KL_PATH_ROOM) {
        const char *segment = w.left + w.from;
        size_t len = 0;
        while (segment[len] != '/') /* put_before() ends all with one */
            len++;
        w.from += len + 1;
        char name[KL_PATH_ROOM]; /* a link's target may be put where the segment stands */
        memcpy(name, segment, len);
        fault = step(&w, name, len);
    }
    if (fault == KL_PATH_FINE)
        *out = (kl_text){room, w.done.len};
    return fault;
}

/* ---- sets of subtrees ------------------------------------------------------------------------ */

/* How many levels above the working directory a normal form stands that is nothing else: "." 0,
 * ".." 1, "../.." 2; -1 for all others. */
static int ups_of(kl_text path)
{
    if (path.len == 1 && path.data[0] == '.')
        return 0;
    if (path.len % 3 != 2)
        return -1;
    for (size_t i = 0; i < path.len; i++)
        if (path.data[i] != (i % 3 == 2 ? '/' : '.'))
            return -1;
    return (int)(path.len / 3) + 1;
}

/* Leading ".." segments of a relative normal form. */
static int ups_before(kl_text path)
{
    int ups = 0;
    for (size_t at = 0; at + 2 <= path.len && path.data[at] == '.' && path.data[at + 1] == '.' &&
                        (at + 2 == path.len || path.data[at + 2] == '/');
         at += 3)
        ups++;
    return ups;
}

static void add_root(kl_path_set *set, kl_text root)
{
    int ups = ups_of(root);
    if (kl_text_equal(root, KL_TEXT("/")))
        set->all_absolute = true;
    else if (ups >= 0)
        set->ups = KL_MAX(set->ups, ups);
    else
        kl_text_set_add(&set->roots, root);
}

/* The normal form of `path` and, when asked for, of where it leads, into `*room`. */
static void add_path(kl_path_set *set, char **room, kl_text path, bool resolved)
{
    char followed[KL_PATH_ROOM];
    kl_text end, normal = kl_path_normalise(*room, path);
    add_root(set, normal);
    *room += normal.len;
    if (!resolved || kl_path_resolve(followed, &end, path) != KL_PATH_FINE)
        return;
    memcpy(*room, end.data, end.len);
    add_root(set, (kl_text){*room, end.len});
    *room += end.len;
}

kl_status kl_path_set_of(kl_path_set *set, kl_value paths, bool resolved, kl_error *error)
{
    size_t count = kl_array_len(paths), bytes = 1;
    for (size_t i = 0; i < count; i++)
        bytes += kl_as_text(kl_array_at(paths, i)).len + 1 + (resolved ? KL_PATH_ROOM : 0);
    char *room = set->texts = kl_alloc(bytes);
    if (!room)
        return kl_error_no_memory(error);
    KL_TRY(kl_text_set_reserve(&set->roots, resolved ? 2 * count : count, error));
    for (size_t i = 0; i < count; i++)
        add_path(set, &room, kl_as_text(kl_array_at(paths, i)), resolved);
    return KL_OK;
}

void kl_path_set_end(kl_path_set *set)
{
    kl_text_set_end(&set->roots);
    kl_free(set->texts);
    *set = (kl_path_set)KL_PATH_SET_EMPTY;
}

bool kl_path_set_covers(const kl_path_set *set, kl_text path)
{
    uint64_t hash = KL_TEXT_HASH_START;
    bool absolute = path.len && path.data[0] == '/';
    if (absolute && set->all_absolute)
        return true;
    if (!absolute && path.len && set->ups >= 0 && ups_before(path) <= set->ups)
        return true;
    if (!set->roots.slots)
        return false;
    for (size_t i = 0; i < path.len; i++) {
        if (path.data[i] == '/' && i &&
            kl_text_set_has_hashed(&set->roots, (kl_text){path.data, i}, hash))
            return true;
        hash = kl_text_hash_step(hash, path.data[i]);
    }
    return kl_text_set_has_hashed(&set->roots, path, hash);
}
