/* The append-only file of a durable store: a line that says what it is, then records
 *
 *   u32 checksum of what follows · u32 size of key · u32 size of value · u8 kind · i64 expires_ms ·
 *   key · value                                                               (little-endian)
 *
 * Reading stops at the first record that is not whole or whose checksum is wrong: after a crash
 * that is the one being written, which was never answered. Records that no longer count are dropped
 * when it is read and more than half are such.
 *
 * Invariant: synced ≤ written; an answer leaves only when its record is within synced. */
#include "node-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "store.log"
#define TITLE "tierboard store 1\n"
#define TITLE_SIZE (sizeof TITLE - 1)
#define HEAD_SIZE 21
#define COMPACT_BELOW 1000 /* records: not worth it */

enum
{
  SET = 1,
  DELETE = 2,
  CLEAR = 3
};

struct Journal
{
  int fd, folder_fd;
  bool failed;
  char *buffer;
  size_t buffer_size;
  _Atomic uint64_t written, synced;
  pthread_mutex_t sync_lock;
};

/* ---- Records ---- */

/* CRC-32 (IEEE 802.3), a table made at first use. */
static uint32_t crc_table[256];

static void
crc_prepare (void)
{
  for (uint32_t i = 0; i < 256; i++)
    {
      uint32_t c = i;
      for (int k = 0; k < 8; k++)
        c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
      crc_table[i] = c;
    }
}

static uint32_t
crc (const char *bytes, size_t n)
{
  uint32_t c = 0xffffffffu;
  for (size_t i = 0; i < n; i++)
    c = crc_table[(c ^ (unsigned char) bytes[i]) & 0xff] ^ c >> 8;
  return c ^ 0xffffffffu;
}

static void
put (char *out, uint64_t value, unsigned size)
{
  for (unsigned i = 0; i < size; i++)
    out[i] = (char) (value >> 8 * i);
}

static uint64_t
get (const char *p, unsigned size)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < size; i++)
    value |= (uint64_t) (unsigned char) p[i] << 8 * i;
  return value;
}

static size_t
record_write (char *out, int kind, TbSlice key, TbSlice value, int64_t expires_ms)
{
  size_t size = HEAD_SIZE + key.n + value.n;
  put (out + 4, key.n, 4);
  put (out + 8, value.n, 4);
  out[12] = (char) kind;
  put (out + 13, (uint64_t) expires_ms, 8);
  if (key.n > 0)
    memcpy (out + HEAD_SIZE, key.p, key.n);
  if (value.n > 0)
    memcpy (out + HEAD_SIZE + key.n, value.p, value.n);
  put (out, crc (out + 4, size - 4), 4);
  return size;
}

/* The size of the record at p, 0 where there is no whole and right one. */
static size_t
record_read (const char *p, size_t n, Dict *d)
{
  if (n < HEAD_SIZE)
    return 0;
  TbSlice key = { p + HEAD_SIZE, get (p + 4, 4) };
  TbSlice value = { key.p + key.n, get (p + 8, 4) };
  size_t size = HEAD_SIZE + key.n + value.n;
  if (key.n > VALUE_MAX || value.n > VALUE_MAX || size > n || crc (p + 4, size - 4) != get (p, 4))
    return 0;
  if (p[12] == SET && dict_set (d, key, value, (int64_t) get (p + 13, 8)) == NULL)
    return 0;
  if (p[12] == DELETE)
    dict_delete (d, key, 0);
  if (p[12] == CLEAR)
    dict_clear (d);
  return size;
}

/* ---- Reading back ---- */

/* How many of the bytes are whole records; 0 for a file of another kind. */
static size_t
replay (const char *bytes, size_t n, Dict *d, size_t *records)
{
  size_t at = TITLE_SIZE, size;
  *records = 0;
  if (n < TITLE_SIZE || memcmp (bytes, TITLE, TITLE_SIZE) != 0)
    return 0;
  while ((size = record_read (bytes + at, n - at, d)) > 0)
    {
      at += size;
      ++*records;
    }
  return at;
}

static char *
sentence (const char *folder, const char *what)
{
  char *text;
  if (asprintf (&text, "%s/" FILE_NAME ": %s", folder, what) < 0)
    abort ();
  return text;
}

/* What follows the last whole record is cut off, so that appending goes on from there. */
static char *
read_back (Journal *j, const char *folder, Dict *d, size_t *torn, size_t *records)
{
  struct stat st;
  *torn = *records = 0;
  if (fstat (j->fd, &st) < 0)
    return sentence (folder, strerror (errno));
  size_t n = (size_t) st.st_size, good = 0;
  char *bytes = n > 0 ? mmap (NULL, n, PROT_READ, MAP_PRIVATE, j->fd, 0) : NULL;
  if (bytes == MAP_FAILED)
    return sentence (folder, strerror (errno));
  if (bytes != NULL)
    {
      good = replay (bytes, n, d, records);
      bool begun = n < TITLE_SIZE && memcmp (bytes, TITLE, n) == 0;
      munmap (bytes, n);
      if (good == 0 && !begun)
        return sentence (folder, "this is no file of a store");
    }
  *torn = n - good;
  if (*torn > 0 && ftruncate (j->fd, (off_t) good) < 0)
    return sentence (folder, strerror (errno));
  if (good == 0 && write (j->fd, TITLE, TITLE_SIZE) != (ssize_t) TITLE_SIZE)
    return sentence (folder, strerror (errno));
  j->written = TB_MAX (good, TITLE_SIZE);
  return NULL;
}

/* ---- Appending ---- */

static bool
write_all (int fd, const char *bytes, size_t n)
{
  while (n > 0)
    {
      ssize_t done = write (fd, bytes, n);
      if (done < 0 && errno != EINTR)
        return false;
      if (done > 0)
        bytes += done, n -= (size_t) done;
    }
  return true;
}

static bool
reserve (Journal *j, size_t size)
{
  if (size <= j->buffer_size)
    return true;
  char *buffer = realloc (j->buffer, size * 2);
  if (buffer == NULL)
    return false;
  j->buffer = buffer;
  j->buffer_size = size * 2;
  return true;
}

/* A record that is half on disk must not be followed by others: reading would stop at it. */
static uint64_t
append (Journal *j, int kind, TbSlice key, TbSlice value, int64_t expires_ms)
{
  if (j->failed || !reserve (j, HEAD_SIZE + key.n + value.n))
    return 0;
  size_t size = record_write (j->buffer, kind, key, value, expires_ms);
  if (!write_all (j->fd, j->buffer, size))
    {
      report_error ("cannot write to the disk: %s", strerror (errno));
      j->failed = ftruncate (j->fd, (off_t) j->written) < 0;
      return 0;
    }
  j->written += size;
  return j->written;
}

uint64_t
journal_set (Journal *j, TbSlice key, TbSlice value, int64_t expires_ms)
{
  return append (j, SET, key, value, expires_ms);
}

uint64_t
journal_delete (Journal *j, TbSlice key)
{
  return append (j, DELETE, key, (TbSlice) { NULL, 0 }, 0);
}

uint64_t
journal_clear (Journal *j)
{
  return append (j, CLEAR, (TbSlice) { NULL, 0 }, (TbSlice) { NULL, 0 }, 0);
}

/* After a failed sync nothing is known of what is on disk, so nothing is promised any more. */
bool
journal_sync (Journal *j, uint64_t at)
{
  if (j->synced >= at)
    return true;
  pthread_mutex_lock (&j->sync_lock);
  if (j->synced < at && !j->failed)
    {
      uint64_t upto = j->written;
      if (fdatasync (j->fd) == 0)
        j->synced = upto;
      else
        {
          report_error ("cannot sync to the disk: %s", strerror (errno));
          j->failed = true;
        }
    }
  bool done = j->synced >= at;
  pthread_mutex_unlock (&j->sync_lock);
  return done;
}

uint64_t
journal_size (const Journal *j)
{
  return j->written;
}

/* ---- Compaction ---- */

static void
append_entry (TbSlice key, const DictEntry *e, void *data)
{
  append (data, SET, key, (TbSlice) { e->value, e->value_n }, e->expires_ms);
}

bool
journal_compact (Journal *j, Dict *d)
{
  int old = j->fd, fd = openat (j->folder_fd, FILE_NAME ".new",
                                O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  uint64_t written = j->written;
  if (fd < 0)
    return false;
  j->fd = fd;
  j->written = TITLE_SIZE;
  j->failed = !write_all (fd, TITLE, TITLE_SIZE);
  dict_each (d, 0, append_entry, j);
  if (!j->failed && flock (fd, LOCK_EX | LOCK_NB) == 0 && fsync (fd) == 0
      && renameat (j->folder_fd, FILE_NAME ".new", j->folder_fd, FILE_NAME) == 0)
    {
      fsync (j->folder_fd);
      close (old);
      j->synced = j->written;
      return true;
    }
  unlinkat (j->folder_fd, FILE_NAME ".new", 0);
  close (fd);
  j->fd = old;
  j->written = written;
  j->failed = false;
  return false;
}

/* ---- Opening ---- */

static char *
open_file (Journal *j, const char *folder)
{
  if (mkdir (folder, 0700) < 0 && errno != EEXIST)
    return sentence (folder, strerror (errno));
  j->folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (j->folder_fd < 0)
    return sentence (folder, strerror (errno));
  j->fd = openat (j->folder_fd, FILE_NAME, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (j->fd < 0)
    return sentence (folder, strerror (errno));
  if (flock (j->fd, LOCK_EX | LOCK_NB) < 0)
    return sentence (folder, "another store is using it");
  return NULL;
}

void
journal_close (Journal *j)
{
  if (j->fd >= 0)
    close (j->fd);
  if (j->folder_fd >= 0)
    close (j->folder_fd);
  pthread_mutex_destroy (&j->sync_lock);
  free (j->buffer);
  free (j);
}

Journal *
journal_open (const char *folder, Dict *d, size_t *torn, char **error)
{
  size_t records;
  Journal *j = calloc (1, sizeof *j);
  if (j == NULL)
    abort ();
  crc_prepare ();
  j->fd = j->folder_fd = -1;
  pthread_mutex_init (&j->sync_lock, NULL);
  *error = open_file (j, folder);
  if (*error == NULL)
    *error = read_back (j, folder, d, torn, &records);
  if (*error != NULL)
    {
      journal_close (j);
      return NULL;
    }
  fsync (j->fd);
  fsync (j->folder_fd);
  if (records > COMPACT_BELOW && records / 2 > dict_count (d, 0))
    journal_compact (j, d);
  j->synced = j->written;
  return j;
}
