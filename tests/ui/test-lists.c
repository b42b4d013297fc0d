/* The list model of the outline. */
#include <string.h>

#include "outline-model.h"

/* ---- Outline --------------------------------------------------------------------------------- */

static const char xml[] = "<architecture xmlns=\"urn:tierboard:1\">"
                          "<tier id=\"app\" name=\"App\"/>"
                          "<component id=\"a\" kind=\"client\"/>"
                          "<component id=\"b\" kind=\"server\" tier=\"app\"/>"
                          "<link id=\"l\" from=\"a\" to=\"b\"/></architecture>";

static TbDocument *
load (void)
{
  return tb_document_load_bytes ("t", xml, sizeof xml - 1, NULL, NULL);
}

static char *
rows_of (TbOutlineModel *outline, const TbModel *model)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (outline)); i++)
    {
      g_autoptr (TbOutlineItem) item = g_list_model_get_item (G_LIST_MODEL (outline), i);
      g_string_append_printf (text, "%u%s ", tb_outline_item_depth (item),
                              tb_element_id (tb_model_get (model, tb_outline_item_uid (item))));
    }
  return g_string_free (text, FALSE);
}

static void
tiers_hold_their_components (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  tb_outline_model_update (outline, tb_document_model (document));
  g_autofree char *rows = rows_of (outline, tb_document_model (document));
  g_assert_cmpstr (rows, ==, "0app 1b 0a 0l ");
}

typedef struct
{
  guint position, removed, added, n;
} Change;

static void
note_change (GListModel *list, guint position, guint removed, guint added, Change *change)
{
  *change = (Change){ position, removed, added, change->n + 1 };
}

static void
an_added_component_is_one_added_row (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  Change change = { 0 };
  tb_outline_model_update (outline, tb_document_model (document));
  g_signal_connect (outline, "items-changed", G_CALLBACK (note_change), &change);
  tb_document_begin (document, "Add", NULL);
  TbUid root = tb_element_uid (tb_model_root (tb_document_model (document)));
  TbUid uid = tb_document_insert (document, TB_KIND_COMPONENT, "c", root, G_MAXUINT);
  tb_document_set (document, uid, TB_PROP_KIND, "store", NULL);
  tb_document_commit (document);
  tb_outline_model_update (outline, tb_document_model (document));
  g_assert_cmpuint (change.n, ==, 1);
  g_assert_cmpuint (change.removed, ==, 0);
  g_assert_cmpuint (change.added, ==, 1);
  g_assert_cmpuint (tb_outline_model_find (outline, uid), ==, change.position);
}

static void
nothing_changed_says_nothing (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  Change change = { 0 };
  tb_outline_model_update (outline, tb_document_model (document));
  g_signal_connect (outline, "items-changed", G_CALLBACK (note_change), &change);
  tb_outline_model_update (outline, tb_document_model (document));
  g_assert_cmpuint (change.n, ==, 0);
}

static void
without_a_document_there_are_no_rows (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (TbOutlineModel) outline = tb_outline_model_new ();
  tb_outline_model_update (outline, tb_document_model (document));
  tb_outline_model_update (outline, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (outline)), ==, 0);
  g_assert_cmpuint (tb_outline_model_find (outline, 1), ==, G_MAXUINT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outline/tiers-hold-their-components", tiers_hold_their_components);
  g_test_add_func ("/outline/an-added-component-is-one-added-row",
                   an_added_component_is_one_added_row);
  g_test_add_func ("/outline/nothing-changed-says-nothing", nothing_changed_says_nothing);
  g_test_add_func ("/outline/without-a-document-there-are-no-rows",
                   without_a_document_there_are_no_rows);
  return g_test_run ();
}
