/* Random edits: whatever is done, undoing all of it gives the bytes of the start, redoing all of it
 * those of the end; what is written reads back the same; snapshots say what the document says. The
 * seed is printed; --seed repeats a run. */
#include "model-test.h"

#include "document-private.h"
#include "tb-diff.h"

#ifdef TB_SANITIZED
#define N_RUNS 500 /* what it looks for then is found soon, and slowly */
#else
#define N_RUNS 10000
#endif
#define N_STEPS 60

/* Values of every type: all of them valid, in and out of canonical form. */
static const char *const samples[][6] = {
  [TB_TYPE_STRING] = { "Web shop", " <&> \" ", "über\nlines\ttabs", "" },
  [TB_TYPE_REF] = { "a", "component", "layer-2", "nowhere" },
  [TB_TYPE_REFS] = { "a", "layer  layer-2", " nowhere " },
  [TB_TYPE_NAME] = { "a", "component/1", "component/leader", "link[1>2]", "a.replicas", "all" },
  [TB_TYPE_INTEGER] = { "1", "003", " 2 ", "200" },
  [TB_TYPE_NUMBER] = { "1", "0.50", "1.000" },
  [TB_TYPE_BOOLEAN] = { "yes", "no" },
  [TB_TYPE_DURATION] = { "250us", "1.50s", "0s", "2m" },
  [TB_TYPE_DIST] = { "20ms", "exponential 20ms", "uniform 1ms  3ms", "pareto 5ms 2.5" },
  [TB_TYPE_THREADS] = { "single", "pool  8", "per-request" },
  [TB_TYPE_COLOUR] = { "#1f5fd0", "#ABCDEF" },
  [TB_TYPE_AMOUNT] = { "0.999", "99.90%", "200ms" },
  [TB_TYPE_TEXT] = { "one", " two\n  lines & <tags> ", "]]>", "" },
};

/* Not every row's range has every sample. */
static const char *
pick (const TbPropSpec *spec, const char *const *list)
{
  guint n = 0;
  while (n < 6 && list[n] != NULL)
    n++;
  for (;;)
    {
      const char *text = list[g_test_rand_int_range (0, (gint32) n)];
      if (tb_schema_validate (spec, text, NULL))
        return text;
    }
}

static const char *
sample (const TbPropSpec *spec)
{
  if (spec->choices != NULL && (spec->type == TB_TYPE_ENUM || spec->type == TB_TYPE_TAGS))
    {
      static char word[64];
      g_auto (GStrv) words = g_strsplit (spec->choices, " ", -1);
      g_strlcpy (word, words[g_test_rand_int_range (0, (gint32) g_strv_length (words))],
                 sizeof word);
      return word;
    }
  if (spec->type == TB_TYPE_TAGS)
    return "fast  red";
  return pick (spec, samples[spec->type]);
}

static TbUid
random_uid (const TbModel *model)
{
  for (;;)
    {
      TbUid uid = (TbUid) g_test_rand_int_range (1, (gint32) model->n_uids);
      if (tb_model_get (model, uid) != NULL)
        return uid;
    }
}

static void
set_random (TbDocument *document, TbUid uid, gboolean only_required)
{
  const TbKindSpec *spec
    = tb_schema_kind (tb_element_kind (tb_model_get (tb_document_model (document), uid)));
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      if (prop->prop == TB_PROP_ID || (only_required && !prop->required))
        continue;
      if (!only_required && g_test_rand_int_range (0, 4) != 0)
        continue;
      g_autoptr (GError) error = NULL;
      const char *text = !prop->required && g_test_rand_int_range (0, 4) == 0 ? NULL : sample (prop);
      tb_document_set (document, uid, prop->prop, text, &error);
      g_assert_no_error (error);
    }
}

static void
insert_random (TbDocument *document)
{
  const TbModel *model = tb_document_model (document);
  const TbElement *parent = tb_model_get (model, random_uid (model));
  TbKind kind = (TbKind) g_test_rand_int_range (TB_KIND_ARCHITECTURE + 1, TB_N_KINDS);
  if (!tb_schema_may_contain (tb_element_kind (parent), kind))
    parent = tb_model_root (model);
  if (!tb_schema_may_contain (tb_element_kind (parent), kind)
      || (tb_schema_kind (kind)->max_in_parent == 1 && tb_element_child_of (parent, kind) != NULL))
    return;
  TbUid uid = tb_document_insert (document, kind, NULL, tb_element_uid (parent),
                                  (guint) g_test_rand_int_range (0, 10));
  g_assert_cmpuint (uid, !=, 0);
  set_random (document, uid, TRUE);
}

static void
move_random (TbDocument *document)
{
  const TbModel *model = tb_document_model (document);
  const TbElement *element = tb_model_get (model, random_uid (model));
  const TbElement *parent = tb_element_parent (element);
  if (parent == NULL)
    return;
  const TbElement *other = tb_model_get (model, random_uid (model));
  TbKind kind = tb_element_kind (element);
  if (tb_schema_may_contain (tb_element_kind (other), kind) && !tb_schema_kind (kind)->local_id
      && tb_schema_kind (kind)->max_in_parent == 0)
    parent = other;
  tb_document_move (document, tb_element_uid (element), tb_element_uid (parent),
                    (guint) g_test_rand_int_range (0, 12));
}

static void
remove_random (TbDocument *document)
{
  const TbModel *model = tb_document_model (document);
  TbUid uid = random_uid (model);
  if (uid == tb_element_uid (tb_model_root (model)))
    return;
  if (g_test_rand_bit ())
    tb_document_delete (document, uid);
  else
    tb_document_remove (document, uid);
}

static void
edit_random (TbDocument *document)
{
  switch (g_test_rand_int_range (0, 10))
    {
    case 0:
      remove_random (document);
      break;
    case 1:
    case 2:
      move_random (document);
      break;
    case 3:
    case 4:
    case 5:
      set_random (document, random_uid (tb_document_model (document)), FALSE);
      break;
    default:
      insert_random (document);
    }
}

static void
transaction_random (TbDocument *document, guint depth)
{
  tb_document_begin (document, "Random", g_test_rand_bit () ? "key" : NULL);
  for (gint32 i = g_test_rand_int_range (0, 6); i > 0; i--)
    if (depth < 3 && g_test_rand_int_range (0, 5) == 0)
      transaction_random (document, depth + 1);
    else
      edit_random (document);
  if (g_test_rand_int_range (0, 5) == 0)
    tb_document_rollback (document);
  else
    tb_document_commit (document);
}

static void
step_random (TbDocument *document)
{
  switch (g_test_rand_int_range (0, 8))
    {
    case 0:
      tb_document_undo (document);
      break;
    case 1:
      tb_document_redo (document);
      break;
    default:
      transaction_random (document, 0);
    }
}

static void
assert_reads_back (TbDocument *document)
{
  g_autofree char *xml = xml_of (document);
  g_autoptr (TbDocument) again = read_good (xml);
  g_autofree char *second = xml_of (again);
  g_assert_cmpstr (second, ==, xml);
}

static void
assert_snapshot_agrees (TbDocument *document)
{
  g_autofree char *xml = xml_of (document);
  g_autoptr (TbModel) snapshot = tb_document_snapshot (document);
  tb_model_check (snapshot);
  g_autofree char *copy = tb_model_to_xml (snapshot, NULL);
  g_assert_cmpstr (copy, ==, xml);
}

/* Whatever lies between two states, one step makes the one the other. */
static void
assert_becomes (const char *start, const char *end)
{
  g_autoptr (TbDocument) document = read_good (start);
  g_autoptr (TbDocument) target = read_good (end);
  gboolean changed = tb_document_become (document, tb_document_model (target), "Become");
  g_assert_cmpint (changed, ==, strcmp (start, end) != 0);
  g_autofree char *become = xml_of (document);
  g_assert_cmpstr (become, ==, end);
  while (tb_document_undo (document))
    ;
  g_autofree char *undone = xml_of (document);
  g_assert_cmpstr (undone, ==, start);
}

static TbDocument *
variant_of (const char *xml)
{
  TbDocument *document = read_good (xml);
  for (gint32 i = g_test_rand_int_range (0, 12); i > 0; i--)
    transaction_random (document, 0);
  return document;
}

static char *
merge (TbDocument *base, TbDocument *ours, TbDocument *theirs, guint *n_conflicts)
{
  g_autoptr (GPtrArray) conflicts = NULL;
  g_autoptr (TbModel) merged
    = tb_model_merge (tb_document_model (base), tb_document_model (ours),
                      tb_document_model (theirs), TB_MERGE_MARK_ALL, &conflicts);
  tb_model_check (merged);
  *n_conflicts = conflicts->len;
  return tb_model_to_xml (merged, NULL);
}

static void
assert_merge (TbDocument *base, TbDocument *ours, TbDocument *theirs, TbDocument *expected)
{
  guint n_conflicts;
  g_autofree char *xml = merge (base, ours, theirs, &n_conflicts);
  g_autofree char *wanted = xml_of (expected);
  g_assert_cmpstr (xml, ==, wanted);
  g_assert_cmpuint (n_conflicts, ==, 0);
}

/* What only one side changed comes out; what both did the same, once. Whatever both did comes out
 * as something that reads back, and each conflict is marked in it. */
static void
assert_merges (const char *start)
{
  g_autoptr (TbDocument) base = variant_of (start);
  g_autofree char *xml = xml_of (base);
  g_autoptr (TbDocument) ours = variant_of (xml);
  g_autoptr (TbDocument) theirs = variant_of (xml);
  assert_merge (base, ours, base, ours);
  assert_merge (base, base, theirs, theirs);
  assert_merge (base, ours, ours, ours);
  guint n_conflicts, n_marks = 0;
  g_autofree char *merged = merge (base, ours, theirs, &n_conflicts);
  g_autoptr (TbDocument) again = read_good (merged);
  assert_reads_back (again);
  for (const char *p = merged; (p = strstr (p, "<conflict xmlns=\"urn:tierboard:merge\"")); p++)
    n_marks++;
  g_assert_cmpuint (n_marks, ==, n_conflicts);
}

static void
run_once (void)
{
  g_autoptr (TbDocument) document
    = read_good (OPEN "<!-- c --><layer id='top'/><tier id='t'/><component id='a' kind='client'/>"
                      "<x:y xmlns:x='urn:x'/></architecture>");
  g_autofree char *start = xml_of (document);
  for (guint i = 0; i < N_STEPS; i++)
    step_random (document);
  while (tb_document_redo (document))
    ;
  g_autofree char *end = xml_of (document);
  assert_reads_back (document);
  assert_snapshot_agrees (document);
  assert_becomes (start, end);
  assert_becomes (end, start);
  assert_merges (end);
  while (tb_document_undo (document))
    ;
  g_autofree char *undone = xml_of (document);
  g_assert_cmpstr (undone, ==, start);
  g_assert_false (tb_document_is_modified (document));
  while (tb_document_redo (document))
    ;
  g_autofree char *redone = xml_of (document);
  g_assert_cmpstr (redone, ==, end);
}

static void
test_random_edits_undo_and_redo_to_the_byte (void)
{
  for (guint i = 0; i < N_RUNS; i++)
    run_once ();
}

static void
test_every_sample_is_valid_and_its_canonical_form_stays (void)
{
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    {
      const TbKindSpec *spec = tb_schema_kind ((TbKind) kind);
      for (guint i = 0; i < spec->n_props; i++)
        for (guint n = 0; n < 20 && spec->props[i].type != TB_TYPE_ID; n++)
          {
            const char *text = sample (&spec->props[i]);
            g_autofree char *canonical = tb_schema_canonical (&spec->props[i], text);
            g_autofree char *again = tb_schema_canonical (&spec->props[i], canonical);
            g_assert_cmpstr (again, ==, canonical);
            g_assert_true (tb_schema_validate (&spec->props[i], canonical, NULL));
          }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/property/" #name, test_##name)
  TEST (every_sample_is_valid_and_its_canonical_form_stays);
  TEST (random_edits_undo_and_redo_to_the_byte);
  return g_test_run ();
}
