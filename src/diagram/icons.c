/* An icon per kind of component, drawn in a 20 × 20 square. */
#include "pen-private.h"

#include <stdlib.h>

static const char *const icons[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = "M4 3h12c1.1 0 2 .9 2 2v7c0 1.1-.9 2-2 2h-12c-1.1 0-2-.9-2-2v-7c0-1.1.9-2 2-2z"
                     "M7 18h6M10 14v4",
  [TB_ROLE_SERVER]
  = "M4.6 2h10.8c.9 0 1.6.7 1.6 1.6v3.3c0 .9-.7 1.6-1.6 1.6h-10.8c-.9 0-1.6-.7-1.6-1.6v-3.3"
    "c0-.9.7-1.6 1.6-1.6zM4.6 11.5h10.8c.9 0 1.6.7 1.6 1.6v3.3c0 .9-.7 1.6-1.6 1.6h-10.8"
    "c-.9 0-1.6-.7-1.6-1.6v-3.3c0-.9.7-1.6 1.6-1.6zM6 5.2h.1M6 14.7h.1M10 5.2h4M10 14.7h4",
  [TB_ROLE_STORE]
  = "M3 4.5c0-1.44 3.13-2.6 7-2.6c3.87 0 7 1.16 7 2.6c0 1.44-3.13 2.6-7 2.6c-3.87 0-7-1.16-7-2.6z"
    "M3 4.5v11c0 1.5 3.1 2.6 7 2.6c3.9 0 7-1.1 7-2.6v-11M3 10c0 1.5 3.1 2.6 7 2.6"
    "c3.9 0 7-1.1 7-2.6",
  [TB_ROLE_CACHE] = "M11 2L4 11h5l-1 7l8-10h-5z",
  [TB_ROLE_BROKER] = "M5 5h10c1.66 0 3 2.24 3 5c0 2.76-1.34 5-3 5h-10c-1.66 0-3-2.24-3-5"
                     "c0-2.76 1.34-5 3-5zM5 5c1.66 0 3 2.24 3 5c0 2.76-1.34 5-3 5M11 8v4M14 8v4",
  [TB_ROLE_BALANCER] = "M2 10h5M7 10l6-6h5M7 10l6 6h5M7 10h11",
  [TB_ROLE_PROXY] = "M2 10h16M6 5l-4 5l4 5M14 5l4 5l-4 5",
  [TB_ROLE_MEDIATOR] = "M7 10c0-1.66 1.34-3 3-3c1.66 0 3 1.34 3 3c0 1.66-1.34 3-3 3"
                       "c-1.66 0-3-1.34-3-3zM10 2v5M10 13v5M2 10h5M13 10h5",
  [TB_ROLE_EXTERNAL] = "M6 16c-2.2 0-4-1.6-4-3.7c0-1.9 1.4-3.4 3.3-3.6c.5-2.4 2.5-4.2 4.9-4.2"
                       "c2.6 0 4.7 2 5 4.5c1.7.2 2.9 1.7 2.9 3.4c0 2-1.6 3.6-3.6 3.6z",
};

const char *
tb_icon_path (TbRole role)
{
  g_assert (role < TB_N_ROLES);
  return icons[role];
}

static const char *
read_numbers (const char *p, double *out, int n)
{
  for (int i = 0; i < n; i++)
    {
      char *end;
      while (*p == ' ')
        p++;
      out[i] = g_ascii_strtod (p, &end);
      p = end;
    }
  return p;
}

/* Numbers stand apart by a blank or their sign, as SVG allows. */
void
tb_icon_trace (cairo_t *cr, const char *p)
{
  double a[6], x, y;
  while (*p)
    {
      char command = *p++;
      gboolean relative = g_ascii_islower (command);
      cairo_get_current_point (cr, &x, &y);
      switch (g_ascii_toupper (command))
        {
        case 'M':
          p = read_numbers (p, a, 2);
          cairo_move_to (cr, a[0], a[1]);
          break;
        case 'L':
          p = read_numbers (p, a, 2);
          cairo_line_to (cr, a[0] + (relative ? x : 0), a[1] + (relative ? y : 0));
          break;
        case 'H':
          p = read_numbers (p, a, 1);
          cairo_line_to (cr, a[0] + (relative ? x : 0), y);
          break;
        case 'V':
          p = read_numbers (p, a, 1);
          cairo_line_to (cr, x, a[0] + (relative ? y : 0));
          break;
        case 'C':
          p = read_numbers (p, a, 6);
          cairo_rel_curve_to (cr, a[0], a[1], a[2], a[3], a[4], a[5]);
          break;
        case 'Z':
          cairo_close_path (cr);
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

void
tb_paint_role_icon (cairo_t *cr, TbRole role, double size, const TbColour *colour)
{
  cairo_save (cr);
  cairo_scale (cr, size / 20, size / 20);
  cairo_new_path (cr);
  tb_icon_trace (cr, tb_icon_path (role));
  cairo_set_line_width (cr, tb_styles[TB_STYLE_ICON].width);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_source_rgba (cr, colour->r, colour->g, colour->b, colour->a);
  cairo_stroke (cr);
  cairo_restore (cr);
}
