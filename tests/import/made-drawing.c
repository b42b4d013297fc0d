#include "made-drawing.h"

#include <string.h>

#define TRIES 160

typedef struct
{
  TbDocument *document;
  GRand *rand;
} Making;

static const TbElement *
any_of_kind (const Making *m, TbKind kind)
{
  const TbModel *model = tb_document_model (m->document);
  guint n = tb_model_count (model, kind);
  return n > 0 ? tb_model_nth (model, kind, (guint) g_rand_int_range (m->rand, 0, (int) n)) : NULL;
}

/* The id of any element that a reference may name; NULL: there is none. */
static char *
any_reference (const Making *m, const TbPropSpec *spec)
{
  guint first = (guint) g_rand_int_range (m->rand, 0, TB_N_KINDS);
  for (guint i = 0; i < TB_N_KINDS; i++)
    {
      TbKind kind = (TbKind) ((first + i) % TB_N_KINDS);
      const TbElement *element = spec->ref_kinds >> kind & 1 ? any_of_kind (m, kind) : NULL;
      if (element != NULL)
        return g_strdup (tb_element_id (element));
    }
  return NULL;
}

static char *
any_word (const Making *m, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, "|", -1);
  return g_strdup (list[g_rand_int_range (m->rand, 0, (int) g_strv_length (list))]);
}

/* May be no value of it: then it is not set. */
static char *
any_value (const Making *m, const TbPropSpec *spec)
{
  static const char *const samples[TB_TYPE_TEXT + 1] = {
    [TB_TYPE_STRING] = "one|Two words|“quoted” & <b>'x'</b>|a/b.c:d=1", [TB_TYPE_INTEGER] = "1|2|3|80|8080",
    [TB_TYPE_NUMBER] = "0|0.25|1|17.5",  [TB_TYPE_BOOLEAN] = "yes|no",
    [TB_TYPE_DURATION] = "250us|2ms|1s", [TB_TYPE_DIST] = "20ms|exponential 5ms|wait 2ms|cpu 5ms",
    [TB_TYPE_THREADS] = "single|pool 3", [TB_TYPE_TAGS] = "pci|pci slow",
    [TB_TYPE_COLOUR] = "#12ab34",        [TB_TYPE_AMOUNT] = "0.999|99%|20ms",
    [TB_TYPE_TEXT] = "a line|two\nlines and  blanks & <tags>", [TB_TYPE_NAME] = "all|c1|c1/1",
  };
  if (spec->type == TB_TYPE_REF || spec->type == TB_TYPE_REFS)
    return any_reference (m, spec);
  if (spec->type == TB_TYPE_ENUM && spec->choices != NULL)
    {
      g_autofree char *words = g_strdelimit (g_strdup (spec->choices), " ", '|');
      return any_word (m, words);
    }
  return samples[spec->type] != NULL ? any_word (m, samples[spec->type]) : NULL;
}

static gboolean
is_valid (const Making *m)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (m->document), problems);
  return !tb_problems_have_error (problems);
}

/* FALSE where it has no value for what it must have. */
static gboolean
fill (const Making *m, TbUid uid, TbKind kind)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      if (prop->prop == TB_PROP_ID || (!prop->required && g_rand_int_range (m->rand, 0, 4) > 0))
        continue;
      g_autofree char *value = any_value (m, prop);
      if ((value == NULL || !tb_document_set (m->document, uid, prop->prop, value, NULL)) && prop->required)
        return FALSE;
    }
  return TRUE;
}

/* An element of any kind in any that may hold it, unless that makes no drawing. */
static void
add_any (const Making *m)
{
  TbKind kind = (TbKind) g_rand_int_range (m->rand, TB_KIND_ARCHITECTURE + 1, TB_N_KINDS);
  TbKind parents[TB_N_KINDS];
  guint n = 0;
  for (guint p = 1; p < TB_N_KINDS; p++)
    if (tb_schema_kind (kind)->parents >> p & 1)
      parents[n++] = (TbKind) p;
  const TbElement *parent = n > 0 ? any_of_kind (m, parents[g_rand_int_range (m->rand, 0, (int) n)]) : NULL;
  if (parent == NULL || (tb_schema_kind (kind)->max_in_parent == 1 && tb_element_child_of (parent, kind) != NULL))
    return;
  tb_document_begin (m->document, "Any", NULL);
  TbUid uid = tb_document_insert (m->document, kind, NULL, tb_element_uid (parent), G_MAXUINT);
  if (fill (m, uid, kind) && is_valid (m))
    tb_document_commit (m->document);
  else
    tb_document_rollback (m->document);
}

TbDocument *
made_drawing_new (guint seed)
{
  static const char start[]
    = "<architecture xmlns='urn:tierboard:1' name='Made'><tier id='t1'/><component id='c1' kind='server'/>"
      "<component id='c2' kind='store' replicas='2' tier='t1'/><link id='l1' from='c1' to='c2'/>"
      "<view id='main' frame='none'><place of='c1' x='-17' y='20'/><place of='c2' x='300' y='41.5'/></view></architecture>";
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("made", start, strlen (start), NULL, &error);
  g_assert_no_error (error);
  Making m = { document, g_rand_new_with_seed (seed) };
  for (guint i = 0; i < TRIES; i++)
    add_any (&m);
  g_rand_free (m.rand);
  return document;
}
