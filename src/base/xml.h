/* src/base/xml.h - XML documents as values; the mapping is told in src/drivers/xml.h. */
#ifndef KL_BASE_XML_H
#define KL_BASE_XML_H

#include "drivers/xml.h"
#include "kailash/value.h"

/* libxml2 behind src/drivers/xml.h. */
KL_API kl_status kl_xml_load(const kl_xml_functions **out, kl_error *error);

typedef struct kl_xml_style {
    int indent;         /* blanks per level; 0 = all on one line */
    kl_text root;       /* an element around the whole; empty = the keys are the top elements */
    bool several_roots; /* allowed: a fragment rather than a document */
} kl_xml_style;

/* Print a value, the reverse of reading; given. KL_INVALID for what XML cannot say. */
KL_API kl_status kl_xml_write(kl_value *out, kl_value value, const kl_xml_style *style,
                              kl_error *error);

/* Whether `name` may name an element. */
KL_API bool kl_xml_is_name(kl_text name);

#endif
