/* A document made of somebody else's elements.
 *
 * A reader begins a build, adds what it finds under the names that the file gives it, and finishes. What ids those get,
 * that no two links of a caller go to one service, where things stand that have no place: all that is here.
 *
 *   TbImportBuild *b = tb_build_new (source, dropped);
 *   TbUid a = tb_build_component (b, "node 1", "Shop", TB_ROLE_SERVER, line), …
 *   tb_build_link (b, a, c, "e1", "reads", line);
 *   return tb_build_finish (b, error);      or  tb_build_free (b) after an error
 *
 * `foreign` is an element's name in the file: tb_build_find() finds it again. It is kept in the element as
 * origin="FORMAT:NAME" (tb_build_set_origin()), for the way back, where it says more than the id.
 * Lines are the input's, 0 where there is none. Titles and values may have any bytes: what XML cannot hold is replaced,
 * what is longer than an attribute may be is cut and told. */
#pragma once

#include "tb-diagram.h"
#include "tb-import.h"

G_BEGIN_DECLS

typedef struct _TbImportBuild TbImportBuild;

/* Most elements that a build takes; what comes then is refused by tb_build_finish(). */
#define TB_BUILD_MAX_ELEMENTS 200000

/* An architecture named after the file until tb_build_set() says otherwise. Both are borrowed. format: a prefix for
 * origins, "dot". */
TbImportBuild *tb_build_new (const TbImportSource *source, const char *format, TbProblems *dropped);
void tb_build_free (TbImportBuild *build);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbImportBuild, tb_build_free)

TbUid tb_build_root (const TbImportBuild *build);
/* What has been built, to look at. */
const TbModel *tb_build_model (const TbImportBuild *build);

/* An element of a kind that has an id (component, group, tier, layer, device, middleware, note, link, view,
 * interaction, scenario …). parent 0: the architecture. title becomes its name, unless the id says as much, and, with
 * foreign (may be NULL), its id. Of a foreign name that is taken the first stays the one that is found. */
TbUid tb_build_element (TbImportBuild *build, TbKind kind, TbUid parent, const char *foreign, const char *title,
                        guint line);
/* An element without an id: a service, env, ready, place … . 0 where parent has one already and may have no other. */
TbUid tb_build_child (TbImportBuild *build, TbKind kind, TbUid parent, guint line);

TbUid tb_build_component (TbImportBuild *build, const char *foreign, const char *title, TbRole role, guint line);
/* parent: a group or 0. */
TbUid tb_build_group (TbImportBuild *build, const char *foreign, const char *title, TbUid parent, guint line);
/* A link; label becomes its name. A second one from the same caller to the same service gets a service of its own
 * where it is labelled otherwise, so that both stay; one that says nothing new is told as dropped and 0. Self-links
 * stay. from and to are components. */
TbUid tb_build_link (TbImportBuild *build, TbUid from, TbUid to, const char *foreign, const char *label, guint line);
/* Makes a link of tb_build_element() call that service of its target, which gets one where it has none of that name. */
void tb_build_call (TbImportBuild *build, TbUid link, const char *service);
/* By its foreign name; 0: none. */
TbUid tb_build_find (const TbImportBuild *build, const char *foreign);

/* Whether it was a value of that property; else told as dropped, and nothing is set. text NULL or "": nothing. */
gboolean tb_build_set (TbImportBuild *build, TbUid uid, TbProp prop, const char *text, guint line);
void tb_build_set_number (TbImportBuild *build, TbUid uid, TbProp prop, double value, guint line);
/* prop is a reference (tier=, group=, of= …) to that element. */
void tb_build_refer (TbImportBuild *build, TbUid uid, TbProp prop, TbUid target);
/* Adds a word to tags=; what is no word is made one. */
void tb_build_tag (TbImportBuild *build, TbUid uid, const char *tag);
/* What a row of kinds.h said: the template, where that can be what the component is; durable. */
void tb_build_set_template (TbImportBuild *build, TbUid component, const char *name, guint line);
/* origin="FORMAT:name". */
void tb_build_set_origin (TbImportBuild *build, TbUid uid, const char *name);

/* A view; the first one is made with the id "main" where a reader places something and has made none. */
TbUid tb_build_view (TbImportBuild *build, const char *foreign, const char *title, const char *frame, guint line);
/* Where an element stands in a view (0: the first). Width and height 0: as large as it comes. */
void tb_build_place (TbImportBuild *build, TbUid view, TbUid of, const TbRect *rect);
/* The same of a place that is there, and shown from then on. */
void tb_build_place_at (TbImportBuild *build, TbUid place, const TbRect *rect);
/* That view does not show it. */
void tb_build_hide (TbImportBuild *build, TbUid view, TbUid of);
/* Of components and groups it shows only those with a place, as tb_build_place() and tb_build_mention() give. */
void tb_build_show_placed (TbImportBuild *build, TbUid view);
/* It is in the view, and is placed at the end, unless it has a place there. */
void tb_build_mention (TbImportBuild *build, TbUid view, TbUid of);
/* Whether that place is such a one, and still without a corner. */
gboolean tb_build_is_mention (const TbImportBuild *build, TbUid place);
/* A link's bends in a view; returns the route for more properties. */
TbUid tb_build_route (TbImportBuild *build, TbUid view, TbUid link, const TbPoint *bends, guint n);

/* One thing that was not taken (as a sentence without a full stop: "the colour scheme “blues” has no place here"). */
void tb_build_drop (TbImportBuild *build, guint line, const char *format, ...) G_GNUC_PRINTF (3, 4);
void tb_build_assume (TbImportBuild *build, TbUid uid, guint line, const char *format, ...) G_GNUC_PRINTF (4, 5);
void tb_build_offer (TbImportBuild *build, TbUid uid, guint line, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Places what has no place yet, in every view that has it (import-rest.c). */
void tb_build_place_rest (TbImportBuild *build);

/* The document (transfer full), checked; frees the build. What has no place in a view gets one by tb_place_tiered().
 * An architecture without a component is refused: it is not what anybody meant to open. */
TbDocument *tb_build_finish (TbImportBuild *build, GError **error);

/* "name:line:column: sentence" (line 0: "name: sentence"), always returns NULL. */
gpointer tb_import_fail (const TbImportSource *source, guint line, guint column, GError **error, const char *format, ...)
  G_GNUC_PRINTF (5, 6);

G_END_DECLS
