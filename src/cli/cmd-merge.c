/* tierboard merge: what two people made of one drawing, together. Git's merge driver. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "tb-diff.h"
#include "tb-picture.h"

/* Git gives an empty file as base where both sides added the file. */
static TbDocument *
load (const char *path, gboolean is_base)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tb_file_read (path, &error);
  gsize size;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  if (data != NULL && size == 0 && is_base)
    return tb_document_new (NULL);
  TbDocument *document
    = data != NULL ? tb_document_load_bytes (path, data, size, NULL, &error) : NULL;
  if (document == NULL)
    tb_cli_error ("%s", error->message);
  else if (tb_document_picture (document) != TB_PICTURE_NONE)
    {
      tb_cli_error ("%s: it is a picture with a drawing in it; pictures are not merged", path);
      g_clear_object (&document);
    }
  return document;
}

static gboolean
write_out (const TbModel *merged, const char *out)
{
  gsize size;
  g_autofree char *xml = tb_model_to_xml (merged, &size);
  g_autoptr (GError) error = NULL;
  if (g_str_equal (out, "-"))
    return fwrite (xml, 1, size, stdout) == size;
  if (tb_file_replace (out, xml, size, &error))
    return TRUE;
  tb_cli_error ("%s", error->message);
  return FALSE;
}

/* What is wrong with the merged drawing and was wrong with neither: both halves were right, and do
 * not go together. */
static guint
print_new_errors (const char *name, const TbModel *merged, const TbModel *ours,
                  const TbModel *theirs)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const TbModel *models[] = { ours, theirs, merged };
  guint n = 0;
  for (guint m = 0; m < G_N_ELEMENTS (models); m++)
    {
      g_autoptr (GPtrArray) problems = tb_problems_new ();
      tb_model_validate (models[m], problems);
      for (guint i = 0; i < problems->len; i++)
        {
          const TbProblem *problem = problems->pdata[i];
          if (problem->severity != TB_SEVERITY_ERROR || g_str_equal (problem->rule, "conflict")
              || !g_hash_table_add (known, g_strdup (problem->message)) || models[m] != merged)
            continue;
          fprintf (stderr, "%s: error: %s\n", name, problem->message);
          n++;
        }
    }
  return n;
}

static int
merge_files (char **files, const char *out, const char *name, TbMergeFlags flags)
{
  g_autoptr (TbDocument) base = load (files[0], TRUE);
  g_autoptr (TbDocument) ours = load (files[1], FALSE);
  g_autoptr (TbDocument) theirs = load (files[2], FALSE);
  if (base == NULL || ours == NULL || theirs == NULL)
    return TB_EXIT_REFUSED;
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (TbModel) merged
    = tb_model_merge (tb_document_model (base), tb_document_model (ours),
                      tb_document_model (theirs), flags, &conflicts);
  if (!write_out (merged, out))
    return TB_EXIT_FAILED;
  for (guint i = 0; i < conflicts->len; i++)
    fprintf (stderr, "%s: conflict: %s\n", name,
             ((const TbConflict *) conflicts->pdata[i])->message);
  guint errors = print_new_errors (name, merged, tb_document_model (ours),
                                   tb_document_model (theirs));
  return conflicts->len + errors == 0 ? TB_EXIT_YES : TB_EXIT_NO;
}

int
tb_cmd_merge (int argc, char **argv)
{
  g_autofree char *out = NULL, *places = NULL, *name = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &out,
      "The file to write, which may be one of the three; standard output without it", "OUT" },
    { "places", 0, 0, G_OPTION_ARG_STRING, &places,
      "Where both moved an element: mark (as usual), or ours", "HOW" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "What messages call the file", "NAME" },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "BASE OURS THEIRS",
                       "Brings together what two versions made of their common base. Conflicts are "
                       "marked before their element and are errors to tierboard check until they "
                       "are settled; the status is 1 then. Git's merge driver: "
                       "tierboard merge %O %A %B -o %A --name %P",
                       entries))
    return TB_EXIT_REFUSED;
  if (argc != 4)
    {
      tb_cli_error ("name the common base and the two versions to merge");
      return TB_EXIT_REFUSED;
    }
  if (places != NULL && !g_str_equal (places, "mark") && !g_str_equal (places, "ours"))
    {
      tb_cli_error ("--places is “%s”, expected mark or ours", places);
      return TB_EXIT_REFUSED;
    }
  TbMergeFlags flags = g_strcmp0 (places, "ours") == 0 ? TB_MERGE_PLACES_OURS : TB_MERGE_MARK_ALL;
  return merge_files (argv + 1, out != NULL ? out : "-", name != NULL ? name : argv[2], flags);
}
