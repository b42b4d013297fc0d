/* Numbers of the system calls that are handed over, for callers of both widths: those of the other
 * one are not in our headers. */
#pragma once

#include <linux/audit.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
enum
{
  TB_ARCH_THIS = (int) AUDIT_ARCH_X86_64,
  TB_ARCH_OTHER = AUDIT_ARCH_I386,
  TB_OTHER_SECCOMP = 354,
  TB_OTHER_BIND = 361,
  TB_OTHER_CONNECT = 362,
  TB_OTHER_SENDTO = 369,
  TB_OTHER_SOCKETCALL = 102, /* of the old kind: all socket calls are one */
  TB_X32_BIT = 0x40000000
};
#elif defined(__aarch64__)
enum
{
  TB_ARCH_THIS = (int) AUDIT_ARCH_AARCH64,
  TB_ARCH_OTHER = AUDIT_ARCH_ARM,
  TB_OTHER_BIND = 282,
  TB_OTHER_CONNECT = 283,
  TB_OTHER_SENDTO = 290,
  TB_OTHER_SECCOMP = 383,
  TB_OTHER_SOCKETCALL = -1
};
#else
#error "interception is written for x86-64 and aarch64"
#endif

enum
{
  TB_IO_URING_SETUP = 425, /* of every architecture */
  TB_SOCKETCALL_BIND = 2,
  TB_SOCKETCALL_CONNECT = 3,
  TB_SOCKETCALL_SENDTO = 11
};
