/* A person's own pictures: SVG from elsewhere, let in only as plain shapes. */
#pragma once

#include <cairo.h>

#include "tb-diagram.h"

/* What is left of an SVG when everything but shapes, gradients and clips is taken away. */
typedef struct
{
  char *markup;  /* the elements inside the root, well-formed, ids with a prefix of their own */
  TbRect box;    /* its viewBox */
} TbCleanSvg;

/* Accepts an SVG document of at most TB_ICON_BYTES_MAX; error says in words what is wrong with it.
 * Scripts, styles but plain classes, events, references to anything outside, text, images, filters,
 * patterns, masks and animations are left out; too many elements, too deep nesting, or elements used
 * many times over are refused, so that no picture takes long to draw. */
gboolean tb_svg_clean (const char *bytes, gsize size, TbCleanSvg *out, GError **error);
void tb_clean_svg_clear (TbCleanSvg *svg);

#define TB_ICON_BYTES_MAX (256 * 1024)

const TbCleanSvg *tb_icon_svg (const TbIcon *icon);
