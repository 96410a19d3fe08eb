/* src/drivers/mongodb.h - what the library needs of libmongoc: collections of a MongoDB server.
 *
 * Documents are maps. What a value cannot hold is a map as MongoDB's Extended JSON has it: {"$oid": "..."},
 * {"$date": "..."}, {"$numberDecimal": "..."}, {"$binary": {...}} and so on, both ways.
 */
#ifndef KL_DRIVERS_MONGODB_H
#define KL_DRIVERS_MONGODB_H

#include "kailash/value.h"

typedef struct kl_mongodb_options {
    const char *url;    /* mongodb:// or mongodb+srv://, with a database */
    int64_t timeout_ms; /* of an operation, where the URL has no other */
} kl_mongodb_options;

/* Who may stop the reading of many documents: asked now and then, or NULL. */
typedef struct kl_mongodb_watch {
    kl_status (*check)(void *data, kl_error *error);
    void *data;
} kl_mongodb_watch;

typedef struct kl_mongodb_update {
    kl_value filter, update; /* borrowed */
    bool one, upsert;
    size_t matched, modified; /* results */
    kl_value upserted_id;     /* given; null when none was */
} kl_mongodb_update;

/*
 * A server stands for a pool of connections, made when needed; any thread may use it. What it refuses is
 * KL_FAILED with its words ("MongoDB: ..."), a value that must be there once KL_STATE, an unknown collection
 * or index KL_NOT_FOUND, no connection KL_IO, too long KL_TIMEOUT, no right KL_DENIED.
 */
typedef struct kl_mongodb_driver {
    /* KL_INVALID for a bad URL; the message does not show it. */
    kl_status (*open)(void **out, const kl_mongodb_options *options, kl_error *error);
    void (*close)(void *server);
    /* Documents as an array, given; `options` are those of the command find: sort, skip, limit, projection. */
    kl_status (*find)(kl_value *out, void *server, kl_text collection, kl_value filter,
                      kl_value options, const kl_mongodb_watch *watch, kl_error *error);
    kl_status (*aggregate)(kl_value *out, void *server, kl_text collection, kl_value pipeline,
                           const kl_mongodb_watch *watch, kl_error *error);
    /* In order, up to the first that fails; `*inserted` is told then too. */
    kl_status (*insert)(size_t *inserted, void *server, kl_text collection, kl_value list,
                        kl_error *error);
    kl_status (*update)(void *server, kl_text collection, kl_mongodb_update *update,
                        kl_error *error);
    kl_status (*remove)(size_t *removed, void *server, kl_text collection, kl_value filter, bool one,
                        kl_error *error);
    /* A command that changes something, such as createIndexes. */
    kl_status (*command)(void *server, kl_value command, kl_error *error);
    /* What listIndexes gives, as an array; given. */
    kl_status (*indexes)(kl_value *out, void *server, kl_text collection, kl_error *error);
} kl_mongodb_driver;

#endif
