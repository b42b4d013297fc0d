/* Merging what single elements say: values, bends, comments and foreign content. */
#include "merge-private.h"

#include <string.h>

const char *
tb_merge_choose (const char *base, const char *ours, const char *theirs)
{
  return g_strcmp0 (ours, base) == 0 ? theirs : ours;
}

static gboolean
is_conflict (const char *base, const char *ours, const char *theirs)
{
  return g_strcmp0 (ours, theirs) != 0 && g_strcmp0 (ours, base) != 0
         && g_strcmp0 (theirs, base) != 0;
}

static const char *
shown (const char *value)
{
  return value == NULL ? "not set" : strchr (value, '\n') != NULL ? "a long text" : value;
}

static void
tell (TbMerge *merge, TbConflictKind kind, TbUid m, TbProp prop, const char *what,
      const char *base, const char *ours, const char *theirs)
{
  g_autofree char *title = tb_merge_title (merge->document->model, tb_merge_now (merge, m));
  tb_merge_conflict (merge, kind, m, prop, base, ours, theirs, NULL,
                     g_strdup_printf ("%s: %s is %s in ours and %s in theirs (%s before)", title,
                                      what, shown (ours), shown (theirs), shown (base)));
}

static gboolean
is_layout (const TbElement *element)
{
  return element->kind == TB_KIND_PLACE || element->kind == TB_KIND_ROUTE;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void
append_words (GString *out, const char *words, const char *unless_in, const char *only_if_in,
              const char *or_not_in)
{
  g_auto (GStrv) list = g_strsplit (words != NULL ? words : "", " ", -1);
  for (guint i = 0; list[i] != NULL; i++)
    {
      const char *word = list[i];
      gboolean wanted = *word != '\0' && !tb_words_contain (out->str, word)
                        && (unless_in == NULL || !tb_words_contain (unless_in, word))
                        && (only_if_in == NULL || tb_words_contain (only_if_in, word)
                            || !tb_words_contain (or_not_in, word));
      if (wanted)
        g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", word);
    }
}

/* Tags are a set: what either added, without what either took out. */
static char *
merge_words (const char *base, const char *ours, const char *theirs)
{
  base = base != NULL ? base : "";
  theirs = theirs != NULL ? theirs : "";
  GString *out = g_string_new (NULL);
  append_words (out, ours, NULL, theirs, base); /* theirs took it out: in base, not in theirs */
  append_words (out, theirs, base, NULL, NULL); /* theirs added it */
  return g_string_free (out, out->len == 0);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static const char *
value_of (const TbElement *element, guint slot)
{
  return element != NULL ? element->values[slot] : NULL;
}

static void
set (TbMerge *merge, TbUid m, TbProp prop, const char *value)
{
  tb_document_set (merge->document, m, prop, value, NULL);
}

static void
merge_one (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs, guint slot)
{
  const TbPropSpec *spec = &tb_schema_kind ((TbKind) theirs->kind)->props[slot];
  const TbElement *ours = tb_merge_now (merge, m);
  const char *b = value_of (base, slot), *o = ours->values[slot], *t = theirs->values[slot];
  if (!is_conflict (b, o, t))
    {
      set (merge, m, spec->prop, tb_merge_choose (b, o, t));
      return;
    }
  if (spec->type == TB_TYPE_TAGS)
    {
      g_autofree char *words = merge_words (b, o, t);
      set (merge, m, spec->prop, words);
    }
  else if (!is_layout (theirs))
    tell (merge, TB_CONFLICT_VALUE, m, spec->prop, spec->name, b, o, t);
  else if ((merge->flags & TB_MERGE_PLACES_OURS) == 0)
    tell (merge, TB_CONFLICT_PLACE, m, spec->prop, spec->name, b, o, t);
}

/* Two numbers that are one thing: half of either would be a place that nobody chose. */
static char *
pair_of (const TbElement *place, TbProp first, TbProp second)
{
  const char *x = place != NULL ? tb_element_get (place, first) : NULL;
  const char *y = place != NULL ? tb_element_get (place, second) : NULL;
  return x == NULL && y == NULL
           ? NULL
           : g_strdup_printf ("%s %s", x != NULL ? x : "-", y != NULL ? y : "-");
}

static void
merge_pair (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs, TbProp first,
            TbProp second, const char *what)
{
  g_autofree char *b = pair_of (base, first, second);
  g_autofree char *o = pair_of (tb_merge_now (merge, m), first, second);
  g_autofree char *t = pair_of (theirs, first, second);
  if (is_conflict (b, o, t))
    {
      if ((merge->flags & TB_MERGE_PLACES_OURS) == 0)
        tell (merge, TB_CONFLICT_PLACE, m, first, what, b, o, t);
    }
  else if (g_strcmp0 (o, b) == 0)
    {
      set (merge, m, first, tb_element_get (theirs, first));
      set (merge, m, second, tb_element_get (theirs, second));
    }
}

/* ---- Comments and foreign content ------------------------------------------------------------ */

static gboolean
has_line (const GPtrArray *lines, const char *line)
{
  for (guint i = 0; lines != NULL && i < lines->len; i++)
    if (strcmp (lines->pdata[i], line) == 0)
      return TRUE;
  return FALSE;
}

/* Ours without what theirs took out, then what theirs added. */
static GPtrArray *
merge_lines (const GPtrArray *base, const GPtrArray *ours, const GPtrArray *theirs)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; ours != NULL && i < ours->len; i++)
    if (!has_line (base, ours->pdata[i]) || has_line (theirs, ours->pdata[i]))
      g_ptr_array_add (out, g_strdup (ours->pdata[i]));
  for (guint i = 0; theirs != NULL && i < theirs->len; i++)
    if (!has_line (base, theirs->pdata[i]) && !has_line (ours, theirs->pdata[i]))
      g_ptr_array_add (out, g_strdup (theirs->pdata[i]));
  if (out->len == 0)
    g_clear_pointer (&out, g_ptr_array_unref);
  return out;
}

static const char *
attributes_of (const TbTrivia *trivia)
{
  return trivia->attributes != NULL ? trivia->attributes->str : NULL;
}

static void
merge_trivia (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs)
{
  static const TbTrivia none;
  const TbTrivia *b = base != NULL && base->trivia != NULL ? base->trivia : &none;
  const TbTrivia *t = theirs->trivia != NULL ? theirs->trivia : &none;
  const TbTrivia *o = tb_merge_now (merge, m)->trivia;
  o = o != NULL ? o : &none;
  if (tb_trivia_equal (b, t) || tb_trivia_equal (o, t))
    return;
  g_autofree char *ours = g_strdup (attributes_of (o));
  TbTrivia *merged = tb_trivia_new ();
  merged->before = merge_lines (b->before, o->before, t->before);
  merged->end = merge_lines (b->end, o->end, t->end);
  merged->after = merge_lines (b->after, o->after, t->after);
  const char *attributes = tb_merge_choose (attributes_of (b), ours, attributes_of (t));
  merged->attributes = attributes != NULL ? g_string_new (attributes) : NULL;
  tb_document_set_trivia (merge->document, m, merged);
  tb_trivia_unref (merged);
  if (is_conflict (attributes_of (b), ours, attributes_of (t)))
    tell (merge, TB_CONFLICT_VALUE, m, TB_PROP_NONE, "what is foreign", attributes_of (b), ours,
          attributes_of (t));
}

void
tb_merge_values (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs)
{
  const TbKindSpec *spec = tb_schema_kind ((TbKind) theirs->kind);
  gboolean place = theirs->kind == TB_KIND_PLACE;
  for (guint slot = 0; slot < spec->n_props; slot++)
    {
      TbProp prop = spec->props[slot].prop;
      gboolean in_pair = place && (prop == TB_PROP_X || prop == TB_PROP_Y || prop == TB_PROP_WIDTH
                                   || prop == TB_PROP_HEIGHT);
      if (prop != TB_PROP_ID && !in_pair)
        merge_one (merge, base, m, theirs, slot);
    }
  if (place)
    {
      merge_pair (merge, base, m, theirs, TB_PROP_X, TB_PROP_Y, "its position");
      merge_pair (merge, base, m, theirs, TB_PROP_WIDTH, TB_PROP_HEIGHT, "its size");
    }
  merge_trivia (merge, base, m, theirs);
}

/* ---- Bends ----------------------------------------------------------------------------------- */

static char *
bends_of (const TbElement *route)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; route != NULL && i < route->n_children; i++)
    g_string_append_printf (out, "%s%s,%s", i > 0 ? " " : "",
                            tb_element_get (route->children[i], TB_PROP_X),
                            tb_element_get (route->children[i], TB_PROP_Y));
  return g_string_free (out, out->len == 0);
}

static void
take_bends (TbMerge *merge, TbUid m, const TbElement *theirs)
{
  TbDocument *document = merge->document;
  for (guint i = tb_merge_now (merge, m)->n_children; i > 0; i--)
    tb_document_remove (document, tb_merge_now (merge, m)->children[i - 1]->uid);
  for (guint i = 0; i < theirs->n_children; i++)
    {
      const TbElement *bend = theirs->children[i];
      TbUid uid = tb_document_insert (document, TB_KIND_BEND, NULL, m, G_MAXUINT);
      set (merge, uid, TB_PROP_X, tb_element_get (bend, TB_PROP_X));
      set (merge, uid, TB_PROP_Y, tb_element_get (bend, TB_PROP_Y));
      tb_document_set_trivia (document, uid, bend->trivia);
    }
}

void
tb_merge_bends (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs)
{
  g_autofree char *b = bends_of (base), *o = bends_of (tb_merge_now (merge, m)),
                  *t = bends_of (theirs);
  if (is_conflict (b, o, t))
    {
      if ((merge->flags & TB_MERGE_PLACES_OURS) == 0)
        tell (merge, TB_CONFLICT_PLACE, m, TB_PROP_NONE, "its bends", b, o, t);
    }
  else if (g_strcmp0 (o, b) == 0 && g_strcmp0 (t, b) != 0)
    take_bends (merge, m, theirs);
}
