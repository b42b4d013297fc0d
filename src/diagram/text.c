#include "text-private.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

const TbFontSpec tb_fonts[TB_N_FONTS] = {
  [TB_FONT_NAME] = { 14, 600, 0 },   [TB_FONT_LINE] = { 11, 400, 0 },
  [TB_FONT_CONTAINER] = { 11.5, 600, 0 }, [TB_FONT_LAYER] = { 10.5, 700, 1.5 },
  [TB_FONT_BADGE] = { 11, 700, 0 },  [TB_FONT_LABEL] = { 11, 500, 0 },
  [TB_FONT_CHIP] = { 10, 500, 0 },   [TB_FONT_NOTE] = { 12, 400, 0 },
};

/* Digits of one width; ligatures and contextual forms off, so that a width is a sum. */
#define FEATURES "tnum=1, calt=0, liga=0, clig=0, dlig=0"
#define FIRST 32
#define N_ASCII 95

typedef struct
{
  gunichar c;
  gboolean known, simple; /* simple: one glyph of the font itself */
  gulong glyph;
  double advance;
} Char;

typedef struct
{
  PangoLayout *layout;
  cairo_font_face_t *face;
  PangoFont *base;
  Char ascii[N_ASCII];
  float kern[N_ASCII][N_ASCII]; /* NAN: not asked yet */
  GHashTable *others;           /* of Char */
} Font;

/* Text turned into glyphs: runs of one face each. */
typedef struct
{
  cairo_font_face_t *face;
  guint start, n;
  int byte, bytes;
} Run;

typedef struct
{
  GArray *glyphs, *runs;
  double width;
} Shape;

static GMutex lock;
static Font *fonts[TB_N_FONTS];

static PangoContext *
make_context (void)
{
  PangoFontMap *map = pango_cairo_font_map_new ();
  pango_cairo_font_map_set_resolution (PANGO_CAIRO_FONT_MAP (map), 72);
  PangoContext *context = pango_font_map_create_context (map);
  cairo_font_options_t *options = cairo_font_options_create ();
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);
  g_object_unref (map);
  return context;
}

static cairo_font_face_t *
face_of (PangoFont *font)
{
  return cairo_scaled_font_get_font_face (
      pango_cairo_font_get_scaled_font (PANGO_CAIRO_FONT (font)));
}

static PangoLayoutRun *
only_run (PangoLayout *layout, const char *text, int bytes)
{
  pango_layout_set_text (layout, text, bytes);
  PangoLayoutLine *line = pango_layout_get_line_readonly (layout, 0);
  if (line == NULL || line->runs == NULL || line->runs->next != NULL)
    return NULL;
  return line->runs->data;
}

static Font *
make_font (TbFontId id)
{
  Font *font = g_new0 (Font, 1);
  PangoContext *context = make_context ();
  PangoFontDescription *description = pango_font_description_from_string (
      "Inter, Cantarell, DejaVu Sans, sans");
  pango_font_description_set_absolute_size (description, tb_fonts[id].size * PANGO_SCALE);
  pango_font_description_set_weight (description, (PangoWeight) tb_fonts[id].weight);
  font->layout = pango_layout_new (context);
  g_object_unref (context);
  pango_layout_set_font_description (font->layout, description);
  pango_layout_set_single_paragraph_mode (font->layout, TRUE);
  PangoAttrList *attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes, pango_attr_font_features_new (FEATURES));
  pango_layout_set_attributes (font->layout, attributes);
  pango_attr_list_unref (attributes);
  pango_font_description_free (description);
  PangoLayoutRun *run = only_run (font->layout, "n", 1);
  if (run != NULL)
    {
      font->base = g_object_ref (run->item->analysis.font);
      font->face = cairo_font_face_reference (face_of (font->base));
    }
  for (guint i = 0; i < N_ASCII; i++)
    for (guint j = 0; j < N_ASCII; j++)
      font->kern[i][j] = NAN;
  font->others = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return font;
}

static Font *
get_font (TbFontId id)
{
  if (fonts[id] == NULL)
    fonts[id] = make_font (id);
  return fonts[id];
}

static void
ask_char (Font *font, Char *ch, gunichar c)
{
  char utf8[8];
  int bytes = g_unichar_to_utf8 (c, utf8);
  PangoLayoutRun *run = g_unichar_iscntrl (c) ? NULL : only_run (font->layout, utf8, bytes);
  ch->c = c;
  ch->known = TRUE;
  if (run == NULL || run->glyphs->num_glyphs != 1 || run->item->analysis.font != font->base
      || (run->glyphs->glyphs[0].glyph & PANGO_GLYPH_UNKNOWN_FLAG) || g_unichar_ismark (c)
      || run->item->analysis.level % 2 != 0)
    return;
  ch->simple = TRUE;
  ch->glyph = run->glyphs->glyphs[0].glyph;
  ch->advance = (double) run->glyphs->glyphs[0].geometry.width / PANGO_SCALE;
}

/* Beyond Latin, Greek, Cyrillic and punctuation letters may join: those go to Pango whole. */
static const Char *
get_char (Font *font, gunichar c)
{
  if (c >= FIRST && c < FIRST + N_ASCII)
    {
      Char *ch = &font->ascii[c - FIRST];
      if (!ch->known)
        ask_char (font, ch, c);
      return ch;
    }
  if (c < 0xa0 || (c > 0x52f && c < 0x2010) || c > 0x22ff)
    return NULL;
  Char *ch = g_hash_table_lookup (font->others, GUINT_TO_POINTER (c));
  if (ch == NULL)
    {
      ch = g_new0 (Char, 1);
      ask_char (font, ch, c);
      g_hash_table_insert (font->others, GUINT_TO_POINTER (c), ch);
    }
  return ch;
}

static double
kerning (Font *font, const Char *a, const Char *b)
{
  if (a->c >= FIRST + N_ASCII || b->c >= FIRST + N_ASCII)
    return 0;
  float *kern = &font->kern[a->c - FIRST][b->c - FIRST];
  if (isnan (*kern))
    {
      char pair[2] = { (char) a->c, (char) b->c };
      PangoLayoutRun *run = only_run (font->layout, pair, 2);
      double width = run ? (double) pango_glyph_string_get_width (run->glyphs) / PANGO_SCALE : 0;
      *kern = run && run->glyphs->num_glyphs == 2 ? (float) (width - a->advance - b->advance) : 0;
    }
  return *kern;
}

/* FALSE where the text needs Pango. glyphs: NULL to measure only. */
static gboolean
shape_plain (Font *font, double spacing, const char *text, GArray *glyphs, double *width)
{
  const Char *before = NULL;
  double x = 0;
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      const Char *ch = get_char (font, (guchar) *p < 128 ? (gunichar) *p : g_utf8_get_char (p));
      if (ch == NULL || !ch->simple)
        return FALSE;
      if (before != NULL)
        x += kerning (font, before, ch) + spacing;
      if (glyphs != NULL)
        {
          cairo_glyph_t glyph = { ch->glyph, x, 0 };
          g_array_append_val (glyphs, glyph);
        }
      x += ch->advance;
      before = ch;
    }
  *width = x;
  return TRUE;
}

static void
add_pango_run (Shape *shape, PangoLayoutRun *run, double spacing)
{
  Run out = { cairo_font_face_reference (face_of (run->item->analysis.font)), shape->glyphs->len, 0,
              run->item->offset, run->item->length };
  for (int i = 0; i < run->glyphs->num_glyphs; i++)
    {
      const PangoGlyphInfo *info = &run->glyphs->glyphs[i];
      if (info->glyph != PANGO_GLYPH_EMPTY)
        {
          /* A letter that no font has shows as the font's empty box, not as nothing. */
          gboolean unknown = (info->glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0;
          cairo_glyph_t glyph = { unknown ? 0 : info->glyph,
                                  shape->width + (double) info->geometry.x_offset / PANGO_SCALE,
                                  (double) info->geometry.y_offset / PANGO_SCALE };
          g_array_append_val (shape->glyphs, glyph);
        }
      shape->width += (double) info->geometry.width / PANGO_SCALE + spacing;
    }
  out.n = shape->glyphs->len - out.start;
  g_array_append_val (shape->runs, out);
}

static void
shape_by_pango (Font *font, double spacing, const char *text, Shape *shape)
{
  pango_layout_set_text (font->layout, text, -1);
  PangoLayoutLine *line = pango_layout_get_line_readonly (font->layout, 0);
  g_array_set_size (shape->glyphs, 0);
  for (GSList *l = line ? line->runs : NULL; l != NULL; l = l->next)
    add_pango_run (shape, l->data, spacing);
}

static void
shape_text (TbFontId id, const char *text, Shape *shape)
{
  g_mutex_lock (&lock);
  Font *font = get_font (id);
  double spacing = tb_fonts[id].spacing;
  if (shape_plain (font, spacing, text, shape->glyphs, &shape->width))
    {
      Run run = { cairo_font_face_reference (font->face), 0, shape->glyphs->len, 0,
                  (int) strlen (text) };
      g_array_append_val (shape->runs, run);
    }
  else
    {
      shape->width = 0;
      shape_by_pango (font, spacing, text, shape);
    }
  g_mutex_unlock (&lock);
}

static void
clear_run (gpointer run)
{
  cairo_font_face_destroy (((Run *) run)->face);
}

static void
shape_init (Shape *shape)
{
  shape->glyphs = g_array_new (FALSE, FALSE, sizeof (cairo_glyph_t));
  shape->runs = g_array_new (FALSE, FALSE, sizeof (Run));
  g_array_set_clear_func (shape->runs, clear_run);
  shape->width = 0;
}

static void
shape_clear (Shape *shape)
{
  g_array_unref (shape->glyphs);
  g_array_unref (shape->runs);
}

double
tb_text_width (TbFontId id, const char *text)
{
  double width = 0;
  g_mutex_lock (&lock);
  Font *font = get_font (id);
  gboolean plain = shape_plain (font, tb_fonts[id].spacing, text, NULL, &width);
  g_mutex_unlock (&lock);
  if (plain)
    return width;
  Shape shape;
  shape_init (&shape);
  shape_text (id, text, &shape);
  width = shape.width;
  shape_clear (&shape);
  return width;
}

/* Nobody reads a name of a thousand letters on a card, and measuring it must not cost either. */
#define LONGEST 400

char *
tb_text_fit (TbFontId id, const char *text, double width)
{
  if (strlen (text) <= LONGEST && tb_text_width (id, text) <= width)
    return g_strdup (text);
  glong low = 0, high = MIN (g_utf8_strlen (text, -1), LONGEST / 4);
  while (low < high)
    {
      glong middle = (low + high + 1) / 2;
      g_autofree char *head = g_utf8_substring (text, 0, middle);
      g_autofree char *with_dots = g_strconcat (g_strchomp (head), "…", NULL);
      if (tb_text_width (id, with_dots) <= width)
        low = middle;
      else
        high = middle - 1;
    }
  g_autofree char *head = g_utf8_substring (text, 0, low);
  return g_strconcat (g_strchomp (head), "…", NULL);
}

char **
tb_text_wrap (TbFontId id, const char *text, double width, guint max)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  g_autoptr (GString) line = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL && lines->len < max; i++)
    {
      gsize before = line->len;
      if (*words[i] == '\0')
        continue;
      g_string_append_printf (line, "%s%s", before ? " " : "", words[i]);
      if (before == 0 || lines->len + 1 == max || tb_text_width (id, line->str) <= width)
        continue;
      g_string_truncate (line, before);
      g_ptr_array_add (lines, tb_text_fit (id, line->str, width));
      g_string_assign (line, words[i]);
    }
  if (line->len > 0 && lines->len < max)
    g_ptr_array_add (lines, tb_text_fit (id, line->str, width));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&lines), FALSE);
}

/* A PDF keeps the letters beside the glyphs: searchable, copied as text. */
static void
show_run (cairo_t *cr, const Run *run, const cairo_glyph_t *glyphs, const char *text)
{
  if (run->n == 0)
    return;
  if (!cairo_surface_has_show_text_glyphs (cairo_get_target (cr)))
    {
      cairo_show_glyphs (cr, glyphs, (int) run->n);
      return;
    }
  cairo_text_cluster_t cluster = { run->bytes, (int) run->n };
  cairo_show_text_glyphs (cr, text + run->byte, run->bytes, glyphs, (int) run->n, &cluster, 1, 0);
}

static cairo_font_options_t *
drawing_options (void)
{
  static gsize made;
  static cairo_font_options_t *options;
  if (g_once_init_enter (&made))
    {
      options = cairo_font_options_create ();
      cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
      cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
      cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
      g_once_init_leave (&made, 1);
    }
  return options;
}

void
tb_text_show (cairo_t *cr, TbFontId id, const char *text, double x, double y)
{
  Shape shape;
  shape_init (&shape);
  shape_text (id, text, &shape);
  cairo_glyph_t *glyphs = (cairo_glyph_t *) (void *) shape.glyphs->data;
  for (guint i = 0; i < shape.glyphs->len; i++)
    {
      glyphs[i].x += x;
      glyphs[i].y += y;
    }
  cairo_set_font_options (cr, drawing_options ());
  for (guint i = 0; i < shape.runs->len; i++)
    {
      const Run *run = &g_array_index (shape.runs, Run, i);
      cairo_set_font_face (cr, run->face);
      cairo_set_font_size (cr, tb_fonts[id].size);
      show_run (cr, run, glyphs + run->start, text);
    }
  shape_clear (&shape);
}
