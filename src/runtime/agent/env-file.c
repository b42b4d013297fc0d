/* Environment files: NAME=VALUE lines as Compose, systemd and shells know them. */
#include "env-file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervise.h"

static char *
skip_blanks (char *p)
{
  while (*p == ' ' || *p == '\t')
    p++;
  return p;
}

/* In place: without the quotes around it, or without the blanks and the remark behind it. */
static char *
unquote (char *value)
{
  char quote = *value;
  if (quote == '"' || quote == '\'')
    {
      char *to = ++value;
      char *start = value;
      for (; *value != '\0' && *value != quote; value++)
        {
          if (quote == '"' && *value == '\\' && value[1] != '\0')
            value++;
          *to++ = *value;
        }
      *to = '\0';
      return start;
    }
  char *remark = strstr (value, " #");
  if (remark != NULL)
    *remark = '\0';
  size_t n = strlen (value);
  while (n > 0 && isspace ((unsigned char) value[n - 1]))
    value[--n] = '\0';
  return value;
}

static bool
is_name (const char *name, size_t n)
{
  if (n == 0 || isdigit ((unsigned char) name[0]))
    return false;
  for (size_t i = 0; i < n; i++)
    if (!isalnum ((unsigned char) name[i]) && name[i] != '_')
      return false;
  return true;
}

bool
tb_env_file_parse (char *text, void (*take) (const char *name, const char *value, void *data),
                   void *data, unsigned *bad_line)
{
  char *rest = text, *line;
  *bad_line = 0;
  for (unsigned number = 1; (line = strsep (&rest, "\n")) != NULL; number++)
    {
      char *name = skip_blanks (line);
      if (strncmp (name, "export ", 7) == 0)
        name = skip_blanks (name + 7);
      if (*name == '\0' || *name == '#' || *name == '\r')
        continue;
      size_t n = strcspn (name, "= \t\r");
      char *equals = skip_blanks (name + n);
      if (*equals != '=' || !is_name (name, n))
        {
          *bad_line = number;
          return false;
        }
      char *value = unquote (skip_blanks (equals + 1));
      name[n] = '\0';
      take (name, value, data);
    }
  return true;
}

bool
tb_env_file_read (const char *path, void (*take) (const char *name, const char *value, void *data),
                  void *data, char *why)
{
  char error[64];
  unsigned line = 0;
  struct stat st;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool plain = fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode);
  char *text = plain && st.st_size <= TB_ENV_FILE_MAX ? calloc (1, (size_t) st.st_size + 1) : NULL;
  ssize_t n = text != NULL ? read (fd, text, (size_t) st.st_size) : -1;
  int why_not = errno;
  if (fd >= 0)
    close (fd);
  bool good = n >= 0 && tb_env_file_parse (text, take, data, &line);
  if (line > 0)
    snprintf (why, TB_SENTENCE, "its environment file %.120s, line %u: not NAME=VALUE", path, line);
  else if (fd >= 0 && text == NULL)
    snprintf (why, TB_SENTENCE, "its environment file %.120s is no file of at most 1 MiB", path);
  else if (!good)
    snprintf (why, TB_SENTENCE, "its environment file %.120s: %s", path,
              tb_words_for_errno (why_not, error, sizeof error));
  free (text);
  return good;
}
