/* Looks: a person's colours made legible in every theme. */
#include "look-private.h"

#include <math.h>

#define TEXT_CONTRAST 4.55 /* a little above, so that rounding to eight bits stays above */
#define LINE_CONTRAST 3.05
#define HIGH_TEXT 7.05
#define HIGH_LINE 4.55
#define STEP 0.02
#define VIVID 1.8 /* how much more colourful it may become */

/* ---- Lightness ------------------------------------------------------------------------------- */

typedef struct
{
  double h, s, l; /* 0 … 6, 0 … 1, 0 … 1 */
} Hsl;

static Hsl
to_hsl (const TbColour *c)
{
  double most = MAX (c->r, MAX (c->g, c->b)), least = MIN (c->r, MIN (c->g, c->b));
  double span = most - least, l = (most + least) / 2;
  Hsl hsl = { 0, 0, l };
  if (span <= 0)
    return hsl;
  hsl.s = span / (1 - fabs (2 * l - 1));
  if (most == c->r)
    hsl.h = fmod ((c->g - c->b) / span + 6, 6);
  else if (most == c->g)
    hsl.h = (c->b - c->r) / span + 2;
  else
    hsl.h = (c->r - c->g) / span + 4;
  return hsl;
}

static TbColour
from_hsl (const Hsl *hsl)
{
  double c = (1 - fabs (2 * hsl->l - 1)) * hsl->s, x = c * (1 - fabs (fmod (hsl->h, 2) - 1));
  double m = hsl->l - c / 2;
  const double parts[6][3] = { { c, x, 0 }, { x, c, 0 }, { 0, c, x },
                               { 0, x, c }, { x, 0, c }, { c, 0, x } };
  const double *p = parts[(int) hsl->h % 6];
  return (TbColour){ p[0] + m, p[1] + m, p[2] + m, 1 };
}

/* Lighter or darker, whichever way other lies not, until the two can be told apart. A pale colour
 * stays as pale: at its old saturation it would be glaring once it is dark. */
static TbColour
apart (TbColour colour, const TbColour *other, double contrast)
{
  TbColour white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };
  gboolean lighter = tb_colour_contrast (&white, other) > tb_colour_contrast (&black, other);
  Hsl hsl = to_hsl (&colour);
  double most = hsl.s, vivid = VIVID * hsl.s * (1 - fabs (2 * hsl.l - 1));
  while (tb_colour_contrast (&colour, other) < contrast)
    {
      hsl.l += lighter ? STEP : -STEP;
      if (hsl.l <= 0 || hsl.l >= 1)
        return lighter ? white : black;
      hsl.s = MIN (most, vivid / (1 - fabs (2 * hsl.l - 1)));
      colour = from_hsl (&hsl);
    }
  return colour;
}

/* ---- Mixing ---------------------------------------------------------------------------------- */

static gboolean
is_high (TbThemeId theme)
{
  return theme == TB_THEME_HIGH_CONTRAST || theme == TB_THEME_HIGH_CONTRAST_DARK;
}

/* On a dark desk a light ground would shine, in high contrast a dark one would take the text away:
 * the ground gives way to the theme's text. Elsewhere it stays as it was chosen. */
static TbColour
mix_fill (TbThemeId theme, const TbLookSpec *spec)
{
  TbColour text = tb_theme_colour (theme, TB_COLOUR_TEXT);
  if (spec->fill.a <= 0 || theme == TB_THEME_LIGHT || theme == TB_THEME_PRINT)
    return spec->fill;
  return apart (spec->fill, &text, is_high (theme) ? HIGH_TEXT : 2 * TEXT_CONTRAST);
}

/* Apart from every ground that the drawing may have there. */
static TbColour
apart_from_all (TbThemeId theme, TbColour colour, double contrast)
{
  static const TbColourId grounds[] = { TB_COLOUR_CANVAS, TB_COLOUR_CARD, TB_COLOUR_HEADER,
                                        TB_COLOUR_BAND_0, TB_COLOUR_BAND_1, TB_COLOUR_BAND_2 };
  for (guint i = 0; i < G_N_ELEMENTS (grounds); i++)
    {
      TbColour ground = tb_theme_colour (theme, grounds[i]);
      colour = apart (colour, &ground, contrast);
    }
  return colour;
}

/* Text of which nothing is said is the theme's, or where that cannot be read, black or white. */
static TbColour
mix_ink (TbThemeId theme, const TbLookSpec *spec, const TbColour *fill)
{
  double contrast = is_high (theme) ? HIGH_TEXT : TEXT_CONTRAST;
  TbColour text = tb_theme_colour (theme, TB_COLOUR_TEXT);
  TbColour white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };
  if (fill->a <= 0)
    return apart_from_all (theme, spec->ink, contrast);
  if (spec->ink.a > 0)
    return apart (spec->ink, fill, contrast);
  if (tb_colour_contrast (&text, fill) >= contrast)
    return text;
  return tb_colour_contrast (&white, fill) > tb_colour_contrast (&black, fill) ? white : black;
}

static void
mix_line (TbThemeId theme, const TbLookSpec *spec, TbLookColours *out)
{
  TbColour white = { 1, 1, 1, 1 };
  double contrast = is_high (theme) ? HIGH_LINE : LINE_CONTRAST;
  out->line = apart_from_all (theme, spec->line, contrast);
  out->stack = out->tile = out->line;
  out->stack.a = tb_theme_stack_alpha (theme);
  out->tile.a = tb_theme_tile_alpha (theme);
  out->badge = apart (out->line, &white, TEXT_CONTRAST);
  out->icon = theme == TB_THEME_DARK || theme == TB_THEME_HIGH_CONTRAST_DARK
                  ? tb_colour_over (&white, 0.6, &out->line) : out->line;
  if (out->fill.a > 0)
    out->icon = apart (out->icon, &out->fill, contrast);
}

TbLookColours
tb_look_mix (TbThemeId theme, const TbLookSpec *spec)
{
  TbLookColours out = { .fill = mix_fill (theme, spec) };
  TbColour ground = out.fill.a > 0 ? out.fill : tb_theme_colour (theme, TB_COLOUR_CARD);
  if (spec->fill.a > 0 || spec->ink.a > 0)
    {
      out.ink = mix_ink (theme, spec, &out.fill);
      out.dim = tb_colour_over (&out.ink, 0.72, &ground);
      if (tb_colour_contrast (&out.dim, &ground) < TEXT_CONTRAST)
        out.dim = out.ink;
    }
  if (spec->line.a > 0)
    mix_line (theme, spec, &out);
  return out;
}

/* ---- One of each ----------------------------------------------------------------------------- */

static void
look_free (gpointer data)
{
  TbLook *look = data;
  g_free (look->icon);
  g_free (look);
}

void
tb_looks_clear (TbLooks *looks)
{
  g_clear_pointer (&looks->by_key, g_hash_table_unref);
  g_clear_pointer (&looks->all, g_ptr_array_unref);
}

static gint64
packed (const TbColour *c)
{
  return c->a <= 0 ? -1 : lround (c->r * 255) << 16 | lround (c->g * 255) << 8 | lround (c->b * 255);
}

const TbLook *
tb_looks_get (TbLooks *looks, const TbLookSpec *spec)
{
  if (spec->fill.a <= 0 && spec->line.a <= 0 && spec->ink.a <= 0 && spec->dash == TB_DASH_UNSAID
      && spec->icon == NULL)
    return NULL;
  if (looks->all == NULL)
    {
      looks->all = g_ptr_array_new_with_free_func (look_free);
      looks->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  g_autofree char *key = g_strdup_printf (
      "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %s", packed (&spec->fill),
      packed (&spec->line), packed (&spec->ink), (int) spec->dash, spec->icon ? spec->icon : "");
  TbLook *look = g_hash_table_lookup (looks->by_key, key);
  if (look != NULL)
    return look;
  look = g_new0 (TbLook, 1);
  look->index = looks->all->len;
  look->dash = spec->dash;
  look->icon = g_strdup (spec->icon);
  for (guint t = 0; t < TB_N_THEMES; t++)
    look->in[t] = tb_look_mix ((TbThemeId) t, spec);
  g_ptr_array_add (looks->all, look);
  g_hash_table_insert (looks->by_key, g_steal_pointer (&key), look);
  return look;
}

gboolean
tb_looks_find_icons (TbLooks *looks, const char *folder)
{
  gboolean changed = FALSE;
  for (guint i = 0; looks->all != NULL && i < looks->all->len; i++)
    {
      TbLook *look = looks->all->pdata[i];
      TbIcon *picture = look->icon ? tb_icon_find (look->icon, folder, NULL) : NULL;
      changed |= picture != look->picture;
      look->picture = picture;
    }
  return changed;
}
