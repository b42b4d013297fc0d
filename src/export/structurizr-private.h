/* A drawing as a Structurizr workspace: what its two files share. */
#pragma once

#include <json-glib/json-glib.h>

#include "export-private.h"

/* A card of ours in Structurizr's units: its own sizes are about so much larger. */
#define TB_STRUCTURIZR_SCALE 2.5
#define TB_STRUCTURIZR_CARD_WIDTH 440
#define TB_STRUCTURIZR_CARD_HEIGHT 180

typedef struct
{
  const TbModel *model;
  TbProblems *lost;  /* NULL: nobody asks */
  JsonBuilder *json;
  guint next_id;     /* ids of the workspace count from 1 in file order */
  guint first_node;  /* from here on they are of deployment nodes and instances */
  GHashTable *ids;   /* TbUid → its id there */
  GHashTable *calls; /* TbUid of a component → GPtrArray of its links */
} TbStructurizr;

/* The id of an element there; 0 where it has none. */
guint tb_structurizr_id (const TbStructurizr *out, TbUid uid);
void tb_structurizr_string (TbStructurizr *out, const char *name, const char *value); /* NULL: nothing */
void tb_structurizr_number (TbStructurizr *out, const char *name, double value);
void tb_structurizr_id_member (TbStructurizr *out, const char *name, guint id);
/* Whether it is a person there, or lies outside the system. */
gboolean tb_structurizr_is_person (const TbElement *component);
gboolean tb_structurizr_is_outside (const TbElement *component);

gboolean tb_structurizr_says_only_id (const TbElement *element, TbProp prop);

/* "tierboard.ATTRIBUTE" of an element, and "tierboard.KIND.N.ATTRIBUTE" of its Nth child of any depth, as members of the
 * object that is open: all that the format has no name for. prefix: "tierboard", or so far as that is known. skip: ends
 * with TB_PROP_NONE. */
void tb_structurizr_flatten (TbStructurizr *out, const char *prefix, const TbElement *element, const TbProp *skip);
void tb_structurizr_flatten_child (TbStructurizr *out, const char *prefix, const TbElement *child);

/* "views": the member with all of it. */
void tb_structurizr_views (TbStructurizr *out);
