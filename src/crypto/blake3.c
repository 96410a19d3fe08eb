/* src/crypto/blake3.c - BLAKE3 (O'Connor, Aumasson, Neves, Wilcox-O'Hearn: "BLAKE3: one function,
 * fast everywhere", 2020): chunks of 1024 bytes are the leaves of a binary tree, the hash is its
 * root. */
#include "blake3.h"

enum { CHUNK = 1024, BLOCK = 64, ROUNDS = 7 };
enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };

static const uint32_t initial[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                    0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
/* How the words of a block move between two rounds. */
static const uint8_t moved[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};

static uint32_t rotate(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static void mix(uint32_t *s, int a, int b, int c, int d, uint32_t x, uint32_t y)
{
    s[a] += s[b] + x;
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b] + y;
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

static void round_of(uint32_t *s, const uint32_t *m)
{
    mix(s, 0, 4, 8, 12, m[0], m[1]);
    mix(s, 1, 5, 9, 13, m[2], m[3]);
    mix(s, 2, 6, 10, 14, m[4], m[5]);
    mix(s, 3, 7, 11, 15, m[6], m[7]);
    mix(s, 0, 5, 10, 15, m[8], m[9]);
    mix(s, 1, 6, 11, 12, m[10], m[11]);
    mix(s, 2, 7, 8, 13, m[12], m[13]);
    mix(s, 3, 4, 9, 14, m[14], m[15]);
}

/* Mix a block into the chaining value. */
static void compress(uint32_t chain[8], const uint32_t block[16], uint64_t counter, uint32_t len,
                     uint32_t flags)
{
    uint32_t s[16], m[16], next[16];
    memcpy(s, chain, 8 * sizeof *s);
    memcpy(s + 8, initial, 4 * sizeof *s);
    s[12] = (uint32_t)counter;
    s[13] = (uint32_t)(counter >> 32);
    s[14] = len;
    s[15] = flags;
    memcpy(m, block, sizeof m);
    for (int round = 0; round < ROUNDS; round++) {
        round_of(s, m);
        for (int i = 0; i < 16; i++)
            next[i] = m[moved[i]];
        memcpy(m, next, sizeof m);
    }
    for (int i = 0; i < 8; i++)
        chain[i] = s[i] ^ s[i + 8];
}

/* Little-endian words of up to 64 bytes, zeros behind them. */
static void load(uint32_t words[16], const unsigned char *bytes, size_t len)
{
    unsigned char block[BLOCK] = {0};
    if (len)
        memcpy(block, bytes, len);
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] | (uint32_t)block[4 * i + 1] << 8 |
                   (uint32_t)block[4 * i + 2] << 16 | (uint32_t)block[4 * i + 3] << 24;
}

/* Chaining value of a leaf of at most CHUNK bytes. */
static void hash_chunk(uint32_t chain[8], const unsigned char *bytes, size_t len, uint64_t index,
                       uint32_t root)
{
    uint32_t block[16], flags = CHUNK_START;
    memcpy(chain, initial, sizeof initial);
    for (; len > BLOCK; bytes += BLOCK, len -= BLOCK) {
        load(block, bytes, BLOCK);
        compress(chain, block, index, BLOCK, flags);
        flags = 0;
    }
    load(block, bytes, len);
    compress(chain, block, index, (uint32_t)len, flags | CHUNK_END | root);
}

/* The left part of a tree over `len` bytes: as many chunks as the largest power of two leaves at
 * least one byte for the right part. */
static size_t left_part(size_t len)
{
    size_t chunks = (len - 1) / CHUNK, power = 1;
    while (power * 2 <= chunks)
        power *= 2;
    return power * CHUNK;
}

/* Halves at each level, so that no text is deep enough to matter. */
static void hash_tree(uint32_t chain[8], const unsigned char *bytes, size_t len, uint64_t index,
                      uint32_t root)
{
    if (len <= CHUNK) {
        hash_chunk(chain, bytes, len, index, root);
        return;
    }
    uint32_t children[16];
    size_t left = left_part(len);
    hash_tree(children, bytes, left, index, 0);
    hash_tree(children + 8, bytes + left, len - left, index + left / CHUNK, 0);
    memcpy(chain, initial, sizeof initial);
    compress(chain, children, 0, BLOCK, PARENT | root);
}

void kl_blake3(unsigned char out[KL_BLAKE3_LEN], kl_text bytes)
{
    uint32_t chain[8];
    hash_tree(chain, (const unsigned char *)bytes.data, bytes.len, 0, ROOT);
    for (int i = 0; i < KL_BLAKE3_LEN; i++)
        out[i] = (unsigned char)(chain[i / 4] >> 8 * (i % 4));
}
