/* What doctor looks at besides interception: the kernel's limits, addresses, display, fonts. */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor-private.h"

/* io_uring_setup with no memory to fill: EFAULT where the kernel would do it. */
void
tb_doctor_io_uring (TbDoctorAnswer *answer)
{
  long result = syscall (SYS_io_uring_setup, 1, NULL);
  if (result < 0 && errno == EFAULT)
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL,
                      "the kernel has it; programs of a run are kept from it unless the drawing "
                      "allows it");
  else
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "not to be had here (%s); nothing needs it",
                      g_strerror (errno));
}

/* In a child, since a namespace cannot be left again. */
static int
try_unshare (int flags)
{
  int status = 0;
  pid_t child = fork ();
  if (child == 0)
    _exit (unshare (flags) == 0 ? 0 : errno);
  if (child < 0)
    return errno;
  waitpid (child, &status, 0);
  return WIFEXITED (status) ? WEXITSTATUS (status) : EPROTO;
}

void
tb_doctor_namespaces (TbDoctorAnswer *answer)
{
  int why = try_unshare (CLONE_NEWUSER | CLONE_NEWPID);
  if (why == 0)
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL,
                      "user and PID namespaces can be made: --contain works");
  else
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "only --contain needs them; sysctl kernel.unprivileged_userns_clone, "
                      "user.max_user_namespaces or AppArmor forbid them",
                      "user and PID namespaces cannot be made: %s", g_strerror (why));
}

static int
try_bind (guint32 address)
{
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (address) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return errno;
  int why = bind (fd, (struct sockaddr *) &a, sizeof a) == 0 && listen (fd, 1) == 0 ? 0 : errno;
  close (fd);
  return why;
}

void
tb_doctor_addresses (TbDoctorAnswer *answer)
{
  for (guint block = 64; block <= 126; block++)
    {
      int why = try_bind (127u << 24 | block << 16 | 1 << 8 | 1);
      if (why == 0)
        continue;
      tb_doctor_answer (answer, TB_DOCTOR_BAD,
                        "every instance has its own address in 127.0.0.0/8: lo must be up, as it is "
                        "on Linux by default",
                        "127.%u.1.1 cannot be bound: %s", block, g_strerror (why));
      return;
    }
  tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "127.64.0.0 to 127.126.255.255 can be bound");
}

/* Two descriptors a connection, and a few an instance. */
void
tb_doctor_descriptors (TbDoctorAnswer *answer)
{
  struct rlimit limit;
  getrlimit (RLIMIT_NOFILE, &limit);
  guint64 connections = limit.rlim_max / 2;
  tb_doctor_answer (answer,
                    connections >= 10000 ? TB_DOCTOR_GOOD
                    : connections >= 500 ? TB_DOCTOR_PARTLY : TB_DOCTOR_BAD,
                    connections >= 10000 ? NULL
                    : "raise the hard limit: ulimit -Hn, or nofile in /etc/security/limits.conf",
                    "%" G_GUINT64_FORMAT " (about %" G_GUINT64_FORMAT " tapped connections at once)",
                    (guint64) limit.rlim_max, connections);
}

/* Yama's scope 1 lets only parents trace, and whom the traced names: instances name the agent, which
 * starts gdb. From 2 on it takes a privilege. */
void
tb_doctor_debugger (TbDoctorAnswer *answer)
{
  g_autofree char *gdb = g_find_program_in_path ("gdb"), *text = NULL;
  g_file_get_contents ("/proc/sys/kernel/yama/ptrace_scope", &text, NULL, NULL);
  int scope = text != NULL ? atoi (text) : 0;
  if (gdb == NULL)
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "install the package gdb; only “Debug with gdb” and “tierboard ctl debug” need it",
                      "gdb is not installed");
  else if (scope >= 2 && geteuid () != 0)
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "sysctl kernel.yama.ptrace_scope=1 lets a run debug what it started",
                      "gdb is there, but ptrace_scope %d lets only root trace", scope);
  else
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "gdb can be attached to instances");
}

void
tb_doctor_display (TbDoctorAnswer *answer)
{
  const char *wayland = g_getenv ("WAYLAND_DISPLAY"), *x11 = g_getenv ("DISPLAY");
  if (wayland != NULL && *wayland != '\0')
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "Wayland, %s", wayland);
  else if (x11 != NULL && *x11 != '\0')
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "X11, %s", x11);
  else
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "only the editor needs one; every command works without",
                      "neither DISPLAY nor WAYLAND_DISPLAY is set");
}

void
tb_doctor_fonts (TbDoctorAnswer *answer)
{
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "fc-match", "-f", "%{family}", "sans-serif", NULL };
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL, NULL, &output, NULL, NULL, &error)
      || output == NULL || *output == '\0')
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "install fontconfig and a font (fonts-dejavu-core): pictures need one",
                      "no font was found");
  else
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "sans-serif is %s", output);
}
