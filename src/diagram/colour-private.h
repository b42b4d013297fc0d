/* Colours by use: what carries text is made readable on its ground. */
#pragma once

#include "tb-diagram.h"

/* WCAG 2.1: relative luminance and contrast ratio (1 … 21) of opaque colours. */
double tb_colour_contrast (const TbColour *a, const TbColour *b);
/* a over b, alpha of a (times) applied; opaque. */
TbColour tb_colour_over (const TbColour *a, double alpha, const TbColour *b);
/* colour moved towards extreme until it reaches 4.5 on ground (AA for small text). */
TbColour tb_colour_readable (TbColour colour, const TbColour *extreme, const TbColour *ground);

/* Grounds and inks that the painters mix from the tokens. */
TbColour tb_theme_band (TbThemeId theme, guint n);
TbColour tb_theme_container (TbThemeId theme, const TbColour *under);
TbColour tb_theme_dim_on (TbThemeId theme, const TbColour *ground);
TbColour tb_theme_badge (TbThemeId theme, TbRole role);
TbColour tb_theme_icon (TbThemeId theme, TbRole role);
TbColour tb_theme_note (TbThemeId theme);
double tb_theme_tile_alpha (TbThemeId theme);
double tb_theme_container_alpha (TbThemeId theme);
double tb_theme_stack_alpha (TbThemeId theme);
double tb_theme_shadow_alpha (TbThemeId theme);
