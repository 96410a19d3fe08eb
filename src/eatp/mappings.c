/* src/eatp/mappings.c - what evidence is for: articles of the EU AI Act, items of OWASP's list of
 * risks of agents. */
#include "kailash/type.h"

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
static const char *const article_functions[] = {
    "article6", "article9", "article11", "article13", "article14", "article15", "article52",
    "article69"
};

extern const kl_type kl_ai_act_article_type;

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
    .item_methods = article_functions,
    .item_count = KL_COUNT(article_items),
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
static const char *const risk_functions[] = {
    "prompt_injection", "tool_misuse", "excessive_agency", "insufficient_access_control",
    "insecure_output_handling", "over_reliance_on_agent", "data_exfiltration",
    "model_denial_of_service", "supply_chain_vulnerability", "inadequate_logging"
};

const kl_type kl_owasp_item_type = {
    .name = "EatpOwaspAgenticItem",
    .module = "kailash",
    .doc = "An item of OWASP's list of the risks of agents that evidence may serve.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NO_INIT,
    .items = risk_items,
    .item_methods = risk_functions,
    .item_count = KL_COUNT(risk_items),
    .repr = item_repr,
};
KL_PUBLISH(kl_owasp_item_type);
