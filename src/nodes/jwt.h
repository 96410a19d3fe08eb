/* src/nodes/jwt.h - what other nodes share with JWTAuthNode. */
#ifndef KL_NODES_JWT_H
#define KL_NODES_JWT_H

#include "crypto/jwt.h"

/* {valid, claims[, reason, expires_at, subject]}; given. */
kl_status kl_jwt_answer(kl_value *out, kl_value claims, kl_jwt_fault fault, kl_error *error);

#endif
