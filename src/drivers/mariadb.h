/* src/drivers/mariadb.h - the functions of the driver for MariaDB and MySQL are those of any database
 * driver; and what its files share. */
#ifndef KL_DRIVERS_MARIADB_H
#define KL_DRIVERS_MARIADB_H

#include "store/sql_driver.h"

/* How far a connection is protected, as ssl-mode says. */
typedef enum my_tls { TLS_PREFERRED, TLS_DISABLED, TLS_REQUIRED, TLS_VERIFIED } my_tls;

/* mysql://USER:PASSWORD@HOST:PORT/DATABASE?socket=...&ssl-mode=...; texts are NULL where absent. */
typedef struct my_address {
    char *user, *password, *host, *database, *socket;
    char *ssl_ca, *ssl_cert, *ssl_key;
    unsigned int port;
    my_tls tls;
    unsigned int connect_timeout; /* seconds */
} my_address;

/* Given, end it with my_address_clear(). KL_INVALID says what is wrong, without secrets. */
kl_status my_address_read(my_address *out, kl_text url, kl_error *error);
void my_address_clear(my_address *address);

/* Where it is included with mysql.h before it. */
#ifdef _mysql_h

/* A column of a row as it came over the wire; NULL data for null. */
typedef struct my_cell {
    const unsigned char *data;
    size_t len;
} my_cell;

/* What is behind a cell: takes its bytes off `*at`. */
my_cell my_take_cell(const MYSQL_FIELD *field, unsigned char **at);

/* How a column is read, made once per statement from what the server says of it. */
typedef kl_status my_decode(kl_value *out, my_cell cell, const MYSQL_FIELD *field,
                            kl_sql_numeric numeric, kl_error *error);
my_decode *my_decoder(const MYSQL_FIELD *field);

/* Bind values (borrowed while the statement runs); `made` are the JSON texts, `count` nulls that
 * the caller releases. */
kl_status my_encode(MYSQL_BIND *binds, kl_value *made, const kl_value *values, size_t count,
                    kl_error *error);

#endif
#endif
