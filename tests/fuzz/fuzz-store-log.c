/* The file of a durable store, as a crash or a stranger left it. Behind the title the records get their checksums here, which chance
 * does not find, but for those whose kind has its high bit. What was read back once is read back again, the same. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

#define TITLE "tierboard store 1\n"
#define HEAD_SIZE 21

static char folder[] = "/tmp/tierboard-fuzz-log-XXXXXX", path[sizeof folder + 20];

static void
remove_folder (void)
{
  unlink (path);
  rmdir (folder);
}

static uint32_t
crc_of (const uint8_t *p, size_t n)
{
  uint32_t c = 0xffffffffu;
  for (size_t i = 0; i < n; i++)
    {
      c ^= p[i];
      for (int k = 0; k < 8; k++)
        c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
    }
  return ~c;
}

static uint32_t
u32_at (const uint8_t *p)
{
  return p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
}

static void
mend_checksums (uint8_t *bytes, size_t n)
{
  for (size_t at = 0; n - at >= HEAD_SIZE;)
    {
      uint8_t *p = bytes + at;
      uint64_t size = HEAD_SIZE + (uint64_t) u32_at (p + 4) + u32_at (p + 8);
      if (size > n - at)
        return;
      uint32_t crc = crc_of (p + 4, (size_t) size - 4);
      for (int i = 0; i < 4 && !(p[12] & 0x80); i++)
        p[i] = (uint8_t) (crc >> 8 * i);
      at += (size_t) size;
    }
}

static void
write_file (const uint8_t *bytes, size_t n)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  TB_CHECK (fd >= 0 && write (fd, bytes, n) == (ssize_t) n);
  close (fd);
}

/* How many keys there are; -1: it is no file of a store. */
static long
read_back (size_t *torn)
{
  char *error = NULL;
  Dict *d = dict_new ();
  Journal *j = journal_open (folder, d, torn, &error);
  long keys = j != NULL ? (long) dict_count (d, 0) : -1;
  TB_CHECK ((j == NULL) == (error != NULL));
  if (j != NULL)
    journal_close (j);
  dict_free (d);
  free (error);
  return keys;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  size_t torn, again, title = strlen (TITLE);
  if (*path == '\0')
    {
      TB_CHECK (mkdtemp (folder) != NULL);
      snprintf (path, sizeof path, "%s/store.log", folder);
      atexit (remove_folder);
    }
  uint8_t *copy = malloc (n + 1);
  memcpy (copy, bytes, n);
  if (n > title && memcmp (copy, TITLE, title) == 0)
    mend_checksums (copy + title, n - title);
  write_file (copy, n);
  free (copy);
  long keys = read_back (&torn);
  TB_CHECK (torn <= n);
  TB_CHECK (keys < 0 || (read_back (&again) == keys && again == 0));
  return 0;
}
