/* src/nodes/excel_date.h - dates in spreadsheets: numbers that a number format makes dates. */
#ifndef KL_NODES_EXCEL_DATE_H
#define KL_NODES_EXCEL_DATE_H

#include "kailash/value.h"

/* What a number format shows; a set of these. */
typedef enum kl_date_parts {
    KL_DATE_DAY = 1,     /* year, month or day */
    KL_DATE_TIME = 2,    /* hours, minutes or seconds of a day */
    KL_DATE_ELAPSED = 4, /* hours, minutes or seconds beyond a day: [h]:mm */
} kl_date_parts;

/* Of a built-in format, by its number; 0 when it is no date. */
KL_API unsigned kl_excel_builtin_parts(unsigned id);
/* Of a format code such as "yyyy-mm-dd hh:mm". */
KL_API unsigned kl_excel_format_parts(kl_text code);

/*
 * A number as a cell shows it; given. With parts: ISO 8601 text, a date ("2024-01-31"), a time
 * ("13:45:00"), both ("2024-01-31T13:45:00") or a duration ("PT36H30M0S"). Without, or when it is
 * no date that exists: a float.
 * from_1904   days count from 1904-01-01 instead of 1899-12-31
 */
KL_API kl_status kl_excel_number(kl_value *out, double number, unsigned parts, bool from_1904,
                                 kl_error *error);

#endif
