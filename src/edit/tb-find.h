/* Search: every word of a query must stand somewhere in what the file says of an element: its name,
 * id, kind, tags and properties, those of its parts too. Case, accents and width do not count. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

typedef struct _TbFinder TbFinder;

/* Reads the elements that can be gone to: components, links, containers, notes. The model must
 * outlive nothing: texts are copied. */
TbFinder *tb_finder_new (const TbModel *model);
void tb_finder_free (TbFinder *finder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbFinder, tb_finder_free)

/* Appends the uids (TbUid) of what matches, in file order; nothing for an empty query. Besides
 * words: kind:store, tag:slow, timeout=2s. */
void tb_finder_match (const TbFinder *finder, const char *query, GArray *uids);
/* The same, ranked by how well the name alone matches letters in their order, at most so many: for
 * a list to choose from. */
void tb_finder_rank (const TbFinder *finder, const char *letters, guint most, GArray *uids);

/* Replaces words in the names of these elements and in the text of notes, whatever their case, in
 * one undo step. Returns how many elements changed. */
guint tb_editor_replace (TbEditor *editor, const TbUid *uids, guint n, const char *words,
                         const char *with);

G_END_DECLS
