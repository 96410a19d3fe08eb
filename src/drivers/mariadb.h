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
    char *server_version; /* what the server is taken for, whatever it says: a proxy may say anything */
    unsigned int port;
    my_tls tls;
    unsigned int connect_timeout; /* seconds */
} my_address;

/* Given, end it with my_address_clear(). KL_INVALID says what is wrong, without secrets. */
kl_status my_address_read(my_address *out, kl_text url, kl_error *error);
void my_address_clear(my_address *address);

/* Where it is included with mysql.h before it. */
#ifdef _mysql_h

/* ---- connections --------------------------------------------------------------------------------- */

/* How long a server may take to end what it was told to end. */
#define MY_KILL_TIMEOUT (5 * KL_SECOND)

typedef struct my_connection {
    MYSQL *my;
    my_address address;
    struct statement *running; /* one at a time */
    bool connected, broken;
    bool no_bulk;   /* the server takes the values of one run only */
    bool unsettled; /* an order to end a query may still be on its way to the next one */
} my_connection;

kl_status my_open(void **out, const kl_sql_address *to, const kl_sql_watch *watch, kl_error *error);
void my_close(void *connection);
bool my_is_alive(void *connection);
bool my_in_transaction(void *connection);
const char *my_server_version(void *connection);

/* What the server, or libmariadb, said. */
kl_status my_refuse_code(my_connection *c, unsigned int code, const char *state, const char *text,
                         kl_error *error);

/* What is under way: go() begins it (ready < 0) or goes on, and says what it waits for; 0 = done. */
typedef struct my_operation {
    int (*go)(struct my_operation *op, int ready);
    MYSQL *my, *connected;
    MYSQL_STMT *stmt;
    const my_address *address;
    const char *text;
    size_t len;
    int failed;
} my_operation;

/* Send op->text as it is. */
int my_go_query(my_operation *op, int ready);

/* Carry an operation out to its end. What the watch ends, the server is told to end. */
kl_status my_carry_out(my_connection *c, my_operation *op, const kl_sql_watch *watch, kl_error *error);
/* Over a connection of its own: end the query that runs on `c`. */
bool my_kill_query(my_connection *c);
/* Let an order to end a query that came too late end one that does nothing. */
void my_settle(my_connection *c);

/* ---- values -------------------------------------------------------------------------------------- */

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

/* How many of `runs`, each of `count` values, can be sent as one: those whose values are of the same types. */
size_t my_bulk_runs(const kl_value *values, size_t count, size_t runs);
/* Bind the values of so many runs, which are borrowed; `*memory` is to be freed when they have run. */
kl_status my_bulk_bind(MYSQL_BIND *binds, void **memory, const kl_value *values, size_t count, size_t runs,
                       kl_error *error);

#endif
#endif
