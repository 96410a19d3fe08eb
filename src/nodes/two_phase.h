/* src/nodes/two_phase.h - two-phase commit: all participants are asked, then all are told.
 *
 * A participant is done by effects (effect.h): {id, endpoint}, which gets a POST for each phase, or
 * {id, prepare, commit, abort}. One that has none votes by kl_two_phase_vote(). Abort is presumed:
 * only the decision is written before anybody is told, and a transaction that a crash left undecided
 * is aborted when it is resumed. What could not be told is told again by kl_two_phase_resume().
 *
 * A state is a map: transaction_id, status, participants, effects, inputs, policy, votes, outcome,
 * told, created. Its status is preparing, prepared, committed or aborted.
 */
#ifndef KL_NODES_TWO_PHASE_H
#define KL_NODES_TWO_PHASE_H

#include "effect.h"
#include "kept.h"

/* All give the state. */

/* Begin, and ask all participants that are done by effects. `id` (a string) is its id; null makes
 * one. `name` is what messages call the participants. */
kl_status kl_two_phase_prepare(kl_value *state, const kl_kept_host *host, kl_value id,
                               kl_value participants, kl_value inputs, kl_value policy,
                               const char *name, kl_error *error);
/* Begin with the decision to abort: nobody is asked, all are told. */
kl_status kl_two_phase_abort(kl_value *state, const kl_kept_host *host, kl_value id,
                             kl_value participants, kl_value inputs, kl_value policy,
                             const char *name, kl_error *error);
kl_status kl_two_phase_vote(kl_value *state, const kl_kept_host *host, kl_text id,
                            kl_value participant, kl_value vote, kl_error *error);
/* Commit when all have voted yes, else abort (a missing vote is "timeout"), and tell all. */
kl_status kl_two_phase_decide(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_error *error);
/* One more participant, as an item of `participants`. */
kl_status kl_two_phase_register(kl_value *state, const kl_kept_host *host, kl_text id,
                                kl_value participant, kl_error *error);
kl_status kl_two_phase_status(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_error *error);
/* Tell what was not told yet; abort a transaction with effects that is undecided. */
kl_status kl_two_phase_resume(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_error *error);
/* Resume all that are not finished. Gives [{transaction_id, status}], or `error` in its place. */
kl_status kl_two_phase_recover(kl_value *out, const kl_kept_host *host, kl_error *error);

/* Ids of the participants that are done by effects and were not told the outcome; given. */
kl_status kl_two_phase_untold(kl_value *out, kl_value state, kl_error *error);
/* Whether any participant is done by effects. */
bool kl_two_phase_has_effects(kl_value state);

#endif
