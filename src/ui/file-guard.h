/* A document and its file: the journal, and what happens to the file behind our back.
 *
 *                      content differs                    reload, merge, keep
 *   [same] -----------------------------> [changed] ---------------------------+
 *     ^    \---- no architecture -------> [unreadable] --- keep ---------------+
 *     |     \--- deleted ---------------> [gone] --------- keep ---------------+
 *     +------------------------------------------------------------------------+
 *
 * A document without changes of its own simply follows its file. What is on disk is never
 * overwritten unknowingly: tb_file_guard_look() before saving. */
#pragma once

#include <gio/gio.h>

#include "tb-diff.h"
#include "tb-journal.h"
#include "tb-model.h"

G_BEGIN_DECLS

typedef enum
{
  TB_FILE_SAME,
  TB_FILE_CHANGED,    /* somebody else wrote it, and there are changes here too */
  TB_FILE_UNREADABLE, /* somebody else wrote it, and it is no architecture now */
  TB_FILE_GONE
} TbFileState;

#define TB_TYPE_FILE_GUARD (tb_file_guard_get_type ())
G_DECLARE_FINAL_TYPE (TbFileGuard, tb_file_guard, TB, FILE_GUARD, GObject)

/* Its last unref gives the document up: no journal is left. journal_folder: NULL keeps none. base: what the file held when the document parted from it, as
 * a recovery says; NULL: what it holds now. */
TbFileGuard *tb_file_guard_new (TbDocument *document, const char *journal_folder,
                                const char *base);
TbFileState tb_file_guard_state (TbFileGuard *guard);
/* Whether saving over it would be refused: said before typing. */
gboolean tb_file_guard_is_read_only (TbFileGuard *guard);
/* Why the journal cannot be kept; NULL: it can. */
const char *tb_file_guard_journal_error (TbFileGuard *guard);
/* What is not saved is in the journal when this returns. */
void tb_file_guard_flush (TbFileGuard *guard);
/* Looks at the file now instead of when the system tells. */
TbFileState tb_file_guard_look (TbFileGuard *guard);

/* The answers to TB_FILE_CHANGED, one undo step each. FALSE with error where the file cannot be
 * read any more. n_conflicts: what both sides changed, marked in the document. */
gboolean tb_file_guard_reload (TbFileGuard *guard, GError **error);
gboolean tb_file_guard_merge (TbFileGuard *guard, guint *n_conflicts, GError **error);
/* What is here counts; saving overwrites the file. */
void tb_file_guard_keep (TbFileGuard *guard);
/* Signals: "state-changed" (); "reloaded" (): an unchanged document followed its file. */

G_END_DECLS
