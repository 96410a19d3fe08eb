/* src/drivers/xml.h - what the xml driver (libxml2) offers: documents as values, XPath 1.0. */
#ifndef KL_DRIVERS_XML_H
#define KL_DRIVERS_XML_H

#include "kailash/value.h"

/* Levels of elements, bytes of an expression, and steps that evaluating one may take. */
enum { KL_XML_DEPTH_MAX = 127, KL_XPATH_LENGTH_MAX = 65536, KL_XPATH_STEPS_MAX = 20000000 };

typedef struct kl_xml_functions {
    /*
     * {name of the root element: its value}; given. An element is null when empty, a string (without
     * blanks at its ends) when it holds text only, else a map: "@name" for attributes and namespace
     * declarations, "#text", children by name, a list where a name stands more than once.
     * Comments and processing instructions are left out; entities of a DTD are refused, nothing is
     * loaded. KL_SYNTAX has line and column.
     */
    kl_status (*read)(kl_value *out, kl_text text, kl_error *error);
    /*
     * Evaluate an expression; given. A node set is the value of its only node, a list of several,
     * null when empty; numbers, strings and booleans are such.
     * namespaces  map prefix -> URI (strings), or null
     * KL_SYNTAX: the document; KL_INVALID: the expression; KL_LIMIT: it takes too long
     */
    kl_status (*xpath)(kl_value *out, kl_text text, kl_text expression, kl_value namespaces,
                       kl_error *error);
} kl_xml_functions;

#endif
