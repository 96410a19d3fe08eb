/* src/store/sql_decode.h - what drivers make of the texts that databases give for values. */
#ifndef KL_STORE_SQL_DECODE_H
#define KL_STORE_SQL_DECODE_H

#include "sql_driver.h"

/* A string; bytes when it is no UTF-8, for nothing of it may get lost. Given. */
KL_API kl_status kl_sql_decode_text(kl_value *out, kl_text text, kl_error *error);

/* JSON as its value; text that is none stays text. Given. */
KL_API kl_status kl_sql_decode_json(kl_value *out, kl_text text, kl_error *error);

/* A decimal number such as "-12.50" as a float, or as the text it is; given. */
KL_API kl_status kl_sql_decode_numeric(kl_value *out, kl_text text, kl_sql_numeric numeric,
                                       kl_error *error);

/*
 * "2024-05-01 09:30:00.25+00" as "2024-05-01T09:30:00.250000+00:00": what Python's isoformat()
 * gives. A fraction has six digits or is absent; an offset stays. Other text is left alone. Given.
 */
KL_API kl_status kl_sql_decode_timestamp(kl_value *out, kl_text text, kl_error *error);

/* The same for a time of day. */
KL_API kl_status kl_sql_decode_time(kl_value *out, kl_text text, kl_error *error);

/* The double that a decimal text stands for; false when it is none. */
KL_API bool kl_sql_read_double(double *out, kl_text text);

#endif
