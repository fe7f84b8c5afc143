/* SPDX-License-Identifier: Apache-2.0
 * Linux: seccomp-bpf, by libseccomp, and Landlock, as two independent layers.  Sources: seccomp(2), landlock(7) and
 * linux/landlock.h. */
#define _GNU_SOURCE /* clone's flags, syscall */
#include "sandbox.h"

#include "decoders/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#ifdef DESCRY_WITH_SECCOMP
#include <seccomp.h>
#endif

void sandbox_close_others(int keep)
{
    enum { FIRST = 3, MOST = 65536 };
#ifdef SYS_close_range
    if ((keep == FIRST || syscall(SYS_close_range, (unsigned)FIRST, (unsigned)keep - 1, 0) == 0) &&
        syscall(SYS_close_range, (unsigned)keep + 1, ~0u, 0) == 0)
        return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = FIRST; fd < (most > 0 && most < MOST ? most : MOST); fd++)
        if (fd != keep)
            close(fd);
}

/* ---- seccomp ------------------------------------------------------------------------------------------------------ */

#ifdef DESCRY_WITH_SECCOMP

/* Allowed: threads, memory, and I/O on open descriptors, but not sendmsg, which could pass descriptors on. */
static const int allowed[] = {
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat),
    SCMP_SYS(futex), SCMP_SYS(futex_waitv), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(gettid), SCMP_SYS(getpid),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(getcpu),
    SCMP_SYS(membarrier), SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(alarm), SCMP_SYS(setitimer),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(sysinfo), SCMP_SYS(uname),
    SCMP_SYS(exit), SCMP_SYS(exit_group),
};

/* Fail with EACCES: calls that libraries try and can do without. */
static const int refused[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(creat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
    SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rename),
    SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(statfs),
};

/* Faked, as if they succeeded: they could block the signals that enforce time limits.  pthread_create and abort call them
 * around signal handlers, of which there are none. */
static const int faked[] = {SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask)};

/* Kill the process: no codec calls these, only an exploit. */
static const int killed[] = {
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev), SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(accept),
    SCMP_SYS(accept4), SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(bpf),
    SCMP_SYS(io_uring_setup), SCMP_SYS(userfaultfd), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(chroot),
    SCMP_SYS(perf_event_open), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
};

static int add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i++)
        if (calls[i] != __NR_SCMP_ERROR)
            rc = seccomp_rule_add(filter, action, calls[i], 0);
    return rc;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* mmap: private memory, which RLIMIT_DATA counts, unlike shared memory and MAP_GROWSDOWN; never executable. */
static int add_memory(scmp_filter_ctx f)
{
    enum { TYPES = 0x0F, PRIVILEGED = 100 }; /* MAP_TYPE; MADV_HWPOISON, the first privileged advice */
    const struct scmp_arg_cmp not_executed = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, not_executed,
                              SCMP_A3(SCMP_CMP_MASKED_EQ, TYPES | MAP_GROWSDOWN, MAP_PRIVATE));
    rc = rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, not_executed,
                                    SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_GROWSDOWN, 0)); /* of a descriptor */
    return rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(madvise), 1, SCMP_A2(SCMP_CMP_LT, PRIVILEGED));
}

/* Calls allowed for some arguments only: no executable memory, threads but no processes, abort, reading limits, thread names. */
static int add_conditional(scmp_filter_ctx filter)
{
    const uint64_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, self = (uint64_t)getpid();
    const scmp_filter_ctx f = filter;
    const uint32_t no = SCMP_ACT_ERRNO(EPERM);
    int rc = add_memory(f);
    rc = rc ? rc : seccomp_rule_add(f, no, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    rc = rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    rc = rc ? rc : seccomp_rule_add(f, no, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    rc = rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, thread, thread));
    rc = rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2, SCMP_A0(SCMP_CMP_EQ, self),
                                    SCMP_A2(SCMP_CMP_EQ, SIGABRT)); /* others could fake a kill from outside */
    rc = rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0)); /* reading only */
    rc = rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
    return rc;
}

/* clone without CLONE_THREAD is a fork: kills the process like fork itself. */
static int add_forks(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
}

/* All other calls fail with ENOSYS, also clone3, whose flags are in memory that filters cannot read: glibc falls back to
 * clone. */
static int filter_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (!filter)
        return -1;
    int rc = add_all(filter, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
    rc = rc ? rc : add_all(filter, SCMP_ACT_ERRNO(EACCES), refused, COUNT(refused));
    rc = rc ? rc : add_all(filter, SCMP_ACT_ERRNO(0), faked, COUNT(faked));
    rc = rc ? rc : add_all(filter, SCMP_ACT_KILL_PROCESS, killed, COUNT(killed));
    rc = rc ? rc : add_conditional(filter);
    rc = rc ? rc : add_forks(filter);
    rc = rc ? rc : seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    rc = rc ? rc : seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    rc = rc ? rc : seccomp_load(filter);
    seccomp_release(filter);
    return rc;
}

#else

static int filter_calls(void)
{
    return -1;
}

#endif

/* ---- Landlock ------------------------------------------------------------------------------------------------------- */

#ifdef __linux__

/* A ruleset without rules denies everything that the kernel's Landlock version handles.  The numbers are those of
 * linux/landlock.h, whose installed version is older than the kernel on many systems. */
static int restrict_files(void)
{
    enum { CREATE_RULESET = 444, RESTRICT_SELF = 446, VERSION = 1, FIRST_RIGHTS = 13, NETWORK = 4, SCOPES = 6 };
    struct {
        uint64_t files, network, scoped;
    } rules = {0};
    long version = syscall(CREATE_RULESET, NULL, 0, VERSION);
    if (version < 1)
        return -1;
    size_t size = version >= SCOPES ? sizeof rules : version >= NETWORK ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    static const int rights[] = {0, FIRST_RIGHTS, 14, 15, 15, 16}; /* [version]: kinds of access to files */
    rules.files = (1ull << rights[version < 5 ? version : 5]) - 1;
    if (version >= NETWORK)
        rules.network = 3; /* to bind, to connect */
    if (version >= SCOPES)
        rules.scoped = 3; /* abstract sockets, signals */
    int set = (int)syscall(CREATE_RULESET, &rules, size, 0);
    if (set < 0)
        return -1;
    long rc = syscall(RESTRICT_SELF, set, 0);
    close(set);
    return rc == 0 ? 0 : -1;
}

#endif

/* ---- all together --------------------------------------------------------------------------------------------------- */

/* Makes the OOM killer prefer workers: they are replaced. */
static void raise_oom_score(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "1000", 4) != 4)
        errno = 0; /* not essential */
    if (fd >= 0)
        close(fd);
}

/* Limits what RLIMIT_DATA does not: the stack, and address space, whose page tables take memory even if it is only reserved. */
static void limit_address_space(void)
{
    enum { STACK = 8 << 20 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max < STACK ? limit.rlim_max : STACK;
        setrlimit(RLIMIT_STACK, &limit);
    }
    if (sizeof(void *) > 4 && getrlimit(RLIMIT_AS, &limit) == 0) {
        const rlim_t space = (rlim_t)1 << (sizeof(rlim_t) > 4 ? 40 : 30);
        limit.rlim_cur = limit.rlim_cur < space ? limit.rlim_cur : space;
        setrlimit(RLIMIT_AS, &limit);
    }
}

#ifdef __linux__

/* Limits the user's threads (RLIMIT_NPROC) to the machine's current number plus a harmless margin. */
static void limit_threads(void)
{
    enum { MORE = 4096 };
    char line[128];
    struct rlimit limit;
    unsigned long all;
    int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    line[n > 0 ? n : 0] = '\0';
    if (sscanf(line, "%*s %*s %*s %*u/%lu", &all) != 1 || getrlimit(RLIMIT_NPROC, &limit) != 0) /* proc(5) */
        return;
    limit.rlim_cur = limit.rlim_cur < all + MORE ? limit.rlim_cur : all + MORE;
    setrlimit(RLIMIT_NPROC, &limit);
}

/* Drops all capabilities, which root's workers have. */
static void drop_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    syscall(SYS_capset, &head, none);
}

#endif

/* No core dumps (they contain private pictures), no file writes, no working directory; ignores signals meant for the library's
 * process group: this process exits when the library closes the socket. */
static void drop_privileges(void)
{
    raise_oom_score();
    if (chdir("/") != 0)
        errno = 0; /* not essential */
    static const int ignored[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE, SIGTSTP};
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &none);
    limit_address_space();
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
#ifdef __linux__
    limit_threads();
    drop_capabilities();
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

uint32_t sandbox_enter(uint32_t walls)
{
    uint32_t in_effect = walls & DESCRY_WALL_LIMITS; /* set by the library */
    if (!walls)
        return 0;
    drop_privileges();
#ifdef __linux__
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return in_effect;
    if (walls & DESCRY_WALL_FILES && restrict_files() == 0)
        in_effect |= DESCRY_WALL_FILES;
#endif
    if (walls & DESCRY_WALL_CALLS && filter_calls() == 0)
        in_effect |= DESCRY_WALL_CALLS;
    return in_effect;
}
