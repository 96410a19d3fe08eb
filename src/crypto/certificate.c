/* src/crypto/certificate.c - see certificate.h. */
#include "certificate.h"
#include "certificate_handle.h"
#include "key_handle.h"
#include "libcrypto.h"

kl_status kl_certificates_read(kl_certificates **out, kl_key **key, kl_text text, kl_text password,
                               kl_error *error)
{
    const kl_openssl *driver;
    void *handle, *pair = NULL;
    kl_key *own = NULL;
    KL_TRY(kl_libcrypto(&driver, error));
    KL_TRY(driver->certificates->read(&handle, key ? &pair : NULL, text, password, error));
    kl_certificates *list = kl_alloc(sizeof *list);
    kl_status status = list ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK && pair)
        status = kl_key_of_handle(&own, driver->keys, pair, error);
    else if (pair)
        driver->keys->end(pair);
    if (status != KL_OK) {
        driver->certificates->end(handle);
        kl_free(list);
        return status;
    }
    *list = (kl_certificates){.driver = driver, .handle = handle};
    *out = list;
    if (key)
        *key = own;
    return KL_OK;
}

void kl_certificates_free(kl_certificates *list)
{
    if (!list)
        return;
    list->driver->certificates->end(list->handle);
    kl_free(list);
}

size_t kl_certificates_len(const kl_certificates *list)
{
    return list->driver->certificates->len(list->handle);
}

static kl_status check_index(const kl_certificates *list, size_t index, kl_error *error)
{
    size_t count = kl_certificates_len(list);
    return index < count ? KL_OK
                         : kl_error_set(error, KL_INVALID, "there are %zu certificates; no number "
                                                           "%zu", count, index);
}

kl_status kl_certificate_describe(kl_value *out, const kl_certificates *list, size_t index,
                                  kl_error *error)
{
    KL_TRY(check_index(list, index, error));
    return list->driver->certificates->describe(out, list->handle, index, error);
}

kl_status kl_certificate_key(kl_key **out, const kl_certificates *list, size_t index,
                             kl_error *error)
{
    void *handle;
    KL_TRY(check_index(list, index, error));
    KL_TRY(list->driver->certificates->key(&handle, list->handle, index, error));
    return kl_key_of_handle(out, list->driver->keys, handle, error);
}

kl_status kl_certificate_write(kl_value *out, const kl_certificates *list, size_t index,
                               kl_key_format format, kl_error *error)
{
    KL_TRY(check_index(list, index, error));
    return list->driver->certificates->write(out, list->handle, index, format, error);
}

kl_status kl_certificate_verify(bool *valid, kl_value *reason, const kl_certificates *list,
                                const kl_certificate_rules *rules, kl_error *error)
{
    return list->driver->certificates->verify(
        valid, reason, list->handle, rules->chain ? rules->chain->handle : NULL,
        rules->roots ? rules->roots->handle : NULL, rules, error);
}

/* ---- requests and new certificates ----------------------------------------------------------- */

static kl_status need_private(const kl_key *key, kl_error *error)
{
    return key->facts.is_private ? KL_OK : kl_error_set(error, KL_INVALID, "the key is public; "
                                                                           "expected a private one");
}

kl_status kl_certificate_request_new(kl_value *out, const kl_certificate_request *request,
                                     const kl_key *key, kl_error *error)
{
    const kl_openssl *driver;
    KL_TRY(need_private(key, error));
    KL_TRY(kl_libcrypto(&driver, error));
    return driver->certificates->request(out, request, key->handle, error);
}

kl_status kl_certificate_request_read(kl_value *subject, kl_value *names, kl_key **key,
                                      kl_text text, kl_error *error)
{
    const kl_openssl *driver;
    void *handle;
    kl_value asked_subject, asked_names;
    KL_TRY(kl_libcrypto(&driver, error));
    KL_TRY(driver->certificates->read_request(&asked_subject, &asked_names, &handle, text, error));
    kl_status status = kl_key_of_handle(key, driver->keys, handle, error);
    if (status == KL_OK) {
        *subject = asked_subject;
        *names = asked_names;
    } else {
        kl_value_release(asked_subject);
        kl_value_release(asked_names);
    }
    return status;
}

kl_status kl_certificate_issue(kl_value *out, const kl_certificate_request *request,
                               const kl_key *key, const kl_certificates *issuer,
                               const kl_key *issuer_key, kl_error *error)
{
    const kl_openssl *driver;
    KL_TRY(need_private(issuer_key, error));
    if (request->not_after <= request->not_before)
        return kl_error_set(error, KL_INVALID, "the certificate would end before it begins");
    KL_TRY(kl_libcrypto(&driver, error));
    return driver->certificates->issue(out, request, key->handle, issuer ? issuer->handle : NULL,
                                       issuer_key->handle, error);
}
