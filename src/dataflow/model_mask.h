/* src/dataflow/model_mask.h - how a record is named in events, logs and messages. */
#ifndef KL_DATAFLOW_MODEL_MASK_H
#define KL_DATAFLOW_MODEL_MASK_H

#include "model.h"

/* format_record_id_for_event(): the primary key as text, hashed when it is classified; given. */
KL_API kl_status kl_record_name(kl_value *out, const kl_model *model, kl_value key,
                                kl_error *error);

#endif
