/* tierboard new, tierboard templates: a drawing to start from. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "tb-json.h"
#include "tb-model.h"

#define SUFFIX ".tierboard"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of the templates there are, sorted, NULL-terminated. */
static GPtrArray *
list_templates (void)
{
  g_autofree char *folder = tb_data_path ("templates");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *file;
  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (file, SUFFIX))
      g_ptr_array_add (names, g_strndup (file, strlen (file) - strlen (SUFFIX)));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return names;
}

static TbDocument *
load_template (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *relative = g_strconcat ("templates/", name, SUFFIX, NULL);
  g_autofree char *path = tb_data_path (relative);
  TbDocument *document = tb_document_load (path, NULL, &error);
  if (document == NULL)
    tb_cli_error ("%s", error->message);
  return document;
}

static gboolean
is_template (const char *name)
{
  g_autoptr (GPtrArray) names = list_templates ();
  for (guint i = 0; i + 1 < names->len; i++)
    if (strcmp (names->pdata[i], name) == 0)
      return TRUE;
  const char *near = tb_cli_nearest (name, (const char *const *) names->pdata);
  if (near != NULL)
    tb_cli_error ("there is no template “%s”; did you mean “%s”?", name, near);
  else
    tb_cli_error ("there is no template “%s”; “tierboard templates” lists them", name);
  return FALSE;
}

static int
write_new (TbDocument *document, const char *output, gboolean force)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &size);
  if (strcmp (output, "-") == 0)
    return fwrite (xml, 1, size, stdout) == size ? TB_EXIT_YES : TB_EXIT_FAILED;
  if (!force && g_file_test (output, G_FILE_TEST_EXISTS))
    {
      tb_cli_error ("%s exists already; --force replaces it", output);
      return TB_EXIT_REFUSED;
    }
  if (tb_file_replace (output, xml, size, &error))
    return TB_EXIT_YES;
  tb_cli_error ("%s", error->message);
  return TB_EXIT_FAILED;
}

int
tb_cmd_new (int argc, char **argv)
{
  g_autofree char *name = NULL, *output = NULL;
  gboolean force = FALSE;
  const GOptionEntry entries[] = {
    { "template", 't', 0, G_OPTION_ARG_STRING, &name, "What to start from (empty)", "NAME" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Where to write, - for standard output",
      "FILE" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, "Replace a file that is there", NULL },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "-o FILE", "Starts a drawing from a template.", entries))
    return TB_EXIT_REFUSED;
  if (argc > 1 || output == NULL)
    {
      if (argc > 1)
        tb_cli_error ("“%s” is one word too many; the file goes after -o", argv[1]);
      else
        tb_cli_error ("say where to write with -o FILE");
      return TB_EXIT_REFUSED;
    }
  if (!is_template (name != NULL ? name : "empty"))
    return TB_EXIT_REFUSED;
  g_autoptr (TbDocument) document = load_template (name != NULL ? name : "empty");
  return document != NULL ? write_new (document, output, force) : TB_EXIT_FAILED;
}

static void
print_template (TbJson *json, const char *name, const TbElement *root)
{
  const char *description = tb_element_get (root, TB_PROP_DESCRIPTION);
  if (json == NULL)
    {
      printf ("%-18s %s\n", name, description != NULL ? description : tb_element_title (root));
      return;
    }
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "name", name);
  tb_json_string (json, "title", tb_element_title (root));
  tb_json_string (json, "description", description);
  tb_json_end_object (json);
}

int
tb_cmd_templates (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "", "Lists what a new drawing can start from.", entries))
    return TB_EXIT_REFUSED;
  g_autoptr (GPtrArray) names = list_templates ();
  g_autoptr (TbJson) json = as_json ? tb_json_new () : NULL;
  if (json != NULL)
    tb_json_begin_array (json, NULL);
  for (guint i = 0; i + 1 < names->len; i++)
    {
      g_autoptr (TbDocument) document = load_template (names->pdata[i]);
      if (document == NULL)
        return TB_EXIT_FAILED;
      print_template (json, names->pdata[i], tb_model_root (tb_document_model (document)));
    }
  if (json != NULL)
    {
      tb_json_end_array (json);
      puts (tb_json_text (json));
    }
  return TB_EXIT_YES;
}
