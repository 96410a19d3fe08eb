/* src/reflect/foreign.c - objects of the face that the library calls; see kailash/data.h. */
#include "host.h"
#include "kailash/data.h"

kl_status kl_foreign_wrap(kl_value *out, kl_foreign *handle, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_foreign_type, error));
    ((kl_foreign_object *)object)->handle = handle;
    *out = kl_value_of(object);
    return KL_OK;
}

static void dispose(kl_object *self)
{
    kl_foreign *handle = ((kl_foreign_object *)self)->handle;
    if (handle)
        handle->release(handle);
}

kl_foreign_object *kl_as_foreign(kl_value value) { return kl_as_object(value, &kl_foreign_type); }

/* The handle of an object of the face; borrowed. */
static kl_status handle_of(kl_foreign **out, kl_value object, kl_error *error)
{
    kl_foreign_object *wrapper = kl_as_foreign(object);
    if (!wrapper)
        return kl_error_set(error, KL_TYPE, "expected an object of the program, got %s",
                            kl_is(object, KL_KIND_OBJECT) ? object.as.object->type->name
                                                          : kl_value_kind_name(object));
    *out = wrapper->handle;
    return KL_OK;
}

bool kl_foreign_has(kl_value object, const char *method)
{
    kl_foreign *handle;
    return handle_of(&handle, object, NULL) == KL_OK && kl_host_has_method(handle, method);
}

kl_status kl_foreign_call(kl_value *out, kl_value object, const char *method, const kl_value *args,
                          size_t count, kl_value named, kl_error *error)
{
    kl_foreign *handle;
    KL_TRY(handle_of(&handle, object, error));
    kl_value held = kl_value_retain(object); /* what is called may let the last reference go */
    kl_status status = kl_host_call_method(out, handle, method, args, count, named, error);
    kl_value_release(held);
    return status;
}

kl_status kl_foreign_get(kl_value *out, kl_value object, const char *name, kl_error *error)
{
    kl_foreign *handle;
    KL_TRY(handle_of(&handle, object, error));
    kl_value held = kl_value_retain(object);
    kl_status status = kl_host_get_attribute(out, handle, name, error);
    kl_value_release(held);
    return status;
}

kl_status kl_foreign_as_data(kl_value *out, kl_value object, const char *name, kl_error *error)
{
    kl_foreign *handle;
    KL_TRY(handle_of(&handle, object, error));
    return kl_host_as_data(out, handle, name, error);
}

kl_status kl_foreign_class(kl_value *out, kl_value object, kl_error *error)
{
    kl_foreign *handle;
    KL_TRY(handle_of(&handle, object, error));
    return kl_host_class_name(out, handle, error);
}

bool kl_foreign_same(kl_value a, kl_value b)
{
    kl_foreign *first, *second;
    return handle_of(&first, a, NULL) == KL_OK && handle_of(&second, b, NULL) == KL_OK &&
           (first == second || kl_host_is_same(first, second));
}

int64_t kl_foreign_identity(kl_value object)
{
    kl_foreign *handle;
    return handle_of(&handle, object, NULL) == KL_OK ? kl_host_identity(handle) : 0;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_value name;
    KL_TRY(kl_foreign_class(&name, kl_value_of(self), error));
    kl_status status = kl_string_format(out, error, "<%s>", kl_as_text(name).data);
    kl_value_release(name);
    return status;
}

/* Not published: faces show the object itself. */
const kl_type kl_foreign_type = {
    .name = "Foreign",
    .module = "kailash._kailash",
    .doc = "An object of the program that uses the library.",
    .size = sizeof(kl_foreign_object),
    .flags = KL_TYPE_NO_INIT,
    .dispose = dispose,
    .repr = repr,
};
