/* src/base/token_bucket.c - see token_bucket.h. */
#include "token_bucket.h"

void kl_token_bucket_begin(kl_token_bucket *bucket)
{
    *bucket = (kl_token_bucket){.updated = kl_clock_now()};
    pthread_mutex_init(&bucket->lock, NULL);
    bucket->closed_until = bucket->updated;
    bucket->forks.lock = &bucket->lock;
    kl_fork_watch_begin(&bucket->forks);
}

void kl_token_bucket_end(kl_token_bucket *bucket)
{
    kl_fork_watch_end(&bucket->forks);
    pthread_mutex_destroy(&bucket->lock);
}

/* Seconds as a duration that fits. */
static kl_duration duration_of(double seconds)
{
    return seconds >= 9e9 ? KL_TIME_NONE : (kl_duration)(seconds * 1e9);
}

kl_duration kl_token_bucket_take(kl_token_bucket *bucket, double rate, double burst,
                                 kl_duration patience)
{
    pthread_mutex_lock(&bucket->lock);
    kl_time now = kl_clock_now();
    double missing = bucket->missing - (double)(now - bucket->updated) / 1e9 * rate;
    bucket->missing = KL_MAX(missing, 0.0);
    bucket->updated = now;
    double beyond = bucket->missing + 1 - burst;
    kl_duration wait = beyond > 1e-9 ? duration_of(beyond / rate) : 0;
    wait = KL_MAX(wait, bucket->closed_until - now);
    if (wait <= patience)
        bucket->missing += 1;
    pthread_mutex_unlock(&bucket->lock);
    return wait;
}

void kl_token_bucket_put_back(kl_token_bucket *bucket)
{
    pthread_mutex_lock(&bucket->lock);
    bucket->missing = KL_MAX(bucket->missing - 1, 0.0);
    pthread_mutex_unlock(&bucket->lock);
}

void kl_token_bucket_close(kl_token_bucket *bucket, kl_duration duration)
{
    pthread_mutex_lock(&bucket->lock);
    bucket->closed_until = KL_MAX(bucket->closed_until, kl_clock_after(duration));
    pthread_mutex_unlock(&bucket->lock);
}
