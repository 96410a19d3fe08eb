/* src/pact/neutral.c - an engine that remembers nothing: stands where actions.c is not. */
#include "engine.h"

kl_status kl_pact_engine_record(kl_pact_engine *engine, const kl_pact_change *change, kl_error *error)
{
    (void)engine, (void)change, (void)error;
    return KL_OK;
}

kl_status kl_pact_engine_decided(kl_pact_engine *engine, const kl_pact_decision *decision, kl_error *error)
{
    (void)engine, (void)decision, (void)error;
    return KL_OK;
}

kl_status kl_pact_actions_begin(kl_pact_engine *engine, kl_error *error)
{
    (void)engine, (void)error;
    return KL_OK;
}

void kl_pact_actions_end(kl_pact_actions *actions) { (void)actions; }
