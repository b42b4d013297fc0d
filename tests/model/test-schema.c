/* The schema table itself, and values of its types. */
#include "model-test.h"

#include "schema-private.h"

static const TbPropSpec *
spec (TbKind kind, TbProp prop)
{
  const TbPropSpec *found = tb_schema_prop (kind, prop);
  g_assert_nonnull (found);
  return found;
}

static void
assert_value (const TbPropSpec *row, const char *text, const char *canonical)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (tb_schema_validate (row, text, &error));
  g_assert_no_error (error);
  g_autofree char *out = tb_schema_canonical (row, text);
  g_assert_cmpstr (out, ==, canonical);
}

static void
assert_no_value (const TbPropSpec *row, const char *text, const char *words)
{
  g_autoptr (GError) error = NULL;
  if (tb_schema_validate (row, text, &error))
    g_error ("“%s” was taken for a %s", text, row->name);
  g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” lacks “%s”", error->message, words);
}

/* ---- The table ------------------------------------------------------------------------------- */

static void
check_row (const TbKindSpec *kind, const TbPropSpec *row)
{
  g_assert_nonnull (row->name);
  g_assert_true (row->label != NULL && g_ascii_isupper (*row->label));
  g_assert_true (row->help != NULL && g_str_has_suffix (row->help, "."));
  g_assert_true (g_ascii_isupper (*row->help));
  g_assert_true (row->type != TB_TYPE_ENUM || row->choices != NULL);
  g_assert_true ((row->type == TB_TYPE_REF || row->type == TB_TYPE_REFS) == (row->ref_kinds != 0));
  g_assert_true (tb_schema_prop (kind->kind, row->prop) == row);
  g_assert_true (tb_schema_prop_from_name (kind->kind, row->name) == row);
  if (row->default_text != NULL)
    {
      g_assert_true (tb_schema_validate (row, row->default_text, NULL));
      g_assert_false (row->required);
    }
}

static void
test_every_row_is_whole (void)
{
  for (guint k = TB_KIND_NONE + 1; k < TB_N_KINDS; k++)
    {
      const TbKindSpec *kind = tb_schema_kind ((TbKind) k);
      g_assert_true (kind->kind == k && kind->name != NULL && kind->label != NULL);
      g_assert_true (g_str_has_suffix (kind->help, "."));
      g_assert_true ((kind->parents == 0) == (k == TB_KIND_ARCHITECTURE));
      g_assert_cmpint (tb_schema_kind_from_name (kind->name), ==, (int) k);
      for (guint i = 0; i < kind->n_props; i++)
        check_row (kind, &kind->props[i]);
    }
}

/* "The same name means the same thing wherever it stands" */
static void
test_a_name_has_one_type (void)
{
  for (guint prop = TB_PROP_NONE + 1; prop < TB_N_PROPS; prop++)
    {
      const TbPropSpec *first = NULL;
      for (guint k = TB_KIND_NONE + 1; k < TB_N_KINDS; k++)
        {
          const TbPropSpec *row = tb_schema_prop ((TbKind) k, (TbProp) prop);
          if (row == NULL)
            continue;
          if (first == NULL)
            first = row;
          /* A rule's callers are meant by words, a link's are named. */
          gboolean refers = row->type == TB_TYPE_REF || row->type == TB_TYPE_NAME || k == TB_KIND_RULE;
          g_assert_true (row->type == first->type || (refers && prop != TB_PROP_ID));
        }
      g_assert_nonnull (first); /* every name is used */
    }
}

static void
test_kinds_of_another_have_no_property (void)
{
  g_assert_null (tb_schema_prop (TB_KIND_LAYER, TB_PROP_REPLICAS));
  g_assert_null (tb_schema_prop_from_name (TB_KIND_LAYER, "replicas"));
  g_assert_null (tb_schema_prop_from_name (TB_KIND_LAYER, "nonsense"));
  g_assert_cmpint (tb_schema_kind_from_name ("nonsense"), ==, TB_KIND_NONE);
}

static void
test_roles_are_the_kinds_of_components (void)
{
  const char *choices = spec (TB_KIND_COMPONENT, TB_PROP_KIND)->choices;
  g_auto (GStrv) words = g_strsplit (choices, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, TB_N_ROLES);
  for (guint role = 0; role < TB_N_ROLES; role++)
    g_assert_cmpstr (words[role], ==, tb_role_name ((TbRole) role));
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void
test_numbers (void)
{
  const TbPropSpec *replicas = spec (TB_KIND_COMPONENT, TB_PROP_REPLICAS);
  assert_value (replicas, " 007 ", "7");
  assert_no_value (replicas, "0", "a whole number from 1 to 1000");
  assert_no_value (replicas, "1.5", "a whole number");
  assert_no_value (replicas, "-1", "a whole number");
  assert_no_value (replicas, "", "a whole number");
  assert_no_value (replicas, "99999999999999999999999", "a whole number");
  const TbPropSpec *x = spec (TB_KIND_PLACE, TB_PROP_X);
  assert_value (x, "-0.50", "-0.5");
  assert_value (x, "-0", "0");
  assert_value (x, "10.00", "10");
  assert_no_value (x, "1e3", "a number");
  assert_no_value (x, "0x10", "a number");
  assert_no_value (x, "nan", "a number");
  assert_no_value (x, ".5", "a number");
  assert_no_value (x, "5.", "a number");
}

static void
test_times (void)
{
  const TbPropSpec *timeout = spec (TB_KIND_LINK, TB_PROP_TIMEOUT);
  assert_value (timeout, " 01.50s ", "1.5s");
  assert_value (timeout, "250µs", "250us");
  assert_no_value (timeout, "5", "a duration such as 250us");
  assert_no_value (timeout, "5 s", "a duration");
  assert_no_value (timeout, "-5s", "a duration");
  const TbPropSpec *work = spec (TB_KIND_BUILTIN, TB_PROP_WORK);
  assert_value (work, "wait  exponential 2.0ms", "wait exponential 2ms");
  assert_value (work, "cpu 5ms", "cpu 5ms");
  assert_value (work, "uniform 1ms 3ms", "uniform 1ms 3ms");
  assert_no_value (work, "sleep 5ms", "wait exponential 2ms");
  const TbPropSpec *think = spec (TB_KIND_BUILTIN, TB_PROP_THINK);
  assert_no_value (think, "wait 5ms", "exponential 20ms");
}

static void
test_words (void)
{
  const TbPropSpec *call = spec (TB_KIND_LINK, TB_PROP_CALL);
  assert_value (call, " async ", "async");
  assert_no_value (call, "asinc", "did you mean async?");
  assert_no_value (call, "sync async", "sync or async");
  assert_no_value (call, "", "sync or async");
  const TbPropSpec *threads = spec (TB_KIND_COMPONENT, TB_PROP_THREADS);
  assert_value (threads, "pool   08", "pool 8");
  assert_no_value (threads, "pool", "pool 8");
  assert_no_value (threads, "pool 0", "pool 8");
  const TbPropSpec *services = spec (TB_KIND_MIDDLEWARE, TB_PROP_SERVICES);
  assert_value (services, "naming\n transactions", "naming transactions");
  assert_no_value (services, "naming magic", "words among naming");
  const TbPropSpec *durable = spec (TB_KIND_COMPONENT, TB_PROP_DURABLE);
  assert_no_value (durable, "true", "yes or no");
}

static void
test_other_values (void)
{
  const TbPropSpec *colour = spec (TB_KIND_GROUP, TB_PROP_COLOUR);
  assert_value (colour, "#1F5FD0", "#1f5fd0");
  assert_no_value (colour, "red", "#1f5fd0");
  const TbPropSpec *least = spec (TB_KIND_EXPECT, TB_PROP_AT_LEAST);
  assert_value (least, "99.90%", "99.9%");
  assert_value (least, "200ms", "200ms");
  assert_no_value (least, "much", "a percentage");
  const TbPropSpec *name = spec (TB_KIND_LAYER, TB_PROP_NAME);
  assert_value (name, " as it is ", " as it is ");
  assert_no_value (name, "\x01", "control characters");
  assert_no_value (name, "\xff", "control characters");
  assert_no_value (name, "\xef\xbf\xbf", "control characters");
  const TbPropSpec *layer = spec (TB_KIND_COMPONENT, TB_PROP_LAYER);
  assert_value (layer, " a  b ", "a b");
  assert_no_value (layer, "a B", "ids separated by blanks");
}

static void
test_long_findings_are_cut (void)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autoptr (GError) error = NULL;
  g_assert_false (tb_schema_validate (spec (TB_KIND_LINK, TB_PROP_TIMEOUT), long_text, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

static void
test_near_words_are_found (void)
{
  static const char *const words[] = { "client", "server", "store" };
  g_assert_cmpstr (tb_nearest_word ("sever", words, 3), ==, "server");
  g_assert_cmpstr (tb_nearest_word ("sotre", words, 3), ==, "store");
  g_assert_null (tb_nearest_word ("banana", words, 3));
  g_assert_null (tb_nearest_word ("", words, 3));
  g_assert_null (tb_nearest_word ("x", words, 0));
}

/* ---- What is made from it -------------------------------------------------------------------- */

static void
assert_current (const char *path, const char *made)
{
  g_autofree char *committed = NULL;
  g_assert_true (g_file_get_contents (path, &committed, NULL, NULL));
  if (strcmp (committed, made) != 0)
    g_error ("%s is out of date: script/update-schema", path);
}

static void
test_the_committed_schema_is_current (void)
{
  g_autofree char *path = tb_data_path ("tierboard.rng");
  g_autofree char *made = tb_schema_to_rng ();
  assert_current (path, made);
}

static void
test_the_committed_dictionary_is_current (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "fuzz", "xml.dict", NULL);
  g_autofree char *made = tb_schema_to_dictionary ();
  assert_current (path, made);
}

static void
test_the_committed_page_is_current (void)
{
  g_autofree char *path
    = g_test_build_filename (G_TEST_DIST, "..", "..", "docs", "file-format.md", NULL);
  g_autofree char *made = tb_schema_to_markdown ();
  assert_current (path, made);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/schema/" #name, test_##name)
  TEST (every_row_is_whole);
  TEST (a_name_has_one_type);
  TEST (kinds_of_another_have_no_property);
  TEST (roles_are_the_kinds_of_components);
  TEST (numbers);
  TEST (times);
  TEST (words);
  TEST (other_values);
  TEST (long_findings_are_cut);
  TEST (near_words_are_found);
  TEST (the_committed_schema_is_current);
  TEST (the_committed_dictionary_is_current);
  TEST (the_committed_page_is_current);
  return g_test_run ();
}
