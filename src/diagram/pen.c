/* The styles, one row each, and their colours in a theme. */
#include "pen-private.h"

const TbStyleSpec tb_styles[TB_N_STYLES] = {
  [TB_STYLE_BAND_0] = { "b0", 0, { 0 } },
  [TB_STYLE_BAND_1] = { "b1", 0, { 0 } },
  [TB_STYLE_BAND_2] = { "b2", 0, { 0 } },
  [TB_STYLE_TIER] = { "tr", 1.3, { 0 } },
  [TB_STYLE_GROUP] = { "gr", 1.3, { 5, 4 } },
  [TB_STYLE_DEVICE] = { "dv", 1.1, { 0 } },
  [TB_STYLE_FRAME] = { "fr", 1.3, { 0 } },
  [TB_STYLE_MIDDLEWARE] = { "mw", 1.2, { 0 } },
  [TB_STYLE_LINK] = { "ln", 1.8, { 0 } },
  [TB_STYLE_LINK_ASYNC] = { "la", 1.8, { 7, 5 } },
  [TB_STYLE_HEAD] = { "hd", 0, { 0 } },
  [TB_STYLE_HEAD_OPEN] = { "ho", 1.8, { 0 } },
  [TB_STYLE_SHADOW] = { "sh", 0, { 0 } },
  [TB_STYLE_STACK] = { "st", 1.1, { 0 } },
  [TB_STYLE_CARD] = { "cd", 1.5, { 0 } },
  [TB_STYLE_CARD_OUTSIDE] = { "co", 1.5, { 5, 4 } },
  [TB_STYLE_TINT_0] = { "t0", 1.5, { 0 } },
  [TB_STYLE_TINT_1] = { "t1", 1.5, { 0 } },
  [TB_STYLE_TINT_2] = { "t2", 1.5, { 0 } },
  [TB_STYLE_TILE] = { "tl", 0, { 0 } },
  [TB_STYLE_ICON] = { "ic", 1.8, { 0 } },
  [TB_STYLE_BADGE] = { "bg", 0, { 0 } },
  [TB_STYLE_PLATE] = { "pl", 0, { 0 } },
  [TB_STYLE_STUB] = { "sb", 1.2, { 4, 4 } },
  [TB_STYLE_CHIP] = { "cp", 1, { 0 } },
  [TB_STYLE_INSIDE] = { "in", 1, { 0 } },
  [TB_STYLE_INSIDE_MARK] = { "im", 1.3, { 0 } },
  [TB_STYLE_NOTE] = { "nt", 1, { 0 } },
  [TB_STYLE_FOLD] = { "fd", 1, { 0 } },
  [TB_STYLE_BOX] = { "bx", 1.5, { 0 } },
  [TB_STYLE_BOX_BEHIND] = { "bb", 1.1, { 0 } },
  [TB_STYLE_BUTTON] = { "bt", 1.6, { 0 } },
  [TB_STYLE_LINK_PENDING] = { "lp", 0.8, { 0 } },
};

const char *const tb_ink_classes[TB_N_INKS] = { "k", "d", "c", "g", "w", "m" };

gboolean
tb_style_has_role (TbStyle style)
{
  return (style >= TB_STYLE_STACK && style <= TB_STYLE_BADGE);
}

static TbColour
faded (TbColour colour, double alpha)
{
  colour.a *= alpha;
  return colour;
}

static void
ground_colours (TbThemeId theme, TbStyle style, TbColour *fill, TbColour *outline)
{
  TbColour card = tb_theme_colour (theme, TB_COLOUR_CARD);
  TbColour tier_line = tb_theme_colour (theme, TB_COLOUR_TIER_LINE);
  TbColour dark = { 0x21 / 255., 0x21 / 255., 0x20 / 255., 1 };
  TbColour container = theme == TB_THEME_DARK ? dark : card;
  if (style <= TB_STYLE_BAND_2)
    *fill = tb_theme_band (theme, style - TB_STYLE_BAND_0);
  else if (style == TB_STYLE_TIER || style == TB_STYLE_GROUP)
    {
      double share = style == TB_STYLE_TIER ? 1 : 0.5;
      *fill = faded (container, tb_theme_container_alpha (theme) * share);
      *outline = tier_line;
    }
  else if (style == TB_STYLE_MIDDLEWARE)
    {
      *fill = tb_theme_colour (theme, TB_COLOUR_HEADER);
      *outline = tier_line;
    }
  else if (style == TB_STYLE_LINK_PENDING)
    *outline = faded (tb_theme_colour (theme, TB_COLOUR_LINK), 0.45);
  else if (style == TB_STYLE_BUTTON)
    *outline = tb_theme_colour (theme, TB_COLOUR_DIM);
  else if (style == TB_STYLE_BOX || style == TB_STYLE_BOX_BEHIND)
    {
      *fill = card;
      *outline = style == TB_STYLE_BOX ? tb_theme_colour (theme, TB_COLOUR_DIM) : tier_line;
    }
  else if (style == TB_STYLE_DEVICE || style == TB_STYLE_FRAME || style == TB_STYLE_STUB)
    {
      *fill = faded (container, style == TB_STYLE_FRAME ? 0 : 0.5);
      *outline = style == TB_STYLE_DEVICE ? tier_line : tb_theme_colour (theme, TB_COLOUR_FAINT);
    }
  else if (style == TB_STYLE_PLATE) /* pictures are made for paper, whatever the theme */
    *fill = tb_theme_colour (TB_THEME_LIGHT, TB_COLOUR_HEADER);
  else if (style == TB_STYLE_INSIDE_MARK)
    *outline = tb_theme_colour (theme, TB_COLOUR_ACCENT);
  else if (style == TB_STYLE_CHIP || style == TB_STYLE_INSIDE)
    {
      *fill = card;
      *outline = tier_line;
    }
  else
    {
      *fill = tb_theme_note (theme);
      *outline = tier_line;
      if (style == TB_STYLE_FOLD)
        *fill = faded (tier_line, 0.6);
    }
}

static void
link_colours (TbThemeId theme, TbStyle style, TbColour *fill, TbColour *outline)
{
  if (style == TB_STYLE_HEAD)
    *fill = tb_theme_colour (theme, TB_COLOUR_LINK);
  else
    *outline = tb_theme_colour (theme, TB_COLOUR_LINK);
}

static void
card_colours (TbThemeId theme, TbStyle style, TbRole role, TbColour *fill, TbColour *outline)
{
  TbColour own = tb_theme_role (theme, role);
  *fill = tb_theme_colour (theme, TB_COLOUR_CARD);
  *outline = own;
  if (style == TB_STYLE_STACK)
    *outline = faded (own, tb_theme_stack_alpha (theme));
  else if (style >= TB_STYLE_TINT_0 && style <= TB_STYLE_TINT_2)
    *fill = tb_theme_band (theme, style - TB_STYLE_TINT_0);
  else if (style == TB_STYLE_TILE)
    *fill = faded (own, tb_theme_tile_alpha (theme));
  else if (style == TB_STYLE_BADGE)
    *fill = tb_theme_badge (theme, role);
  else if (style == TB_STYLE_ICON)
    {
      fill->a = 0;
      *outline = tb_theme_icon (theme, role);
    }
  if (style == TB_STYLE_TILE || style == TB_STYLE_BADGE)
    outline->a = 0;
}

static void
mix_style (TbThemeId theme, TbStyle style, TbRole role, TbColour *fill, TbColour *outline)
{
  *fill = *outline = (TbColour){ 0, 0, 0, 0 };
  if (style == TB_STYLE_SHADOW)
    fill->a = tb_theme_shadow_alpha (theme);
  else if (style >= TB_STYLE_LINK && style <= TB_STYLE_HEAD_OPEN)
    link_colours (theme, style, fill, outline);
  else if (tb_style_has_role (style))
    card_colours (theme, style, role, fill, outline);
  else
    ground_colours (theme, style, fill, outline);
}

/* Dim enough to step back, dark enough to read on the least favourable of its grounds. */
static TbColour
ground_ink (TbThemeId theme)
{
  TbColour worst = tb_theme_colour (theme, TB_COLOUR_CANVAS);
  TbColour dim = tb_theme_colour (theme, TB_COLOUR_DIM);
  for (guint i = 0; i < 4; i++)
    {
      TbColour ground = i < 3 ? tb_theme_band (theme, i)
                              : tb_theme_colour (theme, TB_COLOUR_HEADER);
      TbColour over = tb_theme_container (theme, &ground);
      if (tb_colour_contrast (&dim, &ground) < tb_colour_contrast (&dim, &worst))
        worst = ground;
      if (tb_colour_contrast (&dim, &over) < tb_colour_contrast (&dim, &worst))
        worst = over;
    }
  return tb_theme_dim_on (theme, &worst);
}

static TbColour
mix_ink (TbThemeId theme, TbInk ink)
{
  TbColour ground = tb_theme_colour (theme, TB_COLOUR_CARD);
  switch (ink)
    {
    case TB_INK_DIM:
    case TB_INK_ON_CHIP:
      for (guint i = 0; i < 3; i++)
        {
          TbColour band = tb_theme_band (theme, i), dim = tb_theme_colour (theme, TB_COLOUR_DIM);
          if (tb_colour_contrast (&dim, &band) < tb_colour_contrast (&dim, &ground))
            ground = band;
        }
      return tb_theme_dim_on (theme, &ground);
    case TB_INK_ON_GROUND:
      return ground_ink (theme);
    case TB_INK_ON_BADGE:
      return (TbColour){ 1, 1, 1, 1 };
    case TB_INK_TEXT:
    case TB_INK_ON_NOTE:
    case TB_N_INKS:
    default:
      return tb_theme_colour (theme, TB_COLOUR_TEXT);
    }
}

/* ---- Looks ----------------------------------------------------------------------------------- */

/* What of a look a style takes. */
enum
{
  TAKES_FILL = 1 << 0,    /* its ground is the look's */
  TAKES_LINE = 1 << 1,    /* its outline is the look's line */
  TAKES_DASH = 1 << 2,
  FILLED_BY_LINE = 1 << 3 /* its ground is the look's line */
};

#define GROUND (TAKES_FILL | TAKES_LINE | TAKES_DASH)

static const guint8 takes[TB_N_STYLES] = {
  [TB_STYLE_BAND_0] = GROUND,
  [TB_STYLE_BAND_1] = GROUND,
  [TB_STYLE_BAND_2] = GROUND,
  [TB_STYLE_TIER] = GROUND,
  [TB_STYLE_GROUP] = GROUND,
  [TB_STYLE_DEVICE] = GROUND,
  [TB_STYLE_FRAME] = GROUND,
  [TB_STYLE_MIDDLEWARE] = GROUND,
  [TB_STYLE_CARD] = GROUND,
  [TB_STYLE_CARD_OUTSIDE] = GROUND,
  [TB_STYLE_TINT_0] = GROUND,
  [TB_STYLE_TINT_1] = GROUND,
  [TB_STYLE_TINT_2] = GROUND,
  [TB_STYLE_NOTE] = GROUND,
  [TB_STYLE_BOX] = GROUND,
  [TB_STYLE_STUB] = TAKES_LINE,
  [TB_STYLE_LINK] = TAKES_LINE | TAKES_DASH,
  [TB_STYLE_LINK_ASYNC] = TAKES_LINE | TAKES_DASH,
  [TB_STYLE_HEAD] = FILLED_BY_LINE,
  [TB_STYLE_HEAD_OPEN] = TAKES_LINE,
  [TB_STYLE_STACK] = TAKES_FILL | TAKES_LINE,
  [TB_STYLE_TILE] = FILLED_BY_LINE,
  [TB_STYLE_BADGE] = FILLED_BY_LINE,
  [TB_STYLE_ICON] = TAKES_LINE,
};

gboolean
tb_style_has_look (TbStyle style)
{
  return takes[style] != 0;
}

void
tb_style_look (TbThemeId theme, TbStyle style, const TbLook *look, TbColour *fill,
               TbColour *outline)
{
  if (look == NULL)
    return;
  const TbLookColours *in = &look->in[theme];
  if ((takes[style] & TAKES_FILL) && in->fill.a > 0)
    {
      *fill = in->fill;
      /* What it frames is to be seen. */
      if (style == TB_STYLE_FRAME)
        fill->a = 0.16;
    }
  if (in->line.a <= 0)
    return;
  if (takes[style] & TAKES_LINE)
    *outline = style == TB_STYLE_STACK ? in->stack : style == TB_STYLE_ICON ? in->icon : in->line;
  if (takes[style] & FILLED_BY_LINE)
    *fill = style == TB_STYLE_TILE ? in->tile : style == TB_STYLE_BADGE ? in->badge : in->line;
}

const double *
tb_style_dash (TbStyle style, const TbLook *look)
{
  static const double dashes[2] = { 6, 4 };
  const double *own = tb_styles[style].dash[0] > 0 ? tb_styles[style].dash : NULL;
  if (look == NULL || look->dash == TB_DASH_UNSAID || !(takes[style] & TAKES_DASH))
    return own;
  return look->dash == TB_DASH_NO ? NULL : own != NULL ? own : dashes;
}

/* The words on a link stand on the drawing's ground, not on its own. */
void
tb_ink_look (TbThemeId theme, TbInk ink, const TbLook *look, TbColour *colour)
{
  if (look == NULL || look->in[theme].ink.a <= 0 || ink == TB_INK_ON_BADGE
      || ink == TB_INK_ON_CHIP)
    return;
  *colour = ink == TB_INK_DIM ? look->in[theme].dim : look->in[theme].ink;
}

/* ---- Mixed once ------------------------------------------------------------------------------ */

/* Contrast takes powers: too dear for every mark. */
static struct
{
  TbColour fill[TB_N_STYLES][TB_N_ROLES], outline[TB_N_STYLES][TB_N_ROLES], ink[TB_N_INKS];
} mixed[TB_N_THEMES];

static void
mix_all (void)
{
  static gsize done;
  if (!g_once_init_enter (&done))
    return;
  for (guint t = 0; t < TB_N_THEMES; t++)
    {
      for (guint s = 0; s < TB_N_STYLES; s++)
        for (guint r = 0; r < TB_N_ROLES; r++)
          mix_style ((TbThemeId) t, (TbStyle) s, (TbRole) r, &mixed[t].fill[s][r],
                     &mixed[t].outline[s][r]);
      for (guint i = 0; i < TB_N_INKS; i++)
        mixed[t].ink[i] = mix_ink ((TbThemeId) t, (TbInk) i);
    }
  g_once_init_leave (&done, 1);
}

void
tb_style_colours (TbThemeId theme, TbStyle style, TbRole role, TbColour *fill, TbColour *outline)
{
  mix_all ();
  *fill = mixed[theme].fill[style][role];
  *outline = mixed[theme].outline[style][role];
}

TbColour
tb_ink_colour (TbThemeId theme, TbInk ink)
{
  mix_all ();
  return mixed[theme].ink[ink];
}
