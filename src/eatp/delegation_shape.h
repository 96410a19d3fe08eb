/* src/eatp/delegation_shape.h - the wire form of a grant within a lineage, for the files delegation_*.c. */
#ifndef KL_EATP_DELEGATION_SHAPE_H
#define KL_EATP_DELEGATION_SHAPE_H

#include "wire.h"

extern const kl_shape kl_delegation_shape;

#endif
