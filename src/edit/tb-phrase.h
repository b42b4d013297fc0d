/* New elements by typing. One line says what, its name, where, and what it is set to:
 *
 *   phrase := [COUNT] KIND [NAME] [" in " HOME {("," | " and ") HOME}] {PROPERTY "=" VALUE}
 *
 *   server Shop in app, application threads=pool 8 state=stateless
 *   3 clients
 *   device app-1 cores=2            inside the selected tier
 *   call save op=write share=0.4    inside the built-in of the selected component
 *   link Shop to Orders timeout=500ms retries=1
 *
 * KIND is a row of the palette or an element of the file format; HOME a tier, layer or group by id
 * or name; what is no property of a component goes to its built-in or its service. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

typedef struct _TbPhrase TbPhrase;

/* Never NULL; of the document as it is now, and to be used before it changes. */
TbPhrase *tb_phrase_parse (TbEditor *editor, const char *text);
void tb_phrase_free (TbPhrase *phrase);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbPhrase, tb_phrase_free)

/* Why it cannot be made, as a sentence without a full stop; NULL where it can. */
const char *tb_phrase_problem (const TbPhrase *phrase);
/* What one without a problem would make: "Server “Shop” in Application servers, 3 replicas". (transfer full) */
char *tb_phrase_sentence (const TbPhrase *phrase);
/* One undo step; 0 with error where it cannot be. What stands on the drawing is selected then; with
 * a part of the selected element the selection stays, so that the next part goes there too. */
TbUid tb_editor_create_phrase (TbEditor *editor, const TbPhrase *phrase, GError **error);

/* The relation from one component to another with what is set of it, "timeout=2s retries=1" (may be
 * NULL), in one undo step; 0 with error where it is not legal or one of them is no value. */
TbUid tb_editor_link_phrase (TbEditor *editor, TbUid from, TbUid to, const char *settings,
                             GError **error);
/* How much of text stands before its first PROPERTY=VALUE of a kind, in bytes. */
gsize tb_phrase_head (TbKind kind, const char *text);

/* A way to go on typing. */
typedef struct
{
  char *text;   /* the whole line with it */
  char *label;  /* "threads=" */
  char *detail; /* "How it serves requests at once …"; NULL */
} TbCompletion;

/* Of what was typed so far, the likely first; of TbCompletion. (transfer full) */
GPtrArray *tb_phrase_complete (TbEditor *editor, const char *text);

/* How well words match a text, for lists that are filtered by typing: every letter in its order,
 * the better the closer together and the nearer to the beginnings of words; 0: not at all. Case,
 * accents and width do not count. */
int tb_fuzzy_score (const char *text, const char *words);

G_END_DECLS
