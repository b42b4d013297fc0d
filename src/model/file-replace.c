/* Replacing a file so that whatever happens the old one or the new one is there, whole:
 *
 *   beside it      all bytes      what the old one    all of it     its name     the folder
 *   a new file  →  written     →  had besides bytes → on the disk →  taken    →  on the disk
 *        |             |                                  |            |
 *        +-------------+------------ failure -------------+------------+→  the new one goes
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tb-model.h"

#include <string.h>

#define MOST_LINKS 40         /* as the kernel follows */
#define MOST_ATTRIBUTE 65536  /* bytes of an extended attribute, and of the list of their names */
#define LONGEST_PREFIX 100    /* of the temporary name: names may be 255 bytes, and these get longer */

static void
set_error (GError **error, const char *what, const char *path)
{
  int saved = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s: %s: %s", path, what,
               g_strerror (saved));
}

/* ---- Where ------------------------------------------------------------------------------------- */

/* What a link leads to, which need not be there; NULL where it is none. */
static char *
link_target (const char *path)
{
  g_autofree char *target = g_file_read_link (path, NULL);
  if (target == NULL || g_path_is_absolute (target))
    return g_steal_pointer (&target);
  g_autofree char *folder = g_path_get_dirname (path);
  return g_build_filename (folder, target, NULL);
}

static char *
follow_links (const char *path)
{
  char *at = g_strdup (path);
  for (guint i = 0; i < MOST_LINKS; i++)
    {
      char *target = link_target (at);
      if (target == NULL)
        return at;
      g_free (at);
      at = target;
    }
  return at; /* in a circle: opening it says so */
}

/* old: what is there, st_mode 0 where nothing is. */
static gboolean
may_replace (const char *path, const char *target, struct stat *old, GError **error)
{
  if (stat (target, old) != 0)
    {
      old->st_mode = 0;
      if (errno == ENOENT)
        return TRUE;
    }
  else if (!S_ISREG (old->st_mode))
    errno = S_ISDIR (old->st_mode) ? EISDIR : ENXIO; /* a device is never replaced by a file */
  else if (faccessat (AT_FDCWD, target, W_OK, AT_EACCESS) == 0)
    return TRUE;
  set_error (error, errno == EACCES || errno == EROFS ? "it is read-only" : "cannot be written",
             path);
  return FALSE;
}

/* ---- What goes with it ------------------------------------------------------------------------- */

/* Access lists and labels are such, too. What cannot be kept is not worth refusing to save. */
static void
copy_attributes (const char *from, int to)
{
  g_autofree char *names = g_malloc (MOST_ATTRIBUTE);
  g_autofree char *value = g_malloc (MOST_ATTRIBUTE);
  ssize_t length = listxattr (from, names, MOST_ATTRIBUTE);
  for (ssize_t at = 0; at < length; at += (ssize_t) strlen (names + at) + 1)
    {
      ssize_t size = getxattr (from, names + at, value, MOST_ATTRIBUTE);
      if (size >= 0)
        (void) !fsetxattr (to, names + at, value, (size_t) size, 0);
    }
}

/* The owner before the mode: a change of owner clears bits of it. */
static gboolean
keep_what_it_had (const char *target, const struct stat *old, int fd)
{
  if (old->st_mode == 0)
    return TRUE;
  if (fchown (fd, old->st_uid, old->st_gid) != 0)
    (void) !fchown (fd, (uid_t) -1, old->st_gid);
  copy_attributes (target, fd);
  return fchmod (fd, old->st_mode & 07777) == 0;
}

/* ---- Writing ----------------------------------------------------------------------------------- */

static gboolean
write_all (int fd, const char *bytes, gsize size)
{
  while (size > 0)
    {
      ssize_t n = write (fd, bytes, size);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* Beyond the largest file allowed a write would end the program instead of failing. */
static gboolean
write_within_limit (int fd, const char *bytes, gsize size)
{
  sigset_t limit, before;
  sigemptyset (&limit);
  sigaddset (&limit, SIGXFSZ);
  pthread_sigmask (SIG_BLOCK, &limit, &before);
  gboolean ok = write_all (fd, bytes, size);
  int saved = errno;
  if (!sigismember (&before, SIGXFSZ))
    while (sigtimedwait (&limit, NULL, &(struct timespec){ 0 }) == SIGXFSZ)
      ;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = saved;
  return ok;
}

/* The name itself must survive a power cut, too. Some file systems cannot; then so be it. */
static void
sync_directory (const char *directory)
{
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void) !fsync (fd);
  close (fd);
}

/* Takes fd. */
static gboolean
finish (int fd, const char *temporary, const char *target, const struct stat *old,
        const char *bytes, gsize size)
{
  gboolean ok = write_within_limit (fd, bytes, size) && keep_what_it_had (target, old, fd)
                && fsync (fd) == 0;
  int saved = errno;
  if (close (fd) != 0 && ok)
    {
      saved = errno;
      ok = FALSE;
    }
  errno = saved;
  return ok && rename (temporary, target) == 0;
}

gboolean
tb_file_replace (const char *path, const char *bytes, gsize size, GError **error)
{
  g_autofree char *target = follow_links (path);
  g_autofree char *directory = g_path_get_dirname (target);
  g_autofree char *base = g_path_get_basename (target);
  g_autofree char *hidden = g_strdup_printf (".%.*s.XXXXXX", LONGEST_PREFIX, base);
  g_autofree char *temporary = g_build_filename (directory, hidden, NULL);
  struct stat old;
  if (!may_replace (path, target, &old, error))
    return FALSE;
  int fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, old.st_mode != 0 ? 0600 : 0666);
  if (fd < 0)
    {
      set_error (error, "cannot be written, because no file can be made in its folder", path);
      return FALSE;
    }
  if (finish (fd, temporary, target, &old, bytes, size))
    {
      sync_directory (directory);
      return TRUE;
    }
  set_error (error, "cannot be written", path);
  unlink (temporary);
  return FALSE;
}
