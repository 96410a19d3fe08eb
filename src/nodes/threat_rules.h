/* src/nodes/threat_rules.h - what attacks look like: a table, and rules of the user's. */
#ifndef KL_NODES_THREAT_RULES_H
#define KL_NODES_THREAT_RULES_H

#include "kailash/value.h"

/* Which parts of a request a rule reads. */
typedef enum kl_threat_place {
    KL_THREAT_ANYWHERE,
    KL_THREAT_AGENT,  /* user_agent, and the header of that name */
    KL_THREAT_CONTENT /* all but headers: what a program reads as its input */
} kl_threat_place;

typedef enum kl_threat_category {
    KL_THREAT_SQL,
    KL_THREAT_XSS,
    KL_THREAT_PATH,
    KL_THREAT_COMMAND,
    KL_THREAT_SSRF,
    KL_THREAT_JNDI,
    KL_THREAT_SCANNER,
    KL_THREAT_CATEGORY_COUNT
} kl_threat_category;

typedef struct kl_threat_kind {
    const char *name;  /* of the category */
    const char *label; /* "SQL injection pattern detected" */
    double severity;
    kl_threat_place place;
} kl_threat_kind;

extern const kl_threat_kind kl_threat_kinds[KL_THREAT_CATEGORY_COUNT];

typedef struct kl_threat_rule {
    kl_threat_category category;
    const char *needle; /* stands in the text, in small letters with single blanks; what is shown */
    const char *regex;  /* or this must match it, too; NULL = the needle alone */
} kl_threat_rule;

extern const kl_threat_rule kl_threat_rules[];
extern const size_t kl_threat_rule_count;

#endif
