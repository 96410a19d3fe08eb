/* src/base/token_bucket.h - rate limits: a bucket of tokens that fills at a rate.
 *
 * A call takes one token. Calls in quick succession may take as many as the bucket holds (its burst);
 * then each has to wait for its own. Any thread may use a bucket at any time.
 */
#ifndef KL_BASE_TOKEN_BUCKET_H
#define KL_BASE_TOKEN_BUCKET_H

#include "fork.h"
#include "kailash/time.h"

typedef struct kl_token_bucket {
    pthread_mutex_t lock; /* guards all below */
    kl_fork_watch forks;
    double missing;       /* tokens taken and not refilled; beyond the burst they are waited for */
    kl_time updated;      /* when `missing` was right */
    kl_time closed_until; /* nobody gets a token before */
} kl_token_bucket;

/* Begin a full bucket where it lies. */
KL_API void kl_token_bucket_begin(kl_token_bucket *bucket);
KL_API void kl_token_bucket_end(kl_token_bucket *bucket);

/*
 * Take a token; returns how long to wait before it counts, 0 = go on. When that would be longer than
 * `patience`, no token is taken. Those who share a bucket may each bring a rate of their own.
 * rate   tokens per second, above 0
 * burst  tokens in a full bucket, 1 or more
 */
KL_API kl_duration kl_token_bucket_take(kl_token_bucket *bucket, double rate, double burst,
                                        kl_duration patience);
/* Put back a token that was taken and not used. */
KL_API void kl_token_bucket_put_back(kl_token_bucket *bucket);
/* Let nobody have a token for a while, because the other side said so. */
KL_API void kl_token_bucket_close(kl_token_bucket *bucket, kl_duration duration);

#endif
