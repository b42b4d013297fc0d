/* The tokens of the look, one row each, and the few colours mixed from them. */
#include "colour-private.h"

#include <math.h>
#include <string.h>

/* High contrast is ours: black on white or white on black, states and accent at 7:1 and more. */
static const guint32 tokens[TB_N_COLOURS][TB_N_THEMES] = {
  /*                          light     dark      print     high contr. … on black */
  [TB_COLOUR_CANVAS] = { 0xFBFAF7, 0x1A1A19, 0xFFFFFF, 0xFFFFFF, 0x000000 },
  [TB_COLOUR_GRID] = { 0xE6E4DD, 0x2B2B29, 0xFFFFFF, 0xBBBBBB, 0x4A4A4A },
  [TB_COLOUR_WINDOW] = { 0xFFFFFF, 0x1E1E1D, 0xFFFFFF, 0xFFFFFF, 0x000000 },
  [TB_COLOUR_HEADER] = { 0xF4F3F0, 0x2A2A28, 0xFFFFFF, 0xFFFFFF, 0x000000 },
  [TB_COLOUR_SIDE] = { 0xF8F7F4, 0x242423, 0xFFFFFF, 0xFFFFFF, 0x000000 },
  [TB_COLOUR_LINE] = { 0xDEDCD5, 0x3A3936, 0xDEDCD5, 0x000000, 0xFFFFFF },
  [TB_COLOUR_TEXT] = { 0x1F1E1B, 0xF1EFE9, 0x1F1E1B, 0x000000, 0xFFFFFF },
  [TB_COLOUR_DIM] = { 0x77756D, 0xA19E94, 0x77756D, 0x222222, 0xE4E4E4 },
  [TB_COLOUR_FAINT] = { 0xA5A39A, 0x6E6C65, 0xA5A39A, 0x444444, 0xC4C4C4 },
  [TB_COLOUR_CARD] = { 0xFFFFFF, 0x282826, 0xFFFFFF, 0xFFFFFF, 0x000000 },
  [TB_COLOUR_TIER_LINE] = { 0xCFCCC3, 0x45433E, 0xCFCCC3, 0x000000, 0xFFFFFF },
  [TB_COLOUR_LINK] = { 0x5A5850, 0xA9A69B, 0x5A5850, 0x000000, 0xFFFFFF },
  [TB_COLOUR_BAND_0] = { 0xEEF3FB, 0x1D2430, 0xEEF3FB, 0xF2F2F2, 0x101010 },
  [TB_COLOUR_BAND_1] = { 0xEFF6F0, 0x1D2721, 0xEFF6F0, 0xE6E6E6, 0x1C1C1C },
  [TB_COLOUR_BAND_2] = { 0xF5F0FA, 0x251F2B, 0xF5F0FA, 0xF8F8F8, 0x0A0A0A },
  [TB_COLOUR_ACCENT] = { 0x1F5FD0, 0x7FB0FF, 0x1F5FD0, 0x0033AA, 0x9CC4FF },
  [TB_COLOUR_ACCENT_GROUND] = { 0xE7EEFB, 0x26344D, 0xE7EEFB, 0xDCE6FF, 0x0E2A55 },
  [TB_COLOUR_GOOD] = { 0x1E8E5A, 0x5CC893, 0x1E8E5A, 0x00552B, 0x7BE8AE },
  [TB_COLOUR_WARN] = { 0xB7791F, 0xE0B04C, 0xB7791F, 0x6B4000, 0xFFD067 },
  [TB_COLOUR_BAD] = { 0xC9302C, 0xFF7B72, 0xC9302C, 0x8F0000, 0xFFA29B },
};

/* The same in light, dark and print; external takes the dim text colour. */
static const guint32 roles[TB_N_ROLES][3] = {
  /*                      all       high contrast, on black */
  [TB_ROLE_CLIENT] = { 0x3D6FB4, 0x123E7D, 0x9CC4FF },
  [TB_ROLE_SERVER] = { 0x2F8F6B, 0x0A5238, 0x86E3BF },
  [TB_ROLE_STORE] = { 0x8A5BB0, 0x55267A, 0xDCB8FF },
  [TB_ROLE_CACHE] = { 0xC46A1B, 0x7A3A00, 0xFFBE85 },
  [TB_ROLE_BROKER] = { 0xA87B0A, 0x5E4300, 0xF2D060 },
  [TB_ROLE_BALANCER] = { 0x4A7DA8, 0x1D4A70, 0xA5D2F7 },
  [TB_ROLE_PROXY] = { 0x6B6F7A, 0x33363F, 0xD5D8E0 },
  [TB_ROLE_MEDIATOR] = { 0x2B8C9E, 0x07505E, 0x86DDEC },
};

static const char *const names[TB_N_THEMES] = { "light", "dark", "print", "high-contrast",
                                               "high-contrast-dark" };

static TbColour
from_rgb (guint32 rgb)
{
  return (TbColour){ (rgb >> 16) / 255., ((rgb >> 8) & 255) / 255., (rgb & 255) / 255., 1 };
}

TbColour
tb_theme_colour (TbThemeId theme, TbColourId colour)
{
  g_assert (theme < TB_N_THEMES && colour < TB_N_COLOURS);
  return from_rgb (tokens[colour][theme]);
}

TbColour
tb_theme_role (TbThemeId theme, TbRole role)
{
  g_assert (theme < TB_N_THEMES && role < TB_N_ROLES);
  if (role == TB_ROLE_EXTERNAL)
    return tb_theme_colour (theme, TB_COLOUR_DIM);
  guint column = theme == TB_THEME_HIGH_CONTRAST ? 1 : theme == TB_THEME_HIGH_CONTRAST_DARK ? 2 : 0;
  return from_rgb (roles[role][column]);
}

gboolean
tb_theme_from_name (const char *name, TbThemeId *theme)
{
  for (guint i = 0; i < TB_N_THEMES; i++)
    if (strcmp (names[i], name) == 0)
      {
        *theme = (TbThemeId) i;
        return TRUE;
      }
  return FALSE;
}

const char *
tb_theme_name (TbThemeId theme)
{
  g_assert (theme < TB_N_THEMES);
  return names[theme];
}

/* ---- Mixing ---------------------------------------------------------------------------------- */

static double
linear (double c)
{
  return c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
}

static double
luminance (const TbColour *c)
{
  return 0.2126 * linear (c->r) + 0.7152 * linear (c->g) + 0.0722 * linear (c->b);
}

double
tb_colour_contrast (const TbColour *a, const TbColour *b)
{
  double la = luminance (a), lb = luminance (b);
  return (MAX (la, lb) + 0.05) / (MIN (la, lb) + 0.05);
}

TbColour
tb_colour_over (const TbColour *a, double alpha, const TbColour *b)
{
  double t = a->a * alpha;
  return (TbColour){ a->r * t + b->r * (1 - t), a->g * t + b->g * (1 - t),
                     a->b * t + b->b * (1 - t), 1 };
}

/* A little above 4.5, so that rounding to eight bits stays above it. */
TbColour
tb_colour_readable (TbColour colour, const TbColour *extreme, const TbColour *ground)
{
  for (int i = 0; i < 40 && tb_colour_contrast (&colour, ground) < 4.55; i++)
    colour = tb_colour_over (extreme, 0.06, &colour);
  return colour;
}

TbColour
tb_theme_band (TbThemeId theme, guint n)
{
  return tb_theme_colour (theme, (TbColourId) (TB_COLOUR_BAND_0 + n % 3));
}

double
tb_theme_container_alpha (TbThemeId theme)
{
  return theme == TB_THEME_DARK ? 0.56 : 0.69;
}

TbColour
tb_theme_container (TbThemeId theme, const TbColour *under)
{
  TbColour fill = theme == TB_THEME_DARK ? from_rgb (0x212120)
                                         : tb_theme_colour (theme, TB_COLOUR_CARD);
  return tb_colour_over (&fill, tb_theme_container_alpha (theme), under);
}

TbColour
tb_theme_dim_on (TbThemeId theme, const TbColour *ground)
{
  TbColour text = tb_theme_colour (theme, TB_COLOUR_TEXT);
  return tb_colour_readable (tb_theme_colour (theme, TB_COLOUR_DIM), &text, ground);
}

/* The ground of the count badge: white is written on it. */
TbColour
tb_theme_badge (TbThemeId theme, TbRole role)
{
  TbColour black = { 0, 0, 0, 1 }, white = { 1, 1, 1, 1 };
  return tb_colour_readable (tb_theme_role (theme, role), &black, &white);
}

TbColour
tb_theme_icon (TbThemeId theme, TbRole role)
{
  if (theme != TB_THEME_DARK)
    return tb_theme_role (theme, role);
  TbColour white = { 1, 1, 1, 1 }, own = tb_theme_role (theme, role);
  return tb_colour_over (&white, 0.82, &own);
}

TbColour
tb_theme_note (TbThemeId theme)
{
  static const guint32 ground[TB_N_THEMES] = { 0xFFF8DC, 0x35301F, 0xFFF8DC, 0xFFFFFF,
                                               0x000000 };
  return from_rgb (ground[theme]);
}

double
tb_theme_tile_alpha (TbThemeId theme)
{
  return theme == TB_THEME_DARK || theme == TB_THEME_HIGH_CONTRAST_DARK ? 0.22 : 0.11;
}

double
tb_theme_stack_alpha (TbThemeId theme)
{
  return theme >= TB_THEME_HIGH_CONTRAST ? 1 : theme == TB_THEME_DARK ? 0.53 : 0.4;
}

double
tb_theme_shadow_alpha (TbThemeId theme)
{
  static const double alpha[TB_N_THEMES] = { 0.07, 0.35, 0.05, 0, 0 };
  return alpha[theme];
}
