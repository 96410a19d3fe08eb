/* src/drivers/blas_gate.h - no process forks while a thread is inside OpenBLAS.
 *
 * It has locks of its own that it holds for moments; a child that was forked in one of them would wait for
 * ever. So a fork waits until all threads have come out, and holds up who wants in.
 */
#ifndef KL_DRIVERS_BLAS_GATE_H
#define KL_DRIVERS_BLAS_GATE_H

#include "fork.h"

/* Which counter a thread counts in: they are many, so that threads do not share a cache line. */
typedef uint32_t kl_blas_pass;

void kl_blas_gate_begin(void);
kl_blas_pass kl_blas_enter(void);
void kl_blas_leave(kl_blas_pass pass);

#endif
