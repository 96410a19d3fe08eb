/* src/trust_plane/competency.h - HumanCompetency: what people can and programs cannot. */
#ifndef KL_TRUST_PLANE_COMPETENCY_H
#define KL_TRUST_PLANE_COMPETENCY_H

#include "kailash/type.h"

/* An enum of six, in the order in which they are told; its words are the tokens of records. */
enum { KL_COMPETENCIES = 6 };
extern KL_API const kl_type kl_human_competency_type;
/* The token at a position, static: "ethical_judgment". */
KL_API const char *kl_competency_name(int position);
/* The position of a token; -1 when there is none. */
KL_API int kl_competency_find(kl_text token);

#endif
