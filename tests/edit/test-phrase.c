/* New elements by typing. */
#include "fixture.h"
#include "tb-phrase.h"

#define WITH_SHOP                                                                                  \
  Fixture f;                                                                                       \
  fixture_open (&f, fixture_shop)

static TbUid
make (Fixture *f, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPhrase) phrase = tb_phrase_parse (f->editor, line);
  TbUid uid = tb_editor_create_phrase (f->editor, phrase, &error);
  if (error != NULL)
    g_error ("%s: %s", line, error->message);
  return uid;
}

static void
expect_problem (Fixture *f, const char *line, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPhrase) phrase = tb_phrase_parse (f->editor, line);
  g_autofree char *before = fixture_xml (f);
  if (tb_phrase_problem (phrase) == NULL || strstr (tb_phrase_problem (phrase), words) == NULL)
    g_error ("%s: “%s” is not about %s", line, tb_phrase_problem (phrase), words);
  g_assert_cmpuint (tb_editor_create_phrase (f->editor, phrase, &error), ==, 0);
  g_assert_nonnull (error);
  g_autofree char *after = fixture_xml (f);
  g_assert_cmpstr (before, ==, after);
}

static void
test_kind_name_home_and_settings (void)
{
  WITH_SHOP;
  make (&f, "server Cart in App threads=pool 8 state=stateless work=cpu 5ms port=81");
  g_assert_cmpstr (fixture_get (&f, "cart", TB_PROP_NAME), ==, "Cart");
  g_assert_cmpstr (fixture_get (&f, "cart", TB_PROP_TIER), ==, "app");
  g_assert_cmpstr (fixture_get (&f, "cart", TB_PROP_THREADS), ==, "pool 8");
  const TbElement *cart = tb_model_lookup (tb_document_model (f.document), "cart");
  g_assert_cmpstr (tb_element_get (tb_element_child_of (cart, TB_KIND_BUILTIN), TB_PROP_WORK), ==,
                   "cpu 5ms");
  g_assert_cmpstr (tb_element_get (tb_element_child_of (cart, TB_KIND_SERVICE), TB_PROP_PORT), ==,
                   "81");
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "cart"));
  fixture_close (&f);
}

static void
test_it_is_one_undo_step_that_moves_nothing (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  TbRect was = fixture_rect (&f, "shop");
  make (&f, "3 servers Cart in App");
  TbRect is = fixture_rect (&f, "shop"), cart = fixture_rect (&f, "cart");
  g_assert_true (was.x == is.x && was.y == is.y);
  g_assert_false (tb_rect_intersects (&cart, &is));
  g_assert_cmpstr (fixture_get (&f, "cart", TB_PROP_REPLICAS), ==, "3");
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Add Server Cart");
  tb_document_undo (f.document);
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (before, ==, after);
  fixture_close (&f);
}

static void
test_parts_go_into_what_is_selected (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  make (&f, "device app-1 cores=2");
  make (&f, "device app-2");
  const TbElement *app = tb_model_lookup (tb_document_model (f.document), "app");
  g_assert_cmpuint (tb_element_n_children (app), ==, 2);
  g_assert_cmpstr (tb_element_id (tb_element_child (app, 1)), ==, "app-2");
  g_assert_false (tb_element_is_set (tb_element_child (app, 0), TB_PROP_NAME));
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "app"));
  fixture_close (&f);
}

static void
test_calls_go_into_the_built_in (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "browser"));
  make (&f, "builtin think=exponential 40ms");
  make (&f, "call browse op=write share=0.3 path=/cart");
  const TbElement *browser = tb_model_lookup (tb_document_model (f.document), "browser");
  const TbElement *call = tb_element_child_of (tb_element_child_of (browser, TB_KIND_BUILTIN),
                                               TB_KIND_CALL);
  g_assert_cmpstr (tb_element_get (call, TB_PROP_LINK), ==, "browse");
  g_assert_cmpstr (tb_element_get (call, TB_PROP_PATH), ==, "/cart");
  fixture_close (&f);
}

static void
test_links_between_names (void)
{
  WITH_SHOP;
  make (&f, "link Shop to Orders timeout=500ms retries=1 name=Save");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_FROM), ==, "shop");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_TO), ==, "orders");
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_RETRIES), ==, "1");
  expect_problem (&f, "link Shop to Orders", "every service");
  expect_problem (&f, "link Shop to Browser", "client");
  expect_problem (&f, "link Shop", "between which");
  fixture_close (&f);
}

static void
test_names_of_any_script (void)
{
  WITH_SHOP;
  g_autofree char *long_name = g_strnfill (200, 'x');
  g_autofree char *line = g_strconcat ("server ", long_name, NULL);
  TbUid hebrew = make (&f, "server חנות ספרים in App"), chinese = make (&f, "store 訂單");
  TbUid much = make (&f, line);
  const TbModel *model = tb_document_model (f.document);
  g_assert_cmpstr (tb_element_title (tb_model_get (model, hebrew)), ==, "חנות ספרים");
  g_assert_cmpstr (tb_element_title (tb_model_get (model, chinese)), ==, "訂單");
  g_assert_cmpstr (tb_element_title (tb_model_get (model, much)), ==, long_name);
  g_assert_true (tb_id_is_valid (tb_element_id (tb_model_get (model, hebrew))));
  fixture_close (&f);
}

static void
test_what_cannot_be_is_said_and_changes_nothing (void)
{
  static const struct
  {
    const char *line, *words;
  } rows[] = {
    { "", "Say what it is" },
    { "sausage Fred", "no kind" },
    { "server Cart in Nowhere", "no tier, layer or group called “Nowhere”" },
    { "server Cart replicas=many", "Replicas" },
    { "server Cart id=shop", "taken" },
    { "server Cart id=NO", "id" },
    { "0 servers", "1 to 1000" },
    { "99999999999999999999 servers", "1 to 1000" },
    { "3 tiers", "replicas" },
    { "device app-1", "Select first" },
    { "call nothing", "Select first" },
    { "place shop", "no kind" },
    { "style Fred", "no name" },
  };
  WITH_SHOP;
  tb_editor_select_one (f.editor, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    expect_problem (&f, rows[i].line, rows[i].words);
  tb_editor_select_one (f.editor, fixture_uid (&f, "shop"));
  expect_problem (&f, "device app-1", "takes no device");
  fixture_close (&f);
}

static void
test_sentences_say_what_comes (void)
{
  WITH_SHOP;
  g_autoptr (TbPhrase) phrase = tb_phrase_parse (f.editor, "3 servers Cart in app");
  g_autofree char *words = tb_phrase_sentence (phrase);
  g_assert_cmpstr (words, ==, "Server “Cart” in App, 3 replicas");
  fixture_close (&f);
}

/* ---- Completions ----------------------------------------------------------------------------- */

static gboolean
offers (Fixture *f, const char *line, const char *text)
{
  g_autoptr (GPtrArray) rows = tb_phrase_complete (f->editor, line);
  for (guint i = 0; i < rows->len; i++)
    if (g_str_equal (((TbCompletion *) rows->pdata[i])->text, text))
      return TRUE;
  return FALSE;
}

static void
test_completions_go_on_where_the_line_ends (void)
{
  static const struct
  {
    const char *line, *text;
  } rows[] = {
    { "", "server " },
    { "ser", "server " },
    { "3 cl", "3 client " },
    { "server Cart i", "server Cart in " },
    { "server Cart in ", "server Cart in App " },
    { "server Cart in app, d", "server Cart in app, Data " },
    { "server Cart in app thr", "server Cart in app threads=" },
    { "server Cart state=", "server Cart state=stateless " },
    { "server Cart tier=A", "server Cart tier=app " },
    { "server Cart thi", "server Cart think=" },
    { "link Shop to Orders ret", "link Shop to Orders retries=" },
  };
  WITH_SHOP;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!offers (&f, rows[i].line, rows[i].text))
      g_error ("“%s” does not go on as “%s”", rows[i].line, rows[i].text);
  g_assert_false (offers (&f, "", "device "));
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  g_assert_true (offers (&f, "", "device "));
  fixture_close (&f);
}

static void
test_fuzzy_prefers_whole_words_and_beginnings (void)
{
  g_assert_cmpint (tb_fuzzy_score ("Select All", "xyz"), ==, 0);
  g_assert_cmpint (tb_fuzzy_score ("Select All", "sa"), >, tb_fuzzy_score ("Disaster", "sa"));
  g_assert_cmpint (tb_fuzzy_score ("Orders", "orders"), >, tb_fuzzy_score ("Old orders", "orders"));
  g_assert_cmpint (tb_fuzzy_score ("Orders", "ord"), >, tb_fuzzy_score ("Borders", "ord"));
  g_assert_cmpint (tb_fuzzy_score ("Zoom In", "zi"), >, tb_fuzzy_score ("Resizing", "zi"));
  g_assert_cmpint (tb_fuzzy_score ("Café", "CAFE"), >, 0);
  g_assert_cmpint (tb_fuzzy_score ("訂單服務", "訂服"), >, 0);
  g_assert_cmpint (tb_fuzzy_score ("anything", ""), >, 0);
}

/* ---- The whole example ----------------------------------------------------------------------- */

static const char *const three_tier[] = {
  "layer Presentation", "layer Application", "layer Data",
  "tier Client devices id=clients", "tier Application servers id=app", "device app-1 cores=2",
  "device app-2 cores=2", "device app-3 cores=2", "tier Messaging", "tier Data servers id=db",
  "device db-1 cores=2",
  "middleware HTTP and JSON id=http call=both language=any standard=open services=messaging",
  "4 clients Browser in clients, presentation threads=pool 2 think=exponential 40ms keys=100",
  "balancer Balancer in app, application threads=pool 16",
  "3 servers Shop in app, application threads=pool 8 state=stateless keys=100",
  NULL
};

static void
test_layers_and_tiers_of_the_example (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"Web shop\"/>");
  for (guint i = 0; three_tier[i] != NULL; i++)
    make (&f, three_tier[i]);
  g_assert_cmpstr (fixture_get (&f, "browser", TB_PROP_LAYER), ==, "presentation");
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_TIER), ==, "app");
  g_assert_cmpuint (tb_element_n_children (
                        tb_model_lookup (tb_document_model (f.document), "app")), ==, 3);
  g_assert_cmpstr (fixture_get (&f, "http", TB_PROP_NAME), ==, "HTTP and JSON");
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (f.document), problems);
  g_assert_false (tb_problems_have_error (problems));
  fixture_close (&f);
}

/* Whatever is typed, nothing breaks and a problem leaves no trace. */
static void
test_any_line_is_read (void)
{
  static const char *const words[] = { "server", "in", "=", "link", " to ", "3", ",", "and", "id=",
                                       "\"", "shop", "call", "é", "訂", "retries=", "-", "device" };
  guint32 seed = g_random_int ();
  g_test_message ("seed %u", seed);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  WITH_SHOP;
  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) line = g_string_new (NULL);
      for (int n = g_rand_int_range (rand, 0, 8); n > 0; n--)
        g_string_append_printf (line, "%s%s", words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))],
                                g_rand_boolean (rand) ? " " : "");
      G_GNUC_UNUSED g_autoptr (GPtrArray) rows
        = tb_phrase_complete (f.editor, line->str);
      g_autoptr (TbPhrase) phrase = tb_phrase_parse (f.editor, line->str);
      g_assert_nonnull (rows);
      g_autofree char *sentence = tb_phrase_problem (phrase) ? NULL : tb_phrase_sentence (phrase);
      if (sentence != NULL && tb_editor_create_phrase (f.editor, phrase, NULL) != 0)
        tb_document_undo (f.document);
    }
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/phrase/kind-name-home", test_kind_name_home_and_settings);
  g_test_add_func ("/edit/phrase/one-step", test_it_is_one_undo_step_that_moves_nothing);
  g_test_add_func ("/edit/phrase/parts", test_parts_go_into_what_is_selected);
  g_test_add_func ("/edit/phrase/calls", test_calls_go_into_the_built_in);
  g_test_add_func ("/edit/phrase/links", test_links_between_names);
  g_test_add_func ("/edit/phrase/scripts", test_names_of_any_script);
  g_test_add_func ("/edit/phrase/problems", test_what_cannot_be_is_said_and_changes_nothing);
  g_test_add_func ("/edit/phrase/sentences", test_sentences_say_what_comes);
  g_test_add_func ("/edit/phrase/completions", test_completions_go_on_where_the_line_ends);
  g_test_add_func ("/edit/phrase/fuzzy", test_fuzzy_prefers_whole_words_and_beginnings);
  g_test_add_func ("/edit/phrase/example", test_layers_and_tiers_of_the_example);
  g_test_add_func ("/edit/phrase/any-line", test_any_line_is_read);
  return g_test_run ();
}
