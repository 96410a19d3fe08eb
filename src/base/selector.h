/* src/base/selector.h - CSS selectors (level 3, with :is, :where, :not, :has and :nth-child(... of))
 * over HTML documents. */
#ifndef KL_BASE_SELECTOR_H
#define KL_BASE_SELECTOR_H

#include "page.h"

/* A compiled selector. Immutable: threads may share it. */
typedef struct kl_selector kl_selector;

/* Longest selector in bytes, elements in a chain such as "a > b c", levels of :not() and the like
 * within each other. */
enum { KL_SELECTOR_MAX = 16384, KL_SELECTOR_CHAIN_MAX = 256, KL_SELECTOR_DEPTH_MAX = 16 };

/* Compile; given. KL_SYNTAX with the position. */
KL_API kl_status kl_selector_new(kl_selector **out, kl_text text, kl_error *error);
KL_API void kl_selector_free(kl_selector *selector);

/*
 * The next element that matches, behind `from` (KL_PAGE_NONE: from the root on) and within the
 * descendants of `scope` (KL_PAGE_NONE: the whole document); KL_PAGE_NONE when there is none.
 * KL_CANCELLED or KL_LIMIT as `work` says.
 */
KL_API kl_status kl_selector_next(uint32_t *out, const kl_selector *selector,
                                  const kl_page *document, uint32_t scope, uint32_t from,
                                  kl_work *work, kl_error *error);

/* Whether one element matches. */
KL_API kl_status kl_selector_matches(bool *out, const kl_selector *selector,
                                     const kl_page *document, uint32_t index,
                                     kl_work *work, kl_error *error);

#endif
