#include "lost.h"

#include <stdarg.h>
#include <string.h>

void
tb_lost_add (const TbExportOptions *options, TbUid uid, const char *format, ...)
{
  va_list args;
  if (options->lost == NULL)
    return;
  va_start (args, format);
  g_autofree char *words = g_strdup_vprintf (format, args);
  va_end (args);
  tb_problems_add (options->lost, TB_SEVERITY_WARNING, "lost", uid, 0, 0, "%s", words);
}

/* "1 scenario", "3 scenarios". */
static void
put_count (GString *out, guint n, TbKind kind)
{
  g_autofree char *label = g_ascii_strdown (tb_schema_kind (kind)->label, -1);
  gsize length = strlen (label);
  gboolean y = n != 1 && length > 0 && label[length - 1] == 'y';
  if (y)
    label[length - 1] = '\0';
  g_string_append_printf (out, "%u %s%s", n, label, n == 1 ? "" : y ? "ies" : "s");
}

static gboolean
is_held (guint64 held, TbKind kind)
{
  return (held & (G_GUINT64_CONSTANT (1) << kind)) != 0;
}

/* Whether what it is in is in the file. */
static gboolean
is_inside_held (const TbElement *element, guint64 held)
{
  const TbElement *parent = tb_element_parent (element);
  return parent == NULL || tb_element_kind (parent) == TB_KIND_ARCHITECTURE
         || is_held (held, tb_element_kind (parent));
}

void
tb_lost_kinds (const TbModel *model, const TbExportOptions *options, const char *format, guint64 held)
{
  for (guint kind = TB_KIND_ARCHITECTURE + 1; kind < TB_N_KINDS && options->lost != NULL; kind++)
    {
      guint n = 0;
      for (guint i = 0; !is_held (held, (TbKind) kind) && i < tb_model_count (model, (TbKind) kind); i++)
        n += is_inside_held (tb_model_nth (model, (TbKind) kind, i), held);
      if (n == 0)
        continue;
      g_autoptr (GString) words = g_string_new (NULL);
      put_count (words, n, (TbKind) kind);
      tb_lost_add (options, 0, "%s %s no place in %s", words->str, n == 1 ? "has" : "have", format);
    }
}

static gboolean
is_among (const TbProp *props, TbProp prop)
{
  for (guint i = 0; props != NULL && props[i] != TB_PROP_NONE; i++)
    if (props[i] == prop)
      return TRUE;
  return prop == TB_PROP_ID || prop == TB_PROP_NAME;
}

void
tb_lost_props (const TbModel *model, const TbExportOptions *options, const char *format, TbKind kind,
               const TbProp *held)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  for (guint p = 0; p < spec->n_props && options->lost != NULL; p++)
    {
      guint n = 0;
      for (guint i = 0; !is_among (held, spec->props[p].prop) && i < tb_model_count (model, kind); i++)
        n += tb_element_is_set (tb_model_nth (model, kind, i), spec->props[p].prop);
      if (n == 0)
        continue;
      g_autoptr (GString) words = g_string_new (NULL);
      put_count (words, n, kind);
      tb_lost_add (options, 0, "%s= of %s has no place in %s", spec->props[p].name, words->str, format);
    }
}
