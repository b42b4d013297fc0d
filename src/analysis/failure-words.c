/* What the analysis says, in sentences, and what a person calls parts. */
#include "failure-private.h"

#include <math.h>
#include <string.h>

#define NAMES_MAX 6u /* in one sentence */

static const char *
name_of (const TbFailure *f, TbUid uid)
{
  const char *name = g_hash_table_lookup (f->names, GUINT_TO_POINTER (uid));
  return name != NULL ? name : "?";
}

static gboolean
is_device (const TbFailure *f, TbUid uid)
{
  for (guint d = 0; d < f->devices->len; d++)
    if (TB_DEVICE (f, d)->uid == uid && TB_DEVICE (f, d)->number == 0)
      return TRUE;
  return FALSE;
}

char *
tb_failure_part_text (const TbFailure *f, const TbPart *part)
{
  const char *name = name_of (f, part->uid);
  gboolean component = tb_failure_component (f, part->uid) != TB_NO_INDEX;
  if (component && part->replica > 0)
    return g_strdup_printf ("replica %u of %s", part->replica, name);
  if (component)
    return g_strdup (name);
  if (is_device (f, part->uid))
    return g_strdup_printf ("the device %s", name);
  if (part->replica > 0)
    return g_strdup_printf ("host %u of %s", part->replica, name);
  return g_strdup_printf (g_hash_table_contains (f->inside, GUINT_TO_POINTER (part->uid)) ? "all of %s" : "the link %s", name);
}

static void
append_list (GString *text, GPtrArray *words)
{
  guint shown = words->len > NAMES_MAX ? NAMES_MAX - 1 : words->len;
  for (guint i = 0; i < shown; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : i + 1 == words->len ? " and " : ", ", (const char *) words->pdata[i]);
  if (shown < words->len)
    g_string_append_printf (text, " and %u more", words->len - shown);
}

static guint
count_weaker (TbFailure *f)
{
  guint n = 0;
  for (guint i = 0; i < f->components->len; i++)
    n += f->work.touched[i] == f->work.now && f->work.stops[i] != f->work.now && f->work.asked[i] != f->work.now;
  return n;
}

char *
tb_failure_without_text (TbFailure *f, const TbPart *parts, guint n)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) stopped = g_ptr_array_new ();
  g_autoptr (GArray) uids = tb_failure_without (f, parts, n);
  guint weaker = count_weaker (f);
  GString *text = g_string_new ("Without ");
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (gone, tb_failure_part_text (f, &parts[i]));
  for (guint i = 0; i < uids->len; i++)
    g_ptr_array_add (stopped, (gpointer) name_of (f, g_array_index (uids, TbUid, i)));
  append_list (text, gone);
  g_string_append (text, ", ");
  append_list (text, stopped);
  if (stopped->len > 0)
    g_string_append (text, stopped->len == 1 ? " cannot go on" : " stop"); /* which holds for Shop and for Visitors */
  else
    g_string_append (text, weaker > 0 ? "everything goes on" : "everything else goes on");
  if (weaker > 0)
    g_string_append_printf (text, ", %u component%s with fewer replicas", weaker, weaker == 1 ? "" : "s");
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

char *
tb_failure_single_points_text (TbFailure *f)
{
  guint n, goals;
  const TbPart *parts = tb_failure_single_points (f, &n);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  tb_failure_goals (f, &goals);
  if (n == 0)
    return g_strdup (goals > 0 ? "No single point of failure." : "Nobody calls anything here and waits: there is nothing to stop.");
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, tb_failure_part_text (f, &parts[i]));
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%u single point%s of failure: ", n, n == 1 ? "" : "s");
  append_list (text, names);
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

char *
tb_minutes_text (double minutes)
{
  guint64 whole = (guint64) minutes;
  if (minutes * 60 < 0.5)
    return g_strdup_printf ("%.2g s", minutes * 60);
  if (minutes < 1)
    return g_strdup_printf ("%.0f s", minutes * 60);
  if (minutes < 60)
    return g_strdup_printf (minutes < 10 ? "%.1f min" : "%.0f min", minutes);
  if (whole < 24 * 60)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " h %" G_GUINT64_FORMAT " min", whole / 60, whole % 60);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " d %" G_GUINT64_FORMAT " h", whole / (24 * 60), whole / 60 % 24);
}

/* So many decimals that the share of being down has two digits that count. */
static char *
percent (double up)
{
  double down = (1 - up) * 100;
  int decimals = down >= 1 ? 1 : down > 1e-13 ? (int) ceil (-log10 (down) - 1e-6) + 1 : 0;
  char format[16], digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_snprintf (format, sizeof format, "%%.%df", MIN (decimals, 12));
  g_ascii_formatd (digits, sizeof digits, format, up * 100);
  for (char *end = digits + strlen (digits) - 1; strchr (digits, '.') != NULL && (*end == '0' || *end == '.'); end--)
    *end = '\0';
  return g_strdup (digits);
}

char *
tb_uptime_text (const TbUptime *a)
{
  if (a->said == 0)
    return g_strdup ("Not known: nothing that it needs says how often it fails");
  g_autofree char *share = percent (a->up), *minutes = tb_minutes_text (a->minutes_a_year), *low = percent (a->low),
                  *high = percent (a->high);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%s %%", share);
  g_string_append_printf (text, a->up < 1 ? ", down %s a year" : ", never down", minutes);
  if (!a->exact)
    g_string_append_printf (text, " (sampled: from %s to %s %% with 95 %% confidence)", low, high);
  if (a->said < a->parts)
    g_string_append_printf (text, "; %u of %u parts say how often they fail", a->said, a->parts);
  return g_string_free (text, FALSE);
}

gboolean
tb_part_from_name (const TbModel *model, const char *text, TbPart *part)
{
  TbName name;
  const TbElement *element;
  if (!tb_name_parse (text, &name, NULL) || (name.form != TB_NAME_ELEMENT && name.form != TB_NAME_INSTANCE)
      || (element = tb_model_lookup (model, name.id)) == NULL)
    return FALSE;
  const guint64 fails = G_GUINT64_CONSTANT (1) << TB_KIND_COMPONENT | G_GUINT64_CONSTANT (1) << TB_KIND_DEVICE
                        | G_GUINT64_CONSTANT (1) << TB_KIND_LINK | G_GUINT64_CONSTANT (1) << TB_KIND_TIER
                        | G_GUINT64_CONSTANT (1) << TB_KIND_LAYER | G_GUINT64_CONSTANT (1) << TB_KIND_GROUP;
  TbKind kind = tb_element_kind (element);
  *part = (TbPart){ tb_element_uid (element), name.form == TB_NAME_INSTANCE ? name.from : 0 };
  if (part->replica > 0)
    return kind == TB_KIND_TIER || (kind == TB_KIND_COMPONENT && part->replica <= tb_component_replicas (element));
  return (fails >> kind & 1) != 0;
}
