/* src/ml/numeric_gamma.h - what the special functions of numeric.h share. */
#ifndef KL_ML_NUMERIC_GAMMA_H
#define KL_ML_NUMERIC_GAMMA_H

/* ln gamma(z) less Stirling's (z - 1/2) ln z - z + ln(2 pi) / 2, for z > 0; exact also where that is all. */
double kl_stirling_rest(double z);
/* x ln(x / m) + m - x, exact also for x near m: how far x is from m (Loader 2000). */
double kl_deviance(double x, double m);

#endif
