/* The plan speaks of addresses in 127/8 and of folders below its own. There, an instance listens on every address of
 * its container, and calls others by name. */
#include "deploy-private.h"

#include <string.h>

#define LONGEST_NAME 50

char *
tb_deploy_name (const char *id)
{
  gsize length = strlen (id);
  while (length > 0 && id[length - 1] == '-')
    length--;
  if (length <= LONGEST_NAME && length == strlen (id))
    return g_strdup (id);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, id, -1);
  return g_strdup_printf ("%.*s-%.8s", (int) MIN (length, LONGEST_NAME - 9), id, hash);
}

/* What stands before an address decides: one that is told to others must be a name. */
static gboolean
is_told_to_others (const char *before)
{
  static const char *const words[] = { "advertise", "announce", "initial", "name", "routes", "peers" };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (before, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* The length of an address of the plan at p, 0: there is none. */
static gsize
address_length (const char *p, guint block, char *address, gsize size)
{
  char prefix[16];
  g_snprintf (prefix, sizeof prefix, "127.%u.", block);
  if (!g_str_has_prefix (p, prefix))
    return 0;
  gsize length = strspn (p, "0123456789.");
  while (length > 0 && p[length - 1] == '.')
    length--;
  if (length >= size)
    return 0;
  memcpy (address, p, length);
  address[length] = '\0';
  return length;
}

/* The line of what was written so far, behind what stands before the text. */
static char *
said_before (const char *before, const GString *out)
{
  const char *line = strrchr (out->str, '\n');
  return line != NULL ? g_strdup (line) : g_strconcat (before, " ", out->str, NULL);
}

static void
append_name (const TbDeploy *deploy, GString *out, const char *address, const char *own, const char *self,
             const char *before)
{
  const char *name = g_hash_table_lookup (deploy->names, address);
  g_autofree char *said = said_before (before, out);
  if (!g_str_equal (address, own))
    g_string_append (out, name != NULL ? name : address);
  else if (deploy->where == TB_DEPLOY_HERE)
    g_string_append (out, address);
  else
    g_string_append (out, is_told_to_others (said) ? self : "0.0.0.0");
}

/* Several replicas that have become one name are said once: a:80,a:80 and a line for each. */
static char *
say_once (char *text)
{
  static const char *const patterns[][2] = {
    { "([A-Za-z0-9.-]+:[0-9]+)(?:,\\1)+(?![0-9])", "\\1" },
    { "(server [^;\n]+;)(?: \\1)+", "\\1" },
    { "(?m)^([ \t]*server [^\n]+\n)(?:\\1)+", "\\1" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (patterns[i][0], G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, NULL);
      char *said = g_regex_replace (regex, text, -1, 0, patterns[i][1], G_REGEX_MATCH_DEFAULT, NULL);
      if (said == NULL)
        continue;
      g_free (text);
      text = said;
    }
  return text;
}

char *
tb_deploy_translate (const TbDeploy *deploy, const TbPlanInstance *instance, const char *dir, const char *self,
                     const char *before, const char *text)
{
  GString *out = g_string_new (NULL);
  g_autofree char *own = tb_plan_address_text (instance->address);
  g_autofree char *own_dir
    = g_strdup_printf (TB_DEPLOY_RUN_DIR "/%s-%u", instance->component_id, instance->replica);
  gsize dir_length = strlen (own_dir);
  for (const char *p = text; *p != '\0';)
    {
      char address[32];
      gboolean inside = p > text && (g_ascii_isdigit (p[-1]) || p[-1] == '.');
      gsize length = inside ? 0 : address_length (p, deploy->plan->block, address, sizeof address);
      if (length > 0)
        append_name (deploy, out, address, own, self, before), p += length;
      else if (strncmp (p, own_dir, dir_length) == 0 && !g_ascii_isalnum (p[dir_length]))
        g_string_append (out, dir), p += dir_length;
      else
        g_string_append_c (out, *p++);
    }
  return deploy->where == TB_DEPLOY_HERE ? g_string_free (out, FALSE) : say_once (g_string_free (out, FALSE));
}
