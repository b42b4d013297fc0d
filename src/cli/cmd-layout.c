/* tierboard layout: places for what has none, or for everything. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "load.h"
#include "tb-base.h"
#include "tb-diagram.h"
#include "tb-export.h"

#define DEADLINE_NS (10 * TB_NS_PER_S)

static void
set_number (TbDocument *document, TbUid uid, TbProp prop, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  tb_document_set (document, uid, prop, g_ascii_formatd (text, sizeof text, "%g", value), NULL);
}

/* The view's place of that element, made where there is none. */
static TbUid
find_place (TbDocument *document, TbUid view, const char *of)
{
  const TbElement *element = tb_model_get (tb_document_model (document), view);
  for (guint i = 0; i < tb_element_n_children (element); i++)
    {
      const TbElement *child = tb_element_child (element, i);
      if (tb_element_kind (child) == TB_KIND_PLACE
          && g_strcmp0 (tb_element_get (child, TB_PROP_OF), of) == 0)
        return tb_element_uid (child);
    }
  TbUid uid = tb_document_insert (document, TB_KIND_PLACE, NULL, view, G_MAXUINT);
  tb_document_set (document, uid, TB_PROP_OF, of, NULL);
  return uid;
}

static TbUid
find_view (TbDocument *document, const char *id)
{
  const TbModel *model = tb_document_model (document);
  const TbElement *view = id ? tb_model_lookup (model, id) : tb_model_nth (model, TB_KIND_VIEW, 0);
  if (view != NULL)
    return tb_element_uid (view);
  return tb_document_insert (document, TB_KIND_VIEW, "main",
                             tb_element_uid (tb_model_root (model)), G_MAXUINT);
}

/* Bends and sizes of containers belong to the places that go. */
static void
forget_layout (TbDocument *document, TbUid view)
{
  const TbElement *element = tb_model_get (tb_document_model (document), view);
  for (guint i = tb_element_n_children (element); i-- > 0;)
    {
      const TbElement *child = tb_element_child (element, i);
      const TbElement *of = tb_element_get_ref (tb_document_model (document), child, TB_PROP_OF);
      gboolean component = of != NULL && tb_element_kind (of) == TB_KIND_COMPONENT;
      if (tb_element_kind (child) == TB_KIND_ROUTE
          || (tb_element_kind (child) == TB_KIND_PLACE && !component))
        tb_document_remove (document, tb_element_uid (child));
    }
}

/* What has no place is placed together, as the editor's tidy does it; everything else stays. */
static void
place_new (const TbModel *model, const char *view_id, GArray *places)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) alone = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  tb_place_tiered (model, view_id, TRUE, alone);
  for (guint i = 0; i < alone->len; i++)
    g_array_append_val (uids, g_array_index (alone, TbPlacement, i).uid);
  if (uids->len > 0)
    tb_place_tidy (model, view_id, (const TbUid *) (gpointer) uids->data, uids->len, places);
  guint n_together = places->len;
  for (guint i = 0; i < alone->len; i++)
    {
      const TbPlacement *one = &g_array_index (alone, TbPlacement, i);
      gboolean done = FALSE;
      for (guint p = 0; p < n_together && !done; p++)
        done = g_array_index (places, TbPlacement, p).uid == one->uid;
      if (!done)
        g_array_append_val (places, *one);
    }
}

static void
lay_out (TbDocument *document, const char *view_id, gboolean only_new)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  g_autoptr (GError) error = NULL;
  g_autofree char *program = tb_program_path ("tierboard-place");
  tb_document_begin (document, "Lay out", NULL);
  TbUid view = find_view (document, view_id);
  if (only_new)
    place_new (tb_document_model (document), view_id, places);
  else
    {
      forget_layout (document, view);
      if (!tb_place_graphviz (tb_document_model (document), view_id, program,
                              tb_now_ns () + DEADLINE_NS, places, &error))
        tb_cli_error ("%s; placed by rows instead", error->message);
    }
  for (guint i = 0; i < places->len; i++)
    {
      const TbPlacement *p = &g_array_index (places, TbPlacement, i);
      const TbElement *of = tb_model_get (tb_document_model (document), p->uid);
      TbUid place = find_place (document, view, tb_element_id (of));
      set_number (document, place, TB_PROP_X, p->rect.x);
      set_number (document, place, TB_PROP_Y, p->rect.y);
    }
  tb_document_commit (document);
}

int
tb_cmd_layout (int argc, char **argv)
{
  gboolean only_new = FALSE;
  g_autofree char *view = NULL, *out = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "only-new", 0, 0, G_OPTION_ARG_NONE, &only_new,
      "Place only what has no place yet; nothing else moves", NULL },
    { "view", 0, 0, G_OPTION_ARG_STRING, &view, "Which view; the first without it", "ID" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "Write there instead of FILE", "OUT" },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "FILE",
                       "Gives the elements of a drawing their places and saves it.", entries))
    return TB_EXIT_REFUSED;
  if (argc != 2)
    {
      tb_cli_error ("name one file to lay out");
      return TB_EXIT_REFUSED;
    }
  g_autoptr (TbDocument) document = tb_cli_load (argv[1], NULL, &error);
  const TbElement *found = document && view
                               ? tb_model_lookup (tb_document_model (document), view) : NULL;
  if (document == NULL || (view && (!found || tb_element_kind (found) != TB_KIND_VIEW)))
    {
      if (document == NULL)
        tb_cli_error ("%s", error->message);
      else
        tb_cli_error ("there is no view “%s”", view);
      return TB_EXIT_REFUSED;
    }
  lay_out (document, view, only_new);
  const char *path = out ? out : argv[1];
  if (strcmp (path, "-") == 0)
    {
      gsize size;
      g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &size);
      return fwrite (xml, 1, size, stdout) == size && fflush (stdout) == 0 ? TB_EXIT_YES
                                                                          : TB_EXIT_FAILED;
    }
  if (tb_export_save (document, path, NULL, &error))
    return TB_EXIT_YES;
  tb_cli_error ("%s", error->message);
  return TB_EXIT_FAILED;
}
