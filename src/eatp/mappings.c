/* src/eatp/mappings.c - what evidence is for: articles of the EU AI Act, items of OWASP's list of
 * risks of agents. */
#include "reflect/item_method.h"

/* ---- EatpEuAiActArticle -------------------------------------------------------------------------- */

/* Articles of Regulation (EU) 2024/1689 by their number (in the draft's numbering, as the protocol
 * has them). */
enum { ARTICLE_6, ARTICLE_9, ARTICLE_11, ARTICLE_13, ARTICLE_14, ARTICLE_15, ARTICLE_52, ARTICLE_69 };

static const kl_item article_items[] = {
    {"Article6", "EatpEuAiActArticle.Article6", "classification of high-risk systems"},
    {"Article9", "EatpEuAiActArticle.Article9", "risk management system"},
    {"Article11", "EatpEuAiActArticle.Article11", "technical documentation"},
    {"Article13", "EatpEuAiActArticle.Article13", "transparency and information of deployers"},
    {"Article14", "EatpEuAiActArticle.Article14", "human oversight"},
    {"Article15", "EatpEuAiActArticle.Article15", "accuracy, robustness and cybersecurity"},
    {"Article52", "EatpEuAiActArticle.Article52", "transparency towards persons"},
    {"Article69", "EatpEuAiActArticle.Article69", "codes of conduct"},
};

extern const kl_type kl_ai_act_article_type;

ITEM_METHOD(article_6, kl_ai_act_article_type, ARTICLE_6)
ITEM_METHOD(article_9, kl_ai_act_article_type, ARTICLE_9)
ITEM_METHOD(article_11, kl_ai_act_article_type, ARTICLE_11)
ITEM_METHOD(article_13, kl_ai_act_article_type, ARTICLE_13)
ITEM_METHOD(article_14, kl_ai_act_article_type, ARTICLE_14)
ITEM_METHOD(article_15, kl_ai_act_article_type, ARTICLE_15)
ITEM_METHOD(article_52, kl_ai_act_article_type, ARTICLE_52)
ITEM_METHOD(article_69, kl_ai_act_article_type, ARTICLE_69)

static const kl_method article_methods[] = {
    ITEM_ROW("article6", article_6, kl_ai_act_article_type, "Classification of high-risk systems."),
    ITEM_ROW("article9", article_9, kl_ai_act_article_type, "Risk management system."),
    ITEM_ROW("article11", article_11, kl_ai_act_article_type, "Technical documentation."),
    ITEM_ROW("article13", article_13, kl_ai_act_article_type, "Transparency towards deployers."),
    ITEM_ROW("article14", article_14, kl_ai_act_article_type, "Human oversight."),
    ITEM_ROW("article15", article_15, kl_ai_act_article_type,
             "Accuracy, robustness and cybersecurity."),
    ITEM_ROW("article52", article_52, kl_ai_act_article_type, "Transparency towards persons."),
    ITEM_ROW("article69", article_69, kl_ai_act_article_type, "Codes of conduct."),
};

static kl_status item_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_new(out, kl_text_from(((kl_item_object *)self)->item->word), error);
}

const kl_type kl_ai_act_article_type = {
    .name = "EatpEuAiActArticle",
    .module = "kailash",
    .doc = "An article of the EU AI Act that evidence may serve.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NO_INIT,
    .items = article_items,
    .item_count = KL_COUNT(article_items),
    .methods = KL_TABLE(article_methods),
    .repr = item_repr,
};
KL_PUBLISH(kl_ai_act_article_type);

static const kl_param features[] = {
    {.name = "has_financial", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the system decides about money"},
    {.name = "has_human_oversight", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether people can step in"},
    {.name = "has_data_access", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether it reads data of others"},
    {.name = "has_transparency_log", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether what it does is recorded"},
};

static kl_status suggest(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    enum { FINANCIAL, OVERSIGHT, DATA, TRANSPARENCY, ALWAYS };
    static const struct {
        int feature, article;
    } rules[] = {
        {FINANCIAL, ARTICLE_6},     {FINANCIAL, ARTICLE_9},  {TRANSPARENCY, ARTICLE_13},
        {TRANSPARENCY, ARTICLE_52}, {OVERSIGHT, ARTICLE_14}, {DATA, ARTICLE_15},
        {ALWAYS, ARTICLE_69},
    };
    (void)self;
    kl_value list, item;
    KL_TRY(kl_array_new(&list, KL_COUNT(rules), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(rules) && status == KL_OK; i++) {
        if (rules[i].feature != ALWAYS && !kl_as_bool(args[rules[i].feature]))
            continue;
        status = kl_item_at(&item, &kl_ai_act_article_type, (size_t)rules[i].article, error);
        if (status == KL_OK)
            status = kl_array_push(&list, item, error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static const kl_function suggest_function = {
    .module = "kailash",
    .method = {.name = "eatp_suggest_eu_ai_act_articles", .call = suggest,
               .params = KL_TABLE(features), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
               .doc = "The articles of the EU AI Act that a system with these features should heed: "
                      "6 and 9 for money, 13 and 52 for a log, 14 for oversight, 15 for data, 69 "
                      "always."},
};
KL_PUBLISH_FUNCTION(suggest_function);

/* ---- EatpOwaspAgenticItem ------------------------------------------------------------------------- */

enum {
    PROMPT_INJECTION, TOOL_MISUSE, EXCESSIVE_AGENCY, ACCESS_CONTROL, OUTPUT_HANDLING, OVER_RELIANCE,
    EXFILTRATION, DENIAL_OF_SERVICE, SUPPLY_CHAIN, LOGGING
};

#define RISK(word, text) {word, "EatpOwaspAgenticItem." word, text}
static const kl_item risk_items[] = {
    RISK("PromptInjection", "text that makes a model follow somebody else"),
    RISK("ToolMisuse", "tools used for what they are not meant for"),
    RISK("ExcessiveAgency", "more power than the task needs"),
    RISK("InsufficientAccessControl", "acts nobody checked the right for"),
    RISK("InsecureOutputHandling", "output that is trusted where it is used"),
    RISK("OverRelianceOnAgent", "people who no longer check"),
    RISK("DataExfiltration", "data that leave the house"),
    RISK("ModelDenialOfService", "requests that exhaust the model"),
    RISK("SupplyChainVulnerability", "models, tools and data of others"),
    RISK("InadequateLogging", "acts that leave no trace"),
};

extern const kl_type kl_owasp_item_type;

ITEM_METHOD(prompt_injection, kl_owasp_item_type, PROMPT_INJECTION)
ITEM_METHOD(tool_misuse, kl_owasp_item_type, TOOL_MISUSE)
ITEM_METHOD(excessive_agency, kl_owasp_item_type, EXCESSIVE_AGENCY)
ITEM_METHOD(access_control, kl_owasp_item_type, ACCESS_CONTROL)
ITEM_METHOD(output_handling, kl_owasp_item_type, OUTPUT_HANDLING)
ITEM_METHOD(over_reliance, kl_owasp_item_type, OVER_RELIANCE)
ITEM_METHOD(exfiltration, kl_owasp_item_type, EXFILTRATION)
ITEM_METHOD(denial_of_service, kl_owasp_item_type, DENIAL_OF_SERVICE)
ITEM_METHOD(supply_chain, kl_owasp_item_type, SUPPLY_CHAIN)
ITEM_METHOD(logging, kl_owasp_item_type, LOGGING)

static const kl_method risk_methods[] = {
    ITEM_ROW("prompt_injection", prompt_injection, kl_owasp_item_type, "PromptInjection."),
    ITEM_ROW("tool_misuse", tool_misuse, kl_owasp_item_type, "ToolMisuse."),
    ITEM_ROW("excessive_agency", excessive_agency, kl_owasp_item_type, "ExcessiveAgency."),
    ITEM_ROW("insufficient_access_control", access_control, kl_owasp_item_type,
             "InsufficientAccessControl."),
    ITEM_ROW("insecure_output_handling", output_handling, kl_owasp_item_type,
             "InsecureOutputHandling."),
    ITEM_ROW("over_reliance_on_agent", over_reliance, kl_owasp_item_type, "OverRelianceOnAgent."),
    ITEM_ROW("data_exfiltration", exfiltration, kl_owasp_item_type, "DataExfiltration."),
    ITEM_ROW("model_denial_of_service", denial_of_service, kl_owasp_item_type,
             "ModelDenialOfService."),
    ITEM_ROW("supply_chain_vulnerability", supply_chain, kl_owasp_item_type,
             "SupplyChainVulnerability."),
    ITEM_ROW("inadequate_logging", logging, kl_owasp_item_type, "InadequateLogging."),
};

const kl_type kl_owasp_item_type = {
    .name = "EatpOwaspAgenticItem",
    .module = "kailash",
    .doc = "An item of OWASP's list of the risks of agents that evidence may serve.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NO_INIT,
    .items = risk_items,
    .item_count = KL_COUNT(risk_items),
    .methods = KL_TABLE(risk_methods),
    .repr = item_repr,
};
KL_PUBLISH(kl_owasp_item_type);
