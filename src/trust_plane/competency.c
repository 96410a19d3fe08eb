/* src/trust_plane/competency.c - HumanCompetency and CompetencyRequirement. */
#include "competency.h"
#include "../eatp/trust_level.h"

static const kl_item competencies[KL_COMPETENCIES] = {
    {"ETHICAL_JUDGMENT", "ethical_judgment", "telling right from wrong"},
    {"RELATIONSHIP_CAPITAL", "relationship_capital", "being known and trusted by others"},
    {"CONTEXTUAL_WISDOM", "contextual_wisdom", "knowing how things are done here"},
    {"CREATIVE_SYNTHESIS", "creative_synthesis", "joining what nobody joined before"},
    {"EMOTIONAL_INTELLIGENCE", "emotional_intelligence", "understanding what others feel"},
    {"CULTURAL_NAVIGATION", "cultural_navigation", "being at home in several cultures"},
};
static const char *const competency_functions[] = {
    "ethical_judgment", "relationship_capital", "contextual_wisdom", "creative_synthesis",
    "emotional_intelligence", "cultural_navigation"
};

const char *kl_competency_name(int position) { return competencies[position].word; }

int kl_competency_find(kl_text token)
{
    for (int i = 0; i < KL_COMPETENCIES; i++)
        if (kl_text_is(token, competencies[i].word))
            return i;
    return -1;
}

static kl_status all(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value list, item;
    (void)self, (void)args;
    KL_TRY(kl_array_new(&list, KL_COMPETENCIES, error));
    for (size_t i = 0; i < KL_COMPETENCIES; i++) {
        kl_status status = kl_item_at(&item, &kl_human_competency_type, i, error);
        if (status == KL_OK)
            status = kl_array_push(&list, item, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static const kl_method competency_methods[] = {
    {.name = "all", .call = all, .flags = KL_STATIC, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &kl_human_competency_type, .doc = "All six, in order."},
    KL_RUNG_STR,
};

const kl_type kl_human_competency_type = {
    .name = "HumanCompetency",
    .module = "kailash",
    .doc = "What people can and programs cannot: six competencies.",
    .flags = KL_TYPE_ENUM,
    .items = competencies,
    .item_methods = competency_functions,
    .item_count = KL_COMPETENCIES,
    .methods = KL_TABLE(competency_methods),
    .repr = kl_rung_repr,
};
KL_PUBLISH(kl_human_competency_type);

/* ---- CompetencyRequirement ------------------------------------------------------------------- */

typedef struct competency_requirement {
    kl_object object;
    kl_value competency; /* word */
    int64_t min_level;
    kl_value justification;
} competency_requirement;

static kl_status requirement_check(kl_object *self, kl_error *error)
{
    int64_t level = ((const competency_requirement *)self)->min_level;
    if (level >= 1 && level <= 5)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "min_level: %lld is no level; expected 1 to 5",
                        (long long)level);
}

static kl_status requirement_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const competency_requirement *requirement = (const competency_requirement *)self;
    return kl_string_format(out, error, "CompetencyRequirement(%s, level=%lld)",
                            kl_as_text(requirement->competency).data,
                            (long long)requirement->min_level);
}

static const kl_field requirement_fields[] = {
    KL_VALUE(competency_requirement, competency, .kind = KL_KIND_ENUM,
             .type = &kl_human_competency_type, .doc = "a HumanCompetency, or its token"),
    {.name = "min_level", .kind = KL_KIND_COUNT, .offset = offsetof(competency_requirement, min_level),
     .range = KL_RANGE(0, UINT8_MAX), .doc = "the least level of it that is needed, 1 to 5"},
    KL_VALUE(competency_requirement, justification, .kind = KL_KIND_STRING, .doc = "why it is needed"),
};

static const kl_type competency_requirement_type = {
    .name = "CompetencyRequirement",
    .module = "kailash",
    .doc = "Some work needs a human competency, at some level at least.",
    .size = sizeof(competency_requirement),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(requirement_fields),
    .check = requirement_check,
    .repr = requirement_repr,
};
KL_PUBLISH(competency_requirement_type);
