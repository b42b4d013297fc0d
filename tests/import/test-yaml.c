/* YAML as a tree: what is shared, what is refused. */
#include <string.h>

#include "yaml-tree.h"

static TbYamlTree *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  TbYamlTree *tree = tb_yaml_read ("t.yaml", text, strlen (text), &error);
  g_assert_no_error (error);
  return tree;
}

static void
assert_refused (const char *text, gsize size, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_yaml_read ("t.yaml", text, size, &error));
  g_assert_nonnull (error);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
  g_assert_null (strchr (error->message, '\n'));
}

static void
values_have_lines_and_keep_their_order (void)
{
  g_autoptr (TbYamlTree) tree = read_text ("a: 1\nb:\n  - x\n  - {c: 'no', d: ~}\n");
  const TbYaml *list = tb_yaml_get (tree->root, "b");
  g_assert_cmpstr (tb_yaml_key (tree->root, 1), ==, "b");
  g_assert_cmpuint (tb_yaml_nth (list, 1)->line, ==, 4);
  g_assert_cmpstr (tb_yaml_get_text (tb_yaml_nth (list, 1), "c"), ==, "no");
  g_assert_null (tb_yaml_get_text (tb_yaml_nth (list, 1), "d"));
  g_assert_null (tb_yaml_get (tb_yaml_nth (list, 0), "c"));
}

static void
an_alias_is_the_same_node_and_a_merge_key_gives_what_is_not_there (void)
{
  g_autoptr (TbYamlTree) tree = read_text ("base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\n"
                                           "one: *base\ntwo:\n  <<: [*base, *other]\n  a: own\n");
  const TbYaml *two = tb_yaml_get (tree->root, "two");
  g_assert_true (tb_yaml_get (tree->root, "one") == tb_yaml_get (tree->root, "base"));
  g_assert_cmpstr (tb_yaml_get_text (two, "a"), ==, "own");
  g_assert_cmpstr (tb_yaml_get_text (two, "b"), ==, "2");
  g_assert_cmpstr (tb_yaml_get_text (two, "c"), ==, "4");
  g_assert_cmpuint (tb_yaml_n (two), ==, 3);
}

static void
of_a_key_that_stands_twice_the_first_counts (void)
{
  g_autoptr (TbYamlTree) tree = read_text ("a: 1\nb: 2\na: 3\n");
  g_assert_cmpstr (tb_yaml_get_text (tree->root, "a"), ==, "1");
  g_assert_cmpuint (tree->twice->len, ==, 1);
}

static void
words_that_mean_something_do_so_only_without_quotes (void)
{
  g_autoptr (TbYamlTree) tree = read_text ("a: null\nb: 'null'\nc: On\nd: \"\"\n");
  g_assert_true (tb_yaml_is_null (tb_yaml_get (tree->root, "a")));
  g_assert_cmpstr (tb_yaml_get_text (tree->root, "b"), ==, "null");
  g_assert_true (tb_yaml_boolean (tb_yaml_get (tree->root, "c"), FALSE));
  g_assert_cmpstr (tb_yaml_get_text (tree->root, "d"), ==, "");
}

static void
aliases_that_would_fill_the_memory_are_refused (void)
{
  g_autoptr (GString) bomb = g_string_new ("a: &a [x, x, x, x, x, x, x, x, x]\n");
  for (char c = 'b'; c < 'k'; c++)
    {
      g_string_append_printf (bomb, "%c: &%c [", c, c);
      for (int i = 0; i < 9; i++)
        g_string_append_printf (bomb, "%s*%c", i > 0 ? ", " : "", c - 1);
      g_string_append (bomb, "]\n");
    }
  assert_refused (bomb->str, bomb->len, "t.yaml:*aliases*");
}

static void
merge_keys_that_would_fill_the_memory_are_refused (void)
{
  g_autoptr (GString) bomb = g_string_new ("a: &a {");
  for (int i = 0; i < 2000; i++)
    g_string_append_printf (bomb, "k%d: 1, ", i);
  g_string_append (bomb, "z: 1}\n");
  for (int i = 0; i < 1000; i++)
    g_string_append_printf (bomb, "m%d: {<<: *a}\n", i);
  assert_refused (bomb->str, bomb->len, "t.yaml:*merge keys*");
}

static void
what_contains_itself_is_deep_or_unknown_is_refused (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  for (int i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, deep->len, "t.yaml:1:*deep*");
  assert_refused ("a: &a [*a]\n", 11, "t.yaml:1:8: *itself*");
  assert_refused ("a: *b\n", 6, "t.yaml:1:4: *no anchor*");
  assert_refused ("[a]: b\n", 7, "t.yaml:1:*key*");
  assert_refused ("a:\n  <<: 3\n", 11, "t.yaml:2:*merge key*");
}

static void
what_is_no_yaml_is_refused_in_a_sentence_with_its_line (void)
{
  assert_refused ("a: [1, 2\nb", 10, "t.yaml:*");
  assert_refused ("a: \"open\n", 9, "t.yaml:*");
  assert_refused ("a: b: c\n", 8, "t.yaml:1:*");
  assert_refused ("ok: 1\nb: \xff\xfe\n", 12, "t.yaml:2:*");
  assert_refused ("\t- a\n", 5, "t.yaml:1:*");
}

static void
an_empty_document_has_no_root (void)
{
  g_autoptr (TbYamlTree) tree = read_text ("# nothing\n");
  g_assert_null (tree->root);
  g_assert_cmpuint (tb_yaml_n (tree->root), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/yaml/" #name, name)
  TEST (values_have_lines_and_keep_their_order);
  TEST (an_alias_is_the_same_node_and_a_merge_key_gives_what_is_not_there);
  TEST (of_a_key_that_stands_twice_the_first_counts);
  TEST (words_that_mean_something_do_so_only_without_quotes);
  TEST (aliases_that_would_fill_the_memory_are_refused);
  TEST (merge_keys_that_would_fill_the_memory_are_refused);
  TEST (what_contains_itself_is_deep_or_unknown_is_refused);
  TEST (what_is_no_yaml_is_refused_in_a_sentence_with_its_line);
  TEST (an_empty_document_has_no_root);
  return g_test_run ();
}
