/* One language for which messages are meant: in the list of messages, in the space-time diagram, in
 * exports and on the command line.
 *
 *   link:save            link:save[1>2]     from:shop        to:orders/2      instance:orders
 *   kind:request,reply   is:error           is:dropped       status:500       status>=400
 *   status:5xx           latency>20ms       size>1KiB        time:2s..12.5s   label:"PUT /cart"
 *   label~"^GET /u"      trace:4bf92f       connection:12    payload:secret   cart
 *
 * Terms side by side all have to hold; "or", "not" (also "-") and parentheses as one would think. A word
 * without a key is looked for in labels, without regard to case; so is the value of label: and payload:
 * unless it has * or ?, then it is a pattern of the whole label. Names may have * and ? too, and a comma
 * between several. from: and to: say who sent a message and who was to have it, so that a reply comes
 * *from* the called; instance: is either of them.
 *
 * Pure: what is behind a tap's number is asked of TbFilterNames. A parsed filter remembers its answers
 * for each tap, so one may not be used in two threads at once. */
#pragma once

#include <glib.h>

#include "tb-past.h"
#include "tb-wire.h"

G_BEGIN_DECLS

typedef struct TbFilter TbFilter;

/* Longer ones, and those with more terms, are refused. */
#define TB_FILTER_LENGTH_MAX 4096
#define TB_FILTER_TERMS_MAX 256

#define TB_FILTER_ERROR (tb_filter_error_quark ())
GQuark tb_filter_error_quark (void);
typedef enum
{
  TB_FILTER_ERROR_SYNTAX, /* "column 6: …", columns are characters counted from 1 */
} TbFilterError;

/* "" matches everything; so does what is blank. NULL with an error that says the column, what was
 * found and what was expected. (transfer full) */
TbFilter *tb_filter_parse (const char *text, GError **error);
void tb_filter_free (TbFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbFilter, tb_filter_free)
/* Whether it holds for every event whatever it is. */
gboolean tb_filter_is_empty (const TbFilter *filter);
/* Whether it asks for what messages said, which costs much more than what is in the event. */
gboolean tb_filter_wants_payload (const TbFilter *filter);

/* Of one tap: ids as the plan has them; NULL: from outside, or of no link that is drawn. */
typedef struct
{
  const char *link;     /* "save", "orders.replicas" */
  const char *from, *to; /* "shop/2" calls "orders/1" */
  guint16 port;
} TbFilterTap;

/* What only the run knows. The same data must always give the same answers. */
typedef struct
{
  gint64 start_ns;                                                /* what time: counts from */
  gboolean (*tap) (gpointer data, guint row, TbFilterTap *tap);   /* FALSE: unknown row */
  GBytes *(*payload) (gpointer data, guint64 position);           /* (transfer full); NULL: none kept */
  gpointer data;
} TbFilterNames;

/* position: of the event in the recording, for payload:; G_MAXUINT64: not known, and no payload matches. */
gboolean tb_filter_holds (TbFilter *filter, const TbFilterNames *names, guint64 position,
                          const TbEvent *event);

/* The same, of a run's past. */
gboolean tb_filter_matches_at (TbFilter *filter, TbPast *past, guint64 position, const TbEvent *event);
/* The same where the position is not known: nothing matches what asks for payload. */
gboolean tb_filter_matches (TbFilter *filter, TbPast *past, const TbEvent *event);
/* Whether it says itself which kinds are meant, with kind: or is:, so that none are left out beforehand. */
gboolean tb_filter_picks_kinds (const TbFilter *filter);

/* ---- While one types --------------------------------------------------------------------------- */

/* What may be offered for the values of link:, from:, to: and instance:; each NULL-terminated or NULL. */
typedef struct
{
  const char *const *links;     /* "save" */
  const char *const *instances; /* "orders", "orders/1" */
} TbFilterWords;

typedef struct
{
  char *text;   /* what would stand in the place of [from, cursor) */
  const char *help; /* "who sent it"; static, "" where there is nothing to say */
} TbFilterOffer;

/* Offers for the word that ends at cursor (a byte offset); *from gets where it begins. (transfer full)
 * of TbFilterOffer, at most 40, the likeliest first; empty where nothing is known. */
GArray *tb_filter_complete (const char *text, gsize cursor, const TbFilterWords *words, gsize *from);

/* The names of a past, for the above. (transfer full) of strings, NULL-terminated. */
GStrv tb_filter_links_of (TbPast *past);
GStrv tb_filter_instances_of (TbPast *past);

/* Whether an event is a message, or what became of one: not of connections, faults or gaps. */
gboolean tb_event_is_message (const TbEvent *event);
/* Whether it tells of something that went wrong: an error reply, a refused or broken connection, a
 * message dropped or changed. */
gboolean tb_event_is_bad (const TbEvent *event);

G_END_DECLS
