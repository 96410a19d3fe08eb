/* src/nodes/kubernetes.h - how to reach a cluster: from a kubeconfig file, or from within a pod. */
#ifndef KL_NODES_KUBERNETES_H
#define KL_NODES_KUBERNETES_H

#include "kailash/value.h"

/* A PEM file: one that a config names, or one in memory that holds what stands in the config itself. */
typedef struct kl_cluster_file {
    char *path;     /* "" = none; owned when it is not static */
    int descriptor; /* of the file in memory, or -1 */
} kl_cluster_file;

typedef struct kl_cluster {
    kl_value server; /* URL */
    kl_value token;  /* or null */
    kl_cluster_file ca, certificate, key;
    bool trusts_all;
} kl_cluster;

#define KL_CLUSTER_INIT                                                                            \
    {{0}, {0}, {(char[]){""}, -1}, {(char[]){""}, -1}, {(char[]){""}, -1}, false}

/* `context` may be empty: the file's current one. The cluster is to be cleared also after a failure. */
kl_status kl_cluster_from_file(kl_cluster *out, kl_text path, kl_text context, kl_error *error);
/* By the environment and the service account of a pod. */
kl_status kl_cluster_from_within(kl_cluster *out, kl_error *error);
void kl_cluster_clear(kl_cluster *cluster);

#endif
