/* src/trust_plane/scan.h - all files of one folder: read, parsed, checked, on all processors.
 *
 * What is wrong with a file is told with the file; only want of memory and a folder that cannot be
 * listed are failures of the whole.
 */
#ifndef KL_TRUST_PLANE_SCAN_H
#define KL_TRUST_PLANE_SCAN_H

#include "anchor.h"
#include "records.h"
#include "stored.h"

typedef struct kl_scan_item {
    kl_text name, id;   /* of the file, and without ".json"; borrowed from the names */
    kl_trust_facts facts;
    kl_value map;       /* null when it could not be read */
    kl_value problem;   /* then: why; a string */
    kl_value hash;      /* string, of a record: what its anchor signs */
    unsigned faults;    /* of the signatures of an anchor, if they were checked, or of a seal */
    bool plain;         /* the text is what its content is written as */
    bool gone;          /* there is no file */
    bool flagged;       /* for the caller: something was said of it */
    bool known;         /* taken from what was verified before: nothing else is filled but the facts,
                           and what the caller fills */
    kl_status status;   /* a failure of the whole that this item met */
} kl_scan_item;

typedef struct kl_scan {
    const kl_trust_folder *folder;
    const char *sub;
    const kl_shape *shape;
    kl_anchor_key key;            /* no verifier = signatures are not checked */
    const kl_trust_kind_facts *kind; /* of decisions and milestones, else NULL */
    const kl_stored_kind *stored; /* of files that are sealed; with `kind` NULL, too: anchors */
    /* Whether a file of these facts was verified before; it may fill the item. NULL = none was. Called
     * on several threads. */
    bool (*is_known)(const struct kl_scan *scan, kl_scan_item *item);
    void *data;

    kl_value names;
    kl_scan_item *items;
    size_t count;
    int at; /* the open folder, while they are read */
} kl_scan;

/* Fill names, items, count; end it with kl_scan_end(), also on failure. */
kl_status kl_scan_list(kl_scan *scan, kl_error *error);
/* The same for names that are there already (taken from the caller; array of strings). */
kl_status kl_scan_names(kl_scan *scan, kl_value names, kl_error *error);
void kl_scan_end(kl_scan *scan);

/* A JSON file of a project, and whether its text is the plain one. A file that a killed writer left
 * under its temporary name is read when there is no other. Given. */
kl_status kl_trust_read_plain(kl_value *out, bool *plain, kl_trust_facts *facts,
                              const kl_trust_folder *folder, const char *sub, kl_text name,
                              kl_error *error);

#endif
