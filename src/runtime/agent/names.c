/* See names.h, user_namespaces(7), hosts(5). */
#include "names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOSTS "/etc/hosts"
#define MACHINE_BYTES_MAX (1u << 20)

/* ---- The text ---------------------------------------------------------------------------------- */

static void
write_line (FILE *out, uint32_t address, const char *name)
{
  struct in_addr in = { htonl (address) };
  char text[INET_ADDRSTRLEN];
  fprintf (out, "%s\t%s\n", inet_ntop (AF_INET, &in, text, sizeof text), name);
}

static bool
holds (const uint32_t *list, uint32_t n, uint32_t item)
{
  for (uint32_t i = 0; i < n; i++)
    if (list[i] == item)
      return true;
  return false;
}

static bool
is_component (const TbWirePlan *plan, const char *name)
{
  for (uint32_t i = 0; i < plan->n_instances; i++)
    if (!plan->instances[i].removed && strcmp (plan->instances[i].component, name) == 0)
      return true;
  return false;
}

/* The k-th link that leads from the instance to that component; NULL where there are no more. */
static const TbWireLink *
link_to (const TbWirePlan *plan, uint32_t instance, const char *component, uint32_t k)
{
  for (uint32_t i = 0; i < plan->n_links; i++)
    {
      const TbWireLink *link = &plan->links[i];
      if (!link->replicas && link->address != 0 && link->n_to > 0
          && holds (link->from, link->n_from, instance)
          && strcmp (plan->instances[link->to[0]].component, component) == 0 && k-- == 0)
        return link;
    }
  return NULL;
}

/* A link's address leads to every port of what it calls, but without interception to its own only. */
static void
write_component (FILE *out, const TbWirePlan *plan, uint32_t instance, const char *component)
{
  const TbWireLink *link;
  uint32_t k = 0;
  for (; (k == 0 || plan->no_seccomp) && (link = link_to (plan, instance, component, k)) != NULL; k++)
    write_line (out, link->address, component);
  if (k > 0)
    return;
  for (uint32_t i = 0; i < plan->n_instances; i++)
    if (!plan->instances[i].removed && strcmp (plan->instances[i].component, component) == 0)
      write_line (out, plan->instances[i].address, component);
}

/* Replicas stand together, but for those that came later. */
static bool
is_first (const TbWirePlan *plan, uint32_t i)
{
  const char *component = plan->instances[i].component, *replica = strchr (plan->instances[i].id, '/');
  if (i > 0 && !plan->instances[i - 1].removed
      && strcmp (component, plan->instances[i - 1].component) == 0)
    return false;
  for (uint32_t k = 0; replica != NULL && strcmp (replica, "/1") != 0 && k < i; k++)
    if (!plan->instances[k].removed && strcmp (component, plan->instances[k].component) == 0)
      return false;
  return true;
}

/* "orders/1" is "orders-1". */
static void
write_instance (FILE *out, const TbWireInstance *instance)
{
  char name[256];
  snprintf (name, sizeof name, "%s", instance->id);
  for (char *p = name; *p != '\0'; p++)
    if (*p == '/')
      *p = '-';
  write_line (out, instance->address, name);
}

/* By the name it has outside, its link is reached: so a certificate still fits. */
static void
write_outside (FILE *out, const TbWirePlan *plan, uint32_t instance, uint32_t outside)
{
  const TbWireInstance *in = &plan->instances[outside];
  struct in_addr number;
  const TbWireLink *link = link_to (plan, instance, in->component, 0);
  if (inet_pton (AF_INET, in->outside, &number) != 1 && link != NULL)
    write_line (out, link->address, in->outside);
}

static bool
is_plain_name (const char *name)
{
  size_t n = name != NULL ? strlen (name) : 0;
  return n > 0 && n < 256 && strcmp (name, "localhost") != 0
         && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == n;
}

char *
tb_names_text (const TbWirePlan *plan, uint32_t instance, const char *machine)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream (&text, &size);
  TB_CHECK (out != NULL);
  fprintf (out, "# What is drawn, as %s reaches it.\n", plan->instances[instance].id);
  for (uint32_t i = 0; i < plan->n_instances; i++)
    {
      const TbWireInstance *in = &plan->instances[i];
      if (in->removed)
        continue;
      if (is_first (plan, i) && is_plain_name (in->component))
        write_component (out, plan, instance, in->component);
      write_instance (out, in);
      if (tb_wire_is_outside (in) && is_plain_name (in->outside) && !is_component (plan, in->outside))
        write_outside (out, plan, instance, i);
      if (is_plain_name (in->device) && !is_component (plan, in->device))
        write_line (out, in->address, in->device);
    }
  fprintf (out, "\n%s", machine);
  fclose (out);
  TB_CHECK (text != NULL);
  return text;
}

char *
tb_names_machine (void)
{
  char *text = calloc (1, MACHINE_BYTES_MAX + 1);
  FILE *file = fopen (HOSTS, "re");
  TB_CHECK (text != NULL);
  if (file != NULL && fread (text, 1, MACHINE_BYTES_MAX, file) == 0)
    text[0] = '\0';
  if (file != NULL)
    fclose (file);
  char *fitting = strdup (text);
  free (text);
  TB_CHECK (fitting != NULL);
  return fitting;
}

/* ---- Namespaces -------------------------------------------------------------------------------- */

static int
write_proc (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC), error = 0;
  if (fd < 0)
    return errno;
  if (write (fd, text, strlen (text)) < 0)
    error = errno;
  close (fd);
  return error;
}

int
tb_names_map_user (uid_t uid, gid_t gid)
{
  char text[64];
  int error = write_proc ("/proc/self/setgroups", "deny");
  snprintf (text, sizeof text, "%u %u 1", uid, uid);
  error = error != 0 ? error : write_proc ("/proc/self/uid_map", text);
  snprintf (text, sizeof text, "%u %u 1", gid, gid);
  return error != 0 ? error : write_proc ("/proc/self/gid_map", text);
}

/* In a chroot the root is no mount point: then what is mounted over must do, if it is one. */
bool
tb_names_keep_mounts (void)
{
  return mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         || (errno == EINVAL && mount (NULL, "/proc", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
}

int
tb_names_clone_flags (const TbLeashSpec *spec)
{
  return spec->names == TB_NAMES_USER ? CLONE_NEWUSER | CLONE_NEWNS : 0;
}

/* Over what is there, so that it stays the same file: who has it mounted reads on in it. */
static int
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644), error = 0;
  struct stat file;
  /* Where it is a plain file no more, its program did that: it is made anew. */
  if (fd < 0 || fstat (fd, &file) != 0 || !S_ISREG (file.st_mode) || file.st_nlink != 1)
    {
      if (fd >= 0)
        close (fd);
      unlink (path);
      fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    }
  if (fd < 0)
    return errno;
  off_t size = (off_t) strlen (text);
  for (size_t n = strlen (text); n > 0 && error == 0;)
    {
      ssize_t wrote = write (fd, text, n);
      error = wrote < 0 ? errno : 0;
      n -= error == 0 ? (size_t) wrote : 0;
      text += error == 0 ? wrote : 0;
    }
  if (error == 0 && ftruncate (fd, size) != 0)
    error = errno;
  fchmod (fd, 0644);
  close (fd);
  return error;
}

int
tb_names_refresh (const TbLeashSpec *spec)
{
  return spec->names != TB_NAMES_NONE ? write_file (spec->hosts_path, spec->hosts) : 0;
}

/* The user is mapped whatever else fails: without that it could not even make a file. */
int
tb_names_enter (const TbLeashSpec *spec)
{
  int error = 0;
  if (spec->names == TB_NAMES_NONE)
    return 0;
  if (spec->names == TB_NAMES_USER)
    error = tb_names_map_user (spec->own_uid, spec->own_gid);
  else if (unshare (CLONE_NEWNS) != 0 || !tb_names_keep_mounts ())
    error = errno;
  if (error == 0)
    error = write_file (spec->hosts_path, spec->hosts);
  if (error == 0 && mount (spec->hosts_path, HOSTS, NULL, MS_BIND, NULL) != 0)
    error = errno;
  return error;
}

/* ---- Does it work here? ------------------------------------------------------------------------ */

static _Noreturn void
try_way (TbNamesWay way, uid_t uid, gid_t gid)
{
  if (unshare (CLONE_NEWNS | (way == TB_NAMES_USER ? CLONE_NEWUSER : 0)) != 0)
    _exit (1);
  if (way == TB_NAMES_USER ? tb_names_map_user (uid, gid) != 0 : !tb_names_keep_mounts ())
    _exit (2);
  _exit (mount (HOSTS, HOSTS, NULL, MS_BIND, NULL) == 0 ? 0 : 3);
}

TbNamesWay
tb_names_way (const char **why_not)
{
  static const char *const whys[] = { "namespaces are not allowed here",
                                      "user namespaces are restricted here",
                                      "a namespace may not mount here" };
  uid_t uid = geteuid ();
  gid_t gid = getegid ();
  TbNamesWay way = uid == 0 ? TB_NAMES_MOUNT : TB_NAMES_USER;
  int status = 0;
  pid_t child = access (HOSTS, R_OK) == 0 ? fork () : -1;
  if (child == 0)
    try_way (way, uid, gid);
  *why_not = "there is no " HOSTS;
  if (child < 0)
    return TB_NAMES_NONE;
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return way;
  *why_not = whys[WIFEXITED (status) ? TB_CLAMP (WEXITSTATUS (status), 1, 3) - 1 : 0];
  return TB_NAMES_NONE;
}
