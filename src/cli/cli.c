/* Options, sentences and colours: what the commands share. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
tb_cli_error (const char *format, ...)
{
  va_list ap;
  va_start (ap, format);
  g_autofree char *sentence = g_strdup_vprintf (format, ap);
  va_end (ap);
  fflush (stdout);
  fprintf (stderr, "tierboard: %s\n", sentence);
}

gboolean
tb_cli_options (int *argc, char ***argv, const char *synopsis, const char *help,
                const GOptionEntry *entries)
{
  g_autoptr (GOptionContext) context = g_option_context_new (synopsis);
  g_autoptr (GError) error = NULL;
  g_option_context_set_summary (context, help);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_set_prgname ((*argv)[0]);
  if (g_option_context_parse (context, argc, argv, &error))
    {
      if (*argc > 1 && g_str_equal ((*argv)[1], "--"))
        {
          memmove (*argv + 1, *argv + 2, (size_t) (*argc - 1) * sizeof (char *));
          (*argc)--;
        }
      return TRUE;
    }
  tb_cli_error ("%s; see “%s --help”", error->message, (*argv)[0]);
  return FALSE;
}

gboolean
tb_cli_wants_colour (int fd)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  const char *term = g_getenv ("TERM");
  return isatty (fd) && (no_colour == NULL || *no_colour == '\0')
         && (term == NULL || !g_str_equal (term, "dumb"));
}

/* Levenshtein's distance, of short words only. */
static guint
distance (const char *a, const char *b)
{
  guint row[64], n = (guint) strlen (b);
  if (n >= G_N_ELEMENTS (row))
    return G_MAXUINT;
  for (guint j = 0; j <= n; j++)
    row[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++)
    {
      guint diagonal = row[0];
      row[0] = i;
      for (guint j = 1; j <= n; j++)
        {
          guint change = diagonal + (a[i - 1] != b[j - 1]);
          diagonal = row[j];
          row[j] = MIN (change, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[n];
}

const char *
tb_cli_nearest (const char *word, const char *const *names)
{
  const char *best = NULL;
  guint least = (guint) MIN (strlen (word) / 2, 2) + 1;
  for (; *names != NULL; names++)
    {
      guint d = distance (word, *names);
      if (g_str_has_prefix (*names, word) && strlen (word) >= 2)
        d = 0;
      if (d < least)
        {
          least = d;
          best = *names;
        }
    }
  return best;
}
