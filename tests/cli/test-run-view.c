/* The live table's keys, choice, filter and sparklines: from bytes and frames made by hand. */
#include <string.h>

#include "run-private.h"

/* ---- Keys ------------------------------------------------------------------------------------------- */

static void
collect (TbKey key, gpointer data)
{
  GString *out = data;
  if (key.kind == TB_KEY_CHARACTER)
    g_string_append_unichar (out, key.c);
  else
    g_string_append_printf (out, "<%d>", key.kind);
}

static char *
keys_of (const char *bytes, gsize n, gsize piece)
{
  TbKeyReader reader = { 0 };
  GString *out = g_string_new (NULL);
  for (gsize at = 0; at < n; at += piece)
    tb_keys_take (&reader, bytes + at, MIN (piece, n - at), collect, out);
  return g_string_free (out, FALSE);
}

static void
test_keys_are_read (void)
{
  const char bytes[] = "aé\033[A\033OB\033[5~\033[1;5Cz\r\x7f\x1a";
  g_autofree char *keys = keys_of (bytes, sizeof bytes - 1, 100);
  g_autofree char *expected = g_strdup_printf ("aé<%d><%d><%d>z<%d><%d><%d>", TB_KEY_UP, TB_KEY_DOWN,
                                               TB_KEY_PAGE_UP, TB_KEY_ENTER, TB_KEY_BACKSPACE, TB_KEY_SUSPEND);
  g_assert_cmpstr (keys, ==, expected);
}

static void
test_keys_in_pieces (void)
{
  const char *bytes = "é\033[5~ü";
  for (gsize piece = 2; piece < strlen (bytes); piece++)
    {
      g_autofree char *keys = keys_of (bytes, strlen (bytes), piece);
      g_autofree char *expected = g_strdup_printf ("é<%d>ü", TB_KEY_PAGE_UP);
      if (bytes[piece - 1] != '\033') /* a piece that ends with ESC is the Escape key */
        g_assert_cmpstr (keys, ==, expected);
    }
}

static void
test_escape_alone_is_a_key (void)
{
  g_autofree char *keys = keys_of ("\033", 1, 1);
  g_autofree char *expected = g_strdup_printf ("<%d>", TB_KEY_ESCAPE);
  g_assert_cmpstr (keys, ==, expected);
}

/* Whatever comes, in whatever pieces, nothing overflows and nothing stays stuck. */
static void
test_keys_take_anything (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  for (guint round = 0; round < 2000; round++)
    {
      char bytes[64];
      gsize n = (gsize) g_rand_int_range (rand, 1, sizeof bytes);
      for (gsize i = 0; i < n; i++)
        bytes[i] = g_rand_boolean (rand) ? "\033[O;1~A\xc3"[g_rand_int_range (rand, 0, 8)]
                                         : (char) g_rand_int_range (rand, 0, 256);
      g_autofree char *keys = keys_of (bytes, n, (gsize) g_rand_int_range (rand, 1, 20));
      g_assert_nonnull (keys);
    }
}

/* ---- Frames ------------------------------------------------------------------------------------------- */

typedef struct
{
  TbLiveFrame frame;
  TbLiveInstance instances[3];
  TbLiveLink links[20];
  char ids[20][16];
  TbRunView *view;
} Made;

static void
make (Made *m, guint n_links)
{
  memset (m, 0, sizeof *m);
  static const char *const ids[] = { "shop/1", "shop/2", "orders/1" };
  for (guint i = 0; i < 3; i++)
    m->instances[i] = (TbLiveInstance) { .id = ids[i], .component = i < 2 ? "shop" : "orders", .address = 127u << 24,
                                         .state = TB_INSTANCE_READY, .pid = 1, .sentence = "", .waiting = "",
                                         .role = i == 2 ? "leader" : "", .log_path = "" };
  for (guint i = 0; i < n_links; i++)
    {
      g_snprintf (m->ids[i], sizeof m->ids[i], "link-%u", i);
      m->links[i] = (TbLiveLink) { .id = m->ids[i], .link = 1 + i, .from = "shop", .to = "orders",
                                   .tapped = TRUE, .framed = TRUE, .p50_ns = -1, .p99_ns = -1,
                                   .recent_p50_ns = -1, .recent_p99_ns = -1 };
    }
  m->frame = (TbLiveFrame) { .state = TB_RUN_RUNNING, .reason = "", .instances = m->instances, .n_instances = 3,
                             .links = m->links, .n_links = n_links };
  m->view = tb_run_view_new ();
}

static const char *
press (Made *m, gunichar c, TbKeyKind kind, TbRunDo expected)
{
  const char *subject;
  g_assert_cmpint (tb_run_view_key (m->view, &m->frame, (TbKey) { kind, c }, &subject), ==, expected);
  return subject;
}

static void
type (Made *m, const char *text)
{
  for (; *text != '\0'; text++)
    press (m, (gunichar) *text, TB_KEY_CHARACTER, TB_DO_DRAW);
}

static void
test_arrows_choose_and_verbs_act (void)
{
  Made m;
  make (&m, 2);
  press (&m, 0, TB_KEY_DOWN, TB_DO_DRAW);
  g_assert_cmpstr (press (&m, 'k', TB_KEY_CHARACTER, TB_DO_KILL), ==, "shop/1");
  press (&m, 0, TB_KEY_DOWN, TB_DO_DRAW);
  g_assert_cmpstr (press (&m, 'p', TB_KEY_CHARACTER, TB_DO_PAUSE), ==, "shop/2");
  press (&m, 0, TB_KEY_LAST, TB_DO_DRAW);
  g_assert_cmpstr (press (&m, 'c', TB_KEY_CHARACTER, TB_DO_CUT), ==, "link-1");
  press (&m, 0, TB_KEY_UP, TB_DO_DRAW);
  g_assert_cmpstr (press (&m, 's', TB_KEY_CHARACTER, TB_DO_STEP), ==, "link-0");
  press (&m, 'q', TB_KEY_CHARACTER, TB_DO_STOP);
  press (&m, 'x', TB_KEY_CHARACTER, TB_DO_NOTHING);
  tb_run_view_free (m.view);
}

static void
assert_foot (const Made *m, const char *part)
{
  g_autofree char *foot = tb_run_view_foot (m->view);
  if (strstr (foot, part) == NULL)
    g_error ("«%s» is not in «%s»", part, foot);
}

static void
test_a_verb_for_another_kind_is_said (void)
{
  Made m;
  make (&m, 1);
  press (&m, 'c', TB_KEY_CHARACTER, TB_DO_DRAW);
  assert_foot (&m, "choose a link to cut");
  press (&m, 0, TB_KEY_FIRST, TB_DO_DRAW);
  press (&m, 'c', TB_KEY_CHARACTER, TB_DO_DRAW);
  assert_foot (&m, "“cut” is for links; shop/1 is an instance");
  tb_run_view_free (m.view);
}

static void
test_a_filter_leaves_what_has_the_word (void)
{
  Made m;
  make (&m, 3);
  type (&m, "/LEAD");
  assert_foot (&m, "/LEAD▏");
  press (&m, 0, TB_KEY_ENTER, TB_DO_DRAW);
  g_autofree char *text = tb_table_text_of ("T", &m.frame, NULL, m.view, 90, 30);
  g_assert_nonnull (strstr (text, "▸● orders/1"));
  g_assert_null (strstr (text, "shop/1"));
  g_assert_cmpstr (press (&m, 'k', TB_KEY_CHARACTER, TB_DO_KILL), ==, "orders/1");
  press (&m, 0, TB_KEY_ESCAPE, TB_DO_DRAW);
  g_autofree char *all = tb_table_text_of ("T", &m.frame, NULL, m.view, 90, 30);
  g_assert_nonnull (strstr (all, "shop/1"));
  tb_run_view_free (m.view);
}

static void
test_the_chosen_link_is_in_sight (void)
{
  Made m;
  make (&m, 20);
  press (&m, 0, TB_KEY_LAST, TB_DO_DRAW);
  g_autofree char *text = tb_table_text_of ("T", &m.frame, NULL, m.view, 90, 20);
  g_assert_nonnull (strstr (text, "▸─ link-19"));
  tb_run_view_free (m.view);
}

static void
test_help_lists_the_keys (void)
{
  Made m;
  make (&m, 1);
  press (&m, '?', TB_KEY_CHARACTER, TB_DO_DRAW);
  g_autofree char *text = tb_table_text_of ("T", &m.frame, NULL, m.view, 90, 30);
  g_assert_nonnull (strstr (text, "c  cut the link"));
  press (&m, 'c', TB_KEY_CHARACTER, TB_DO_DRAW);
  g_assert_cmpstr (*tb_run_view_help (m.view), ==, NULL);
  tb_run_view_free (m.view);
}

/* ---- Sparklines ----------------------------------------------------------------------------------------- */

static void
test_a_sparkline_follows_the_rate (void)
{
  static const guint64 counts[] = { 0, 0, 10, 110, 210, 215 };
  Made m;
  make (&m, 1);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      m.links[0].requests = counts[i];
      m.links[0].errors = i >= 3;
      m.frame.time_ns = (gint64) (i + 1) * TB_NS_PER_S;
      tb_run_view_see (m.view, &m.frame);
      tb_run_view_see (m.view, &m.frame); /* a second look within the second changes nothing */
    }
  TbSparkCell cells[TB_SPARK_MAX];
  g_assert_cmpuint (tb_run_view_spark (m.view, "link-0", 4, cells), ==, 4);
  g_assert_cmpuint (tb_run_view_spark (m.view, "link-0", 10, cells), ==, 5);
  g_assert_cmpuint (cells[0].level, ==, 0);
  g_assert_cmpuint (cells[1].level, ==, 2);
  g_assert_cmpuint (cells[2].level, ==, TB_SPARK_LEVELS - 1);
  g_assert_cmpuint (cells[4].level, ==, 2);
  g_assert_true (cells[2].error && !cells[1].error && !cells[3].error);
  g_autofree char *text = tb_table_text_of ("T", &m.frame, NULL, m.view, 80, 24);
  g_assert_nonnull (strstr (text, "▁▃██▃"));
  tb_run_view_free (m.view);
}

/* Property: with a choice, help or filter too no line is longer than the terminal and there are no more. */
static void
test_the_table_fits (void)
{
  Made m;
  make (&m, 20);
  for (guint i = 0; i < 70; i++)
    {
      m.links[0].requests += i;
      m.frame.time_ns = (gint64) (i + 1) * TB_NS_PER_S;
      tb_run_view_see (m.view, &m.frame);
    }
  for (guint state = 0; state < 3; state++)
    {
      if (state > 0)
        press (&m, state == 1 ? '?' : ' ', TB_KEY_CHARACTER, TB_DO_DRAW);
      for (guint columns = 20; columns <= 170; columns += 7)
        for (guint rows = 12; rows <= 60; rows += 5)
          {
            g_autofree char *text = tb_table_text_of ("T", &m.frame, NULL, m.view, columns, rows);
            g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
            g_assert_cmpuint (g_strv_length (lines), <=, rows);
            for (guint i = 0; lines[i] != NULL; i++)
              g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, columns);
          }
    }
  tb_run_view_free (m.view);
}

static void
test_words_lose_what_steers_a_terminal (void)
{
  g_autofree char *plain = tb_words_plain ("a \033[2Jb\033]0;title\007c\x9b" "5d\r\n\xff");
  g_assert_null (strpbrk (plain, "\033\007\r\n"));
  g_assert_true (g_utf8_validate (plain, -1, NULL));
  g_assert_nonnull (strstr (plain, "a b"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/keys/are-read", test_keys_are_read);
  g_test_add_func ("/run/keys/in-pieces", test_keys_in_pieces);
  g_test_add_func ("/run/keys/escape-alone-is-a-key", test_escape_alone_is_a_key);
  g_test_add_func ("/run/keys/take-anything", test_keys_take_anything);
  g_test_add_func ("/run/view/arrows-choose-and-verbs-act", test_arrows_choose_and_verbs_act);
  g_test_add_func ("/run/view/a-verb-for-another-kind-is-said", test_a_verb_for_another_kind_is_said);
  g_test_add_func ("/run/view/a-filter-leaves-what-has-the-word", test_a_filter_leaves_what_has_the_word);
  g_test_add_func ("/run/view/the-chosen-link-is-in-sight", test_the_chosen_link_is_in_sight);
  g_test_add_func ("/run/view/help-lists-the-keys", test_help_lists_the_keys);
  g_test_add_func ("/run/view/a-sparkline-follows-the-rate", test_a_sparkline_follows_the_rate);
  g_test_add_func ("/run/view/the-table-fits", test_the_table_fits);
  g_test_add_func ("/run/words/lose-what-steers-a-terminal", test_words_lose_what_steers_a_terminal);
  return g_test_run ();
}
