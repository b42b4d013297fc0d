/* Text: measured once, at scale 1 with metric hinting off; every painter uses those widths.
 *
 * Glyphs of plain text come from a table per font (glyph, advance, kerning of pairs, each asked of
 * Pango once), since ten thousand PangoLayouts cost 200 ms; anything else is shaped by Pango. Safe
 * on any thread: what Pango touches is behind one lock, what is drawn is Cairo's. */
#pragma once

#include <cairo.h>
#include <glib.h>

typedef enum
{
  TB_FONT_NAME,      /* of a card */
  TB_FONT_LINE,      /* a card's second line */
  TB_FONT_CONTAINER, /* title of a tier or group */
  TB_FONT_LAYER,     /* along the edge of a band */
  TB_FONT_BADGE,     /* ×3 */
  TB_FONT_LABEL,     /* beside a link */
  TB_FONT_CHIP,      /* what the frame does not show */
  TB_FONT_NOTE,
  TB_N_FONTS
} TbFontId;

typedef struct
{
  double size;    /* px at scale 1 */
  int weight;     /* CSS and Pango alike */
  double spacing; /* added after each letter, px */
} TbFontSpec;

extern const TbFontSpec tb_fonts[TB_N_FONTS];
#define TB_FONT_FAMILIES "Inter, Cantarell, \"DejaVu Sans\", sans-serif"

double tb_text_width (TbFontId font, const char *text);
/* text, or as much of its beginning as fits with an ellipsis. (transfer full) */
char *tb_text_fit (TbFontId font, const char *text, double width);
/* Draws with the current source, (x, y) the start of the baseline. */
void tb_text_show (cairo_t *cr, TbFontId font, const char *text, double x, double y);
/* Lines of at most width, at most max of them, the last ellipsised: NULL-terminated.
 * (transfer full) */
char **tb_text_wrap (TbFontId font, const char *text, double width, guint max);
