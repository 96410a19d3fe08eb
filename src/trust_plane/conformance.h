/* src/trust_plane/conformance.h - does a project keep to the rules of EATP? What is tried is tried on a
 * private copy: the project itself is only read. */
#ifndef KL_TRUST_PLANE_CONFORMANCE_H
#define KL_TRUST_PLANE_CONFORMANCE_H

#include "project.h"

typedef enum kl_conformance_tier {
    KL_COMPATIBLE, KL_CONFORMANT, KL_COMPLETE, KL_CONFORMANCE_TIERS
} kl_conformance_tier;

typedef enum kl_test_verdict { KL_TEST_PASSED, KL_TEST_FAILED, KL_TEST_NO_BASIS } kl_test_verdict;

/* What the tests work on. */
typedef struct kl_test_bench {
    kl_trust_project *project; /* the copy, with the key if there is one */
    kl_trust_folder *folder;   /* its directory */
    bool has_key;
    kl_value anchors, decisions; /* of the project as it was: arrays */
    kl_value manifest;
} kl_test_bench;

/*
 * One test. KL_OK with a verdict; `told` is what there is to say of a test that has not passed. A
 * failure that it did not expect makes it fail, with the failure's message.
 */
typedef kl_status kl_conformance_run(kl_test_verdict *verdict, char told[256],
                                     const kl_test_bench *bench, kl_error *error);

typedef struct kl_conformance_test {
    const char *name;
    kl_conformance_tier tier;
    kl_conformance_run *run;
} kl_conformance_test;

extern const kl_conformance_test kl_conformance_tests[];
extern const size_t kl_conformance_test_count;

#endif
