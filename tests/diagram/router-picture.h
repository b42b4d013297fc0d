/* Random pictures for the router, and what must hold of what it makes of them. */
#pragma once

#include "tb-base.h"
#include "tb-diagram.h"

#define PICTURE_MOST 400
#define PICTURE_CLEAR 8.0 /* what links keep from cards */

typedef struct
{
  TbRouterShape shapes[PICTURE_MOST]; /* key i + 1; width 0: none */
  guint n_shapes;
  TbRouterLink links[PICTURE_MOST]; /* key i + 1; from 0: none */
  TbPoint bends[PICTURE_MOST][3];
  guint n_links;
} RouterPicture;

/* ---- router-picture.c ---- */

guint picture_below (TbRng *rng, guint n);
/* A free place, gap from every other but one (G_MAXUINT: none), or none: width 0. */
TbRouterShape picture_new_card (const RouterPicture *p, TbRng *rng, guint but, double size, double gap);
TbRouterLink picture_new_link (const RouterPicture *p, TbRng *rng);
/* Cards anywhere, gap apart; links between any two. */
void picture_make_messy (RouterPicture *p, TbRng *rng, guint cards, guint links, double gap);
/* Containers side by side with cards in them. */
void picture_make_contained (RouterPicture *p, TbRng *rng, guint columns, guint rows, guint links);
/* A router that knows nothing else. (transfer full) */
TbRouter *picture_route (const RouterPicture *p);

/* ---- router-holds.c ---- */

/* Whether a piece comes nearer than that to a rectangle. */
gboolean picture_hits (const TbRect *r, TbPoint a, TbPoint b, double clear);
/* How often a piece crosses its border. */
guint picture_crossings (const TbRect *r, TbPoint a, TbPoint b);
void picture_assert_orthogonal (const TbRouterRoute *r, guint link);
void picture_assert_good (const RouterPicture *p, TbRouter *router);
/* How many pairs of links lie on each other, nearer than apart. */
guint picture_count_together (const RouterPicture *p, TbRouter *router, double apart);
/* To the bit. */
void picture_assert_same (const RouterPicture *p, TbRouter *a, TbRouter *b);
