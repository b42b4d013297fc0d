/* Copying, cutting and pasting, within and between documents; hiding and deleting. */
#include "fixture.h"

#include "tb-clip.h"
#include "tb-remove.h"

#define WITH_SHOP                                                                                  \
  Fixture f;                                                                                       \
  fixture_open (&f, fixture_shop)

static const TbPasteOptions linked = { .same_document = TRUE };
static const TbPasteOptions as_copy = { .copy = TRUE, .same_document = TRUE };
static const TbPasteOptions elsewhere = { .same_document = FALSE };

static void
select_ids (Fixture *f, const char *const *ids)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; ids[i] != NULL; i++)
    {
      TbUid uid = fixture_uid (f, ids[i]);
      g_assert_cmpuint (uid, !=, 0);
      g_array_append_val (uids, uid);
    }
  tb_editor_select (f->editor, (const TbUid *) (gpointer) uids->data, uids->len);
}

#define SELECT(f, ...) select_ids (f, (const char *const[]){ __VA_ARGS__, NULL })

static void
paste (Fixture *f, const char *text, const TbPasteOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (tb_editor_paste (f->editor, text, strlen (text), options, &error));
  g_assert_no_error (error);
}

static void
assert_valid (Fixture *f)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (f->document), problems);
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = g_ptr_array_index (problems, i);
      if (p->severity == TB_SEVERITY_ERROR)
        g_error ("%s: %s", p->rule, p->message);
    }
  g_autofree char *xml = fixture_xml (f);
  g_autoptr (GError) error = NULL;
  G_GNUC_UNUSED g_autoptr (TbDocument) again = tb_document_load_bytes ("a", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
}

static void
assert_undone (Fixture *f, const char *before)
{
  g_autofree char *changed = fixture_xml (f);
  g_assert_true (tb_document_undo (f->document));
  g_autofree char *after = fixture_xml (f);
  g_assert_cmpstr (after, ==, before);
  g_assert_null (tb_document_undo_label (f->document));
  g_assert_true (tb_document_redo (f->document));
  g_autofree char *again = fixture_xml (f);
  g_assert_cmpstr (again, ==, changed);
  g_assert_true (tb_document_undo (f->document));
}

static guint
count (Fixture *f, TbKind kind)
{
  return tb_model_count (tb_document_model (f->document), kind);
}

/* ---- Copying --------------------------------------------------------------------------------- */

static void
test_a_copy_is_an_architecture_with_what_it_names (void)
{
  WITH_SHOP;
  SELECT (&f, "browser", "shop");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) doc = tb_document_load_bytes ("c", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  const TbModel *model = tb_document_model (doc);
  g_assert_nonnull (tb_model_lookup (model, "browse"));
  g_assert_nonnull (tb_model_lookup (model, "app"));
  g_assert_null (tb_model_lookup (model, "db"));
  g_assert_null (tb_model_lookup (model, "orders"));
  g_assert_cmpuint (tb_model_count (model, TB_KIND_PLACE), ==, 2);
  g_autofree char *canonical = tb_model_to_xml (model, NULL);
  g_assert_cmpstr (canonical, ==, xml);
  fixture_close (&f);
}

static void
test_a_container_takes_its_members_along (void)
{
  WITH_SHOP;
  SELECT (&f, "app");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  g_assert_nonnull (strstr (xml, "id=\"shop\""));
  g_assert_null (strstr (xml, "id=\"orders\""));
  fixture_close (&f);
}

static void
test_links_alone_are_nothing_to_copy (void)
{
  WITH_SHOP;
  SELECT (&f, "browse");
  g_assert_false (tb_editor_can_copy (f.editor));
  g_assert_null (tb_editor_copy (f.editor, NULL));
  fixture_close (&f);
}

/* ---- Pasting in the same document ------------------------------------------------------------ */

static void
test_what_is_shown_is_pasted_as_a_copy (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  SELECT (&f, "browser", "shop");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  paste (&f, xml, &linked);
  g_assert_cmpuint (count (&f, TB_KIND_COMPONENT), ==, 5);
  g_assert_cmpstr (fixture_get (&f, "shop-2", TB_PROP_NAME), ==, "Shop 2");
  g_assert_cmpstr (fixture_get (&f, "browse-2", TB_PROP_FROM), ==, "browser-2");
  g_assert_cmpstr (fixture_get (&f, "browse-2", TB_PROP_TO), ==, "shop-2");
  g_assert_cmpuint (count (&f, TB_KIND_TIER), ==, 2);
  g_assert_cmpuint (fixture_selected (&f), ==, 2);
  assert_valid (&f);
  assert_undone (&f, before);
  fixture_close (&f);
}

static void
test_pasting_again_and_again_covers_nothing (void)
{
  WITH_SHOP;
  SELECT (&f, "browser", "shop", "orders", "remark");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  for (guint i = 0; i < 8; i++)
    paste (&f, xml, &linked);
  const TbModel *model = tb_document_model (f.document);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    for (guint k = i + 1; k < tb_model_count (model, TB_KIND_COMPONENT); k++)
      {
        TbRect a = fixture_rect (&f, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, i)));
        TbRect b = fixture_rect (&f, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, k)));
        g_assert_false (tb_rect_intersects (&a, &b));
      }
  assert_valid (&f);
  fixture_close (&f);
}

static void
test_one_card_stays_in_its_tier (void)
{
  WITH_SHOP;
  SELECT (&f, "shop");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  paste (&f, xml, &linked);
  TbRect tier = fixture_rect (&f, "app"), card = fixture_rect (&f, "shop-2");
  g_assert_cmpstr (fixture_get (&f, "shop-2", TB_PROP_TIER), ==, "app");
  g_assert_true (tb_rect_contains (&tier, card.x, card.y));
  fixture_close (&f);
}

static void
test_pasted_at_the_pointer_it_belongs_there (void)
{
  WITH_SHOP;
  TbRect db = fixture_rect (&f, "db");
  TbPoint at = { db.x + db.width - 20, db.y + db.height - 20 };
  TbPasteOptions there = { .same_document = TRUE, .at = &at };
  SELECT (&f, "shop");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  paste (&f, xml, &there);
  g_assert_cmpstr (fixture_get (&f, "shop-2", TB_PROP_TIER), ==, "db");
  fixture_close (&f);
}

static void
test_what_is_hidden_is_shown_as_the_same_element (void)
{
  WITH_SHOP;
  SELECT (&f, "shop");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  TbUid shop = fixture_uid (&f, "shop");
  tb_editor_hide (f.editor, &shop, 1);
  g_autoptr (GArray) hidden = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_editor_hidden (f.editor, hidden);
  g_assert_cmpuint (hidden->len, ==, 1);
  if (tb_scene_item (tb_editor_scene (f.editor), shop, NULL, NULL))
    g_test_skip ("the scene shows what is hidden");
  else
    {
      paste (&f, xml, &linked);
      g_assert_cmpuint (count (&f, TB_KIND_COMPONENT), ==, 3);
      g_assert_true (tb_scene_item (tb_editor_scene (f.editor), shop, NULL, NULL));
      g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, shop);
      g_assert_nonnull (strstr (f.message, "the same element"));
      paste (&f, xml, &as_copy);
      g_assert_cmpuint (count (&f, TB_KIND_COMPONENT), ==, 4);
    }
  fixture_close (&f);
}

/* What stands in the other view only comes into this one, and stays one. */
static void
test_what_another_view_has_can_be_shown_in_this_one (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"Pages\">"
                    "<component id=\"a\" kind=\"server\"/><component id=\"b\" kind=\"server\"/>"
                    "<view id=\"one\" shows=\"placed\"><place of=\"a\" x=\"0\" y=\"0\"/></view>"
                    "<view id=\"two\" shows=\"placed\"><place of=\"b\" x=\"0\" y=\"0\"/></view></architecture>");
  TbUid b = fixture_uid (&f, "b");
  g_autofree char *before = fixture_xml (&f);
  g_autoptr (GArray) hidden = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_editor_hidden (f.editor, hidden);
  g_assert_cmpuint (hidden->len, ==, 1);
  g_assert_cmpuint (g_array_index (hidden, TbUid, 0), ==, b);
  tb_editor_show (f.editor, &b, 1);
  g_assert_true (tb_scene_item (tb_editor_scene (f.editor), b, NULL, NULL));
  tb_editor_hide (f.editor, &b, 1);
  g_assert_false (tb_scene_item (tb_editor_scene (f.editor), b, NULL, NULL));
  while (tb_document_undo (f.document))
    ;
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  fixture_close (&f);
}

static void
test_as_copy_gives_containers_of_its_own (void)
{
  WITH_SHOP;
  SELECT (&f, "app");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  paste (&f, xml, &as_copy);
  g_assert_cmpuint (count (&f, TB_KIND_TIER), ==, 3);
  g_assert_cmpstr (fixture_get (&f, "app-2", TB_PROP_NAME), ==, "App 2");
  g_assert_cmpstr (fixture_get (&f, "shop-2", TB_PROP_TIER), ==, "app-2");
  TbRect a = fixture_rect (&f, "app"), b = fixture_rect (&f, "app-2");
  g_assert_false (tb_rect_intersects (&a, &b));
  assert_valid (&f);
  fixture_close (&f);
}

static void
test_cut_and_paste_keeps_ids (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  SELECT (&f, "browser", "shop");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  tb_editor_cut (f.editor);
  g_assert_cmpuint (count (&f, TB_KIND_COMPONENT), ==, 1);
  g_assert_cmpuint (count (&f, TB_KIND_LINK), ==, 0);
  assert_undone (&f, before);
  tb_document_redo (f.document);
  paste (&f, xml, &linked);
  g_assert_cmpstr (fixture_get (&f, "browse", TB_PROP_TO), ==, "shop");
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_NAME), ==, "Shop");
  assert_valid (&f);
  fixture_close (&f);
}

/* ---- Between documents ----------------------------------------------------------------------- */

static void
test_missing_containers_come_along (void)
{
  Fixture f, to;
  fixture_open (&f, fixture_shop);
  fixture_open (&to, "<architecture xmlns=\"urn:tierboard:1\" name=\"Other\">"
                     "<tier id=\"app\" name=\"Other app\"/>"
                     "<component id=\"shop\" kind=\"server\" name=\"Shop\"/>"
                     "<view id=\"main\" frame=\"tiers\"><place of=\"shop\" x=\"0\" y=\"0\"/>"
                     "<place of=\"app\" x=\"360\" y=\"60\" width=\"320\" height=\"180\"/></view>"
                     "</architecture>");
  SELECT (&f, "shop", "orders");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  g_autofree char *before = fixture_xml (&to);
  paste (&to, xml, &elsewhere);
  g_assert_cmpstr (fixture_get (&to, "shop-2", TB_PROP_TIER), ==, "app");
  g_assert_cmpstr (fixture_get (&to, "orders", TB_PROP_TIER), ==, "db");
  g_assert_cmpstr (fixture_get (&to, "db", TB_PROP_NAME), ==, "Data");
  g_assert_cmpuint (count (&to, TB_KIND_TIER), ==, 2);
  assert_valid (&to);
  assert_undone (&to, before);
  fixture_close (&f);
  fixture_close (&to);
}

static void
test_calls_and_devices_follow (void)
{
  static const char deep[]
      = "<architecture xmlns=\"urn:tierboard:1\" name=\"Deep\">"
        "<tier id=\"t\"><device id=\"d-1\"/></tier>"
        "<component id=\"a\" kind=\"server\" name=\"A\" tier=\"t\">"
        "<service name=\"web\" protocol=\"http\" port=\"8080\"/>"
        "<on replica=\"1\" device=\"d-1\"/>"
        "<builtin><call link=\"l\"/><call link=\"out\"/></builtin></component>"
        "<component id=\"b\" kind=\"store\" name=\"B\" tier=\"t\"/>"
        "<component id=\"c\" kind=\"store\" name=\"C\"/>"
        "<link id=\"l\" from=\"a\" to=\"b\"/><link id=\"out\" from=\"a\" to=\"c\"/>"
        "<view id=\"main\" frame=\"tiers\"><place of=\"a\" x=\"0\" y=\"0\"/>"
        "<place of=\"b\" x=\"0\" y=\"200\"/><place of=\"c\" x=\"600\" y=\"0\"/>"
        "<route of=\"l\"><bend x=\"40\" y=\"120\"/></route></view></architecture>";
  Fixture f;
  fixture_open (&f, deep);
  SELECT (&f, "t");
  g_autofree char *xml = tb_editor_copy (f.editor, NULL);
  paste (&f, xml, &as_copy);
  assert_valid (&f);
  const TbElement *copy = tb_model_lookup (tb_document_model (f.document), "a-2");
  const TbElement *body = tb_element_child_of (copy, TB_KIND_BUILTIN);
  const char *link = tb_element_get (tb_element_child (body, 0), TB_PROP_LINK);
  g_assert_cmpuint (tb_element_n_children (body), ==, 1);
  g_assert_cmpstr (fixture_get (&f, link, TB_PROP_FROM), ==, "a-2");
  const char *device
      = tb_element_get (tb_element_child_of (copy, TB_KIND_ON), TB_PROP_DEVICE);
  g_assert_cmpstr (device, !=, "d-1");
  g_assert_cmpuint (count (&f, TB_KIND_ROUTE), ==, 2);
  g_assert_cmpuint (count (&f, TB_KIND_DEVICE), ==, 2);
  fixture_close (&f);
}

/* ---- What comes from elsewhere --------------------------------------------------------------- */

static void
test_foreign_text_becomes_a_note (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  paste (&f, "  Remember:\nask <Bob> & \x01 Eve \xff \n", &linked);
  const TbElement *note
      = tb_model_get (tb_document_model (f.document), tb_editor_selected_one (f.editor));
  g_assert_cmpint (tb_element_kind (note), ==, TB_KIND_NOTE);
  g_assert_nonnull (strstr (tb_element_get (note, TB_PROP_TEXT), "ask <Bob> & "));
  assert_valid (&f);
  assert_undone (&f, before);
  fixture_close (&f);
}

static void
test_long_text_is_cut_and_said (void)
{
  WITH_SHOP;
  g_autofree char *text = g_strnfill (100000, 'x');
  paste (&f, text, &linked);
  const TbElement *note
      = tb_model_get (tb_document_model (f.document), tb_editor_selected_one (f.editor));
  g_assert_cmpuint (strlen (tb_element_get (note, TB_PROP_TEXT)), <, TB_PASTE_MAX_TEXT + 10);
  g_assert_nonnull (strstr (f.message, "first"));
  fixture_close (&f);
}

static void
test_right_to_left_and_wide_text_is_kept (void)
{
  WITH_SHOP;
  paste (&f, "שלום עולם 你好世界", &linked);
  const TbElement *note
      = tb_model_get (tb_document_model (f.document), tb_editor_selected_one (f.editor));
  g_assert_cmpstr (tb_element_get (note, TB_PROP_TEXT), ==, "שלום עולם 你好世界");
  fixture_close (&f);
}

static void
test_hostile_xml_is_refused_in_words (void)
{
  static const char *const rows[] = {
    "<!DOCTYPE a [<!ENTITY x \"aaaa\"><!ENTITY y \"&x;&x;&x;\">]>"
    "<architecture xmlns=\"urn:tierboard:1\" name=\"&y;\"/>",
    "<architecture xmlns=\"urn:tierboard:1\"><component id=\"BAD ID\" kind=\"nothing\"/>",
    "<architecture xmlns=\"urn:other\"/>",
    "<architecture xmlns=\"urn:tierboard:1\"><component id=\"a\" kind=\"server\"/>"
    "<component id=\"a\" kind=\"server\"/></architecture>",
    "",
    " \n \x02",
    "<architecture xmlns=\"urn:tierboard:1\" name=\"Nothing in it\"/>",
  };
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (tb_editor_paste (f.editor, rows[i], strlen (rows[i]), &linked, &error));
      g_assert_nonnull (error);
      g_assert_cmpuint (strlen (error->message), >, 10);
    }
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_huge_pastes_are_refused (void)
{
  WITH_SHOP;
  g_autoptr (GString) xml
      = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Huge\">");
  for (guint i = 0; i <= TB_PASTE_MAX_ELEMENTS; i++)
    g_string_append_printf (xml, "<note id=\"n-%u\"/>", i);
  g_string_append (xml, "</architecture>");
  g_autoptr (GError) error = NULL;
  g_assert_false (tb_editor_paste (f.editor, xml->str, xml->len, &linked, &error));
  g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_TOO_LARGE);
  fixture_close (&f);
}

/* ---- Taking away ----------------------------------------------------------------------------- */

static void
test_deleting_says_what_went (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  SELECT (&f, "shop");
  g_assert_true (tb_editor_run (f.editor, "delete"));
  g_assert_cmpstr (f.message, ==, "Shop and 1 link deleted from the architecture.");
  assert_undone (&f, before);
  SELECT (&f, "browse");
  g_assert_true (tb_editor_run (f.editor, "delete"));
  g_assert_cmpstr (f.message, ==,
                   "The link from Browser to Shop deleted from the architecture.");
  assert_undone (&f, before);
  SELECT (&f, "shop", "browse", "orders");
  g_assert_true (tb_editor_run (f.editor, "delete"));
  g_assert_cmpstr (f.message, ==, "3 elements deleted from the architecture.");
  assert_undone (&f, before);
  fixture_close (&f);
}

static void
test_hiding_says_where_it_still_is (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  SELECT (&f, "shop");
  g_assert_true (tb_editor_run (f.editor, "hide"));
  g_assert_cmpstr (f.message, ==,
                   "Shop is no longer shown in Overview; it stays in the architecture.");
  g_assert_nonnull (tb_model_lookup (tb_document_model (f.document), "shop"));
  g_assert_cmpuint (fixture_selected (&f), ==, 0);
  assert_undone (&f, before);
  tb_document_begin (f.document, "View", NULL);
  TbUid root = tb_element_uid (tb_model_root (tb_document_model (f.document)));
  tb_document_insert (f.document, TB_KIND_VIEW, "second", root, G_MAXUINT);
  tb_document_commit (f.document);
  SELECT (&f, "shop");
  g_assert_true (tb_editor_run (f.editor, "hide"));
  g_assert_cmpstr (f.message, ==,
                   "Shop is no longer shown in Overview; it is still in 1 other view.");
  fixture_close (&f);
}

static void
test_hidden_elements_come_back_where_they_stood (void)
{
  WITH_SHOP;
  TbRect before = fixture_rect (&f, "shop");
  TbUid shop = fixture_uid (&f, "shop");
  tb_editor_hide (f.editor, &shop, 1);
  tb_editor_show (f.editor, &shop, 1);
  TbRect after = fixture_rect (&f, "shop");
  g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, shop);
  fixture_close (&f);
}

/* ---- Groups and selections ------------------------------------------------------------------- */

static void
test_groups_nest_and_come_apart (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  SELECT (&f, "browser", "shop");
  g_assert_true (tb_editor_run (f.editor, "group"));
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_GROUP), ==, "group");
  SELECT (&f, "shop");
  g_assert_true (tb_editor_run (f.editor, "group"));
  g_assert_cmpstr (fixture_get (&f, "group-2", TB_PROP_PARENT), ==, "group");
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_GROUP), ==, "group-2");
  assert_valid (&f);
  SELECT (&f, "shop");
  g_assert_true (tb_editor_run (f.editor, "ungroup"));
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_GROUP), ==, "group");
  SELECT (&f, "group");
  g_assert_true (tb_editor_run (f.editor, "ungroup"));
  g_assert_cmpuint (fixture_uid (&f, "group"), ==, 0);
  g_assert_false (tb_element_is_set (tb_model_lookup (tb_document_model (f.document), "shop"),
                                     TB_PROP_GROUP));
  assert_valid (&f);
  for (guint i = 0; i < 4; i++)
    g_assert_true (tb_document_undo (f.document));
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  fixture_close (&f);
}

static void
test_a_group_and_its_members_move_as_one (void)
{
  WITH_SHOP;
  SELECT (&f, "browser", "shop");
  g_assert_true (tb_editor_run (f.editor, "group"));
  SELECT (&f, "group", "shop", "orders");
  g_assert_true (tb_editor_run (f.editor, "group"));
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_GROUP), ==, "group");
  g_assert_cmpstr (fixture_get (&f, "group", TB_PROP_PARENT), ==, "group-2");
  g_assert_cmpstr (fixture_get (&f, "orders", TB_PROP_GROUP), ==, "group-2");
  fixture_close (&f);
}

static void
test_selecting_what_is_alike_or_connected (void)
{
  static const struct
  {
    const char *start, *command;
    guint n;
    const char *one;
  } rows[] = {
    { "shop", "select-kind", 1, "shop" },       { "app", "select-kind", 2, "db" },
    { "app", "select-tier", 1, "shop" },        { "shop", "select-links", 1, "browse" },
    { "shop", "select-neighbours", 2, "browser" }, { "browse", "select-neighbours", 3, "browser" },
    { "shop", "select-invert", 3, "remark" },   { "app", "select-invert", 1, "db" },
  };
  WITH_SHOP;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SELECT (&f, rows[i].start);
      g_assert_true (tb_editor_run (f.editor, rows[i].command));
      g_assert_cmpuint (fixture_selected (&f), ==, rows[i].n);
      g_assert_true (tb_editor_is_selected (f.editor, fixture_uid (&f, rows[i].one)));
    }
  SELECT (&f, "shop");
  g_assert_false (tb_editor_run (f.editor, "select-tag"));
  tb_editor_set (f.editor, fixture_uid (&f, "shop"), TB_PROP_TAGS, "core slow", NULL);
  tb_editor_set (f.editor, fixture_uid (&f, "orders"), TB_PROP_TAGS, "slow", NULL);
  g_assert_true (tb_editor_run (f.editor, "select-tag"));
  g_assert_cmpuint (fixture_selected (&f), ==, 2);
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/edit/clip/" #name, test_##name)
  TEST (a_copy_is_an_architecture_with_what_it_names);
  TEST (a_container_takes_its_members_along);
  TEST (links_alone_are_nothing_to_copy);
  TEST (what_is_shown_is_pasted_as_a_copy);
  TEST (pasting_again_and_again_covers_nothing);
  TEST (one_card_stays_in_its_tier);
  TEST (pasted_at_the_pointer_it_belongs_there);
  TEST (what_is_hidden_is_shown_as_the_same_element);
  TEST (what_another_view_has_can_be_shown_in_this_one);
  TEST (as_copy_gives_containers_of_its_own);
  TEST (cut_and_paste_keeps_ids);
  TEST (missing_containers_come_along);
  TEST (calls_and_devices_follow);
  TEST (foreign_text_becomes_a_note);
  TEST (long_text_is_cut_and_said);
  TEST (right_to_left_and_wide_text_is_kept);
  TEST (hostile_xml_is_refused_in_words);
  TEST (huge_pastes_are_refused);
  TEST (deleting_says_what_went);
  TEST (hiding_says_where_it_still_is);
  TEST (hidden_elements_come_back_where_they_stood);
  TEST (groups_nest_and_come_apart);
  TEST (a_group_and_its_members_move_as_one);
  TEST (selecting_what_is_alike_or_connected);
  return g_test_run ();
}
