/* src/eatp/artifact.h - AlgorithmId and SignedArtifact. */
#ifndef KL_EATP_ARTIFACT_H
#define KL_EATP_ARTIFACT_H

#include "keys.h"

/* An algorithm of signatures; only active tokens (eatp 4.9). */
typedef struct kl_algorithm_id {
    kl_object object;
    kl_value token;
} kl_algorithm_id;
extern KL_API const kl_type kl_algorithm_id_type;

/* A payload under a signature: version, alg_id, key_id, payload in hexadecimal text, time. */
extern KL_API const kl_type kl_signed_artifact_type;

#endif
