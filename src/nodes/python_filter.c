/* src/nodes/python_filter.c - see python_filter.h. */
#include "python_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

#if defined __x86_64__
#define PROCESSOR AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define PROCESSOR AUDIT_ARCH_AARCH64
#else
#define PROCESSOR 0
#endif

/* Memory, clocks, signals of its own, and the file that was open before. */
static const int always[] = {
    SYS_read,          SYS_write,        SYS_readv,          SYS_writev,        SYS_close,
    SYS_fstat,         SYS_lseek,        SYS_fcntl,          SYS_mmap,          SYS_munmap,
    SYS_mprotect,      SYS_mremap,       SYS_brk,            SYS_madvise,       SYS_rt_sigaction,
    SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,   SYS_futex,         SYS_clock_gettime,
    SYS_clock_getres,  SYS_gettimeofday, SYS_clock_nanosleep, SYS_nanosleep,    SYS_getrandom,
    SYS_getpid,        SYS_gettid,       SYS_getuid,         SYS_geteuid,       SYS_getgid,
    SYS_getegid,       SYS_getrusage,    SYS_times,          SYS_uname,         SYS_sysinfo,
    SYS_sched_yield,   SYS_sched_getaffinity, SYS_exit,      SYS_exit_group,    SYS_restart_syscall,
    SYS_membarrier,
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_time
    SYS_time,
#endif
};

static const int of_files[] = {
    SYS_openat,    SYS_newfstatat, SYS_statx,    SYS_faccessat,  SYS_readlinkat, SYS_getdents64,
    SYS_getcwd,    SYS_chdir,      SYS_mkdirat,  SYS_unlinkat,   SYS_renameat2,  SYS_ftruncate,
    SYS_fsync,     SYS_fdatasync,  SYS_flock,    SYS_ioctl,      SYS_pread64,    SYS_pwrite64,
    SYS_dup,       SYS_statfs,     SYS_fstatfs,
#ifdef SYS_open
    SYS_open,      SYS_stat,       SYS_lstat,    SYS_access,     SYS_readlink,   SYS_mkdir,
    SYS_rmdir,     SYS_unlink,     SYS_rename,   SYS_renameat,   SYS_truncate,
#endif
};

static void add(kl_buffer *to, struct sock_filter step)
{
    kl_buffer_add(to, (kl_text){(const char *)&step, sizeof step});
}

static void add_load(kl_buffer *to, size_t offset)
{
    add(to, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void add_return(kl_buffer *to, uint32_t action)
{
    add(to, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void add_list(kl_buffer *to, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1));
        add_return(to, SECCOMP_RET_ALLOW);
    }
}

void kl_python_filter(kl_buffer *to, bool files)
{
    if (!PROCESSOR)
        return;
    /* Calls by the numbers of another processor would have other meanings. */
    add_load(to, offsetof(struct seccomp_data, arch));
    add(to, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROCESSOR, 1, 0));
    add_return(to, SECCOMP_RET_KILL_PROCESS);
    add_load(to, offsetof(struct seccomp_data, nr));
    add_list(to, always, KL_COUNT(always));
    if (files)
        add_list(to, of_files, KL_COUNT(of_files));
    add_return(to, SECCOMP_RET_ERRNO | EPERM);
}
