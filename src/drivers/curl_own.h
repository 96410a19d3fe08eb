/* src/drivers/curl_own.h - what the parts of the curl driver share. */
#ifndef KL_DRIVERS_CURL_OWN_H
#define KL_DRIVERS_CURL_OWN_H

#include "curl.h"

/* libcurl is to be initialised once. */
kl_status curl_initialise(kl_error *error);

kl_status curl_send_mail(kl_curl_mail *mail, kl_error *error);

#endif
