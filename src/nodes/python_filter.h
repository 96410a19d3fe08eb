/* src/nodes/python_filter.h - which system calls code in a Python worker may make. */
#ifndef KL_NODES_PYTHON_FILTER_H
#define KL_NODES_PYTHON_FILTER_H

#include "buffer.h"

/* Append a program for PR_SET_SECCOMP: all but a list fails with EPERM. No list has processes,
 * network or programs; `files` adds files. Empty for processors without a list. */
void kl_python_filter(kl_buffer *to, bool files);

#endif
