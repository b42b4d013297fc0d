/* Letting in of a foreign SVG only what is known to be harmless: a list of elements and attributes,
 * everything else is left out. */
#include <stdlib.h>
#include <string.h>

#include "icon-private.h"

#define ELEMENTS_MAX 4000
#define DEPTH_MAX 32
#define USES_MAX 16 /* each may double what is drawn */

typedef struct
{
  GString *out;
  GHashTable *classes; /* name to declarations, cleaned */
  GString *css;        /* text of the <style> under way, NULL */
  char prefix[16];
  guint depth, skipped; /* skipped: the depth from which on nothing is let in, 0: none */
  guint n_elements, n_uses;
  gboolean root;
  TbRect box;
  gboolean closes[DEPTH_MAX + 1]; /* whether an end tag was promised at that depth */
} Cleaner;

static const char *const shapes[]
    = { "g",       "path",   "rect",    "circle", "ellipse", "line", "polyline",
        "polygon", "defs",   "symbol",  "use",    "stop",    "clipPath",
        "linearGradient", "radialGradient", NULL };

static const char *const attributes[]
    = { "d",         "x",        "y",        "x1",     "y1",      "x2",
        "y2",        "cx",       "cy",       "r",      "rx",      "ry",
        "fx",        "fy",       "points",   "width",  "height",  "transform",
        "offset",    "viewBox",  "fill",     "stroke", "opacity", "color",
        "display",   "clip-path", "clip-rule", "fill-rule", "fill-opacity", "stroke-width",
        "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stop-color",
        "stop-opacity", "visibility", "gradientTransform", "gradientUnits", "spreadMethod",
        "clipPathUnits", "preserveAspectRatio", NULL };

static const char *
local_name (const char *name)
{
  return g_str_has_prefix (name, "svg:") ? name + 4 : name;
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* Others are names too, but what looks like a reference must not come in as a name. */
static gboolean
is_plain_name (const char *text)
{
  return *text != '\0'
         && text[strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-")]
              == '\0';
}

/* NULL: not let in. Inside the picture only, under the prefixed name. (transfer full) */
static char *
clean_reference (const Cleaner *c, const char *value)
{
  g_autofree char *id = NULL;
  const char *open = strstr (value, "url(");
  if (open == NULL)
    return g_strdup (value);
  const char *hash = open + 4 + strspn (open + 4, " '\""), *close = strchr (hash, ')');
  if (open != value || *hash != '#' || close == NULL)
    return NULL;
  id = g_strndup (hash + 1, (gsize) (close - hash - 1));
  g_strdelimit (id, "'\" \t", '\0');
  if (!is_plain_name (id))
    return NULL;
  return g_strdup_printf ("url(#%s%s)", c->prefix, id);
}

static void
put_attribute (Cleaner *c, const char *name, const char *value)
{
  g_autofree char *escaped = g_markup_escape_text (value, -1);
  g_string_append_printf (c->out, " %s=\"%s\"", name, escaped);
}

/* "fill:red;stroke:url(#a)": what is known of it, as one declaration after the other. */
static char *
clean_declarations (const Cleaner *c, const char *css)
{
  g_auto (GStrv) parts = g_strsplit (css, ";", -1);
  g_autoptr (GString) out = g_string_new (NULL);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *colon = strchr (parts[i], ':');
      if (colon == NULL)
        continue;
      *colon = '\0';
      g_autofree char *value = clean_reference (c, g_strstrip (colon + 1));
      const char *name = g_strstrip (parts[i]);
      if (value != NULL && g_strv_contains (attributes, name) && strpbrk (value, "{}<>@\\") == NULL)
        g_string_append_printf (out, "%s:%s;", name, value);
    }
  return g_strdup (out->str);
}

/* Rules of plain classes: ".a,.b{…}". All other selectors are left out. */
static void
read_css (Cleaner *c, const char *css)
{
  g_auto (GStrv) rules = g_strsplit (css, "}", -1);
  for (guint i = 0; rules[i] != NULL; i++)
    {
      char *brace = strchr (rules[i], '{');
      if (brace == NULL)
        continue;
      *brace = '\0';
      g_autofree char *declarations = clean_declarations (c, brace + 1);
      g_auto (GStrv) names = g_strsplit (rules[i], ",", -1);
      for (guint k = 0; names[k] != NULL; k++)
        {
          const char *name = g_strstrip (names[k]), *old;
          if (name[0] != '.' || strpbrk (name + 1, " .:#>[+~*/") != NULL)
            continue;
          old = g_hash_table_lookup (c->classes, name + 1);
          g_hash_table_insert (c->classes, g_strdup (name + 1),
                               g_strconcat (old ? old : "", declarations, NULL));
        }
    }
}

static void
put_style (Cleaner *c, const char *classes, const char *style)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_auto (GStrv) names = g_strsplit_set (classes ? classes : "", " \t\n", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *declarations = g_hash_table_lookup (c->classes, names[i]);
      g_string_append (all, declarations ? declarations : "");
    }
  g_autofree char *own = clean_declarations (c, style ? style : "");
  g_string_append (all, own);
  if (all->len > 0)
    put_attribute (c, "style", all->str);
}

/* ---- Elements -------------------------------------------------------------------------------- */

static void
put_attributes (Cleaner *c, const char **names, const char **values)
{
  const char *classes = NULL, *style = NULL;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *value = clean_reference (c, values[i]);
      if (strcmp (names[i], "class") == 0)
        classes = values[i];
      else if (strcmp (names[i], "style") == 0)
        style = values[i];
      else if (strcmp (names[i], "id") == 0)
        {
          if (!is_plain_name (values[i]))
            continue;
          g_autofree char *id = g_strconcat (c->prefix, values[i], NULL);
          put_attribute (c, "id", id);
        }
      else if ((strcmp (names[i], "href") == 0 || strcmp (names[i], "xlink:href") == 0)
               && values[i][0] == '#' && is_plain_name (values[i] + 1))
        {
          g_autofree char *to = g_strconcat ("#", c->prefix, values[i] + 1, NULL);
          put_attribute (c, "href", to);
        }
      else if (g_strv_contains (attributes, names[i]))
        put_attribute (c, names[i], value ? value : "none");
    }
  put_style (c, classes, style);
}

static double
read_length (const char *text)
{
  char *end;
  double value = text ? g_ascii_strtod (text, &end) : 0;
  return text && (*end == '\0' || strcmp (end, "px") == 0 || strcmp (end, "pt") == 0
                  || strcmp (end, "mm") == 0)
             ? value : 0;
}

static gboolean
read_box (const char *text, TbRect *box)
{
  double v[4];
  for (guint i = 0; i < 4; i++)
    {
      char *end;
      text += strspn (text, " ,\t\n");
      v[i] = g_ascii_strtod (text, &end);
      if (end == text)
        return FALSE;
      text = end;
    }
  *box = (TbRect){ v[0], v[1], v[2], v[3] };
  return TRUE;
}

static void
read_root (Cleaner *c, const char **names, const char **values, GError **error)
{
  double width = 0, height = 0;
  gboolean boxed = FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      if (strcmp (names[i], "width") == 0)
        width = read_length (values[i]);
      else if (strcmp (names[i], "height") == 0)
        height = read_length (values[i]);
      else if (strcmp (names[i], "viewBox") == 0)
        boxed = read_box (values[i], &c->box);
    }
  if (!boxed)
    c->box = (TbRect){ 0, 0, width, height };
  if (!(c->box.width > 0 && c->box.height > 0 && c->box.width < 1e6 && c->box.height < 1e6))
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "it says no size");
}

/* What a root says of colours holds for all of it. */
static void
put_root (Cleaner *c, const char **names, const char **values)
{
  static const char *const inherited[]
      = { "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "fill-rule",
          "class", "style", "opacity", NULL };
  g_autoptr (GPtrArray) n = g_ptr_array_new (), v = g_ptr_array_new ();
  for (guint i = 0; names[i] != NULL; i++)
    if (g_strv_contains (inherited, names[i]))
      {
        g_ptr_array_add (n, (gpointer) names[i]);
        g_ptr_array_add (v, (gpointer) values[i]);
      }
  g_ptr_array_add (n, NULL);
  g_string_append (c->out, "<g");
  put_attributes (c, (const char **) n->pdata, (const char **) v->pdata);
  g_string_append_c (c->out, '>');
}

static gboolean
within_limits (Cleaner *c, const char *name, GError **error)
{
  c->n_uses += strcmp (name, "use") == 0;
  if (++c->n_elements <= ELEMENTS_MAX && c->depth <= DEPTH_MAX && c->n_uses <= USES_MAX)
    return TRUE;
  g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
               "it is too large or too deeply nested for an icon");
  return FALSE;
}

static void
start (GMarkupParseContext *context, const char *element, const char **names, const char **values,
       gpointer data, GError **error)
{
  Cleaner *c = data;
  const char *name = local_name (element);
  (void) context;
  c->depth++;
  if (!within_limits (c, name, error))
    return;
  c->closes[c->depth] = FALSE;
  if (!c->root)
    {
      c->root = TRUE;
      if (strcmp (name, "svg") != 0)
        g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "it is no SVG");
      else
        read_root (c, names, values, error);
      put_root (c, names, values);
      return;
    }
  if (c->skipped == 0 && strcmp (name, "style") == 0)
    c->css = g_string_new (NULL);
  if (c->skipped == 0 && !g_strv_contains (shapes, name) && strcmp (name, "a") != 0
      && strcmp (name, "switch") != 0)
    c->skipped = c->depth;
  if (c->skipped > 0 || !g_strv_contains (shapes, name))
    return;
  c->closes[c->depth] = TRUE;
  g_string_append_printf (c->out, "<%s", name);
  put_attributes (c, names, values);
  g_string_append_c (c->out, '>');
}

static void
end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Cleaner *c = data;
  (void) context;
  (void) error;
  if (c->css != NULL && c->skipped == c->depth)
    {
      read_css (c, c->css->str);
      g_string_free (g_steal_pointer (&c->css), TRUE);
    }
  if (c->skipped == c->depth)
    c->skipped = 0;
  if (c->closes[c->depth])
    g_string_append_printf (c->out, "</%s>", local_name (element));
  if (--c->depth == 0)
    g_string_append (c->out, "</g>");
}

static void
text (GMarkupParseContext *context, const char *string, gsize size, gpointer data, GError **error)
{
  Cleaner *c = data;
  (void) context;
  (void) error;
  if (c->css != NULL)
    g_string_append_len (c->css, string, (gssize) size);
}

/* A style sheet often stands in CDATA. */
static void
passthrough (GMarkupParseContext *context, const char *string, gsize size, gpointer data,
             GError **error)
{
  static const char begin[] = "<![CDATA[";
  gsize head = strlen (begin);
  if (size > head + 3 && strncmp (string, begin, head) == 0)
    text (context, string + head, size - head - 3, data, error);
}

gboolean
tb_svg_clean (const char *bytes, gsize size, TbCleanSvg *out, GError **error)
{
  static const GMarkupParser parser = { start, end, text, passthrough, NULL };
  Cleaner c = { .out = g_string_new (NULL),
                .classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
  guint32 hash = 2166136261u;
  for (gsize i = 0; i < MIN (size, TB_ICON_BYTES_MAX); i++)
    hash = (hash ^ (guint8) bytes[i]) * 16777619u;
  g_snprintf (c.prefix, sizeof c.prefix, "i%08x-", hash);
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, &c, NULL);
  GError *why = NULL;
  if (size > TB_ICON_BYTES_MAX)
    g_set_error (&why, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                 "it is larger than 256 KiB");
  else if (g_markup_parse_context_parse (context, bytes, (gssize) size, &why) && why == NULL)
    g_markup_parse_context_end_parse (context, &why);
  g_markup_parse_context_free (context);
  /* Of a text that is no UTF-8 the parser complains, and says all the same that it was parsed. */
  gboolean good = why == NULL;
  if (!good)
    g_propagate_error (error, why);
  if (c.css != NULL)
    g_string_free (c.css, TRUE);
  g_hash_table_unref (c.classes);
  *out = (TbCleanSvg){ g_string_free (c.out, !good), c.box };
  return good;
}

void
tb_clean_svg_clear (TbCleanSvg *svg)
{
  g_clear_pointer (&svg->markup, g_free);
}
