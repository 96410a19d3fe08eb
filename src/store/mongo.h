/* src/store/mongo.h - collections of documents on a MongoDB server, by the mongodb driver.
 *
 * The functions are those of document.h, and filters, updates and pipelines are the server's: they may say more
 * than those in memory. Values that have no form of ours come and go as Extended JSON (../drivers/mongodb.h).
 */
#ifndef KL_STORE_MONGO_H
#define KL_STORE_MONGO_H

#include "document.h"
#include "drivers/mongodb.h"

/* A server and a database of it. Any thread may use it. */
typedef struct kl_mongo kl_mongo;

/* Whether a URL is one of MongoDB's: mongodb:// or mongodb+srv://. */
KL_API bool kl_mongo_is_url(kl_text url);

/* Connects only when used; given. KL_INVALID for a bad URL; KL_UNAVAILABLE without libmongoc. */
KL_API kl_status kl_mongo_new(kl_mongo **out, kl_text url, int64_t timeout_ms, kl_error *error);
KL_API void kl_mongo_free(kl_mongo *server);

/* A collection in use; all is borrowed. */
typedef struct kl_mongo_collection {
    kl_mongo *server;
    kl_text name;
    kl_mongodb_watch watch;
} kl_mongo_collection;

/* In order; when one fails, those before it are removed again. */
KL_API kl_status kl_mongo_insert(kl_value *ids, const kl_mongo_collection *collection, kl_value list,
                                 kl_error *error);
KL_API kl_status kl_mongo_query(kl_value *out, const kl_mongo_collection *collection,
                                const kl_documents_find *find, kl_error *error);
KL_API kl_status kl_mongo_count(size_t *out, const kl_mongo_collection *collection, kl_value filter,
                                kl_error *error);
KL_API kl_status kl_mongo_change(const kl_mongo_collection *collection, kl_documents_update *update,
                                 kl_error *error);
KL_API kl_status kl_mongo_delete(size_t *deleted, const kl_mongo_collection *collection,
                                 kl_value filter, bool one, kl_error *error);
KL_API kl_status kl_mongo_aggregate(kl_value *out, const kl_mongo_collection *collection,
                                    kl_value pipeline, kl_error *error);
KL_API kl_status kl_mongo_create_index(const kl_mongo_collection *collection, kl_text path,
                                       bool unique, kl_error *error);
KL_API kl_status kl_mongo_drop_index(bool *dropped, const kl_mongo_collection *collection,
                                     kl_text path, kl_error *error);
KL_API kl_status kl_mongo_indexes(kl_value *out, const kl_mongo_collection *collection,
                                  kl_error *error);

#endif
