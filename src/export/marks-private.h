/* Marks over a picture: a few primitives that SVG and Cairo draw alike. */
#pragma once

#include "tb-diagram.h"

typedef enum
{
  TB_MARK_RECT, /* rect, rounded */
  TB_MARK_LINE, /* points */
  TB_MARK_HEAD, /* points: three, filled */
  TB_MARK_DOT,  /* rect: filled circle in it */
  TB_MARK_TEXT  /* text, from rect's left, its baseline at rect's bottom */
} TbMarkShape;

typedef struct
{
  TbMarkShape shape;
  TbRect rect;
  double radius;
  TbPoint *points;
  guint n_points;
  TbColour line;    /* alpha 0: none */
  TbColour fill;    /* alpha 0: none; TEXT: its ink */
  double width;     /* of the line */
  gboolean dashed;
  gboolean bold;
  char *text;
} TbMark;

/* Of TbMark; owns what is in them. */
GArray *tb_marks_new (void);
/* theme: whose colours they have; or_dark: where the viewer prefers dark, those of the dark theme. (transfer full) */
char *tb_marks_to_svg (const GArray *marks, TbThemeId theme, gboolean or_dark);
void tb_marks_paint (const GArray *marks, cairo_t *cr);
double tb_marks_text_width (const char *text, gboolean bold);
