/* src/nodes/raft_wire.h - messages between members of raft.h as the bytes that they send each other: JSON,
 * signed with a secret that all of them share. A message that another secret, or another list of members,
 * signed is refused; one that is sent again by somebody who listens does no harm (see raft.h). */
#ifndef KL_NODES_RAFT_WIRE_H
#define KL_NODES_RAFT_WIRE_H

#include "raft.h"

/* Beside those of Raft itself there are messages to the leader, and one back. */
typedef enum kl_raft_note {
    KL_RAFT_ALGORITHM,  /* `message` */
    KL_RAFT_COMMAND,    /* to the leader: append `body`, a map with an "id" */
    KL_RAFT_READ,       /* to the leader: tell `body` {id} when all is read that is committed now */
    KL_RAFT_READ_REPLY, /* `body` {id, index} */
    KL_RAFT_NOTE_COUNT,
} kl_raft_note;

typedef struct kl_raft_letter {
    kl_raft_note note;
    uint32_t from, to;
    kl_raft_message message; /* end it with kl_raft_letter_clear() */
    kl_value body;           /* owned */
} kl_raft_letter;

/* Largest command, as JSON text; largest letter. */
enum { KL_RAFT_COMMAND_MAX = 32768, KL_RAFT_LETTER_MAX = 4 << 20 };

/* What a group signs with: the secret, and a text that tells its members. Borrowed. */
typedef struct kl_raft_seal {
    kl_text secret, members;
} kl_raft_seal;

/* The bytes of a letter (borrowed); given. */
KL_API kl_status kl_raft_letter_write(kl_value *out, const kl_raft_letter *letter,
                                      const kl_raft_seal *seal, kl_error *error);
/* Read one. KL_DENIED when it is not signed so, KL_SYNTAX when it is no letter. */
KL_API kl_status kl_raft_letter_read(kl_raft_letter *out, kl_text bytes, const kl_raft_seal *seal,
                                     kl_error *error);
KL_API void kl_raft_letter_clear(kl_raft_letter *letter);

#endif
