/* Messages that are held in the taps, and what a person does with chosen ones: step mode.
 *
 * A link is held by a fault of kind hold; one that a person sets by hand has the id "hold:LINK", or
 * "hold:*" for all links. Further conditions (a label, a direction, the first so many) are the fault's. */
#pragma once

#include "tb-session.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 id; /* never another's */
  gint64 since_ns;
  guint row;       /* of the tap */
  guint link;      /* index in the plan's links; G_MAXUINT: nobody drew it */
  guint from, to;  /* instances that called and was called: the message itself goes as direction says */
  guint connection, number; /* as in its event; number 0: not known yet */
  guint size;      /* bytes that wait of it */
  guint behind;    /* messages that wait behind it, up to the next that is held */
  guint direction; /* TbDirection: 0 from the caller to the called */
  TbEventKind kind;  /* REQUEST, REPLY or ONE_WAY */
  gboolean next;     /* nothing that is held is before it on its connection */
  gboolean in_line;  /* it may be dropped, doubled, and overtake others */
  char label[TB_HELD_LABEL]; /* valid UTF-8 */
} TbHeld;

#define TB_TYPE_HELD_LIST (tb_held_list_get_type ())
G_DECLARE_FINAL_TYPE (TbHeldList, tb_held_list, TB, HELD_LIST, GObject)

/* Those that are told of, in the order in which they would be let go; at most TB_HELD_LIST_MAX. Valid
 * until "changed". */
guint tb_held_list_n (TbHeldList *list);
const TbHeld *tb_held_list_at (TbHeldList *list, guint i);
/* NULL: it is not there. */
const TbHeld *tb_held_list_find (TbHeldList *list, guint64 id);
/* Of all, told of or not. */
guint tb_held_list_total (TbHeldList *list);
/* Whether what was asked under that token is answered, and why it could not be done ("": it was).
 * *why_not (may be NULL) is valid until the next answer; of an older one it is NULL. */
gboolean tb_held_list_is_answered (TbHeldList *list, guint token, const char **why_not);

/* Signals: "changed" (): another list, or another number; "answered" (guint token, const char
 * *why_not): what was asked is done, or why not; its list has come before. */

/* (transfer none), empty where nothing is held. */
TbHeldList *tb_session_held (TbSession *session);
/* Asks for it; the answer has the token that is returned, which is never 0. */
guint tb_session_held_do (TbSession *session, TbHeldVerb verb, guint64 id, guint64 other);

/* Begins or ends to hold what crosses a link ("": any). What ends lets go of what it held. */
void tb_session_hold (TbSession *session, const char *link, gboolean hold);
gboolean tb_session_holds (TbSession *session, const char *link);
/* Faults of kind hold that are on, whoever set them and on whatever. */
guint tb_session_n_holds (TbSession *session);
/* Ends all of them: everything goes on, in its order. */
void tb_session_end_holds (TbSession *session);

/* "shop/2 → orders/1": the way that it takes. (transfer full) */
char *tb_held_way (const TbPlan *plan, const TbHeld *held);

G_END_DECLS
