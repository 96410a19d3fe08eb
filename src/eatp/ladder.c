/* src/eatp/ladder.c - see ladder.h. */
#include "ladder.h"

#include "buffer.h"

#include <strings.h>

typedef struct rung {
    const char *snake, *pascal, *upper;
} rung;

static const rung trust[] = {
    {"untrusted", "Untrusted", "UNTRUSTED"},   {"restricted", "Restricted", "RESTRICTED"},
    {"supervised", "Supervised", "SUPERVISED"}, {"autonomous", "Autonomous", "AUTONOMOUS"},
    {"full", "Full", "FULL"},
};
static const rung postures[] = {
    {"pseudo_agent", "PseudoAgent", "PSEUDO_AGENT"},
    {"supervised", "Supervised", "SUPERVISED"},
    {"shared_planning", "SharedPlanning", "SHARED_PLANNING"},
    {"continuous_insight", "ContinuousInsight", "CONTINUOUS_INSIGHT"},
    {"delegated", "Delegated", "DELEGATED"},
};
static const rung confidentialities[] = {
    {"public", "Public", "PUBLIC"},
    {"restricted", "Restricted", "RESTRICTED"},
    {"confidential", "Confidential", "CONFIDENTIAL"},
    {"secret", "Secret", "SECRET"},
    {"top_secret", "TopSecret", "TOP_SECRET"},
};
static const rung zones[] = {
    {"auto_approved", "AutoApproved", "AUTO_APPROVED"},
    {"flagged", "Flagged", "FLAGGED"},
    {"held", "Held", "HELD"},
    {"blocked", "Blocked", "BLOCKED"},
};
static const rung pii[] = {
    {"none", "None", "NONE"},
    {"anonymized", "Anonymized", "ANONYMIZED"},
    {"pseudonymized", "Pseudonymized", "PSEUDONYMIZED"},
    {"encrypted", "Encrypted", "ENCRYPTED"},
    {"full_access", "FullAccess", "FULL_ACCESS"},
};
static const rung capabilities[] = {
    {"llm_call", "LlmCall", "LLM_CALL"},
    {"tool_call", "ToolCall", "TOOL_CALL"},
    {"external_api_call", "ExternalApiCall", "EXTERNAL_API_CALL"},
    {"file_read", "FileRead", "FILE_READ"},
    {"file_write", "FileWrite", "FILE_WRITE"},
    {"database_read", "DatabaseRead", "DATABASE_READ"},
    {"database_write", "DatabaseWrite", "DATABASE_WRITE"},
    {"delegation", "Delegation", "DELEGATION"},
    {"code_execution", "CodeExecution", "CODE_EXECUTION"},
    {"trust_management", "TrustManagement", "TRUST_MANAGEMENT"},
};

static const struct {
    const rung *rungs;
    int count;
} ladders[KL_LADDERS] = {
    [KL_LADDER_TRUST] = {trust, KL_COUNT(trust)},
    [KL_LADDER_POSTURE] = {postures, KL_COUNT(postures)},
    [KL_LADDER_CONFIDENTIALITY] = {confidentialities, KL_COUNT(confidentialities)},
    [KL_LADDER_ZONE] = {zones, KL_COUNT(zones)},
    [KL_LADDER_PII] = {pii, KL_COUNT(pii)},
    [KL_LADDER_CAPABILITY] = {capabilities, KL_COUNT(capabilities)},
};

int kl_ladder_size(kl_ladder ladder)
{
    return (unsigned)ladder < KL_LADDERS ? ladders[ladder].count : 0;
}

static const char *spelled(const rung *rung, unsigned spelling)
{
    return spelling & KL_SNAKE ? rung->snake : spelling & KL_PASCAL ? rung->pascal : rung->upper;
}

const char *kl_rung_name(kl_ladder ladder, int rung, kl_spelling spelling)
{
    if (rung < 0 || rung >= kl_ladder_size(ladder))
        return NULL;
    return spelled(&ladders[ladder].rungs[rung], spelling);
}

static bool is_name(kl_text text, const char *name, bool any_case)
{
    if (!any_case)
        return kl_text_is(text, name);
    return text.len == strlen(name) && strncasecmp(text.data, name, text.len) == 0;
}

int kl_rung_find(kl_ladder ladder, kl_text name, unsigned spellings)
{
    bool any_case = spellings & KL_ANY_CASE;
    for (int i = 0; i < kl_ladder_size(ladder); i++)
        for (unsigned one = KL_SNAKE; one <= KL_UPPER; one <<= 1)
            if (spellings & one && is_name(name, spelled(&ladders[ladder].rungs[i], one), any_case))
                return i;
    return -1;
}

static kl_status unknown(kl_ladder ladder, kl_text name, unsigned spellings, const char *what,
                         kl_error *error)
{
    kl_buffer legal = KL_BUFFER_INIT;
    for (int i = 0; i < kl_ladder_size(ladder); i++)
        kl_buffer_format(&legal, "%s%s", i ? ", " : "",
                         spelled(&ladders[ladder].rungs[i], spellings));
    kl_status status = legal.status == KL_OK
                           ? kl_error_set(error, KL_INVALID, "unknown %s: '%.*s'; legal: %.*s", what,
                                          KL_TEXT_ARG(name), KL_TEXT_ARG(kl_buffer_text(&legal)))
                           : kl_error_no_memory(error);
    kl_buffer_free(&legal);
    return status;
}

kl_status kl_rung_read(int *out, kl_ladder ladder, kl_text name, unsigned spellings,
                       const char *what, kl_error *error)
{
    *out = kl_rung_find(ladder, name, spellings);
    return *out >= 0 ? KL_OK : unknown(ladder, name, spellings, what, error);
}

/* ---- what a trust level brings ------------------------------------------------------------------ */

static const kl_capability restricted[] = {KL_CAN_LLM_CALL};
static const kl_capability supervised[] = {KL_CAN_LLM_CALL, KL_CAN_TOOL_CALL,
                                           KL_CAN_EXTERNAL_API_CALL, KL_CAN_DATABASE_READ,
                                           KL_CAN_DATABASE_WRITE};
static const kl_capability full[] = {
    KL_CAN_LLM_CALL,      KL_CAN_TOOL_CALL,      KL_CAN_EXTERNAL_API_CALL, KL_CAN_FILE_READ,
    KL_CAN_FILE_WRITE,    KL_CAN_DATABASE_READ,  KL_CAN_DATABASE_WRITE,    KL_CAN_DELEGATION,
    KL_CAN_CODE_EXECUTION, KL_CAN_TRUST_MANAGEMENT};
enum { AUTONOMOUS_COUNT = 8 }; /* the first of the full ones */

static const kl_level levels[KL_TRUST_LEVELS] = {
    [KL_TRUST_UNTRUSTED] = {0},
    [KL_TRUST_RESTRICTED] = {.capabilities = restricted, .capability_count = KL_COUNT(restricted),
                             .max_context_tokens = 4096, .max_llm_calls = 5,
                             .max_total_tokens = 8192, .max_execution_secs = 30},
    [KL_TRUST_SUPERVISED] = {.capabilities = supervised, .capability_count = KL_COUNT(supervised),
                             .allow_network = true, .allow_state_mutation = true, .any_tool = true,
                             .max_context_tokens = 16384, .max_llm_calls = 50,
                             .max_tool_calls = 20, .max_total_tokens = 100000,
                             .max_execution_secs = 300},
    [KL_TRUST_AUTONOMOUS] = {.capabilities = full, .capability_count = AUTONOMOUS_COUNT,
                             .allow_network = true, .allow_filesystem = true,
                             .allow_state_mutation = true, .allow_delegation = true,
                             .any_tool = true, .max_context_tokens = 65536, .max_llm_calls = 500,
                             .max_tool_calls = 200, .max_total_tokens = 1000000,
                             .max_execution_secs = 3600},
    [KL_TRUST_FULL] = {.capabilities = full, .capability_count = KL_COUNT(full),
                       .allow_network = true, .allow_filesystem = true,
                       .allow_code_execution = true, .allow_state_mutation = true,
                       .allow_delegation = true, .any_tool = true, .max_context_tokens = 131072,
                       .max_llm_calls = UINT64_MAX, .max_tool_calls = UINT64_MAX,
                       .max_total_tokens = UINT64_MAX, .max_execution_secs = UINT64_MAX},
};

const kl_level *kl_level_of(kl_trust_level level)
{
    return &levels[(unsigned)level < KL_TRUST_LEVELS ? level : KL_TRUST_UNTRUSTED];
}

bool kl_level_allows(kl_trust_level level, kl_capability capability)
{
    const kl_level *row = kl_level_of(level);
    for (size_t i = 0; i < row->capability_count; i++)
        if (row->capabilities[i] == capability)
            return true;
    return false;
}

kl_trust_level kl_capability_level(kl_capability capability)
{
    int level = KL_TRUST_UNTRUSTED;
    while (level < KL_TRUST_FULL && !kl_level_allows((kl_trust_level)level, capability))
        level++;
    return (kl_trust_level)level;
}

static kl_status push_name(kl_value *names, kl_capability capability, kl_spelling spelling,
                           kl_error *error)
{
    kl_value name;
    const char *text = kl_rung_name(KL_LADDER_CAPABILITY, capability, spelling);
    KL_TRY(kl_string_from_valid(&name, kl_text_from(text), error));
    return kl_array_push(names, name, error);
}

kl_status kl_level_capabilities(kl_value *out, kl_trust_level level, kl_spelling spelling,
                                kl_error *error)
{
    const kl_level *row = kl_level_of(level);
    kl_value names;
    KL_TRY(kl_array_new(&names, row->capability_count, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < row->capability_count && status == KL_OK; i++)
        status = push_name(&names, row->capabilities[i], spelling, error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

static kl_status respell(kl_value *to, kl_value name, kl_spelling from, kl_spelling spelling,
                         kl_error *error)
{
    int capability;
    if (!kl_is(name, KL_KIND_STRING))
        return kl_error_set(error, KL_TYPE, "capabilities: expected strings, got %s",
                            kl_value_kind_name(name));
    KL_TRY(kl_rung_read(&capability, KL_LADDER_CAPABILITY, kl_as_text(name), from, "capability",
                        error));
    return push_name(to, (kl_capability)capability, spelling, error);
}

kl_status kl_capabilities_respell(kl_value *out, kl_value names, kl_spelling from, kl_spelling to,
                                  kl_error *error)
{
    kl_value spelled_names;
    KL_TRY(kl_array_new(&spelled_names, kl_array_len(names), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(names) && status == KL_OK; i++)
        status = respell(&spelled_names, kl_array_at(names, i), from, to, error);
    if (status == KL_OK)
        *out = spelled_names;
    else
        kl_value_release(spelled_names);
    return status;
}
