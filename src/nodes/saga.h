/* src/nodes/saga.h - sagas: steps one after the other, and when one fails those that were done are
 * undone in reverse.
 *
 * Steps and compensations are effects (effect.h); a step that is none is done elsewhere, and told by
 * kl_saga_step_complete(). Before every effect the record says that it is about to be done, so that
 * after a crash kl_saga_resume() does again at most what was under way, under the same idempotency
 * key. Whoever resumes a saga takes it over: who had it before fails at its next write.
 *
 * A state is a map: saga_id, status, steps, effects, inputs, policy, completed, running, uncertain,
 * failed_step, error, results, compensated, compensation_results. Its status is executing, completed;
 * compensating, failed; aborting, aborted; or compensation_failed, from which it can be resumed.
 */
#ifndef KL_NODES_SAGA_H
#define KL_NODES_SAGA_H

#include "effect.h"
#include "kept.h"

/* All give the state, as it is when nothing more can be done now. */

/* `steps`: [{step_id, action, compensation, inputs, inputs_from, max_retries, retry_delay_ms,
 * timeout_ms, idempotency_key}]; `policy`: what steps do not say themselves, as a map. `id` (a
 * string) is its id; null makes one. `name` is what messages call the steps. */
kl_status kl_saga_start(kl_value *state, const kl_kept_host *host, kl_value id, kl_value steps,
                        kl_value inputs, kl_value policy, const char *name, kl_error *error);
kl_status kl_saga_step_complete(kl_value *state, const kl_kept_host *host, kl_text id,
                                kl_value step_id, kl_value result, kl_error *error);
kl_status kl_saga_step_failed(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_value step_id, kl_value reason, kl_error *error);
kl_status kl_saga_abort(kl_value *state, const kl_kept_host *host, kl_text id, kl_error *error);
kl_status kl_saga_resume(kl_value *state, const kl_kept_host *host, kl_text id, kl_error *error);
kl_status kl_saga_status(kl_value *state, const kl_kept_host *host, kl_text id, kl_error *error);

/* Resume all that have not ended. Gives [{saga_id, status}], or `error` instead of a status. */
kl_status kl_saga_recover(kl_value *out, const kl_kept_host *host, kl_error *error);

#endif
