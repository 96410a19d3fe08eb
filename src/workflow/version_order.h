/* src/workflow/version_order.h - the order of version texts. */
#ifndef KL_WORKFLOW_VERSION_ORDER_H
#define KL_WORKFLOW_VERSION_ORDER_H

#include "kailash/base.h"

/*
 * Order of two version texts, which may be anything: segments between dots are compared one by
 * one, numbers by value, other text below numbers and by its bytes; a list that ends is below one
 * that goes on (2 < 2.0.0). A pre-release ("1.0.0-rc.1") is below its release, build metadata
 * ("1.0.0+5") above. Texts that only differ in leading zeros are ordered by bytes, so that 0 means
 * the same text.
 */
KL_API int kl_version_compare(kl_text a, kl_text b);

#endif
