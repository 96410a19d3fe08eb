/* src/dataflow/dataflow.h - the struct of DataFlow, for the files that make it up. */
#ifndef KL_DATAFLOW_DATAFLOW_H
#define KL_DATAFLOW_DATAFLOW_H

#include "database.h"
#include "fork.h"

#include <pthread.h>

/* What an engine (engine.h, fabric.h) adds to its database. All zero: nothing. */
typedef struct kl_data_watch {
    kl_value validation;   /* ValidationLayer that records pass before they are written, or null */
    kl_value query_engine; /* QueryEngine that is told of every statement, or null */
    double slow_ms;        /* with a query engine: longer statements are logged as slow */
    int mask_from;         /* fields of a lower classification are shown to everybody */
    bool audits;           /* who reads fields of that classification and above is logged */
} kl_data_watch;

struct kl_dataflow {
    kl_object object;
    kl_value config;       /* of kl_dataflow_config_type */
    kl_sql_pool *pool;
    kl_sql_pool *reading;  /* of connections that cannot write */
    kl_sql_dialect dialect;
    kl_value shown_url;    /* string */
    uint64_t id;
    struct kl_cache *query_cache; /* NULL = there is none */
    kl_data_watch watch;   /* set before anybody else has the object */
    bool closed;           /* atomic */
    kl_time refresh_at;    /* atomic: when the credential provider is asked anew */
    kl_fork_watch fork_watch;
    pthread_mutex_t lock;  /* guards what follows */
    kl_value tables;       /* map: name of the model -> kl_table */
    kl_value models;       /* array of the ModelDefinitions that were given */
    kl_value holds;        /* map: name of a model -> array of its LegalHolds; null = there are none */
};

/* The statement after which a connection cannot write; static. */
const char *kl_reading_text(kl_sql_dialect dialect);
/* Ask the credential provider, when it is time to. */
kl_status kl_dataflow_refresh_credentials(kl_dataflow *dataflow, kl_error *error);
/* As kl_data_session_begin(), on a connection that cannot write. */
/* What makes a DataFlow of a zeroed object. */
kl_status kl_dataflow_start(kl_dataflow *dataflow, const kl_dataflow_config *config,
                            kl_error *error);
void kl_dataflow_dispose(kl_object *self);
KL_API kl_status kl_data_session_begin_reading(kl_data_session *session, kl_dataflow *dataflow,
                                        const char *method, kl_error *error);
/* Values for a text of the user's: lists and dicts become JSON text, as in columns of models; given. */
kl_status kl_data_raw_params(kl_value *out, kl_value params, kl_error *error);

#endif
