/* Differences as a reviewer would say them: one line each, in the present state's names. */
#include "match-private.h"
#include "tb-diff.h"

#include <string.h>

#define LONGEST_VALUE 60

typedef struct
{
  const TbModel *a, *b;
  const TbDiff *diff;
  const TbElement *element_a, *element_b;
  const TbElement *element; /* the one there is, b's first */
  const TbModel *model;     /* whose element it is */
} Words;

/* ---- Names ----------------------------------------------------------------------------------- */

/* What it is called, or what it is about where it has no name: "save" of <call link="save"/>. */
static const char *
name_of (const TbModel *model, const TbElement *element)
{
  static const TbProp props[] = { TB_PROP_NAME, TB_PROP_ID, TB_PROP_LINK, TB_PROP_OF,
                                  TB_PROP_REPLICA, TB_PROP_THAT, TB_PROP_UNTIL };
  for (guint i = 0; i < G_N_ELEMENTS (props); i++)
    {
      const char *value = tb_element_get (element, props[i]);
      const TbElement *target = tb_element_get_ref (model, element, props[i]);
      if (target != NULL)
        return tb_element_title (target);
      if (value != NULL && *value != '\0')
        return value;
    }
  return NULL;
}

/* A noun for the kind, in the middle of a sentence. */
static char *
noun_of (const TbElement *element)
{
  if (element->kind == TB_KIND_COMPONENT)
    return g_strdup (tb_element_get (element, TB_PROP_KIND));
  if (element->kind == TB_KIND_ON)
    return g_strdup ("device of replica");
  char *noun = g_strdup (tb_schema_kind ((TbKind) element->kind)->label);
  noun[0] = g_ascii_tolower (noun[0]);
  return noun;
}

/* "store Orders", "call save", "built-in" */
static char *
noun_and_name (const TbModel *model, const TbElement *element)
{
  g_autofree char *noun = noun_of (element);
  const char *name = name_of (model, element);
  if (element->kind == TB_KIND_NOTE)
    name = tb_element_id (element);
  return name != NULL && element->kind != TB_KIND_ARCHITECTURE ? g_strdup_printf ("%s %s", noun, name)
                                                               : g_strdup (noun);
}

static char *
title_of_id (const TbModel *model, const char *id)
{
  const TbElement *target = tb_model_lookup (model, id);
  return g_strdup (target != NULL ? tb_element_title (target) : id);
}

/* "Shop" or, of what is in it, "Shop, call save". */
static char *
subject (const Words *w)
{
  const TbElement *owner = tb_model_get (w->model, w->element == w->element_b ? w->diff->owner_b
                                                                              : w->diff->owner_a);
  if (w->element->parent == NULL)
    return g_strdup ("architecture");
  if (owner == w->element && w->element->kind != TB_KIND_COMPONENT)
    return noun_and_name (w->model, w->element);
  if (owner == NULL || owner == w->element)
    return g_strdup (tb_element_title (w->element));
  g_autofree char *part = noun_and_name (w->model, w->element);
  return g_strdup_printf ("%s, %s", tb_element_title (owner), part);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* Ids become the names of what they name. */
static char *
titles_of (const TbModel *model, const char *ids)
{
  g_auto (GStrv) words = g_strsplit (ids, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *title = title_of_id (model, words[i]);
      g_free (words[i]);
      words[i] = title;
    }
  return g_strjoinv (", ", words);
}

static char *
value_words (const TbModel *model, const TbPropSpec *spec, const char *value)
{
  if (value == NULL)
    value = spec->default_text;
  if (value == NULL)
    return g_strdup ("nothing");
  if (spec->type == TB_TYPE_REF || spec->type == TB_TYPE_REFS)
    return titles_of (model, value);
  return spec->type == TB_TYPE_STRING ? g_strdup_printf ("“%s”", value) : g_strdup (value);
}

static gboolean
is_too_long (const char *value)
{
  return value != NULL && (strchr (value, '\n') != NULL || g_utf8_strlen (value, -1) > LONGEST_VALUE);
}

static char *
label_of (const TbPropSpec *spec)
{
  char *label = g_strdup (spec->label);
  if (!g_ascii_isupper (label[1]))
    label[0] = g_ascii_tolower (label[0]);
  return label;
}

static char *
say_set (const Words *w)
{
  const TbPropSpec *spec = tb_schema_prop (w->diff->kind, w->diff->prop);
  g_autofree char *who = subject (w), *label = label_of (spec);
  if (is_too_long (w->diff->before) || is_too_long (w->diff->after))
    return g_strdup_printf ("%s: %s %s", who, label,
                            w->diff->before == NULL ? "added"
                            : w->diff->after == NULL ? "removed" : "changed");
  g_autofree char *before = value_words (w->a, spec, w->diff->before);
  g_autofree char *after = value_words (w->b, spec, w->diff->after);
  return g_strdup_printf ("%s: %s %s → %s", who, label, before, after);
}

/* ---- Where it is ----------------------------------------------------------------------------- */

static char *
say_container (const Words *w)
{
  const TbDiff *diff = w->diff;
  const TbPropSpec *spec = tb_schema_prop (diff->kind, diff->prop);
  g_autofree char *before = diff->before != NULL ? titles_of (w->a, diff->before) : NULL;
  g_autofree char *after = diff->after != NULL ? titles_of (w->b, diff->after) : NULL;
  const char *title = tb_element_title (w->element);
  const char *what = spec == NULL ? "" : diff->prop == TB_PROP_PARENT ? "group " : spec->name;
  const char *blank = *what != '\0' && diff->prop != TB_PROP_PARENT ? " " : "";
  if (before != NULL && after != NULL)
    return g_strdup_printf ("%s moved from %s to %s", title, before, after);
  return before == NULL ? g_strdup_printf ("%s put into %s%s%s", title, what, blank, after)
                        : g_strdup_printf ("%s taken out of %s%s%s", title, what, blank, before);
}

static char *
in_view (const Words *w)
{
  const TbElement *view = tb_model_get (w->b, w->diff->view);
  if (w->element_b == NULL && (view == NULL || view->kind != TB_KIND_VIEW))
    view = tb_model_get (w->a, w->diff->view);
  return g_strdup_printf ("in view %s", view != NULL ? tb_element_title (view) : "");
}

/* A place, a route or a bend is told by what it is of. */
static char *
say_layout (const Words *w)
{
  static const char *const verbs[] = {
    [TB_DIFF_ADDED] = "added",       [TB_DIFF_REMOVED] = "removed",
    [TB_DIFF_SET] = "changed",       [TB_DIFF_CONTAINER] = "moved",
    [TB_DIFF_PLACED] = "moved",      [TB_DIFF_REORDERED] = "put in another order",
    [TB_DIFF_REMARKED] = "comments changed",
  };
  g_autofree char *where = in_view (w);
  const TbElement *e = w->element->kind == TB_KIND_BEND ? w->element->parent : w->element;
  const char *name = name_of (w->model, e);
  g_autofree char *noun = noun_of (w->element);
  if (w->diff->op == TB_DIFF_PLACED)
    return g_strdup_printf ("%s moved %s", name, where);
  if (w->diff->op == TB_DIFF_SET && w->diff->kind == TB_KIND_PLACE)
    {
      const TbPropSpec *spec = tb_schema_prop (w->diff->kind, w->diff->prop);
      gboolean on = g_strcmp0 (w->diff->after, "yes") == 0;
      return g_strdup_printf ("%s %s%s %s", name, on ? "" : "no longer ", spec->name, where);
    }
  return g_strdup_printf ("%s: %s %s %s", name, noun, verbs[w->diff->op], where);
}

static char *
say_order (const Words *w)
{
  g_autofree char *who = noun_and_name (w->model, w->element);
  const TbElement *parent = w->element->parent, *previous = NULL;
  const TbElement *owner = tb_model_get (w->b, w->diff->owner_b);
  if (w->element->position > 0)
    previous = parent->children[w->element->position - 1];
  g_autofree char *where = parent->parent != NULL && owner != NULL
                             ? g_strdup_printf ("%s: ", tb_element_title (
                                 owner == w->element ? parent : owner))
                             : g_strdup ("");
  if (previous == NULL || previous->kind != w->element->kind)
    return g_strdup_printf ("%s%s now comes first", where, who);
  const char *name = name_of (w->model, previous);
  g_autofree char *noun = noun_of (previous);
  return g_strdup_printf ("%s%s now comes after %s", where, who, name != NULL ? name : noun);
}

/* ---- What there is --------------------------------------------------------------------------- */

static char *
say_whole (const Words *w, const char *verb)
{
  const TbElement *e = w->element;
  g_autofree char *what = noun_and_name (w->model, e);
  if (e->kind == TB_KIND_LINK)
    {
      g_autofree char *from = title_of_id (w->model, tb_element_get (e, TB_PROP_FROM));
      g_autofree char *to = title_of_id (w->model, tb_element_get (e, TB_PROP_TO));
      return g_strdup_printf ("%s %s from %s to %s", verb, what, from, to);
    }
  const char *tier = e->kind == TB_KIND_COMPONENT ? tb_element_get (e, TB_PROP_TIER) : NULL;
  if (tier != NULL)
    {
      g_autofree char *title = title_of_id (w->model, tier);
      return g_strdup_printf ("%s %s in %s", verb, what, title);
    }
  if (e->parent->parent == NULL)
    return g_strdup_printf ("%s %s", verb, what);
  const TbElement *around = e->parent;
  while (tb_element_id (around) == NULL && around->parent != NULL)
    around = around->parent;
  return g_strdup_printf ("%s: %s %s", tb_element_title (around), verb, what);
}

static char *
say_remarked (const Words *w)
{
  g_autofree char *who = subject (w);
  return g_strdup_printf ("%s: comments or foreign content changed", who);
}

char *
tb_diff_sentence (const TbModel *a, const TbModel *b, const TbDiff *diff)
{
  Words w = { a, b, diff, tb_model_get (a, diff->a), tb_model_get (b, diff->b) };
  w.element = w.element_b != NULL ? w.element_b : w.element_a;
  w.model = w.element_b != NULL ? b : a;
  g_return_val_if_fail (w.element != NULL, NULL);
  if (diff->layout)
    return say_layout (&w);
  switch (diff->op)
    {
    case TB_DIFF_ADDED:
      return say_whole (&w, "new");
    case TB_DIFF_REMOVED:
      return say_whole (&w, "removed");
    case TB_DIFF_SET:
      return say_set (&w);
    case TB_DIFF_CONTAINER:
      return say_container (&w);
    case TB_DIFF_REORDERED:
      return say_order (&w);
    case TB_DIFF_PLACED:
      return say_layout (&w);
    case TB_DIFF_REMARKED:
      return say_remarked (&w);
    default:
      g_return_val_if_reached (NULL);
    }
}
