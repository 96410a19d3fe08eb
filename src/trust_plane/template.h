/* src/trust_plane/template.h - envelopes with a name, to begin with (trust_plane 3.7). */
#ifndef KL_TRUST_PLANE_TEMPLATE_H
#define KL_TRUST_PLANE_TEMPLATE_H

#include "envelope.h"

/* TemplateRegistry: the built-in ones, and what was registered. Threads may share one. */
extern KL_API const kl_type kl_template_registry_type;
/* A registry with the built-in templates; given. */
KL_API kl_status kl_template_registry_new(kl_value *out, kl_error *error);
/* The template as a map {name, author, description, envelope, tags}; given, null when there is none. */
KL_API kl_status kl_template_find(kl_value *out, kl_object *registry, kl_text name, kl_text author,
                                  kl_error *error);
/* All of them as such maps, in the order in which they came; given. */
KL_API kl_status kl_template_list(kl_value *out, kl_object *registry, kl_error *error);

#endif
