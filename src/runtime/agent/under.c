/* Starting an instance under a tool that looks at it: for one life, in a terminal of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prepare.h"
#include "supervise.h"

/* Each is in a package of its own name. gdb starts the program at once: who wants to stop it first
 * pauses it. */
static const struct
{
  const char *name;
  const char *argv[10];
} tools[] = {
  { "gdb", { "gdb", "-q", "-iex", "set debuginfod enabled off", "-ex", "run", "--args" } },
  { "strace", { "strace", "-f" } },
  { "valgrind", { "valgrind" } },
};

/* They look in the PATH, which of an ordinary user leaves out where Debian keeps servers. */
static char *
find_in_sbin (const char *program)
{
  static const char *const folders[] = { "/usr/local/sbin", "/usr/sbin", "/sbin" };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (folders); i++)
    {
      char *path = NULL;
      TB_CHECK (asprintf (&path, "%s/%s", folders[i], program) >= 0);
      if (access (path, X_OK) == 0)
        return path;
      free (path);
    }
  return strdup (program);
}

static void
set_argv (TbPrepared *p, const char *const *before)
{
  char *const *own = p->spec.argv;
  size_t n = 0, n_before = 0, n_own = 0;
  while (before[n_before] != NULL)
    n_before++;
  while (own[n_own] != NULL)
    n_own++;
  char **argv = calloc (n_before + n_own + 1, sizeof *argv);
  TB_CHECK (argv != NULL);
  for (; n < n_before; n++)
    TB_CHECK ((argv[n] = strdup (before[n])) != NULL);
  for (size_t i = 0; i < n_own; i++)
    TB_CHECK ((argv[n + i] = strdup (own[i])) != NULL);
  char *path = tb_prepare_find_program (p);
  if (path == NULL && strchr (own[0], '/') == NULL)
    {
      free (argv[n]);
      TB_CHECK ((argv[n] = find_in_sbin (own[0])) != NULL);
    }
  free (path);
  p->under = argv;
  p->spec.argv = argv;
}

bool
tb_prepare_under (TbPrepared *p, const TbWireInstance *instance, const char *tool)
{
  tb_prepare_alone (p, instance);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (tools); i++)
    if (strcmp (tools[i].name, tool) == 0)
      {
        set_argv (p, tools[i].argv);
        return true;
      }
  return false;
}

void
tb_prepare_alone (TbPrepared *p, const TbWireInstance *instance)
{
  for (char **word = p->under; word != NULL && *word != NULL; word++)
    free (*word);
  free (p->under);
  p->under = NULL;
  p->spec.argv = instance != NULL ? instance->argv : NULL;
}
