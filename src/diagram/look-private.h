/* How an element looks by its own colour and by the rules it meets: made once for all that look the
 * same, mixed for each theme in advance, since painting may be on any thread. */
#pragma once

#include "colour-private.h"
#include "tb-diagram.h"

typedef enum
{
  TB_DASH_UNSAID,
  TB_DASH_YES,
  TB_DASH_NO
} TbDash;

/* What is said, before it is made legible. a = 0: not said. */
typedef struct
{
  TbColour fill, line, ink;
  TbDash dash;
  const char *icon; /* NULL: the kind's */
} TbLookSpec;

/* In one theme. a = 0: as without it. */
typedef struct
{
  TbColour fill, line, ink, dim, badge, tile, icon, stack;
} TbLookColours;

typedef struct
{
  guint index; /* among the looks of its scene */
  TbDash dash;
  char *icon;      /* as said, NULL */
  TbIcon *picture; /* NULL: none, or it cannot be shown */
  TbLookColours in[TB_N_THEMES];
} TbLook;

typedef struct
{
  GPtrArray *all;     /* of TbLook */
  GHashTable *by_key; /* char * to TbLook */
} TbLooks;

void tb_looks_clear (TbLooks *looks);
/* Finds the pictures of all looks anew. TRUE where one is another than before. */
gboolean tb_looks_find_icons (TbLooks *looks, const char *folder);
/* The look that says so; NULL where nothing is said. Owned by looks. */
const TbLook *tb_looks_get (TbLooks *looks, const TbLookSpec *spec);

/* A person's colours as they can be read in a theme: hue and saturation stay, lightness moves as far
 * as contrast asks for (WCAG 2.1: 4.5 for text, 3 for lines; 7 and 4.5 in high contrast).
 * spec: any of the three may be unsaid. */
TbLookColours tb_look_mix (TbThemeId theme, const TbLookSpec *spec);

/* ---- Rules ----------------------------------------------------------------------------------- */

/* The <style> elements of a model, taken apart once. */
typedef struct _TbRules TbRules;
TbRules *tb_rules_new (const TbModel *model);
void tb_rules_free (TbRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbRules, tb_rules_free)
/* What the rules and the element's own colour= and icon= say of it; later rules win, its own word
 * last. */
TbLookSpec tb_rules_look (const TbRules *rules, const TbElement *element);
