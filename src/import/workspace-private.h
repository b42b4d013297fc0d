/* A Structurizr workspace while it is read: what its files share. */
#pragma once

#include <json-glib/json-glib.h>

#include "import-build.h"

/* What an id of the workspace is here. */
typedef struct
{
  TbUid uid;         /* the component; 0: none */
  guint system;      /* the software system that it is in, or is, counted from 1; 0: none */
  gboolean is_system; /* one with containers: a group here, which nothing can call */
} TbWorkspacePart;

typedef struct
{
  TbImportBuild *b;
  JsonObject *workspace;
  gboolean ours;         /* written by us: its properties say what C4 cannot */
  GHashTable *lines;     /* JsonObject → line */
  GHashTable *parts;     /* id → TbWorkspacePart */
  GHashTable *links;     /* id of a relationship → TbUid */
  GHashTable *shapes;    /* tag → shape */
  GPtrArray *relations;  /* of JsonObject: all relationships of the model, in order */
  GPtrArray *data;       /* of TbWorkspaceData: what is said of our own elements */
  const char *environment; /* of the deployment that was taken; NULL: none */
  guint n_systems, n_with_containers;
} TbWorkspace;

/* ---- JSON (workspace-json.c) -------------------------------------------------------------------------- */

/* The object that the text is, with the lines of all its objects. NULL with error: no JSON, too deep, too much. */
JsonParser *tb_workspace_parse (const TbImportSource *source, GHashTable *lines, GError **error);
/* NULL, 0, an empty array where the member is something else or not there. */
const char *tb_workspace_string (JsonObject *object, const char *member);
double tb_workspace_number (JsonObject *object, const char *member);
JsonObject *tb_workspace_object (JsonObject *object, const char *member);
/* The objects of an array. (transfer container) */
GPtrArray *tb_workspace_objects (JsonObject *object, const char *member);
guint tb_workspace_line (const TbWorkspace *w, JsonObject *object);
/* Tells every member that says something and is not among the words of known. what: "the person Ann". */
void tb_workspace_tell_rest (TbWorkspace *w, JsonObject *object, const char *known, const char *what);

/* ---- The model ---------------------------------------------------------------------------------------- */

const TbWorkspacePart *tb_workspace_part (const TbWorkspace *w, const char *id);
void tb_workspace_add_part (TbWorkspace *w, const char *id, TbWorkspacePart part);
/* description, tags, url, group and what we said of it ourselves. words: members that are taken elsewhere. */
void tb_workspace_take_common (TbWorkspace *w, TbUid uid, JsonObject *object, const char *words, const char *what);
/* Remembers the relationships that it has. */
void tb_workspace_take_relations (TbWorkspace *w, JsonObject *object);

/* Deployment nodes to tiers, devices and replicas (workspace-deploy.c). */
void tb_workspace_deploy (TbWorkspace *w, JsonObject *model);
/* Views, interactions, styles (workspace-views.c). */
void tb_workspace_views (TbWorkspace *w, JsonObject *views);

/* ---- What we wrote (workspace-data.c) ----------------------------------------------------------------- */

/* "tierboard.id" of an element's properties; NULL: it is not ours. */
const char *tb_workspace_own_id (JsonObject *object);
/* Makes what hangs at the architecture itself (layers, groups …) without what is said of it. */
void tb_workspace_begin_data (TbWorkspace *w, JsonObject *model);
/* Remembers what the properties of an element say of it. */
void tb_workspace_remember (TbWorkspace *w, TbUid uid, JsonObject *object);
/* Sets all that was remembered: everything that it may refer to is there now. */
void tb_workspace_finish_data (TbWorkspace *w);
