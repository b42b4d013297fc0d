/* Short random sequences of commands on random selections, ten thousand of them: undoing all gives
 * the bytes of the start, redoing all those of the end. Nearly every command there is takes part. */
#include "fixture.h"
#include "tb-base.h"

#define STEPS 6
#ifdef TB_SANITIZED
#define SEQUENCES 500
#else
#define SEQUENCES 10000
#endif

static const char start_xml[]
    = "<architecture xmlns='urn:tierboard:1' name='Shop'>"
      "<layer id='top' name='Top'/><layer id='low' name='Low'/>"
      "<tier id='app' name='App'><device id='app-1'/></tier><tier id='db' name='Data'/>"
      "<middleware id='http' name='HTTP'/><group id='g' name='Group'/>"
      "<component id='browser' kind='client' name='Browser' layer='top' tags='fast'/>"
      "<component id='shop' kind='server' name='Shop' tier='app' layer='top' group='g' replicas='3' tags='fast'>"
      "<service name='web' protocol='http' port='8080'/></component>"
      "<component id='mail' kind='server' name='Mail' tier='app' group='g'/>"
      "<component id='orders' kind='store' name='Orders' tier='db' layer='low'>"
      "<service name='data' protocol='resp' port='6379'/></component>"
      "<link id='browse' from='browser' to='shop'/><link id='save' from='shop' to='orders'/>"
      "<note id='remark'>Look here</note>"
      "<interaction id='buy'><step link='browse'/><step link='save'/></interaction>"
      "<view id='main' name='Overview' frame='tiers'>"
      "<place of='app' x='360' y='60' width='320' height='180'/>"
      "<place of='db' x='360' y='360' folded='yes'/>"
      "<place of='browser' x='40' y='120'/><place of='shop' x='400' y='120'/>"
      "<place of='orders' x='400' y='420'/><place of='remark' x='40' y='420'/>"
      "<route of='browse' from-side='right' label-at='0.3'><bend x='250' y='300'/></route>"
      "</view></architecture>";

typedef struct
{
  Fixture f;
  TbRng rng;
  GHashTable *ran; /* of const char * */
} Play;

/* One to four of anything that stands in a picture; sometimes nothing, sometimes all. */
static void
select_some (Play *play)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_COMPONENT, TB_KIND_COMPONENT, TB_KIND_LINK,
                                  TB_KIND_TIER, TB_KIND_LAYER, TB_KIND_GROUP, TB_KIND_NOTE,
                                  TB_KIND_MIDDLEWARE };
  const TbModel *model = tb_document_model (play->f.document);
  TbUid uids[4];
  guint n = 0, wanted = (guint) tb_rng_below (&play->rng, 5);
  TbKind kind = kinds[tb_rng_below (&play->rng, G_N_ELEMENTS (kinds))];
  for (guint i = 0; i < wanted; i++)
    {
      guint count = tb_model_count (model, kind);
      if (count > 0)
        uids[n++] = tb_element_uid (
            tb_model_nth (model, kind, (guint) tb_rng_below (&play->rng, count)));
      if (tb_rng_below (&play->rng, 3) == 0)
        kind = kinds[tb_rng_below (&play->rng, G_N_ELEMENTS (kinds))];
    }
  tb_editor_select (play->f.editor, uids, n);
}

static void
run_some_command (Play *play)
{
  guint n;
  const TbCommandRow *rows = tb_commands (&n);
  const TbCommandRow *row = &rows[tb_rng_below (&play->rng, n)];
  if (tb_editor_run (play->f.editor, row->name))
    g_hash_table_add (play->ran, (gpointer) row->name);
}

static void
create_something (Play *play)
{
  guint n;
  const TbPaletteRow *rows = tb_palette (&n);
  tb_editor_create (play->f.editor, &rows[tb_rng_below (&play->rng, n)],
                    (double) tb_rng_below (&play->rng, 800), (double) tb_rng_below (&play->rng, 600),
                    tb_editor_selected_one (play->f.editor));
}

static void
link_something (Play *play)
{
  const TbModel *model = tb_document_model (play->f.document);
  guint n = tb_model_count (model, TB_KIND_COMPONENT);
  if (n == 0)
    return;
  const TbElement *from = tb_model_nth (model, TB_KIND_COMPONENT, (guint) tb_rng_below (&play->rng, n));
  const TbElement *to = tb_model_nth (model, TB_KIND_COMPONENT, (guint) tb_rng_below (&play->rng, n));
  tb_editor_link (play->f.editor, tb_element_uid (from), tb_element_uid (to), NULL);
}

static void
step (Play *play)
{
  switch (tb_rng_below (&play->rng, 8))
    {
    case 0:
      create_something (play);
      break;
    case 1:
      link_something (play);
      break;
    default:
      select_some (play);
      run_some_command (play);
    }
  tb_editor_cancel (play->f.editor); /* whatever gesture a command began */
  g_assert_false (tb_document_in_transaction (play->f.document));
}

/* Undone all the way, so that the next one starts where this one did. */
static void
sequence (Play *play, const char *start)
{
  TbDocument *document = play->f.document;
  for (guint i = 0; i < STEPS; i++)
    step (play);
  while (tb_document_redo (document)) /* undo is a command, too */
    ;
  g_autofree char *end = fixture_xml (&play->f);
  while (tb_document_undo (document))
    ;
  g_autofree char *undone = fixture_xml (&play->f);
  g_assert_cmpstr (undone, ==, start);
  while (tb_document_redo (document))
    ;
  g_autofree char *redone = fixture_xml (&play->f);
  g_assert_cmpstr (redone, ==, end);
  while (tb_document_undo (document))
    ;
}

static void
test_undo_and_redo_to_the_byte (void)
{
  Play play = { .ran = g_hash_table_new (g_str_hash, g_str_equal) };
  guint64 seed = (guint64) g_test_rand_int ();
  tb_rng_seed (&play.rng, seed);
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  fixture_open (&play.f, start_xml);
  g_autofree char *start = fixture_xml (&play.f);
  for (guint i = 0; i < SEQUENCES; i++)
    sequence (&play, start);
  guint n;
  const TbCommandRow *rows = tb_commands (&n);
  for (guint i = 0; i < n; i++)
    if (!g_hash_table_contains (play.ran, rows[i].name))
      g_test_message ("never enabled: %s", rows[i].name);
  g_test_message ("%u of %u commands run", g_hash_table_size (play.ran), n);
  g_assert_cmpuint (g_hash_table_size (play.ran), >, n * 3 / 4);
  fixture_close (&play.f);
  g_hash_table_unref (play.ran);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/sequences/undo_and_redo_to_the_byte", test_undo_and_redo_to_the_byte);
  return g_test_run ();
}
