/* Made drawings go out as DOT and as Mermaid and come back: what the format holds is unchanged, and whatever else
 * differs then was named when they went out. */
#include <string.h>

#include "made-drawing.h"
#include "tb-export.h"
#include "tb-import.h"

#define DRAWINGS 40

/* What comes back whatever else a drawing has. */
typedef struct
{
  const char *format, *label;
  gboolean keeps_link_ids;
  TbProp component[4], link[8]; /* those that are never lost; TB_PROP_NONE ends them */
} Format;

static const Format dot = { "dot", "DOT", TRUE, { TB_PROP_KIND, TB_PROP_REPLICAS, TB_PROP_TAGS },
                            { TB_PROP_FROM, TB_PROP_TO, TB_PROP_SERVICE, TB_PROP_CALL, TB_PROP_CARRIES, TB_PROP_TIMEOUT } };
static const Format mermaid = { "mermaid", "Mermaid", FALSE, { TB_PROP_NAME, TB_PROP_KIND },
                                { TB_PROP_FROM, TB_PROP_TO, TB_PROP_CALL } };

typedef struct
{
  const Format *format;
  guint seed;
  const TbModel *before, *after;
  TbProblems *lost;
} Trip;

/* Whether it was said of that element, or of all of its kind, with those words. */
static gboolean
is_told (const Trip *t, TbUid uid, const char *words)
{
  for (guint i = 0; i < t->lost->len; i++)
    {
      const TbProblem *p = t->lost->pdata[i];
      if ((uid != 0 && p->uid == uid) || strstr (p->message, words) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* "3 entities have": without its number and its end. */
static gboolean
is_kind_told (const Trip *t, const TbElement *element)
{
  g_autofree char *label = g_ascii_strdown (tb_schema_kind (tb_element_kind (element))->label, -1);
  if (g_str_has_suffix (label, "y"))
    label[strlen (label) - 1] = '\0';
  for (guint i = 0; i < t->lost->len; i++)
    {
      const char *message = ((const TbProblem *) t->lost->pdata[i])->message;
      const char *words = strchr (message, ' ');
      if (g_ascii_isdigit (message[0]) && words != NULL && g_str_has_prefix (words + 1, label))
        return TRUE;
    }
  return FALSE;
}

static const char *
words_of (const TbElement *link)
{
  const char *name = tb_element_get (link, TB_PROP_NAME);
  return name != NULL ? name : tb_element_get (link, TB_PROP_CARRIES);
}

/* By its ends and what it says. */
static const TbElement *
find_link (const TbModel *model, const TbElement *link)
{
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *other = tb_model_nth (model, TB_KIND_LINK, i);
      if (g_strcmp0 (tb_element_get (other, TB_PROP_FROM), tb_element_get (link, TB_PROP_FROM)) == 0
          && g_strcmp0 (tb_element_get (other, TB_PROP_TO), tb_element_get (link, TB_PROP_TO)) == 0
          && g_strcmp0 (words_of (other), words_of (link)) == 0)
        return other;
    }
  return NULL;
}

static const TbElement *
find_again (const Trip *t, const TbElement *element)
{
  if (tb_element_kind (element) == TB_KIND_LINK && !t->format->keeps_link_ids)
    return find_link (t->after, element);
  const TbElement *found = tb_model_lookup (t->after, tb_element_id (element));
  return found != NULL && tb_element_kind (found) == tb_element_kind (element) ? found : NULL;
}

static gboolean
is_held (const TbProp *props, TbProp prop)
{
  for (; *props != TB_PROP_NONE; props++)
    if (*props == prop)
      return TRUE;
  return FALSE;
}

static void
judge_value (const Trip *t, const TbElement *element, const TbElement *again, const TbPropSpec *spec)
{
  TbKind kind = tb_element_kind (element);
  const char *was = tb_element_get (element, spec->prop), *is = tb_element_get (again, spec->prop);
  gboolean shown = kind == TB_KIND_LINK && spec->prop == TB_PROP_NAME; /* an arrow without a name shows what it carries */
  gboolean held = (kind == TB_KIND_COMPONENT && is_held (t->format->component, spec->prop))
                  || (kind == TB_KIND_LINK && is_held (t->format->link, spec->prop));
  g_autofree char *words = g_strdup_printf ("%s= of ", spec->name);
  if (spec->prop == TB_PROP_ID || g_strcmp0 (was, is) == 0
      || (shown && g_strcmp0 (words_of (element), words_of (again)) == 0))
    return;
  if (held || !is_told (t, tb_element_uid (element), words))
    g_error ("%s, drawing %u: %s= of %s was “%s” and is “%s”%s", t->format->label, t->seed, spec->name,
             tb_element_title (element), was, is, held ? "" : ", which is not told");
}

static void
judge_element (const Trip *t, const TbElement *element)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (element));
  const TbElement *again = find_again (t, element);
  if (is_kind_told (t, element)) /* what bears its id then is another */
    return;
  if (is_told (t, tb_element_uid (element), "\n"))
    return;
  if (again == NULL)
    g_error ("%s, drawing %u: the %s %s is gone, which is not told", t->format->label, t->seed, spec->name,
             tb_element_title (element));
  for (guint p = 0; again != NULL && p < spec->n_props; p++)
    judge_value (t, element, again, &spec->props[p]);
}

/* Elements without an id, in one that came back. */
static void
judge_children (const Trip *t, const TbElement *element)
{
  const TbElement *again = is_kind_told (t, element) ? NULL : find_again (t, element);
  for (guint i = 0; again != NULL && i < tb_element_n_children (element); i++)
    if (!is_kind_told (t, tb_element_child (element, i)))
      g_error ("%s, drawing %u: a %s of %s is not told", t->format->label, t->seed,
               tb_schema_kind (tb_element_kind (tb_element_child (element, i)))->name, tb_element_title (element));
}

/* What it is in is gone, and told, and it with it. */
static gboolean
goes_with_another (const Trip *t, const TbElement *element)
{
  const TbElement *in = tb_element_parent (element);
  return in != NULL && tb_element_kind (in) != TB_KIND_ARCHITECTURE && is_kind_told (t, in);
}

static void
judge (const Trip *t)
{
  for (guint kind = TB_KIND_ARCHITECTURE + 1; kind < TB_N_KINDS; kind++)
    for (guint i = 0; i < tb_model_count (t->before, (TbKind) kind); i++)
      {
        const TbElement *element = tb_model_nth (t->before, (TbKind) kind, i);
        if (!tb_schema_kind ((TbKind) kind)->has_id || tb_schema_kind ((TbKind) kind)->local_id
            || goes_with_another (t, element))
          continue;
        judge_element (t, element);
        judge_children (t, element);
      }
  g_assert_cmpstr (tb_element_get (tb_model_root (t->after), TB_PROP_NAME), ==,
                   tb_element_get (tb_model_root (t->before), TB_PROP_NAME));
}

static TbDocument *
there_and_back (const Format *format, TbDocument *out, TbProblems *lost)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  const TbExportOptions options = { .scale = 1, .lost = lost };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (out), tb_export_format (format->format), &options, &error);
  g_assert_no_error (error);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  const TbImportSource source = { "back", NULL, data, size };
  TbDocument *in = tb_import_bytes (&source, NULL, dropped, &error);
  if (in == NULL)
    g_error ("%s in\n%.*s", error->message, (int) size, data);
  return in;
}

static void
test_drawings_come_back (gconstpointer data)
{
  for (guint seed = 1; seed <= DRAWINGS; seed++)
    {
      g_autoptr (GPtrArray) lost = tb_problems_new ();
      g_autoptr (TbDocument) out = made_drawing_new (seed);
      g_autoptr (TbDocument) in = there_and_back (data, out, lost);
      const Trip trip = { data, seed, tb_document_model (out), tb_document_model (in), lost };
      judge (&trip);
    }
}

/* A second trip changes nothing: what came back is what the format holds. */
static void
test_a_second_trip_changes_nothing (gconstpointer data)
{
  for (guint seed = 1; seed <= DRAWINGS / 4; seed++)
    {
      g_autoptr (TbDocument) out = made_drawing_new (seed);
      g_autoptr (TbDocument) once = there_and_back (data, out, NULL);
      g_autoptr (TbDocument) twice = there_and_back (data, once, NULL);
      g_autofree char *before = tb_model_to_xml (tb_document_model (once), NULL);
      g_autofree char *after = tb_model_to_xml (tb_document_model (twice), NULL);
      g_assert_cmpstr (after, ==, before);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/graphs/dot/drawings-come-back", &dot, test_drawings_come_back);
  g_test_add_data_func ("/graphs/mermaid/drawings-come-back", &mermaid, test_drawings_come_back);
  g_test_add_data_func ("/graphs/mermaid/a-second-trip-changes-nothing", &mermaid, test_a_second_trip_changes_nothing);
  return g_test_run ();
}
