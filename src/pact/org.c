/* src/pact/org.c - compiling an organisation, and finding its nodes. */
#include "org.h"
#include "../base/buffer.h"

#include <stdlib.h>

/* One compilation: the node being made stands at the end of `path`. */
typedef struct compiler {
    kl_pact_org *org;
    size_t capacity;                   /* of nodes */
    size_t segments, segment_capacity; /* of the organisation's */
    kl_pact_segment path[KL_PACT_DEPTH_MAX + 4];
    size_t depth;                      /* segments in it */
    kl_value department;               /* name of the top-level one; borrowed */
    enum { ELSEWHERE, UNPLACED, PLACED } fault; /* whether an error belongs to a place of the document */
    kl_error *error;
} compiler;

/* ---- members of the document ----------------------------------------------------------------- */

static kl_status missing(compiler *c, const char *name)
{
    c->fault = UNPLACED;
    return kl_error_set(c->error, KL_INVALID, "missing field `%s`", name);
}

static kl_status expected(compiler *c, const char *name, const char *wanted, kl_value got)
{
    c->fault = UNPLACED;
    return kl_error_set(c->error, KL_INVALID, "%s: expected %s, got %s", name, wanted,
                        kl_value_kind_name(got));
}

/* An error within item `index` of a list gets that place put before it. */
static kl_status within(compiler *c, kl_status status, const char *list, size_t index)
{
    if (status == KL_OK || c->fault == ELSEWHERE)
        return status;
    const char *joint = c->fault == UNPLACED ? ": " : ".";
    c->fault = PLACED;
    kl_error_prefix(c->error, "%s[%zu]%s", list, index, joint);
    return status;
}

/* A required string; borrowed. */
static kl_status text_member(kl_value *out, compiler *c, kl_value map, const char *name)
{
    const kl_value *found = kl_map_find(map, kl_text_from(name));
    if (!found)
        return missing(c, name);
    if (!kl_is(*found, KL_KIND_STRING))
        return expected(c, name, "a string", *found);
    *out = *found;
    return KL_OK;
}

/* A list that may be missing; borrowed. */
static kl_status list_member(kl_value *out, compiler *c, kl_value map, const char *name)
{
    const kl_value *found = kl_map_find(map, kl_text_from(name));
    if (found && !kl_is(*found, KL_KIND_ARRAY))
        return expected(c, name, "an array", *found);
    *out = found ? *found : kl_null();
    return KL_OK;
}

static kl_status flag_member(bool *out, compiler *c, kl_value map, const char *name)
{
    const kl_value *found = kl_map_find(map, kl_text_from(name));
    if (found && !kl_is(*found, KL_KIND_BOOL))
        return expected(c, name, "a boolean", *found);
    *out = found && kl_as_bool(*found);
    return KL_OK;
}

/* ---- warnings -------------------------------------------------------------------------------- */

static kl_status warn(compiler *c, const char *what, kl_text id, const char *text, kl_text key)
{
    kl_value line;
    KL_TRY(kl_string_format(&line, c->error, "%s '%.*s': %s%s%.*s%s", what, KL_TEXT_ARG(id), text,
                            key.len ? " '" : "", KL_TEXT_ARG(key), key.len ? "'" : ""));
    return kl_array_push(&c->org->warnings, line, c->error);
}

/* Keys that nobody reads, and an id that nobody can name. `known` are separated by blanks. */
static kl_status warn_of(compiler *c, const char *what, kl_value map, kl_text id, const char *known)
{
    if (id.len == 0)
        KL_TRY(warn(c, what, id, "the id is empty", KL_TEXT("")));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text key = kl_map_key_at(map, i);
        bool is_known = false;
        for (const char *at = known; *at && !is_known;) {
            size_t len = strcspn(at, " ");
            is_known = kl_text_equal(key, (kl_text){at, len});
            at += len + (at[len] == ' ');
        }
        if (is_known)
            continue;
        KL_TRY(kl_text_is(key, "reports_to")
                   ? warn(c, what, id, "reports_to is ignored: the structure says who reports to whom",
                          KL_TEXT(""))
                   : warn(c, what, id, "unknown key", key));
    }
    return KL_OK;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static kl_status push(compiler *c, char letter, size_t number)
{
    if (c->depth + 1 >= KL_COUNT(c->path))
        return kl_error_set(c->error, KL_INVALID, "depth limit exceeded: depth %zu exceeds maximum %d",
                            c->depth + 1, KL_PACT_DEPTH_MAX);
    c->path[c->depth++] = kl_pact_segment_of(letter, (uint32_t)number);
    return KL_OK;
}

static kl_status make_room(compiler *c)
{
    kl_pact_org *org = c->org;
    if (org->count == c->capacity) {
        size_t capacity = c->capacity ? 2 * c->capacity : 16;
        void *nodes = kl_realloc(org->nodes, capacity * sizeof *org->nodes);
        if (!nodes)
            return kl_error_no_memory(c->error);
        org->nodes = nodes;
        c->capacity = capacity;
    }
    if (c->segments + c->depth > c->segment_capacity) {
        size_t capacity = 2 * c->segment_capacity + KL_PACT_DEPTH_MAX;
        void *segments = kl_realloc(org->segments, capacity * sizeof *org->segments);
        if (!segments)
            return kl_error_no_memory(c->error);
        org->segments = segments;
        c->segment_capacity = capacity;
    }
    return KL_OK;
}

static kl_status check_limits(compiler *c, kl_value id)
{
    if (c->depth > KL_PACT_DEPTH_MAX)
        return kl_error_set(c->error, KL_INVALID, "depth limit exceeded: depth %zu exceeds maximum %d",
                            c->depth, KL_PACT_DEPTH_MAX);
    if (c->org->count >= KL_PACT_NODES_MAX)
        return kl_error_set(c->error, KL_INVALID, "nodes limit exceeded: more than %d nodes",
                            KL_PACT_NODES_MAX);
    if (kl_map_has(c->org->by_id, kl_as_text(id)))
        return kl_error_set(c->error, KL_INVALID, "duplicate role ID: '%.*s'",
                            KL_TEXT_ARG(kl_as_text(id)));
    return KL_OK;
}

/* The node at the end of the path; `role` is its entry in the document, or null. */
static kl_status add_node(compiler *c, kl_value id, kl_value role, uint32_t parent)
{
    kl_pact_node node = {.parent = parent};
    kl_value name = id, address;
    KL_TRY(check_limits(c, id));
    if (!kl_is_null(role)) {
        KL_TRY(text_member(&name, c, role, "name"));
        KL_TRY(flag_member(&node.is_vacant, c, role, "is_vacant"));
        KL_TRY(flag_member(&node.is_external, c, role, "is_external"));
        KL_TRY(flag_member(&node.suspends, c, role, "auto_suspend_on_vacancy"));
    }
    KL_TRY(make_room(c));
    node.path = (kl_pact_path){c->path, c->depth};
    node.unit = (uint16_t)kl_pact_path_unit(node.path);
    node.department_end = (uint16_t)kl_pact_path_department(node.path);
    node.team = (uint16_t)kl_pact_path_team(node.path);
    int64_t index = c->org->count;
    KL_TRY(kl_map_set_key(&c->org->by_id, id, kl_int(index), c->error));
    KL_TRY(kl_pact_path_text(&address, node.path, c->error));
    kl_status status = kl_map_set_key(&c->org->by_address, address, kl_int(index), c->error);
    if (status != KL_OK) {
        kl_value_release(address);
        return status;
    }
    memcpy(c->org->segments + c->segments, c->path, c->depth * sizeof *c->path);
    c->segments += c->depth;
    node.address = address;
    node.id = kl_value_retain(id);
    node.name = kl_value_retain(name);
    node.department = kl_value_retain(c->department);
    c->org->nodes[c->org->count++] = node;
    return KL_OK;
}

/* ---- departments and teams ------------------------------------------------------------------- */

#define ROLE_KEYS "id name is_vacant is_external auto_suspend_on_vacancy"

static kl_status check_roles(compiler *c, kl_value roles)
{
    for (size_t i = 0; i < kl_array_len(roles); i++) {
        kl_value role = kl_array_at(roles, i), id = kl_null(), name;
        kl_status status = kl_is(role, KL_KIND_MAP) ? text_member(&id, c, role, "id")
                                                    : expected(c, "role", "an object", role);
        if (status == KL_OK)
            status = text_member(&name, c, role, "name");
        KL_TRY(within(c, status, "roles", i));
        KL_TRY(warn_of(c, "role", role, kl_as_text(id), ROLE_KEYS));
    }
    return KL_OK;
}

/* The entry with an id among roles: the first one, for another is found to be twice there. */
static size_t entry_of(kl_value roles, kl_value id)
{
    for (size_t i = 0; i < kl_array_len(roles); i++)
        if (kl_text_equal(kl_as_text(kl_map_get(kl_array_at(roles, i), KL_TEXT("id"))), kl_as_text(id)))
            return i;
    return SIZE_MAX;
}

static kl_status too_many_children(compiler *c, kl_value id, size_t count)
{
    return kl_error_set(c->error, KL_INVALID,
                        "children limit exceeded: parent '%.*s' has %zu children (max %d)",
                        KL_TEXT_ARG(kl_as_text(id)), count, KL_PACT_CHILDREN_MAX);
}

/* The role that leads a unit, and those beside it, whose addresses extend its own. The path is that of
 * the unit; behind it stands the role that leads. `others` units will be its children, too. */
static kl_status add_roles(compiler *c, const char *what, kl_value unit, kl_value head, uint32_t parent,
                           size_t others)
{
    kl_value roles;
    KL_TRY(list_member(&roles, c, unit, "roles"));
    KL_TRY(check_roles(c, roles));
    size_t entry = entry_of(roles, head), count = kl_array_len(roles);
    uint32_t index = c->org->count;
    size_t children = count - (entry != SIZE_MAX) + others;
    if (entry == SIZE_MAX)
        KL_TRY(warn(c, what, kl_as_text(kl_map_get(unit, KL_TEXT("id"))),
                    "its head is not among its roles:", kl_as_text(head)));
    KL_TRY(push(c, 'R', 1));
    KL_TRY(within(c, add_node(c, head, kl_array_at(roles, entry), parent), "roles", entry));
    if (children > KL_PACT_CHILDREN_MAX)
        return too_many_children(c, head, children);
    for (size_t i = 0, number = 2; i < count; i++) {
        kl_value role = kl_array_at(roles, i);
        if (i == entry)
            continue;
        KL_TRY(push(c, 'R', number++));
        KL_TRY(within(c, add_node(c, kl_map_get(role, KL_TEXT("id")), role, index), "roles", i));
        c->depth--;
    }
    return KL_OK;
}

/* A unit's own members: they must be there. */
static kl_status unit_members(kl_value *head, compiler *c, const char *what, kl_value unit,
                              const char *head_key, const char *known)
{
    kl_value id, name;
    if (!kl_is(unit, KL_KIND_MAP))
        return expected(c, what, "an object", unit);
    KL_TRY(text_member(&id, c, unit, "id"));
    KL_TRY(text_member(&name, c, unit, "name"));
    KL_TRY(text_member(head, c, unit, head_key));
    return warn_of(c, what, unit, kl_as_text(id), known);
}

static kl_status add_team(compiler *c, kl_value team, size_t number, uint32_t parent)
{
    size_t depth = c->depth;
    uint32_t index = c->org->count;
    kl_value lead;
    KL_TRY(unit_members(&lead, c, "team", team, "lead_role_id", "id name lead_role_id roles"));
    KL_TRY(push(c, 'T', number));
    KL_TRY(add_roles(c, "team", team, lead, parent, 0));
    c->org->nodes[index].below = c->org->count - index - 1;
    c->depth = depth;
    return KL_OK;
}

/* Recursion ends where addresses are too long, after 25 levels. */
static kl_status add_department(compiler *c, kl_value department, size_t number, uint32_t parent)
{
    size_t depth = c->depth;
    uint32_t index = c->org->count;
    kl_value head, teams, departments;
    KL_TRY(unit_members(&head, c, "department", department, "head_role_id",
                        "id name head_role_id roles teams departments"));
    if (depth == 0)
        c->department = kl_map_get(department, KL_TEXT("name"));
    KL_TRY(list_member(&teams, c, department, "teams"));
    KL_TRY(list_member(&departments, c, department, "departments"));
    size_t team_count = kl_array_len(teams), department_count = kl_array_len(departments);
    KL_TRY(push(c, 'D', number));
    KL_TRY(add_roles(c, "department", department, head, parent, team_count + department_count));
    for (size_t i = 0; i < team_count; i++)
        KL_TRY(within(c, add_team(c, kl_array_at(teams, i), i + 1, index), "teams", i));
    for (size_t i = 0; i < department_count; i++)
        KL_TRY(within(c, add_department(c, kl_array_at(departments, i), i + 1, index), "departments", i));
    c->org->nodes[index].below = c->org->count - index - 1;
    c->depth = depth;
    return KL_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b, void *data)
{
    const kl_pact_node *nodes = data;
    return kl_text_compare(kl_as_text(nodes[*(const uint32_t *)a].address),
                           kl_as_text(nodes[*(const uint32_t *)b].address));
}

/* What is only right when all nodes are there: pointers into the segments, the order by text. */
static kl_status settle(compiler *c)
{
    kl_pact_org *org = c->org;
    org->sorted = kl_alloc_zero(org->count, sizeof *org->sorted);
    if (!org->sorted)
        return kl_error_no_memory(c->error);
    const kl_pact_segment *at = org->segments;
    for (uint32_t i = 0; i < org->count; i++) {
        org->nodes[i].path.at = at;
        at += org->nodes[i].path.count;
        org->sorted[i] = i;
    }
    qsort_r(org->sorted, org->count, sizeof *org->sorted, by_text, org->nodes);
    return KL_OK;
}

static kl_status compile(compiler *c, kl_value map)
{
    kl_value departments;
    if (!kl_is(map, KL_KIND_MAP))
        return expected(c, "organisation", "an object", map);
    KL_TRY(text_member(&c->org->id, c, map, "org_id"));
    kl_value_retain(c->org->id);
    KL_TRY(text_member(&c->org->name, c, map, "name"));
    kl_value_retain(c->org->name);
    if (!kl_map_has(map, KL_TEXT("departments")))
        return missing(c, "departments");
    KL_TRY(list_member(&departments, c, map, "departments"));
    KL_TRY(warn_of(c, "organisation", map, kl_as_text(c->org->id), "org_id name departments"));
    for (size_t i = 0; i < kl_array_len(departments); i++)
        KL_TRY(within(c, add_department(c, kl_array_at(departments, i), i + 1, KL_PACT_NO_NODE),
                      "departments", i));
    return settle(c);
}

kl_status kl_pact_org_compile(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_pact_org_type, error));
    kl_pact_org *org = (kl_pact_org *)object;
    compiler c = {.org = org, .error = error};
    org->source = kl_value_retain(map);
    KL_TRY_OUT(kl_array_new(&org->warnings, 0, error));
    KL_TRY_OUT(kl_map_new(&org->by_id, 16, error));
    KL_TRY_OUT(kl_map_new(&org->by_address, 16, error));
    KL_TRY_OUT(compile(&c, map));
    *out = kl_value_of(object);
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

/* ---- finding --------------------------------------------------------------------------------- */

static uint32_t index_in(kl_value map, kl_text key)
{
    const kl_value *found = kl_map_find(map, key);
    return found ? (uint32_t)found->as.integer : KL_PACT_NO_NODE;
}

uint32_t kl_pact_org_by_id(const kl_pact_org *org, kl_text id) { return index_in(org->by_id, id); }

/* Nodes stand in an order of their own, not in that of paths: each level is one walk along siblings. */
uint32_t kl_pact_org_at(const kl_pact_org *org, kl_pact_path path)
{
    uint32_t index = 0, end = org->count;
    while (index < end) {
        const kl_pact_node *node = &org->nodes[index];
        if (!kl_pact_path_is_prefix(node->path, path)) {
            index += node->below + 1;
        } else if (node->path.count == path.count) {
            return index;
        } else {
            end = index + node->below + 1;
            index++;
        }
    }
    return KL_PACT_NO_NODE;
}

kl_status kl_pact_org_find(uint32_t *out, const kl_pact_org *org, kl_text address, kl_error *error)
{
    kl_pact_address parsed;
    uint32_t index = index_in(org->by_address, address);
    if (index == KL_PACT_NO_NODE) {
        KL_TRY(kl_pact_address_parse(&parsed, address, error));
        index = kl_pact_org_at(org, kl_pact_path_of(&parsed));
    }
    *out = index;
    return KL_OK;
}

uint32_t kl_pact_org_resolve(const kl_pact_org *org, kl_text role)
{
    uint32_t index = index_in(org->by_address, role);
    kl_pact_address parsed;
    if (index == KL_PACT_NO_NODE && kl_pact_address_parse(&parsed, role, NULL) == KL_OK)
        index = kl_pact_org_at(org, kl_pact_path_of(&parsed));
    return index == KL_PACT_NO_NODE ? index_in(org->by_id, role) : index;
}

static void describe_above(kl_buffer *to, const kl_pact_org *org, uint32_t node)
{
    const char *joint = " (";
    for (uint32_t at = org->nodes[node].parent; at != KL_PACT_NO_NODE; at = org->nodes[at].parent) {
        kl_buffer_string(to, joint);
        kl_buffer_string(to, "[R] ");
        kl_buffer_add(to, kl_as_text(org->nodes[at].name));
        joint = " > ";
    }
    if (org->nodes[node].parent != KL_PACT_NO_NODE)
        kl_buffer_byte(to, ')');
}

kl_status kl_pact_org_describe(kl_value *out, const kl_pact_org *org, kl_text address, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    uint32_t index;
    KL_TRY(kl_pact_org_find(&index, org, address, error));
    if (index == KL_PACT_NO_NODE) {
        kl_buffer_add(&text, address);
        kl_buffer_string(&text, " (not found in org)");
        return kl_buffer_finish(out, &text, error);
    }
    kl_buffer_string(&text, "[R] ");
    kl_buffer_add(&text, kl_as_text(org->nodes[index].name));
    describe_above(&text, org, index);
    kl_buffer_string(&text, " (");
    kl_buffer_add(&text, kl_as_text(org->nodes[index].address));
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}
