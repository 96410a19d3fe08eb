/* src/workflow/stamp.c - see stamp.h. */
#include "stamp.h"
#include "kailash/time.h"

kl_status kl_stamp_now(kl_value *out, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), 6, KL_TIME_Z);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}
