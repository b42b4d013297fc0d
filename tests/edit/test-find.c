/* Search and replace. */
#include "fixture.h"
#include "tb-find.h"

static char *
found (Fixture *f, const char *query)
{
  const TbModel *model = tb_document_model (f->document);
  g_autoptr (TbFinder) finder = tb_finder_new (model);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  GString *ids = g_string_new (NULL);
  tb_finder_match (finder, query, uids);
  for (guint i = 0; i < uids->len; i++)
    g_string_append_printf (ids, "%s ",
                            tb_element_id (tb_model_get (model, g_array_index (uids, TbUid, i))));
  return g_string_free (ids, FALSE);
}

static void
test_names_kinds_tags_and_properties (void)
{
  static const struct
  {
    const char *query, *ids;
  } rows[] = {
    { "", "" },
    { "SHOP", "shop browse " },
    { "kind:store", "orders " },
    { "kind:tier", "app db " },
    { "replicas=3", "shop " },
    { "protocol=resp", "orders " },
    { "look", "remark " },
    { "shop kind:server", "shop " },
    { "nowhere", "" },
  };
  Fixture f;
  fixture_open (&f, fixture_shop);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *ids = found (&f, rows[i].query);
      g_assert_cmpstr (ids, ==, rows[i].ids);
    }
  fixture_close (&f);
}

static void
test_tags_are_found_whole (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"T\">"
                    "<component id=\"a\" kind=\"server\" tags=\"slow old\"/>"
                    "<component id=\"b\" kind=\"server\" name=\"Büro\"/></architecture>");
  g_autofree char *tagged = found (&f, "tag:old"), *plain = found (&f, "buro");
  g_assert_cmpstr (tagged, ==, "a ");
  g_assert_cmpstr (plain, ==, "b ");
  fixture_close (&f);
}

static void
test_ranking_takes_the_best_names (void)
{
  Fixture f;
  fixture_open (&f, fixture_shop);
  g_autoptr (TbFinder) finder = tb_finder_new (tb_document_model (f.document));
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_finder_rank (finder, "ord", 2, uids);
  g_assert_cmpuint (uids->len, >=, 1);
  g_assert_cmpuint (g_array_index (uids, TbUid, 0), ==, fixture_uid (&f, "orders"));
  fixture_close (&f);
}

static void
test_replacing_is_one_undo_step (void)
{
  Fixture f;
  fixture_open (&f, fixture_shop);
  g_autofree char *before = fixture_xml (&f);
  TbUid uids[] = { fixture_uid (&f, "shop"), fixture_uid (&f, "orders"), fixture_uid (&f, "remark"),
                   fixture_uid (&f, "browse") };
  g_assert_cmpuint (tb_editor_replace (f.editor, uids, 4, "O", "$1."), ==, 3);
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_NAME), ==, "Sh$1.p");
  g_assert_cmpstr (fixture_get (&f, "orders", TB_PROP_NAME), ==, "$1.rders");
  tb_document_undo (f.document);
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (tb_editor_replace (f.editor, uids, 4, "", "x"), ==, 0);
  g_assert_cmpuint (tb_editor_replace (f.editor, uids, 4, "[", "x"), ==, 0);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_replacing_names_what_is_drawn_by_its_id (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"T\"><tier id=\"app-servers\"/>"
                    "<component id=\"app\" kind=\"server\" tier=\"app-servers\"/>"
                    "<component id=\"db\" kind=\"store\"/>"
                    "<link id=\"app-db\" from=\"app\" to=\"db\"/></architecture>");
  TbUid uids[] = { fixture_uid (&f, "app-servers"), fixture_uid (&f, "app"), fixture_uid (&f, "db"),
                   fixture_uid (&f, "app-db") };
  g_assert_cmpuint (tb_editor_replace (f.editor, uids, 4, "app", "web"), ==, 2);
  g_assert_cmpstr (fixture_get (&f, "app-servers", TB_PROP_NAME), ==, "web-servers");
  g_assert_cmpstr (fixture_get (&f, "app", TB_PROP_NAME), ==, "web");
  g_assert_cmpstr (fixture_get (&f, "app", TB_PROP_TIER), ==, "app-servers");
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/find/words", test_names_kinds_tags_and_properties);
  g_test_add_func ("/edit/find/tags", test_tags_are_found_whole);
  g_test_add_func ("/edit/find/rank", test_ranking_takes_the_best_names);
  g_test_add_func ("/edit/find/replace", test_replacing_is_one_undo_step);
  g_test_add_func ("/edit/find/replace-nameless", test_replacing_names_what_is_drawn_by_its_id);
  return g_test_run ();
}
