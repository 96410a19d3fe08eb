/* src/nodes/compliance.c - ComplianceCheckNode: what a record lacks under GDPR, PCI DSS, HIPAA, SOX. */
#include "build_map.h"
#include "kailash/node.h"
#include "operation.h"

/* Keys count wherever they stand in the record, in any case. */
typedef const char *const words[];

static words pii_keys = {"email",   "name",  "first_name", "last_name",     "phone", "phone_number",
                         "address", "ssn",   "full_name",  "date_of_birth", "dob",   "ip_address",
                         "passport", "national_id", NULL};
static words card_keys = {"card_number", "pan", "primary_account_number", NULL};
static words verification_keys = {"cvv", "cvc", "cvv2", "cvc2", "cvv_code", "security_code", NULL};
static words health_keys = {"diagnosis", "patient_id", "patient_name", "medical_record",
                            "medical_record_number", "treatment", "prescription", "medication", "ssn",
                            "health_record", "lab_results", NULL};
static words financial_keys = {"amount", "revenue", "transaction_id", "account_number", "ledger",
                               "journal_entry", "financial_data", "balance", "invoice", "expense",
                               "general_ledger", NULL};
static words consent_keys = {"consent_given", "consent", NULL};
static words purpose_keys = {"processing_purpose", NULL};
static words retention_keys = {"retention_period", "expires_at", NULL};
static words encryption_keys = {"encrypted", "encryption", "is_encrypted", "encryption_key_id",
                                "encryption_algorithm", "encryption_metadata", NULL};
static words access_keys = {"access_level", "authorized_users", NULL};
static words log_keys = {"audit_log", "audit_trail", "access_log", NULL};
static words change_keys = {"approved_by", "change_control", "change_ticket", "approval", NULL};

typedef struct facts facts;

/* One requirement: what violates it, and what to do. */
typedef struct requirement {
    bool (*met)(const facts *f);
    const char *violation, *advice;
} requirement;

/* ---- what a record holds ------------------------------------------------------------------------- */

struct facts {
    bool pii, card, card_clear, verification, health, financial;
    bool consent, purpose, retention, encryption, access, log, change;
};

static bool is_word(kl_text key, const char *const *list)
{
    for (; *list; list++)
        if (key.len == strlen(*list) && strncasecmp(key.data, *list, key.len) == 0)
            return true;
    return false;
}

enum { CARD_MIN = 13, CARD_MAX = 19 };

/* `text` has the digits of a card: 13 to 19, with blanks or hyphens; elsewhere than under the key of
 * a card they must pass Luhn's check. */
static bool has_card(kl_text text, bool under_card_key)
{
    for (size_t i = 0; i < text.len; i++) {
        int sum[2] = {0, 0};
        size_t count = 0, at = i;
        for (; at < text.len; at++) {
            char c = text.data[at];
            bool between = (c == ' ' || c == '-') && at + 1 < text.len && count;
            if (between && text.data[at + 1] >= '0' && text.data[at + 1] <= '9')
                continue;
            if (c < '0' || c > '9')
                break;
            int digit = c - '0', doubled = digit * 2 - (digit > 4 ? 9 : 0);
            sum[0] += count % 2 ? digit : doubled;
            sum[1] += count % 2 ? doubled : digit;
            count++;
        }
        /* Luhn doubles every second digit from the right. */
        bool valid = sum[count % 2 ? 1 : 0] % 10 == 0;
        if (count >= CARD_MIN && count <= CARD_MAX && (valid || under_card_key))
            return true;
        i = count ? at : i;
    }
    return false;
}

static bool is_card_value(kl_value value, bool under_card_key)
{
    char digits[24];
    if (kl_is(value, KL_KIND_STRING))
        return has_card(kl_as_text(value), under_card_key);
    if (!kl_is(value, KL_KIND_INT) || kl_as_int(value) < 0)
        return false;
    size_t len = 0;
    for (int64_t rest = kl_as_int(value); len < sizeof digits && (rest || !len); rest /= 10)
        digits[sizeof digits - ++len] = (char)('0' + rest % 10);
    return has_card((kl_text){digits + sizeof digits - len, len}, under_card_key);
}


static void note_key(facts *f, kl_text key, kl_value value)
{
    const struct {
        bool *fact;
        const char *const *list;
    } rows[] = {{&f->pii, pii_keys},           {&f->card, card_keys},
                {&f->verification, verification_keys}, {&f->health, health_keys},
                {&f->financial, financial_keys},       {&f->consent, consent_keys},
                {&f->purpose, purpose_keys},           {&f->retention, retention_keys},
                {&f->access, access_keys},             {&f->log, log_keys},
                {&f->change, change_keys}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        *rows[i].fact |= is_word(key, rows[i].list) && !kl_is_null(value);
    f->encryption |= is_word(key, encryption_keys) && kl_value_truthy(value);
}

enum { DEPTH_MAX = 128 };

static kl_status look_at(facts *f, kl_value value, bool under_card_key, size_t depth, kl_work *work,
                         kl_error *error)
{
    KL_TRY(kl_work_step(work, error));
    if (depth > DEPTH_MAX)
        return kl_node_limit(error, "nesting", DEPTH_MAX, "levels");
    f->card_clear |= is_card_value(value, under_card_key);
    for (size_t i = 0; i < kl_array_len(value); i++)
        KL_TRY(look_at(f, kl_array_at(value, i), under_card_key, depth + 1, work, error));
    for (size_t i = 0; i < kl_map_len(value); i++) {
        kl_text key = kl_map_key_at(value, i);
        kl_value item = kl_map_value_at(value, i);
        note_key(f, key, item);
        KL_TRY(look_at(f, item, is_word(key, card_keys), depth + 1, work, error));
    }
    return KL_OK;
}

/* ---- the regulations ----------------------------------------------------------------------------- */

static bool has_consent(const facts *f) { return !f->pii || f->consent; }
static bool has_purpose(const facts *f) { return !f->pii || f->purpose; }
static bool has_retention(const facts *f) { return !f->pii || f->retention; }
static bool has_no_clear_card(const facts *f) { return !f->card_clear; }
static bool has_no_verification(const facts *f) { return !f->verification; }
static bool has_card_encryption(const facts *f) { return !f->card || f->encryption; }
static bool has_health_encryption(const facts *f) { return !f->health || f->encryption; }
static bool has_health_access(const facts *f) { return !f->health || f->access; }
static bool has_health_log(const facts *f) { return !f->health || f->log; }
static bool has_financial_log(const facts *f) { return !f->financial || f->log; }
static bool has_financial_change(const facts *f) { return !f->financial || f->change; }
static bool has_financial_access(const facts *f) { return !f->financial || f->access; }

enum { REQUIREMENTS = 3 };

static const struct {
    const char *name;
    requirement requirements[REQUIREMENTS];
} regulations[] = {
    {"gdpr",
     {{has_consent, "GDPR Art. 6: PII data present without consent tracking",
       "Add consent_given field with timestamp to track data subject consent"},
      {has_purpose, "GDPR Art. 5(1)(b): No processing purpose specified for PII data",
       "Add processing_purpose field to document lawful basis"},
      {has_retention, "GDPR Art. 5(1)(e): No data retention period specified",
       "Add retention_period or expires_at to ensure storage limitation"}}},
    {"pci_dss",
     {{has_no_clear_card, "PCI DSS 3.4: PAN data found in plain text",
       "Encrypt PAN data using AES-256 or stronger"},
      {has_no_verification,
       "PCI DSS 3.2: Sensitive authentication data (CVV/CVC) must not be stored",
       "Remove CVV/CVC data after authorization"},
      {has_card_encryption, "PCI DSS 3.4: No encryption indicator for stored cardholder data",
       "Add encryption metadata to cardholder data records"}}},
    {"hipaa",
     {{has_health_encryption, "HIPAA 164.312(a)(2)(iv): PHI data must be encrypted",
       "Encrypt all PHI data at rest and in transit"},
      {has_health_access, "HIPAA 164.312(a)(1): No access control specified for PHI",
       "Add access_level or authorized_users field for PHI records"},
      {has_health_log, "HIPAA 164.312(b): No audit trail for PHI access",
       "Implement audit logging for all PHI access"}}},
    {"sox",
     {{has_financial_log, "SOX 404: No audit trail for financial data",
       "Add an audit_trail or audit_log to financial records"},
      {has_financial_change, "SOX 404: No change control for financial data",
       "Add approved_by or change_control to financial records"},
      {has_financial_access, "SOX 302: No access control specified for financial data",
       "Add access_level or authorized_users to financial records"}}},
};

static int find_regulation(kl_value name)
{
    for (size_t i = 0; i < KL_COUNT(regulations); i++)
        if (kl_text_is(kl_as_text(name), regulations[i].name))
            return (int)i;
    return -1;
}

/* ---- the node ------------------------------------------------------------------------------------ */

enum { DATA, REGULATIONS };

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_MAP, .doc = "the record to check, with all that is nested in it"},
    {.name = "regulations", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "list of gdpr (counts when personal data occur), pci_dss, hipaa (when health data occur), "
            "sox (when financial data occur)"},
};
static const kl_param outputs[] = {
    {.name = "compliant", .kind = KL_KIND_BOOL, .doc = "whether nothing is violated"},
    {.name = "compliance_score", .kind = KL_KIND_DOUBLE,
     .doc = "share of the requirements that are met, three for each regulation; 1.0 without any"},
    {.name = "violations", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "which provision, and why"},
    {.name = "recommendations", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "what to do about each, in the same order"},
};

static kl_status check_one(kl_value *violations, kl_value *advice, const facts *f,
                           const requirement *list, kl_error *error)
{
    for (size_t i = 0; i < REQUIREMENTS; i++) {
        if (list[i].met(f))
            continue;
        KL_TRY(kl_array_push_text(violations, kl_text_from(list[i].violation), error));
        KL_TRY(kl_array_push_text(advice, kl_text_from(list[i].advice), error));
    }
    return KL_OK;
}

static kl_status check_all(kl_value *violations, kl_value *advice, const facts *f,
                           kl_value names, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(names); i++) {
        int at = find_regulation(kl_array_at(names, i));
        KL_TRY(check_one(violations, advice, f, regulations[at].requirements, error));
    }
    return KL_OK;
}

static kl_status check_names(kl_value names, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(names); i++)
        if (find_regulation(kl_array_at(names, i)) < 0)
            return kl_node_bad_value(error, "regulations", "one of: gdpr, pci_dss, hipaa, sox",
                                     kl_array_at(names, i));
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value violations = kl_null(), advice = kl_null(), names = call->args[REGULATIONS];
    kl_work work = kl_node_work(call);
    facts f = {0};
    kl_status status;
    KL_TRY(check_names(names, error));
    KL_TRY(look_at(&f, call->args[DATA], false, 0, &work, error));
    KL_TRY_OUT(kl_array_new(&violations, 0, error));
    KL_TRY_OUT(kl_array_new(&advice, 0, error));
    KL_TRY_OUT(check_all(&violations, &advice, &f, names, error));
    size_t total = kl_array_len(names) * REQUIREMENTS, failed = kl_array_len(violations);
    kl_build build = kl_build_begin(4, error);
    kl_build_put(&build, "compliant", kl_bool(failed == 0));
    kl_build_put(&build, "compliance_score",
                 kl_double(total ? (double)(total - failed) / (double)total : 1.0));
    kl_build_put(&build, "violations", violations);
    kl_build_put(&build, "recommendations", advice);
    return kl_build_end(out, &build);
out:
    kl_value_release(violations);
    kl_value_release(advice);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "ComplianceCheckNode",
        .category = "Security",
        .doc = "Checks what a record must have with it under privacy, card, health and accounting "
               "rules.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family compliance_nodes = {.name = "compliance", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(compliance_nodes);
