/* The journal of a replica: a title, then records, u32 size · u32 checksum · bytes. What is torn at the end was never
 * acted on. Beginning anew is a new file that takes the old one's name when all of it is there. */
#include "copies-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "replica.log"
#define NEW_NAME "replica.new"
#define TITLE "tierboard replica 1\n"
#define TITLE_SIZE (sizeof TITLE - 1)
#define HEAD_SIZE 8

static struct
{
  int folder_fd, fd;
  bool sync, renewing, failed;
  Buffer kept;
} disk = { .folder_fd = -1, .fd = -1 };

static uint32_t
sum_of (const void *bytes, size_t n)
{
  uint64_t h = tb_hash_bytes (bytes, n);
  return (uint32_t) (h ^ h >> 32);
}

static bool
write_all (int fd, const char *bytes, size_t n)
{
  while (n > 0)
    {
      ssize_t written = write (fd, bytes, n);
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return false;
      bytes += written;
      n -= (size_t) written;
    }
  return true;
}

/* Returns how many of the bytes are whole records. */
static size_t
read_records (const char *p, size_t n, void (*record) (const void *bytes, size_t n))
{
  size_t at = TITLE_SIZE;
  uint32_t size, sum;
  if (n < TITLE_SIZE || memcmp (p, TITLE, TITLE_SIZE) != 0)
    return 0;
  for (; n - at >= HEAD_SIZE; at += HEAD_SIZE + size)
    {
      memcpy (&size, p + at, 4);
      memcpy (&sum, p + at + 4, 4);
      if (size > n - at - HEAD_SIZE || sum != sum_of (p + at + HEAD_SIZE, size))
        break;
      record (p + at + HEAD_SIZE, size);
    }
  return at;
}

static bool
read_file (void (*record) (const void *bytes, size_t n))
{
  struct stat st;
  if (fstat (disk.fd, &st) < 0)
    return false;
  char *bytes = malloc ((size_t) st.st_size + 1);
  size_t n = 0, whole;
  ssize_t got = 1;
  if (bytes == NULL)
    return false;
  while (n < (size_t) st.st_size && (got = read (disk.fd, bytes + n, (size_t) st.st_size - n)) > 0)
    n += (size_t) got;
  whole = got < 0 ? 0 : read_records (bytes, n, record);
  free (bytes);
  if (got < 0 || ftruncate (disk.fd, (off_t) whole) < 0 || lseek (disk.fd, 0, SEEK_END) < 0)
    return false;
  return whole > 0 || write_all (disk.fd, TITLE, TITLE_SIZE);
}

char *
disk_open (const char *folder, bool sync, void (*record) (const void *bytes, size_t n))
{
  char *text = NULL;
  if (folder == NULL)
    return NULL;
  disk.sync = sync;
  if (mkdir (folder, 0700) == 0 || errno == EEXIST)
    disk.folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (disk.folder_fd >= 0)
    disk.fd = openat (disk.folder_fd, FILE_NAME, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (disk.fd >= 0 && read_file (record))
    return NULL;
  if (asprintf (&text, "cannot keep the journal in %s: %s", folder, strerror (errno)) < 0)
    abort ();
  return text;
}

void
disk_keep (const void *record, size_t n)
{
  uint32_t head[2] = { (uint32_t) n, sum_of (record, n) };
  if (disk.fd < 0)
    return;
  buffer_add (&disk.kept, head, sizeof head);
  buffer_add (&disk.kept, record, n);
}

/* What was kept before in this turn is in the new state too. */
void
disk_renew (void)
{
  buffer_clear (&disk.kept);
  disk.renewing = true;
}

static bool
take_the_name (void)
{
  int fd = openat (disk.folder_fd, NEW_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = fd >= 0 && write_all (fd, TITLE, TITLE_SIZE) && write_all (fd, disk.kept.p, disk.kept.n)
              && (!disk.sync || fdatasync (fd) == 0)
              && renameat (disk.folder_fd, NEW_NAME, disk.folder_fd, FILE_NAME) == 0
              && (!disk.sync || fsync (disk.folder_fd) == 0);
  if (!good)
    {
      if (fd >= 0)
        close (fd);
      return false;
    }
  close (disk.fd);
  disk.fd = fd;
  return true;
}

bool
disk_commit (void)
{
  if (disk.failed || disk.fd < 0 || (disk.kept.n == 0 && !disk.renewing))
    return !disk.failed;
  bool good = disk.renewing ? take_the_name ()
                            : write_all (disk.fd, disk.kept.p, disk.kept.n) && (!disk.sync || fdatasync (disk.fd) == 0);
  if (!good)
    report_error ("cannot write the journal: %s", strerror (errno));
  disk.failed = !good;
  disk.renewing = false;
  buffer_clear (&disk.kept);
  return good;
}
