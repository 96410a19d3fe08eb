/* src/ml/kernels/table.c - the kernels of one instruction set. */
#include "kernel.h"

#define KL_WORD2(name) #name
#define KL_WORD(name)  KL_WORD2(name)

extern const kl_kernel_table KERNEL(table);
const kl_kernel_table KERNEL(table) = {
    .name = KL_WORD(KL_ISA),
    .exp = KERNEL(exp),
    .log = KERNEL(log),
    .tanh = KERNEL(tanh),
    .sigmoid = KERNEL(sigmoid),
    .log1pexp = KERNEL(log1pexp),
    .relu = KERNEL(relu),
    .cos = KERNEL(cos),
    .exp_f32 = KERNEL(exp_f32),
    .sum = KERNEL(sum),
    .dot = KERNEL(dot),
    .sum_squares = KERNEL(sum_squares),
    .sum_abs = KERNEL(sum_abs),
    .squared_distance = KERNEL(squared_distance),
    .manhattan = KERNEL(manhattan),
    .chebyshev = KERNEL(chebyshev),
    .squared_distance_f32 = KERNEL(squared_distance_f32),
    .axpy = KERNEL(axpy),
    .max = KERNEL(max),
    .min = KERNEL(min),
    .argmax = KERNEL(argmax),
    .argmin = KERNEL(argmin),
    .argmax_rows = KERNEL(argmax_rows),
    .all_finite = KERNEL(all_finite),
    .column_sums = KERNEL(column_sums),
    .column_square_sums = KERNEL(column_square_sums),
    .column_range = KERNEL(column_range),
    .center_scale = KERNEL(center_scale),
    .row_square_sums = KERNEL(row_square_sums),
    .gram = KERNEL(gram),
    .to_f32 = KERNEL(to_f32),
    .softmax_rows = KERNEL(softmax_rows),
    .two_least = KERNEL(two_least),
    .squared_distances = KERNEL(squared_distances),
    .scaled_distances = KERNEL(scaled_distances),
    .add_squares = KERNEL(add_squares),
    .smo_look = KERNEL(smo_look),
    .smo_partner = KERNEL(smo_partner),
    .smo_step = KERNEL(smo_step),
};
