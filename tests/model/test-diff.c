/* Differences and how they are said. */
#include "model-test.h"

#include "tb-diff.h"

static TbDocument *
read_inner (const char *inner)
{
  g_autofree char *xml = g_strconcat (OPEN, inner, "</architecture>", NULL);
  return read_good (xml);
}

/* All sentences from one to the other, a line each. */
static void
assert_said (const char *from, const char *to, const char *lines)
{
  g_autoptr (TbDocument) a = read_inner (from);
  g_autoptr (TbDocument) b = read_inner (to);
  const TbModel *x = tb_document_model (a), *y = tb_document_model (b);
  g_autoptr (GPtrArray) diffs = tb_model_diff (x, y);
  g_autoptr (GString) said = g_string_new (NULL);
  for (guint i = 0; i < diffs->len; i++)
    {
      g_autofree char *sentence = tb_diff_sentence (x, y, diffs->pdata[i]);
      g_string_append_printf (said, "%s%s", i > 0 ? "\n" : "", sentence);
    }
  g_assert_cmpstr (said->str, ==, lines);
}

#define TIERS "<tier id='app' name='Application'/><tier id='db' name='Data'/>"
#define SHOP "<component id='shop' kind='server' name='Shop'/>"
#define ORDERS "<component id='orders' kind='store' name='Orders' tier='db'/>"

static void
test_the_same_says_nothing (void)
{
  assert_said ("", "", "");
  assert_said (TIERS SHOP ORDERS, TIERS SHOP ORDERS, "");
}

static void
test_values_are_said_with_before_and_after (void)
{
  assert_said ("<component id='o' kind='store' name='Orders'/>",
               "<component id='o' kind='store' name='Orders' replicas='3'/>",
               "Orders: replicas 1 → 3");
  assert_said ("<component id='o' kind='store' threads='single'/>", "<component id='o' kind='cache'/>",
               "o: kind store → cache\no: threads single → nothing");
  assert_said ("<layer id='l' name='Top'/>", "<layer id='l' name='Upper'/>",
               "layer Upper: name “Top” → “Upper”");
}

static void
test_parts_are_said_with_their_owner (void)
{
  assert_said (SHOP, "<component id='shop' kind='server' name='Shop'><service name='web' port='80'/>"
                     "</component>",
               "Shop: new service web");
  assert_said ("<component id='shop' kind='server' name='Shop'><service name='web' port='80'/>"
               "</component>",
               "<component id='shop' kind='server' name='Shop'><service name='web' port='81'/>"
               "</component>",
               "Shop, service web: port 80 → 81");
  assert_said ("<component id='c' kind='client'><builtin think='5ms'/></component>",
               "<component id='c' kind='client'><builtin think='6ms'/></component>",
               "c, built-in: think time 5ms → 6ms");
}

static void
test_what_is_new_and_gone_is_said_once_whole (void)
{
  assert_said (TIERS SHOP, TIERS SHOP ORDERS, "new store Orders in Data");
  assert_said (TIERS SHOP ORDERS, TIERS SHOP ORDERS "<link id='save' from='shop' to='orders'/>",
               "new link save from Shop to Orders");
  assert_said (TIERS SHOP ORDERS "<link id='save' from='shop' to='orders'/>", TIERS SHOP ORDERS,
               "removed link save from Shop to Orders");
  assert_said ("", "<component id='c' kind='client'><builtin><call link='l'/></builtin></component>",
               "new client c");
}

static void
test_moves_name_the_containers (void)
{
  assert_said (TIERS "<component id='c' kind='cache' name='Cache' tier='app'/>",
               TIERS "<component id='c' kind='cache' name='Cache' tier='db'/>",
               "Cache moved from Application to Data");
  assert_said (TIERS "<component id='c' kind='cache' name='Cache'/>",
               TIERS "<component id='c' kind='cache' name='Cache' tier='db'/>",
               "Cache put into tier Data");
  assert_said (TIERS "<component id='c' kind='cache' name='Cache' tier='db'/>",
               TIERS "<component id='c' kind='cache' name='Cache'/>",
               "Cache taken out of tier Data");
  assert_said ("<tier id='t'><device id='d'/></tier><tier id='u'/>",
               "<tier id='t'/><tier id='u'><device id='d'/></tier>", "d moved from t to u");
  assert_said ("<group id='g' name='G'/><group id='h'/>", "<group id='g' name='G'/><group id='h' parent='g'/>",
               "h put into group G");
}

static void
test_order_is_said_by_the_fewest_moves (void)
{
  assert_said ("<layer id='a'/><layer id='b'/><layer id='c'/><layer id='d'/>",
               "<layer id='d'/><layer id='a'/><layer id='b'/><layer id='c'/>",
               "layer d now comes first");
  assert_said ("<layer id='a'/><layer id='b'/><layer id='c'/>",
               "<layer id='b'/><layer id='c'/><layer id='a'/>", "layer a now comes after c");
}

static void
test_places_are_apart_from_meaning (void)
{
  g_autoptr (TbDocument) a = read_inner (SHOP "<view id='v' name='Overview'><place of='shop' x='1' y='2'/></view>");
  g_autoptr (TbDocument) b = read_inner (SHOP "<view id='v' name='Overview'><place of='shop' x='5' y='9'/></view>");
  const TbModel *x = tb_document_model (a), *y = tb_document_model (b);
  g_autoptr (GPtrArray) diffs = tb_model_diff (x, y);
  g_assert_cmpuint (diffs->len, ==, 1);
  const TbDiff *diff = diffs->pdata[0];
  g_assert_cmpint (diff->op, ==, TB_DIFF_PLACED);
  g_assert_true (diff->layout);
  g_assert_cmpstr (diff->before, ==, "1 2");
  g_assert_cmpstr (diff->after, ==, "5 9");
  g_assert_cmpuint (diff->owner_b, ==, uid_of (b, "shop"));
  g_assert_cmpuint (diff->view, ==, uid_of (b, "v"));
  g_autofree char *sentence = tb_diff_sentence (x, y, diff);
  g_assert_cmpstr (sentence, ==, "Shop moved in view Overview");
}

static void
test_comments_are_told (void)
{
  assert_said (SHOP, "<!-- why -->" SHOP, "Shop: comments or foreign content changed");
}

static void
test_long_values_are_not_repeated (void)
{
  assert_said ("<note id='n'>one</note>", "<note id='n'>one\ntwo</note>", "note n: text changed");
}

static void
test_an_id_that_is_another_kind_now_is_gone_and_new (void)
{
  assert_said ("<tier id='x' name='X'/>", "<layer id='x' name='X'/>", "removed tier X\nnew layer X");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/diff/" #name, test_##name)
  TEST (the_same_says_nothing);
  TEST (values_are_said_with_before_and_after);
  TEST (parts_are_said_with_their_owner);
  TEST (what_is_new_and_gone_is_said_once_whole);
  TEST (moves_name_the_containers);
  TEST (order_is_said_by_the_fewest_moves);
  TEST (places_are_apart_from_meaning);
  TEST (comments_are_told);
  TEST (long_values_are_not_repeated);
  TEST (an_id_that_is_another_kind_now_is_gone_and_new);
  return g_test_run ();
}
