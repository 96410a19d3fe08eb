/* src/dataflow/database_faces.c - see database_faces.h. */
#include "database_faces.h"
#include "face.h"

const kl_param kl_dataflow_tenant_param[1] = {
    {.name = "tenant_id", .kind = KL_KIND_STRING, .doc = "for which tenant"},
};

kl_status kl_dataflow_get_express(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    return kl_express_new(out, &kl_express_type, (kl_dataflow *)self, error);
}

kl_status kl_dataflow_call_transaction(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)args;
    return kl_transaction_begin(out, &kl_transaction_type, (kl_dataflow *)self, kl_null(), error);
}

kl_status kl_dataflow_call_transaction_with_tenant(kl_value *out, kl_object *self,
                                                   const kl_value *args, kl_error *error)
{
    kl_value tenant = kl_tenant_of(args[0]);
    if (kl_is_null(tenant))
        return kl_error_set(error, KL_FAILED, "transaction failed: tenant_id must not be blank");
    return kl_transaction_begin(out, &kl_transaction_type, (kl_dataflow *)self, tenant, error);
}
