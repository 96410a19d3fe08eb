/* src/base/driver.c - finds and loads drivers. */
#include "driver.h"
#include "fork.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* What must be known before loading: a module that cannot load cannot be asked. */
static const struct {
    const char *name;
    const char *package; /* Debian package of the library it needs */
} known[] = {
    {"blas", "libopenblas0-pthread"},
    {"cbor", "libcbor0.8"},
    {"curl", "libcurl4"},
    {"deflate", "zlib1g"},
    {"mariadb", "libmariadb3"},
    {"html", "libgumbo1"},
    {"kafka", "librdkafka1"},
    {"ldap", "libldap-2.5-0"},
    {"mongodb", "libmongoc-1.0-0"},
    {"openssl", "libssl3"},
    {"passwords", "libargon2-1"},
    {"pcre2", "libpcre2-8-0"},
    {"pdf", "pypdfium2 (libpdfium.so)"},
    {"postgres", "libpq5"},
    {"quickjs", "QuickJS-ng (libqjs.so)"},
    {"sqlite", "libsqlite3-0"},
    {"tls", "libssl3"},
    {"utf8proc", "libutf8proc2"},
    {"xlsx", "libzip4 and libxml2"},
    {"xml", "libxml2"},
    {"xmlsec", "libxmlsec1-openssl"},
    {"yaml", "libyaml-0-2"},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* held while loading */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static const kl_driver *loaded[KL_COUNT(known)];         /* atomic, set once */

/* The folder that libkailash itself was loaded from. */
static void own_folder(char *to, size_t size)
{
    Dl_info info;
    to[0] = '\0';
    if (!dladdr((void *)(uintptr_t)&kl_driver_load, &info) || !info.dli_fname)
        return;
    const char *slash = strrchr(info.dli_fname, '/');
    if (slash && (size_t)(slash - info.dli_fname) < size) {
        memcpy(to, info.dli_fname, (size_t)(slash - info.dli_fname));
        to[slash - info.dli_fname] = '\0';
    }
}

void kl_driver_path(char *to, size_t size, const char *file)
{
    char folder[3072];
    const char *wanted = secure_getenv("KAILASH_DRIVER_PATH");
    if (wanted && *wanted)
        snprintf(folder, sizeof folder, "%s", wanted);
    else {
        own_folder(folder, sizeof folder - sizeof "/kailash-drivers");
        strcat(folder, "/kailash-drivers");
    }
    snprintf(to, size, "%s/%s", folder, file);
}

static void *open_module(const char *name)
{
    char file[64], path[4096];
    snprintf(file, sizeof file, "kailash_%s.so", name);
    kl_driver_path(path, sizeof path, file);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static kl_status load(const kl_driver **out, const char *name, const char *package, kl_error *error)
{
    void *module = open_module(name);
    if (!module) {
        const char *why = dlerror();
        return kl_error_set(error, KL_UNAVAILABLE,
                            "the '%s' driver cannot be loaded (%s); install the package %s", name,
                            why ? why : "unknown reason", package);
    }
    const kl_driver *entry = dlsym(module, "kl_driver_entry");
    if (!entry || entry->abi != KL_DRIVER_ABI || strcmp(entry->name, name) != 0) {
        kl_error_set(error, KL_UNAVAILABLE, "the '%s' driver is of another version", name);
        dlclose(module);
        return KL_UNAVAILABLE;
    }
    *out = entry;
    return KL_OK;
}

kl_status kl_driver_load(const void **functions, const char *name, kl_error *error)
{
    size_t row = 0;
    while (row < KL_COUNT(known) && strcmp(known[row].name, name) != 0)
        row++;
    if (row == KL_COUNT(known))
        return kl_error_set(error, KL_INVALID, "there is no driver '%s'", name);
    const kl_driver *entry = __atomic_load_n(&loaded[row], __ATOMIC_ACQUIRE);
    kl_status status = KL_OK;
    if (!entry) {
        pthread_mutex_lock(&lock);
        entry = loaded[row];
        if (!entry && (status = load(&entry, name, known[row].package, error)) == KL_OK)
            __atomic_store_n(&loaded[row], entry, __ATOMIC_RELEASE);
        pthread_mutex_unlock(&lock);
    }
    if (status == KL_OK)
        *functions = entry->functions;
    return status;
}
