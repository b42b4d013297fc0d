/* Which of the templates' programs are installed, and of what version. */
#include <string.h>

#include "doctor-private.h"
#include "tb-template.h"

/* Servers often lie where only root looks. */
static char *
find_program (const char *name)
{
  static const char *const further[] = { "/usr/sbin", "/usr/local/sbin", "/sbin" };
  char *path = g_find_program_in_path (name);
  for (gsize i = 0; path == NULL && i < G_N_ELEMENTS (further); i++)
    {
      g_autofree char *candidate = g_build_filename (further[i], name, NULL);
      if (g_file_test (candidate, G_FILE_TEST_IS_EXECUTABLE))
        path = g_steal_pointer (&candidate);
    }
  return path;
}

/* The first "7.0.15" in what it prints; "" where it prints none. (transfer full) */
static char *
version_of (const char *path, const char *flag)
{
  const char *argv[] = { path, flag, NULL };
  g_autofree char *out = NULL, *err = NULL;
  if (flag == NULL
      || !g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, NULL, NULL))
    return g_strdup ("");
  g_autofree char *all = g_strconcat (out, err, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("[0-9]+(\\.[0-9]+)+", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  return g_regex_match (regex, all, 0, &match) ? g_match_info_fetch (match, 0) : g_strdup ("");
}

static void
append (GString *list, const char *separator, const char *text)
{
  g_string_append_printf (list, "%s%s", list->len > 0 ? separator : "", text);
}

static void
look_at (const TbTemplate *template, GString *there, GString *missing, GString *packages)
{
  g_autofree char *path = find_program (template->program);
  if (path == NULL)
    {
      append (missing, ", ", template->program);
      append (packages, " ", template->package ? template->package : template->program);
      return;
    }
  g_autofree char *version = version_of (path, template->version_flag);
  g_autofree char *text = g_strdup_printf ("%s %s", template->title, version);
  append (there, ", ", g_strchomp (text));
}

void
tb_doctor_programs (TbDoctorAnswer *answer)
{
  g_auto (GStrv) names = tb_template_names ();
  g_autoptr (GString) there = g_string_new (NULL), missing = g_string_new (NULL);
  g_autoptr (GString) packages = g_string_new (NULL);
  for (char **name = names; *name != NULL; name++)
    {
      const TbTemplate *template = tb_template_find (*name, NULL);
      if (template != NULL)
        look_at (template, there, missing, packages);
    }
  if (names[0] == NULL)
    tb_doctor_answer (answer, TB_DOCTOR_BAD, "install it again: its data are not where it looks",
                      "no component template was found");
  else if (missing->len == 0)
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL, "%s", there->str);
  else
    {
      g_autofree char *advice
        = g_strdup_printf ("only drawings that use them need them: apt install %s", packages->str);
      tb_doctor_answer (answer, TB_DOCTOR_PARTLY, advice, "%s%snot installed: %s", there->str,
                        there->len > 0 ? "; " : "", missing->str);
    }
}
