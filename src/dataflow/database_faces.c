/* src/dataflow/database_faces.c - see database_faces.h. */
#include "database_faces.h"
#include "face.h"
#include "model_nodes.h"
#include "query_cache.h"

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

const kl_param kl_dataflow_registry_param[1] = {
    {.name = "registry", .kind = KL_KIND_OBJECT, .type = &kl_registry_type,
     .doc = "where they are added, before a Runtime is made from it"},
};

kl_status kl_dataflow_call_register_nodes(kl_value *out, kl_object *self, const kl_value *args,
                                          kl_error *error)
{
    (void)out;
    return kl_dataflow_register_nodes((kl_dataflow *)self, (kl_registry *)args[0].as.object, error);
}

kl_status kl_dataflow_call_cache_stats(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)args;
    return kl_query_cache_look(out, (kl_dataflow *)self, error);
}

kl_status kl_dataflow_call_clear_cache(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)out, (void)args, (void)error;
    kl_query_cache_clear((kl_dataflow *)self);
    return KL_OK;
}
