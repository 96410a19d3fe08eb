/* src/pact/links.h - agreements by their id and by the addresses they join.
 *
 * Policies lead from a source to a target, bridges both ways. Who may read what someone owns asks for the
 * few agreements of two addresses, however many there are.
 */
#ifndef KL_PACT_LINKS_H
#define KL_PACT_LINKS_H

#include "kailash/type.h"

/* Values, so a copy costs nothing until one of the two is changed. */
typedef struct kl_pact_links {
    kl_value by_id;   /* map id -> object */
    kl_value by_ends; /* map address -> map address -> array of objects */
} kl_pact_links;

/* What an agreement is called and joins; borrowed. */
typedef struct kl_pact_link {
    kl_value object;
    kl_text id;
    kl_value from, to; /* strings */
    bool both_ways;
} kl_pact_link;

kl_status kl_pact_links_new(kl_pact_links *out, kl_error *error);
kl_pact_links kl_pact_links_copy(const kl_pact_links *links);
void kl_pact_links_free(kl_pact_links *links);

/* Put `added` in and take `removed` out, either of which may be NULL. On failure `links` is good for
 * nothing but to be freed. */
kl_status kl_pact_links_change(kl_pact_links *links, const kl_pact_link *removed,
                               const kl_pact_link *added, kl_error *error);
/* The agreements that lead from one address to another: an array or null; borrowed. */
kl_value kl_pact_links_between(const kl_pact_links *links, kl_text from, kl_text to);
/* All in the order of their ids; given. */
kl_status kl_pact_links_list(kl_value *out, const kl_pact_links *links, kl_error *error);

#endif
