/* src/store/sql_url.h - database URLs: which database they name, and how they are shown. */
#ifndef KL_STORE_SQL_URL_H
#define KL_STORE_SQL_URL_H

#include "sql_driver.h"

/*
 * Read a URL: sqlite::memory:, sqlite:PATH, sqlite://PATH, sqlite:///ABSOLUTE, :memory:, each with
 * ?mode=ro|rw|rwc|memory; postgres:, postgresql:, mysql:, mariadb: URLs are told apart only.
 * Given; end it with kl_sql_address_clear(). KL_INVALID says what is wrong, without secrets.
 */
KL_API kl_status kl_sql_address_read(kl_sql_address *out, kl_text url, kl_error *error);
KL_API void kl_sql_address_clear(kl_sql_address *address);

/* Whether `text` begins like a database URL. */
KL_API bool kl_sql_is_url(kl_text text);

/* The URL with *** for user and password, and without the query of a server's URL; given. */
KL_API kl_status kl_sql_url_redact(kl_value *out, kl_text url, kl_error *error);

#endif
