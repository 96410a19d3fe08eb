/* src/drivers/blas.c - the blas driver: OpenBLAS behind blas.h.
 *
 * The pinned library lies beside this module; else the system's own is taken. Its functions are declared
 * here as the public interfaces of BLAS and LAPACK describe them, and looked up when it is loaded. The
 * pinned one has put `scipy_` before all names, so that no other copy in the process gets in its way.
 */
#include "blas.h"
#include "blas_gate.h"
#include "driver.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

/* Of the C interface of BLAS. */
enum { ROWS = 101, PLAIN = 111, TRANSPOSED = 112, UPPER = 121, LOWER = 122, NOT_UNIT = 131, LEFT = 141, RIGHT = 142 };

/* A function of LAPACK takes all by address, and behind that the length of each of its texts. */
static struct {
    void (*set_threads)(int count);
    void (*dgemm)(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a,
                  int lda, const double *b, int ldb, double beta, double *c, int ldc);
    void (*sgemm)(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a,
                  int lda, const float *b, int ldb, float beta, float *c, int ldc);
    void (*dsyrk)(int order, int triangle, int ta, int n, int k, double alpha, const double *a,
                  int lda, double beta, double *c, int ldc);
    void (*dgemv)(int order, int ta, int m, int n, double alpha, const double *a, int lda,
                  const double *x, int step_x, double beta, double *y, int step_y);
    void (*dtrsm)(int order, int side, int triangle, int ta, int unit, int m, int n, double alpha,
                  const double *a, int lda, double *b, int ldb);
    void (*dpotrf)(char *triangle, int *n, double *a, int *lda, int *info, size_t);
    void (*dpotri)(char *triangle, int *n, double *a, int *lda, int *info, size_t);
    void (*dgesv)(int *n, int *k, double *a, int *lda, int *pivots, double *b, int *ldb, int *info);
    void (*dsyevd)(char *job, char *triangle, int *n, double *a, int *lda, double *w, double *work,
                   int *work_size, int *iwork, int *iwork_size, int *info, size_t, size_t);
    void (*dsyevr)(char *job, char *range, char *triangle, int *n, double *a, int *lda,
                   double *low, double *high, int *first, int *last, double *tolerance, int *found,
                   double *w, double *z, int *ldz, int *support, double *work, int *work_size,
                   int *iwork, int *iwork_size, int *info, size_t, size_t, size_t);
    void (*dgesdd)(char *job, int *m, int *n, double *a, int *lda, double *s, double *u, int *ldu,
                   double *vt, int *ldvt, double *work, int *work_size, int *iwork, int *info,
                   size_t);
    void (*dgelqf)(int *m, int *n, double *a, int *lda, double *tau, double *work, int *work_size,
                   int *info);
    void (*dorglq)(int *m, int *n, int *k, double *a, int *lda, const double *tau, double *work,
                   int *work_size, int *info);
    void (*dgelsd)(int *m, int *n, int *k, double *a, int *lda, double *b, int *ldb, double *s,
                   double *rcond, int *rank, double *work, int *work_size, int *iwork, int *info);
} openblas;

static const struct {
    const char *name;
    void *slot;
} symbols[] = {
    {"openblas_set_num_threads", &openblas.set_threads},
    {"cblas_dgemm", &openblas.dgemm},
    {"cblas_sgemm", &openblas.sgemm},
    {"cblas_dsyrk", &openblas.dsyrk},
    {"cblas_dgemv", &openblas.dgemv},
    {"cblas_dtrsm", &openblas.dtrsm},
    {"dpotrf_", &openblas.dpotrf},
    {"dpotri_", &openblas.dpotri},
    {"dgesv_", &openblas.dgesv},
    {"dsyevd_", &openblas.dsyevd},
    {"dsyevr_", &openblas.dsyevr},
    {"dgesdd_", &openblas.dgesdd},
    {"dgelqf_", &openblas.dgelqf},
    {"dorglq_", &openblas.dorglq},
    {"dgelsd_", &openblas.dgelsd},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* held while loading */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static bool is_loaded; /* guarded by the lock */

/* ---- loading ------------------------------------------------------------------------------------ */

static void *open_library(const char **prefix)
{
    char path[PATH_MAX];
    Dl_info own;
    const char *slash = dladdr(&lock, &own) && own.dli_fname ? strrchr(own.dli_fname, '/') : NULL;
    if (slash) {
        snprintf(path, sizeof path, "%.*s/libscipy_openblas.so", (int)(slash - own.dli_fname),
                 own.dli_fname);
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        *prefix = "scipy_";
        if (library)
            return library;
    }
    *prefix = "";
    return dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
}

/* The library starts a thread for every processor that it may use when it is loaded, and has no way to
 * end them: so it sees just one of them. */
static void *open_on_one_processor(const char **prefix)
{
    cpu_set_t all, one;
    bool narrow = sched_getaffinity(0, sizeof all, &all) == 0;
    if (narrow) {
        int first = 0;
        while (first < CPU_SETSIZE - 1 && !CPU_ISSET(first, &all))
            first++;
        CPU_ZERO(&one);
        CPU_SET(first, &one);
        narrow = sched_setaffinity(0, sizeof one, &one) == 0;
    }
    void *library = open_library(prefix);
    if (narrow)
        (void)sched_setaffinity(0, sizeof all, &all); /* it was just so */
    return library;
}

static kl_status load_library(kl_error *error)
{
    const char *prefix = "";
    void *library = open_on_one_processor(&prefix);
    if (!library)
        return kl_error_set(error, KL_UNAVAILABLE,
                            "OpenBLAS is missing (libscipy_openblas.so beside the blas driver, or "
                            "libopenblas.so.0); install the package libopenblas0-pthread");
    for (size_t i = 0; i < KL_COUNT(symbols); i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s", prefix, symbols[i].name);
        void *found = dlsym(library, name);
        if (!found) {
            dlclose(library);
            return kl_error_set(error, KL_UNAVAILABLE, "this OpenBLAS has no function %s", name);
        }
        memcpy(symbols[i].slot, &found, sizeof found);
    }
    openblas.set_threads(1);
    kl_blas_gate_begin();
    is_loaded = true; /* and stays so for the life of the process */
    return KL_OK;
}

static kl_status begin(kl_error *error)
{
    pthread_mutex_lock(&lock);
    kl_status status = is_loaded ? KL_OK : load_library(error);
    pthread_mutex_unlock(&lock);
    return status;
}

/* ---- BLAS: rows ----------------------------------------------------------------------------------- */

static int turned(bool transposed) { return transposed ? TRANSPOSED : PLAIN; }

static void dgemm(bool ta, bool tb, int m, int n, int k, double alpha, const double *a, int lda,
                  const double *b, int ldb, double beta, double *c, int ldc)
{
    kl_blas_pass pass = kl_blas_enter();
    openblas.dgemm(ROWS, turned(ta), turned(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    kl_blas_leave(pass);
}

static void sgemm(bool ta, bool tb, int m, int n, int k, float alpha, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc)
{
    kl_blas_pass pass = kl_blas_enter();
    openblas.sgemm(ROWS, turned(ta), turned(tb), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    kl_blas_leave(pass);
}

static void dsyrk(bool ta, int n, int k, double alpha, const double *a, int lda, double beta,
                  double *c, int ldc)
{
    kl_blas_pass pass = kl_blas_enter();
    openblas.dsyrk(ROWS, LOWER, turned(ta), n, k, alpha, a, lda, beta, c, ldc);
    kl_blas_leave(pass);
}

static void dgemv(bool ta, int m, int n, double alpha, const double *a, int lda, const double *x,
                  double beta, double *y)
{
    kl_blas_pass pass = kl_blas_enter();
    openblas.dgemv(ROWS, turned(ta), m, n, alpha, a, lda, x, 1, beta, y, 1);
    kl_blas_leave(pass);
}

static void dtrsm(bool right, bool upper, bool transposed, int m, int n, const double *l, int ldl,
                  double *b, int ldb)
{
    kl_blas_pass pass = kl_blas_enter();
    openblas.dtrsm(ROWS, right ? RIGHT : LEFT, upper ? UPPER : LOWER, turned(transposed), NOT_UNIT,
                   m, n, 1.0, l, ldl, b, ldb);
    kl_blas_leave(pass);
}

/* ---- LAPACK: columns -------------------------------------------------------------------------------- */

static int dpotrf(char triangle, int n, double *a, int lda)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dpotrf(&triangle, &n, a, &lda, &info, 1);
    kl_blas_leave(pass);
    return info;
}

static int dpotri(char triangle, int n, double *a, int lda)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dpotri(&triangle, &n, a, &lda, &info, 1);
    kl_blas_leave(pass);
    return info;
}

static int dgesv(int n, int k, double *a, int lda, int *pivots, double *b, int ldb)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dgesv(&n, &k, a, &lda, pivots, b, &ldb, &info);
    kl_blas_leave(pass);
    return info;
}

static int dsyevd(char job, char triangle, int n, double *a, int lda, double *w, double *work,
                  int work_size, int *iwork, int iwork_size)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dsyevd(&job, &triangle, &n, a, &lda, w, work, &work_size, iwork, &iwork_size, &info, 1, 1);
    kl_blas_leave(pass);
    return info;
}

static int dsyevr(char job, char range, char triangle, int n, double *a, int lda, int low, int high,
                  int *found, double *w, double *z, int ldz, int *support, double *work,
                  int work_size, int *iwork, int iwork_size)
{
    int info = 0;
    double none = 0, tolerance = 0; /* 0: the best that it can */
    kl_blas_pass pass = kl_blas_enter();
    openblas.dsyevr(&job, &range, &triangle, &n, a, &lda, &none, &none, &low, &high, &tolerance, found,
                    w, z, &ldz, support, work, &work_size, iwork, &iwork_size, &info, 1, 1, 1);
    kl_blas_leave(pass);
    return info;
}

static int dgesdd(char job, int m, int n, double *a, int lda, double *s, double *u, int ldu,
                  double *vt, int ldvt, double *work, int work_size, int *iwork)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dgesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &work_size, iwork, &info, 1);
    kl_blas_leave(pass);
    return info;
}

static int dgelqf(int m, int n, double *a, int lda, double *tau, double *work, int work_size)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dgelqf(&m, &n, a, &lda, tau, work, &work_size, &info);
    kl_blas_leave(pass);
    return info;
}

static int dorglq(int m, int n, int k, double *a, int lda, const double *tau, double *work,
                  int work_size)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dorglq(&m, &n, &k, a, &lda, tau, work, &work_size, &info);
    kl_blas_leave(pass);
    return info;
}

static int dgelsd(int m, int n, int k, double *a, int lda, double *b, int ldb, double *s,
                  double rcond, int *rank, double *work, int work_size, int *iwork)
{
    int info = 0;
    kl_blas_pass pass = kl_blas_enter();
    openblas.dgelsd(&m, &n, &k, a, &lda, b, &ldb, s, &rcond, rank, work, &work_size, iwork, &info);
    kl_blas_leave(pass);
    return info;
}

static const kl_blas functions = {
    .begin = begin,
    .dgemm = dgemm,
    .sgemm = sgemm,
    .dsyrk = dsyrk,
    .dgemv = dgemv,
    .dtrsm = dtrsm,
    .dpotrf = dpotrf,
    .dpotri = dpotri,
    .dgesv = dgesv,
    .dsyevd = dsyevd,
    .dsyevr = dsyevr,
    .dgesdd = dgesdd,
    .dgelqf = dgelqf,
    .dorglq = dorglq,
    .dgelsd = dgelsd,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "blas", .functions = &functions};
