/* src/drivers/libxml_error.h - what libxml2 tells who listens to its errors: const since 2.12. */
#ifndef KL_DRIVERS_LIBXML_ERROR_H
#define KL_DRIVERS_LIBXML_ERROR_H

#include <libxml/xmlerror.h>
#include <libxml/xmlversion.h>

#if LIBXML_VERSION >= 21200
typedef const xmlError *libxml_error;
#else
typedef xmlError *libxml_error;
#endif

#endif
