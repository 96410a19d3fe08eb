/* src/pact/org_class.c - PactCompiledOrg, PactOrgNode, PactRoleSummary. */
#include "org.h"

/* ---- PactOrgNode ----------------------------------------------------------------------------- */

typedef struct org_node {
    kl_object object;
    kl_value address, name, node_id, parent_address, children;
    bool is_vacant, is_external;
} org_node;

static kl_status node_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const org_node *node = (const org_node *)self;
    return kl_string_format(out, error, "PactOrgNode(address='%.*s', name='%.*s')",
                            KL_TEXT_ARG(kl_as_text(node->address)), KL_TEXT_ARG(kl_as_text(node->name)));
}

static const kl_field node_fields[] = {
    KL_VALUE(org_node, address, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "address of the role"),
    KL_VALUE(org_node, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = "name of the role"),
    KL_VALUE(org_node, node_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "id of the role in the organisation's document"),
    KL_VALUE(org_node, parent_address, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "address of the nearest role above; None at the top"),
    KL_VALUE(org_node, children, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "addresses right below: extra roles, leads of teams, heads of departments"),
    {.name = "is_vacant", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY,
     .offset = offsetof(org_node, is_vacant), .doc = "whether nobody holds the role, by the document"},
    {.name = "is_external", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY,
     .offset = offsetof(org_node, is_external), .doc = "whether somebody from outside holds it"},
};

static const kl_type org_node_type = {
    .name = "PactOrgNode",
    .module = "kailash.pact",
    .doc = "A role of a compiled organisation, with its place.",
    .size = sizeof(org_node),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(node_fields),
    .repr = node_repr,
};
KL_PUBLISH(org_node_type);

static kl_status children_of(kl_value *out, const kl_pact_org *org, uint32_t node, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    uint32_t end = node + org->nodes[node].below;
    for (uint32_t at = node + 1; at <= end; at += org->nodes[at].below + 1) {
        kl_status status = kl_array_push(&list, kl_value_retain(org->nodes[at].address), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

kl_status kl_pact_org_node_new(kl_value *out, const kl_pact_org *org, uint32_t node, kl_error *error)
{
    const kl_pact_node *from = &org->nodes[node];
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &org_node_type, error));
    org_node *made = (org_node *)object;
    kl_status status = children_of(&made->children, org, node, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    made->address = kl_value_retain(from->address);
    made->name = kl_value_retain(from->name);
    made->node_id = kl_value_retain(from->id);
    if (from->parent != KL_PACT_NO_NODE)
        made->parent_address = kl_value_retain(org->nodes[from->parent].address);
    made->is_vacant = from->is_vacant;
    made->is_external = from->is_external;
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- PactRoleSummary ------------------------------------------------------------------------- */

typedef struct role_summary {
    kl_object object;
    kl_value address, role_id, name, department;
} role_summary;

static kl_status summary_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const role_summary *role = (const role_summary *)self;
    return kl_string_format(out, error, "PactRoleSummary(address='%.*s', role_id='%.*s', name='%.*s')",
                            KL_TEXT_ARG(kl_as_text(role->address)),
                            KL_TEXT_ARG(kl_as_text(role->role_id)), KL_TEXT_ARG(kl_as_text(role->name)));
}

static const kl_field summary_fields[] = {
    KL_VALUE(role_summary, address, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "address of the role"),
    KL_VALUE(role_summary, role_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "id of the role in the organisation's document"),
    KL_VALUE(role_summary, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "name of the role"),
    KL_VALUE(role_summary, department, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "name of the top-level department it belongs to"),
};

static const kl_type role_summary_type = {
    .name = "PactRoleSummary",
    .module = "kailash.pact",
    .doc = "A role in the list of an engine's roles.",
    .size = sizeof(role_summary),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(summary_fields),
    .repr = summary_repr,
};
KL_PUBLISH(role_summary_type);

kl_status kl_pact_role_summary_new(kl_value *out, const kl_pact_org *org, uint32_t node, kl_error *error)
{
    const kl_pact_node *from = &org->nodes[node];
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &role_summary_type, error));
    role_summary *made = (role_summary *)object;
    made->address = kl_value_retain(from->address);
    made->role_id = kl_value_retain(from->id);
    made->name = kl_value_retain(from->name);
    made->department = kl_value_retain(from->department);
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- PactCompiledOrg ------------------------------------------------------------------------- */

static void org_dispose(kl_object *self)
{
    kl_pact_org *org = (kl_pact_org *)self;
    for (uint32_t i = 0; i < org->count; i++) {
        kl_value_release(org->nodes[i].address);
        kl_value_release(org->nodes[i].id);
        kl_value_release(org->nodes[i].name);
        kl_value_release(org->nodes[i].department);
    }
    kl_value_release(org->id);
    kl_value_release(org->name);
    kl_value_release(org->source);
    kl_value_release(org->warnings);
    kl_value_release(org->by_id);
    kl_value_release(org->by_address);
    kl_free(org->nodes);
    kl_free(org->sorted);
    kl_free(org->segments);
}

static kl_status org_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_org *org = (const kl_pact_org *)self;
    return kl_string_format(out, error, "PactCompiledOrg(org_id='%.*s', name='%.*s', nodes=%u)",
                            KL_TEXT_ARG(kl_as_text(org->id)), KL_TEXT_ARG(kl_as_text(org->name)),
                            org->count);
}

static kl_status get_id(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_pact_org *)self)->id);
    return KL_OK;
}

static kl_status get_name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_pact_org *)self)->name);
    return KL_OK;
}

static kl_status count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(((kl_pact_org *)self)->count);
    return KL_OK;
}

static kl_status node_or_none(kl_value *out, const kl_pact_org *org, uint32_t node, kl_error *error)
{
    *out = kl_null();
    return node == KL_PACT_NO_NODE ? KL_OK : kl_pact_org_node_new(out, org, node, error);
}

static kl_status get_node(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_org *org = (const kl_pact_org *)self;
    uint32_t node;
    if (kl_pact_org_find(&node, org, kl_as_text(args[0]), NULL) != KL_OK)
        node = KL_PACT_NO_NODE;
    return node_or_none(out, org, node, error);
}

static kl_status get_node_by_id(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_org *org = (const kl_pact_org *)self;
    return node_or_none(out, org, kl_pact_org_by_id(org, kl_as_text(args[0])), error);
}

static const kl_param address_param[] = {
    {.name = "address", .kind = KL_KIND_STRING, .doc = "address of a role"},
};
static const kl_param id_param[] = {
    {.name = "role_id", .kind = KL_KIND_STRING, .doc = "id of a role in the document"},
};

static const kl_method org_methods[] = {
    {.name = "org_id", .call = get_id, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "Id of the organisation."},
    {.name = "name", .call = get_name, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "Its name."},
    {.name = "node_count", .call = count, .returns = KL_KIND_INT,
     .doc = "Number of nodes; every node is a role."},
    {.name = "role_count", .call = count, .returns = KL_KIND_INT, .doc = "Number of roles."},
    {.name = "get_node", .call = get_node, .params = KL_TABLE(address_param), .returns = KL_KIND_OBJECT,
     .returns_type = &org_node_type, .returns_optional = true,
     .doc = "The node at an address; None when there is none."},
    {.name = "get_node_by_role_id", .call = get_node_by_id, .params = KL_TABLE(id_param),
     .returns = KL_KIND_OBJECT, .returns_type = &org_node_type, .returns_optional = true,
     .doc = "The node of a role's id; None when there is none."},
};

const kl_type kl_pact_org_type = {
    .name = "PactCompiledOrg",
    .module = "kailash.pact",
    .doc = "An organisation with the addresses of its roles. Never changes; "
           "PactGovernanceEngine.compiled_org() gives it.",
    .size = sizeof(kl_pact_org),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(org_methods),
    .dispose = org_dispose,
    .repr = org_repr,
};
KL_PUBLISH(kl_pact_org_type);
