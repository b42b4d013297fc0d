/* Packets for Wireshark: a pcapng file with TCP made anew around the messages that the taps read.
 *
 * One interface a link, as seen where the caller is. What a tap did to a message (kept it waiting, dropped it,
 * sent it on twice), faults that begin and end, and gaps of the recording are comments on packets. Of a message
 * of which the recording has the first bytes only, the packet is cut off there, as a capture with a limit does it.
 *
 *   none ── OPEN, or a message of a connection that was there before ──▶ open ── CLOSE ──▶ none
 *                                                                        └─ RESET ──▶ reset ── CLOSE ──▶ none */
#include "projection-private.h"

#include <string.h>

#define LINKTYPE_RAW 101
#define LOOPBACK 0x7f000001u
#define MESSAGE_MAX ((gsize) 8 << 20)  /* bytes of one that packets are made for */
#define ACKNOWLEDGE_EVERY (256u << 20) /* bytes in one direction; the window is 1 GB */

enum
{
  BLOCK_SECTION = 0x0a0d0d0a,
  BLOCK_INTERFACE = 1,
  BLOCK_NAMES = 4,
  BLOCK_STATISTICS = 5,
  BLOCK_PACKET = 6
};

enum
{
  OPTION_END = 0,
  OPTION_COMMENT = 1,
  SECTION_OS = 3,
  SECTION_PROGRAM = 4,
  INTERFACE_NAME = 2,
  INTERFACE_DESCRIPTION = 3,
  INTERFACE_RESOLUTION = 9,
  PACKET_FLAGS = 2,
  STATISTICS_RECEIVED = 4
};

typedef struct
{
  guint32 address[2]; /* by who sends: the caller's (TB_DIR_UP), the called's */
  guint16 port[2];
  guint32 sequence[2]; /* of the next byte */
  guint64 unacknowledged;
  guint interface;
  gboolean udp, reset;
} Conn;

typedef enum
{
  FATE_DELIVERED = 1,
  FATE_DROPPED = 2,
  FATE_DUPLICATED = 4,
  FATE_CORRUPTED = 8
} Fates;

typedef struct
{
  guint fates;
  gint64 delivered_ns;
} Fate;

/* Something that begins or ends at a moment, to be said at the next packet of its link. */
typedef struct
{
  gint64 time_ns;
  const char *link; /* NULL: of any */
  char *text;
  gboolean said;
} Remark;

typedef struct
{
  TbTour tour;
  FILE *out;
  GByteArray *block;
  GHashTable *conns;    /* by number, of Conn */
  GHashTable *fates[2]; /* by connection and number, of Fate */
  GHashTable *late;     /* likewise: replies that wait in their taps, of TbWaiting */
  GArray *remarks;      /* of Remark, by time */
  guint first_remark;   /* those before are said */
  GPtrArray *comments;  /* of the packet that is being made */
  guint64 *packets;     /* by interface */
  guint n_interfaces;
  guint16 id, spare_port;
} Capture;

/* ---- Blocks ----------------------------------------------------------------------------------------- */

static void
put (Capture *c, const void *bytes, gsize n)
{
  static const guint8 zeros[4] = { 0 };
  if (n > 0)
    g_byte_array_append (c->block, bytes, (guint) n);
  g_byte_array_append (c->block, zeros, (4 - n % 4) % 4);
}

static void
put_u32 (Capture *c, guint32 value)
{
  guint32 le = GUINT32_TO_LE (value);
  put (c, &le, sizeof le);
}

static void
put_u64_halves (Capture *c, guint64 value)
{
  put_u32 (c, (guint32) (value >> 32));
  put_u32 (c, (guint32) value);
}

static void
option (Capture *c, guint16 code, const void *bytes, gsize n)
{
  guint16 head[2] = { GUINT16_TO_LE (code), GUINT16_TO_LE ((guint16) MIN (n, 65535)) };
  put (c, head, sizeof head);
  put (c, bytes, MIN (n, 65535));
}

static void
option_text (Capture *c, guint16 code, const char *text)
{
  option (c, code, text, strlen (text));
}

static void
begin_block (Capture *c, guint32 type)
{
  g_byte_array_set_size (c->block, 0);
  put_u32 (c, type);
  put_u32 (c, 0);
}

static void
end_block (Capture *c)
{
  put_u32 (c, c->block->len + 4);
  guint32 le = GUINT32_TO_LE (c->block->len);
  memcpy (c->block->data + 4, &le, sizeof le);
  fwrite (c->block->data, 1, c->block->len, c->out);
}

static void
write_section (Capture *c)
{
  const char *notice = tb_past_notice (c->tour.past);
  begin_block (c, BLOCK_SECTION);
  put_u32 (c, 0x1a2b3c4d);
  put_u32 (c, 1); /* version 1.0 */
  put_u64_halves (c, G_MAXUINT64);
  option_text (c, SECTION_OS, "Linux");
  option_text (c, SECTION_PROGRAM, "Tierboard");
  option_text (c, OPTION_COMMENT, "Messages as the taps of a run saw them; the TCP around them was made anew.");
  if (notice != NULL)
    option_text (c, OPTION_COMMENT, notice);
  put_u32 (c, OPTION_END);
  end_block (c);
}

static void
write_interface (Capture *c, const char *name, const char *description)
{
  static const guint8 nanoseconds = 9;
  begin_block (c, BLOCK_INTERFACE);
  put_u32 (c, LINKTYPE_RAW);
  put_u32 (c, 0); /* no limit */
  option_text (c, INTERFACE_NAME, name);
  option_text (c, INTERFACE_DESCRIPTION, description);
  option (c, INTERFACE_RESOLUTION, &nanoseconds, 1);
  put_u32 (c, OPTION_END);
  end_block (c);
}

/* One a link; the last is for what nobody drew. */
static void
write_interfaces (Capture *c)
{
  c->n_interfaces = tb_past_n_links (c->tour.past) + 1;
  c->packets = g_new0 (guint64, c->n_interfaces);
  for (guint i = 0; i + 1 < c->n_interfaces; i++)
    {
      const TbPastLink *link = tb_past_link (c->tour.past, i);
      g_autofree char *words = g_strdup_printf ("%s → %s, port %u", link->from, link->to, link->port);
      write_interface (c, link->id, words);
    }
  write_interface (c, "not-drawn", "what no link was drawn for");
}

static void
put_name (Capture *c, guint32 address, const char *name)
{
  guint32 be = GUINT32_TO_BE (address);
  gsize n = strlen (name) + 1;
  guint16 head[2] = { GUINT16_TO_LE (1), GUINT16_TO_LE ((guint16) (4 + n)) };
  g_autofree guint8 *record = g_malloc (4 + n);
  memcpy (record, &be, 4);
  memcpy (record + 4, name, n);
  put (c, head, sizeof head);
  put (c, record, 4 + n);
}

static void
write_names (Capture *c)
{
  begin_block (c, BLOCK_NAMES);
  for (guint i = 0; i < tb_past_n_instances (c->tour.past); i++)
    {
      const TbPastInstance *instance = tb_past_instance (c->tour.past, i);
      if (instance->address != 0)
        put_name (c, instance->address, instance->id);
    }
  put_u32 (c, 0); /* the last record */
  end_block (c);
}

static void
write_statistics (Capture *c)
{
  guint64 now = (guint64) tb_tour_realtime_ns (&c->tour, tb_past_end_ns (c->tour.past));
  for (guint i = 0; i < c->n_interfaces; i++)
    {
      guint64 received = GUINT64_TO_LE (c->packets[i]);
      begin_block (c, BLOCK_STATISTICS);
      put_u32 (c, i);
      put_u64_halves (c, now);
      option (c, STATISTICS_RECEIVED, &received, sizeof received);
      put_u32 (c, OPTION_END);
      end_block (c);
    }
}

/* ---- Remarks ---------------------------------------------------------------------------------------- */

static void
add_remark (Capture *c, gint64 time_ns, const char *link, char *text)
{
  Remark remark = { time_ns, link, text, FALSE };
  if (time_ns >= c->tour.from_ns && time_ns <= c->tour.to_ns)
    g_array_append_val (c->remarks, remark);
  else
    g_free (text);
}

static void
add_band (Capture *c, const TbPastBand *band)
{
  const char *about = band->link != NULL                                   ? band->link
                      : band->instance < tb_past_n_instances (c->tour.past) ? tb_past_instance (c->tour.past, band->instance)->id
                                                                            : "all";
  const char *text = band->text != NULL ? band->text : "fault";
  add_remark (c, band->from_ns, band->link, g_strdup_printf ("fault begins on %s: %s", about, text));
  if (band->to_ns != G_MAXINT64)
    add_remark (c, band->to_ns, band->link, g_strdup_printf ("fault ends on %s: %s", about, text));
}

static int
compare_remarks (gconstpointer a, gconstpointer b)
{
  const Remark *x = a, *y = b;
  return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static void
gather_remarks (Capture *c)
{
  TbPast *past = c->tour.past;
  for (guint i = 0; i < tb_past_n_bands (past); i++)
    add_band (c, tb_past_band (past, i));
  for (guint i = 0; i < tb_past_n_gaps (past); i++)
    {
      const TbPastGap *gap = tb_past_gap (past, i);
      add_remark (c, gap->to_ns, NULL,
                  g_strdup_printf ("gap: %" G_GUINT64_FORMAT " events of the %.3f s before this are not in the recording",
                                   gap->events, (double) (gap->to_ns - gap->from_ns) / 1e9));
    }
  g_array_sort (c->remarks, compare_remarks);
}

/* What began or ended before this packet of this link. */
static void
take_remarks (Capture *c, gint64 time_ns, guint interface)
{
  const char *link = interface + 1 < c->n_interfaces ? tb_past_link (c->tour.past, interface)->id : NULL;
  for (guint i = c->first_remark; i < c->remarks->len; i++)
    {
      Remark *r = &g_array_index (c->remarks, Remark, i);
      if (r->time_ns > time_ns)
        break;
      if (!r->said && (r->link == NULL || g_strcmp0 (r->link, link) == 0))
        {
          g_ptr_array_add (c->comments, g_strdup (r->text));
          r->said = TRUE;
        }
      if (r->said && i == c->first_remark)
        c->first_remark++;
    }
}

/* ---- Fates ------------------------------------------------------------------------------------------ */

static guint
fate_of_kind (guint8 kind)
{
  return kind == TB_EVENT_DELIVERED    ? FATE_DELIVERED
         : kind == TB_EVENT_DROPPED    ? FATE_DROPPED
         : kind == TB_EVENT_DUPLICATED ? FATE_DUPLICATED
         : kind == TB_EVENT_CORRUPTED  ? FATE_CORRUPTED
                                       : 0;
}

static guint64
key_of (const TbEvent *event)
{
  return (guint64) event->connection << 32 | event->number;
}

/* Well before the message itself is written, so that it can say what became of it. */
static gboolean
look_ahead (guint64 position, const TbEvent *event, gpointer data)
{
  Capture *c = data;
  guint fate = fate_of_kind (event->kind);
  guint64 key = key_of (event);
  GHashTable *table = c->fates[event->direction & 1];
  (void) position;
  if (fate == 0)
    return TRUE;
  Fate *known = g_hash_table_lookup (table, &key);
  if (known == NULL)
    {
      known = g_new0 (Fate, 1);
      g_hash_table_insert (table, g_memdup2 (&key, sizeof key), known);
    }
  known->fates |= fate;
  if (fate == FATE_DELIVERED)
    known->delivered_ns = event->time_ns;
  return TRUE;
}

static void
take_fate (Capture *c, const TbEvent *event)
{
  guint64 key = key_of (event);
  GHashTable *table = c->fates[event->direction & 1];
  const Fate *fate = g_hash_table_lookup (table, &key);
  guint fates = fate != NULL ? fate->fates : 0;
  if (fates & FATE_DROPPED)
    g_ptr_array_add (c->comments, g_strdup ("dropped by the tap: it did not arrive"));
  else if ((fates & FATE_DELIVERED) && fate->delivered_ns - event->time_ns >= 1000)
    g_ptr_array_add (c->comments, g_strdup_printf ("waited %.3f ms in the tap",
                                                   (double) (fate->delivered_ns - event->time_ns) / 1e6));
  else if (event->held && !(fates & FATE_DELIVERED))
    g_ptr_array_add (c->comments, g_strdup ("held by the tap"));
  if (fates & FATE_DUPLICATED)
    g_ptr_array_add (c->comments, g_strdup ("the tap sent it on more than once"));
  if (fates & FATE_CORRUPTED)
    g_ptr_array_add (c->comments, g_strdup ("the tap turned bits of it over"));
  g_hash_table_remove (table, &key);
}

/* ---- Packets ---------------------------------------------------------------------------------------- */

static void
write_packet (Capture *c, const Conn *conn, const TbPacket *packet, guint direction, gint64 time_ns)
{
  guint8 head[TB_PACKET_HEAD_MAX];
  gsize n = tb_packet_head (packet, ++c->id, head);
  guint32 flags = GUINT32_TO_LE (direction == TB_DIR_UP ? 1u : 2u);
  guint64 real_ns = (guint64) tb_tour_realtime_ns (&c->tour, time_ns);
  take_remarks (c, time_ns, conn->interface);
  begin_block (c, BLOCK_PACKET);
  put_u32 (c, conn->interface);
  put_u64_halves (c, real_ns);
  put_u32 (c, (guint32) (n + packet->n_bytes));
  put_u32 (c, (guint32) (n + packet->size));
  g_byte_array_append (c->block, head, (guint) n);
  if (packet->n_bytes > 0)
    g_byte_array_append (c->block, packet->bytes, (guint) packet->n_bytes);
  while (c->block->len % 4 != 0)
    g_byte_array_append (c->block, (const guint8 *) "", 1);
  option (c, PACKET_FLAGS, &flags, sizeof flags);
  for (guint i = 0; i < c->comments->len; i++)
    option_text (c, OPTION_COMMENT, g_ptr_array_index (c->comments, i));
  g_ptr_array_set_size (c->comments, 0);
  put_u32 (c, OPTION_END);
  end_block (c);
  c->packets[conn->interface]++;
}

/* One packet and what it does to the numbers of its connection. */
static void
send_one (Capture *c, Conn *conn, guint direction, guint flags, const guint8 *bytes, gsize n_bytes, gsize size,
          gint64 time_ns)
{
  guint other = 1 - direction;
  TbPacket packet = { .from = conn->address[direction], .to = conn->address[other],
                      .from_port = conn->port[direction], .to_port = conn->port[other], .udp = conn->udp,
                      .sequence = conn->sequence[direction], .acknowledged = conn->sequence[other],
                      .flags = flags, .bytes = bytes, .n_bytes = n_bytes, .size = size };
  write_packet (c, conn, &packet, direction, time_ns);
  conn->sequence[direction] += (guint32) size + ((flags & (TB_PACKET_SYN | TB_PACKET_FIN)) != 0);
}

static void
send_flags (Capture *c, Conn *conn, guint direction, guint flags, gint64 time_ns)
{
  send_one (c, conn, direction, flags, NULL, 0, 0, time_ns);
}

static guint32
address_of (const Capture *c, guint instance)
{
  guint32 address
    = instance < tb_past_n_instances (c->tour.past) ? tb_past_instance (c->tour.past, instance)->address : 0;
  return address != 0 ? address : LOOPBACK;
}

static void
conn_init (Capture *c, Conn *conn, const TbEvent *event, guint16 caller_port)
{
  TbTourTap tap = tb_tour_tap (&c->tour, event->tap);
  *conn = (Conn) { .address = { address_of (c, tap.from_index), address_of (c, tap.to_index) },
                   .port = { caller_port, tap.port },
                   .sequence = { event->connection * 2654435761u, event->connection * 2246822519u },
                   .interface = tap.link_index < c->n_interfaces - 1 ? tap.link_index : c->n_interfaces - 1,
                   .udp = tap.proto == TB_PROTO_UDP };
}

static guint16
spare_port (Capture *c)
{
  c->spare_port = (guint16) (c->spare_port < 49152 ? 65535 : c->spare_port - 1);
  return c->spare_port;
}

static Conn *
open_conn (Capture *c, const TbEvent *event, guint16 caller_port)
{
  Conn *conn = g_new0 (Conn, 1);
  conn_init (c, conn, event, caller_port != 0 ? caller_port : spare_port (c));
  g_hash_table_replace (c->conns, GUINT_TO_POINTER (event->connection), conn);
  if (conn->udp)
    return conn;
  send_flags (c, conn, TB_DIR_UP, TB_PACKET_SYN, event->time_ns);
  send_flags (c, conn, TB_DIR_DOWN, TB_PACKET_SYN | TB_PACKET_ACK, event->time_ns);
  send_flags (c, conn, TB_DIR_UP, TB_PACKET_ACK, event->time_ns);
  return conn;
}

static Conn *
conn_of (Capture *c, const TbEvent *event)
{
  Conn *conn = g_hash_table_lookup (c->conns, GUINT_TO_POINTER (event->connection));
  if (conn != NULL)
    return conn;
  g_ptr_array_add (c->comments, g_strdup ("this connection was made before what is here"));
  return open_conn (c, event, 0);
}

/* time_ns: when it passes on the caller's side. */
static void
send_message (Capture *c, guint64 position, const TbEvent *event, gint64 time_ns)
{
  g_autoptr (GBytes) payload = tb_tour_payload (&c->tour, position);
  gsize n = 0, size = event->size, at = 0;
  const guint8 *bytes = payload != NULL ? g_bytes_get_data (payload, &n) : NULL;
  guint direction = event->direction & 1;
  Conn *conn = conn_of (c, event);
  n = MIN (n, size);
  take_fate (c, event);
  if (size > MESSAGE_MAX) /* and what is behind is nothing but zeros that are not there */
    {
      g_ptr_array_add (c->comments, g_strdup_printf ("%" G_GSIZE_FORMAT " bytes of it are left out here", size - MESSAGE_MAX));
      size = MAX (MESSAGE_MAX, n);
    }
  while (at < size && !conn->reset)
    {
      gsize piece = MIN (size - at, TB_PACKET_BYTES_MAX), kept = n > at ? MIN (n - at, piece) : 0;
      guint flags = TB_PACKET_ACK | (at + piece == size ? TB_PACKET_PSH : 0);
      send_one (c, conn, direction, flags, kept > 0 ? bytes + at : NULL, kept, piece, time_ns);
      at += piece;
      conn->unacknowledged += piece;
      if (conn->unacknowledged >= ACKNOWLEDGE_EVERY && !conn->udp)
        {
          send_flags (c, conn, 1 - direction, TB_PACKET_ACK, time_ns);
          conn->unacknowledged = 0;
        }
    }
}

/* The caller gets a reply when its tap lets it go. */
static gboolean
comes_later (Capture *c, guint64 position, const TbEvent *event)
{
  guint64 key = key_of (event);
  const Fate *fate = g_hash_table_lookup (c->fates[event->direction & 1], &key);
  gboolean later = event->direction == TB_DIR_DOWN && fate != NULL && (fate->fates & FATE_DELIVERED)
                   && fate->delivered_ns > event->time_ns;
  if (later)
    {
      TbWaiting waiting = { position, *event };
      g_hash_table_replace (c->late, g_memdup2 (&key, sizeof key), g_memdup2 (&waiting, sizeof waiting));
    }
  return later;
}

static void
take_fate_event (Capture *c, const TbEvent *event)
{
  guint64 key = key_of (event);
  TbWaiting *waiting = event->direction == TB_DIR_DOWN ? g_hash_table_lookup (c->late, &key) : NULL;
  if (waiting != NULL && event->kind == TB_EVENT_DELIVERED)
    {
      send_message (c, waiting->position, &waiting->event, event->time_ns);
      g_hash_table_remove (c->late, &key);
    }
  else if (waiting == NULL)
    g_hash_table_remove (c->fates[event->direction & 1], &key); /* its message is long past */
}

static void
close_conn (Capture *c, const TbEvent *event)
{
  Conn *conn = g_hash_table_lookup (c->conns, GUINT_TO_POINTER (event->connection));
  if (conn != NULL && !conn->udp && !conn->reset)
    {
      send_flags (c, conn, TB_DIR_UP, TB_PACKET_FIN | TB_PACKET_ACK, event->time_ns);
      send_flags (c, conn, TB_DIR_DOWN, TB_PACKET_FIN | TB_PACKET_ACK, event->time_ns);
      send_flags (c, conn, TB_DIR_UP, TB_PACKET_ACK, event->time_ns);
    }
  g_hash_table_remove (c->conns, GUINT_TO_POINTER (event->connection));
}

static void
reset_conn (Capture *c, const TbEvent *event)
{
  Conn *conn = conn_of (c, event);
  if (!conn->udp && !conn->reset)
    send_flags (c, conn, event->direction & 1, TB_PACKET_RST | TB_PACKET_ACK, event->time_ns);
  conn->reset = TRUE;
}

/* It never became a connection. */
static void
fail_to_connect (Capture *c, const TbEvent *event)
{
  Conn conn;
  conn_init (c, &conn, event, spare_port (c));
  conn.sequence[TB_DIR_UP] = conn.port[TB_DIR_UP] * 2654435761u;
  if (event->kind == TB_EVENT_TIMEOUT)
    g_ptr_array_add (c->comments, g_strdup ("nobody answers: the link is cut"));
  send_flags (c, &conn, TB_DIR_UP, TB_PACKET_SYN, event->time_ns);
  conn.sequence[TB_DIR_DOWN] = 0;
  if (event->kind == TB_EVENT_REFUSED)
    send_flags (c, &conn, TB_DIR_DOWN, TB_PACKET_RST | TB_PACKET_ACK, event->time_ns);
}

static gboolean
take_event (guint64 position, const TbEvent *event, gpointer data)
{
  Capture *c = data;
  if (event->tap >= c->tour.n_taps)
    return TRUE;
  if (tb_tour_is_message (event) && !comes_later (c, position, event))
    send_message (c, position, event, event->time_ns);
  else if (event->kind == TB_EVENT_OPEN)
    open_conn (c, event, (guint16) event->aux);
  else if (event->kind == TB_EVENT_CLOSE)
    close_conn (c, event);
  else if (event->kind == TB_EVENT_RESET)
    reset_conn (c, event);
  else if (event->kind == TB_EVENT_REFUSED || event->kind == TB_EVENT_TIMEOUT)
    fail_to_connect (c, event);
  else if (fate_of_kind (event->kind) != 0)
    take_fate_event (c, event);
  return !ferror (c->out);
}

static void
clear_remark (gpointer remark)
{
  g_free (((Remark *) remark)->text);
}

gboolean
tb_project_pcapng (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  Capture c = { .out = out, .block = g_byte_array_new (),
                .conns = g_hash_table_new_full (NULL, NULL, NULL, g_free),
                .remarks = g_array_new (FALSE, FALSE, sizeof (Remark)),
                .comments = g_ptr_array_new_with_free_func (g_free) };
  (void) error;
  for (guint i = 0; i < 2; i++)
    c.fates[i] = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  c.late = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_array_set_clear_func (c.remarks, clear_remark);
  tb_tour_init (&c.tour, past, options);
  write_section (&c);
  write_interfaces (&c);
  write_names (&c);
  gather_remarks (&c);
  tb_tour (&c.tour, look_ahead, take_event, &c);
  write_statistics (&c);
  tb_tour_clear (&c.tour);
  for (guint i = 0; i < 2; i++)
    g_hash_table_unref (c.fates[i]);
  g_hash_table_unref (c.late);
  g_hash_table_unref (c.conns);
  g_array_unref (c.remarks);
  g_ptr_array_unref (c.comments);
  g_byte_array_unref (c.block);
  g_free (c.packets);
  return TRUE;
}
