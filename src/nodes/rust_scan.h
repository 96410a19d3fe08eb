/* src/nodes/rust_scan.h - whether the brackets, texts and comments of Rust source fit together. */
#ifndef KL_NODES_RUST_SCAN_H
#define KL_NODES_RUST_SCAN_H

#include "kailash/value.h"

typedef kl_status kl_rust_fault_fn(void *data, size_t line, size_t column, const char *message,
                                   kl_error *error);

/* Calls `tell` for every fault, in order; columns count characters from 1. */
kl_status kl_rust_scan(kl_text code, kl_rust_fault_fn *tell, void *data, kl_error *error);

#endif
