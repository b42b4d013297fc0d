/* The one grammar of names, and ids for new elements. */
#include "model-test.h"

#include <time.h>

static void
assert_round_trip (const char *text, TbNameForm form)
{
  TbName name;
  g_assert_true (tb_name_parse (text, &name, NULL));
  g_assert_cmpint (name.form, ==, form);
  g_autofree char *again = tb_name_format (&name);
  g_assert_cmpstr (again, ==, text);
}

static void
test_every_form_is_read_and_written (void)
{
  assert_round_trip ("orders", TB_NAME_ELEMENT);
  assert_round_trip ("orders/1", TB_NAME_INSTANCE);
  assert_round_trip ("orders/12", TB_NAME_INSTANCE);
  assert_round_trip ("orders/leader", TB_NAME_ROLE);
  assert_round_trip ("save[1>2]", TB_NAME_INSTANCE_LINK);
  assert_round_trip ("orders.replicas", TB_NAME_REPLICAS);
  assert_round_trip ("orders.replicas[3>1]", TB_NAME_REPLICAS);
}

static void
test_the_parts_are_given (void)
{
  TbName name;
  g_assert_true (tb_name_parse ("save[10>2]", &name, NULL));
  g_assert_cmpstr (name.id, ==, "save");
  g_assert_cmpuint (name.from, ==, 10);
  g_assert_cmpuint (name.to, ==, 2);
  g_assert_true (tb_name_parse ("orders/leader", &name, NULL));
  g_assert_cmpstr (name.role, ==, "leader");
}

static void
test_anything_else_is_no_name (void)
{
  static const char *const bad[]
    = { "",          "Orders",    "1a",        "orders/",       "orders/0",    "orders/01",
        "orders/1x", "orders/1/2", "save[]",   "save[1>]",      "save[0>1]",   "save[1-2]",
        "save[1>2",  "a.b",       "a.replicasx", "a.replicas[1]", "a b",        "orders/99999999999",
        "-a",        "a_b",       "ä" };
  TbName name = { .from = 7 };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      if (tb_name_parse (bad[i], &name, &error))
        g_error ("“%s” was taken for a name", bad[i]);
      g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_NAME);
    }
  g_assert_cmpuint (name.from, ==, 7); /* untouched */
}

static void
test_an_id_fits_into_a_name (void)
{
  g_autofree char *longest = g_strnfill (127, 'a');
  g_autofree char *longer = g_strnfill (128, 'a');
  TbName name;
  g_assert_true (tb_id_is_valid (longest));
  g_assert_true (tb_name_parse (longest, &name, NULL));
  g_assert_false (tb_id_is_valid (longer));
  g_assert_false (tb_name_parse (longer, &name, NULL));
}

static void
assert_made (TbDocument *document, const char *title, const char *expected)
{
  g_autofree char *id
    = tb_model_make_id (tb_document_model (document), TB_KIND_COMPONENT, title);
  g_assert_cmpstr (id, ==, expected);
  g_assert_true (tb_id_is_valid (id));
}

static void
test_ids_are_made_from_titles (void)
{
  g_autoptr (TbDocument) document = read_good (OPEN "<layer id='shop'/></architecture>");
  assert_made (document, "Web shop", "web-shop");
  assert_made (document, "Shop", "shop-2");
  assert_made (document, "  3 Überträger & Söhne! ", "ubertrager-sohne");
  assert_made (document, "日本", "component");
  assert_made (document, "", "component");
  assert_made (document, NULL, "component");
  assert_made (document, "\xff\xfe", "component");
}

static void
test_thousands_of_ids_of_one_title_are_made_quickly (void)
{
  g_autoptr (TbDocument) document = tb_document_new ("Many");
  TbUid root = root_of (document);
  clock_t start = clock ();
  tb_document_begin (document, "Add", NULL);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *id = tb_model_make_id (tb_document_model (document), TB_KIND_NOTE, "Note");
      tb_document_insert (document, TB_KIND_NOTE, id, root, G_MAXUINT);
    }
  tb_document_commit (document);
  g_assert_nonnull (tb_model_lookup (tb_document_model (document), "note-5000"));
  g_assert_cmpint (clock () - start, <, 2 * CLOCKS_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/names/" #name, test_##name)
  TEST (every_form_is_read_and_written);
  TEST (the_parts_are_given);
  TEST (anything_else_is_no_name);
  TEST (an_id_fits_into_a_name);
  TEST (ids_are_made_from_titles);
  TEST (thousands_of_ids_of_one_title_are_made_quickly);
  return g_test_run ();
}
