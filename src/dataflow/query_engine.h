/* src/dataflow/query_engine.h - how often statements run, and how long they take. */
#ifndef KL_DATAFLOW_QUERY_ENGINE_H
#define KL_DATAFLOW_QUERY_ENGINE_H

#include "kailash/type.h"

/* QueryEngine; threads may share one. Statements are told apart by their text. */
extern KL_API const kl_type kl_query_engine_type;

/* Texts that are remembered; those executed longest ago make room. */
enum { KL_QUERIES_MAX = 10000 };

/* A statement took so many milliseconds. KL_NO_MEMORY when it could not be noted. */
KL_API kl_status kl_query_engine_record(kl_object *engine, kl_text query, double duration_ms,
                                        kl_error *error);

#endif
