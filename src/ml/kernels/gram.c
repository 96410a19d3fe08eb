/* src/ml/kernels/gram.c - x'x of few columns: what libraries for large matrices are slow at.
 *
 * Some rows at a time are copied to a buffer whose rows are whole registers; then tiles of 4 rows and two
 * registers of the result stay in registers while the rows pass by.
 */
#include "kernel.h"

enum { COLS_MAX = 64, ROWS = 64, HIGH = 4, STEP = 2 * KL_LANES };

typedef struct buffer {
    double left[ROWS * COLS_MAX];  /* times the weights */
    double right[ROWS * COLS_MAX];
} __attribute__((aligned(64))) buffer;

static void fill(buffer *to, const double *x, const double *w, size_t rows, size_t d, size_t wide)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < wide; j++) {
            double number = j < d ? x[r * d + j] : 0;
            to->right[r * wide + j] = number;
            to->left[r * wide + j] = w ? w[r] * number : number;
        }
}

static void add_tile(double *c, const buffer *from, size_t rows, size_t d, size_t wide, size_t i,
                     size_t j)
{
    kl_register sums[HIGH][2] = {{{0}}};
    for (size_t r = 0; r < rows; r++) {
        const double *left = from->left + r * wide + i, *right = from->right + r * wide + j;
        kl_register first = lanes_at(right), second = lanes_at(right + KL_LANES);
        for (size_t a = 0; a < HIGH; a++) {
            sums[a][0] += left[a] * first;
            sums[a][1] += left[a] * second;
        }
    }
    for (size_t a = 0; a < HIGH && i + a < d; a++)
        for (size_t b = 0; b < STEP && j + b <= i + a; b++)
            c[(i + a) * d + j + b] += sums[a][b / KL_LANES][b % KL_LANES];
}

/* Any number of columns, for what is wider than the buffer. */
static void add_row_by_row(double *c, const double *x, const double *w, size_t rows, size_t d)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < d; i++)
            KERNEL(axpy)((w ? w[r] : 1) * x[r * d + i], x + r * d, c + i * d, i + 1);
}

void KERNEL(gram)(double *c, const double *x, const double *w, size_t rows, size_t d)
{
    if (d > COLS_MAX) {
        add_row_by_row(c, x, w, rows, d);
        return;
    }
    buffer some;
    size_t wide = (d + STEP - 1) / STEP * STEP;
    for (size_t r = 0; r < rows; r += ROWS) {
        size_t now = KL_MIN(ROWS, rows - r);
        fill(&some, x + r * d, w ? w + r : NULL, now, d, wide);
        for (size_t i = 0; i < d; i += HIGH)
            for (size_t j = 0; j < i + HIGH && j < d; j += STEP)
                add_tile(c, &some, now, d, wide, i, j);
    }
}
