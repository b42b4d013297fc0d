/* The journal: what is not saved yet, on disk a second later at most.
 *
 * It holds the whole document in its canonical form behind a few lines that say what it is, not a
 * list of edits: whoever finds one can read it with any program, it needs no replay of uids that
 * another reading may give out differently, and it is either whole or the one before. Writing is
 * done from a snapshot in another thread.
 *
 *              commit                      timer                     written
 *   [nothing] --------> [waiting, ≤ 0.5 s] ------> [writing a snapshot] ----> [kept] --+
 *       ^                                               | commit meanwhile             |
 *       |                                               +----> [waiting]               |
 *       +---- saved, undone to what is saved, or given up (tb_journal_free) ------------+
 *
 * One file a document in $XDG_STATE_HOME/tierboard/journal, with a lock beside it that lives as
 * long as its program: a journal that nobody locks was left by a crash. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

typedef struct _TbJournal TbJournal;

/* The folder: $XDG_STATE_HOME/tierboard/journal. (transfer full) */
char *tb_journal_folder (void);

/* Follows the document from now on; it keeps a reference. Main thread, with a main loop. A folder
 * that cannot be written makes no error here: see tb_journal_error(). base: SHA-256 of the file the
 * document was loaded from or last saved to, NULL where there is none. */
TbJournal *tb_journal_new (const char *folder, TbDocument *document, const char *base);
/* The document is given up on purpose: nothing is kept. */
void tb_journal_free (TbJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbJournal, tb_journal_free)
/* The document was saved, or loaded anew. */
void tb_journal_set_base (TbJournal *journal, const char *base);
/* Why the last write failed, in a sentence; NULL: it did not. */
const char *tb_journal_error (TbJournal *journal);
/* Writes now and waits for it: before something that may end the program. */
void tb_journal_flush (TbJournal *journal);

/* What a crash left behind. Claimed: no other program finds it as long as this is not freed. */
typedef struct
{
  char *file;      /* the journal */
  char *path;      /* of the document, NULL: it was never saved */
  char *base;      /* what was on disk under path, NULL: nothing */
  char *name;      /* of the architecture */
  gint64 time_us;  /* of the write, real time */
  int lock;
} TbRecovery;

/* (transfer full) of TbRecovery, the latest first. Journals that say the same as the file on disk
 * are removed on the way, and so are those that cannot be read. */
GPtrArray *tb_recoveries_find (const char *folder);
/* The document as it was; modified, with its path. NULL with error where it cannot be read. */
TbDocument *tb_recovery_load (const TbRecovery *recovery, TbProblems *problems, GError **error);
/* Removes the journal: it was taken over, or is not wanted. */
void tb_recovery_discard (TbRecovery *recovery);
void tb_recovery_free (TbRecovery *recovery);

/* What has been built in a document made by tb_document_new() came from a file of another format: it has no path, is
 * nowhere yet as a drawing, so counts as modified, and there is nothing to undo. Not inside a transaction. */
void tb_document_mark_imported (TbDocument *document);

/* Pure: the header lines of a journal. Returns where the document begins, NULL where it is none.
 * path and base (transfer full) may be NULL on return. */
const char *tb_journal_parse (const char *bytes, gsize size, char **path, char **base,
                              gint64 *time_us);

G_END_DECLS
