/* What projections share.
 *
 *   projection.c        the table, files
 *   projection-tour.c   events in order, names of what they are about
 *   project-pcapng.c    packets (packet.c makes them)
 *   project-ndjson.c    a line an event
 *   project-har.c       HTTP exchanges
 *   project-shiviz.c    a log with vector clocks
 *   project-jepsen.c    a history of operations
 *   project-otlp*.c     traces and metrics for OpenTelemetry
 *   project-report.c    a page for people
 *   project-picture.c   the drawing at a moment */
#pragma once

#include "tb-control.h"
#include "tb-json.h"
#include "tb-proto.h"
#include "tb-plot.h"
#include "tb-projection.h"

/* ---- projection-tour.c */

typedef struct
{
  TbPast *past;
  const TbProjectionOptions *options;
  gint64 start_ns, realtime_ns; /* of the run's beginning, by both clocks */
  gint64 from_ns, to_ns;        /* what is wanted, by the monotonic clock */
  guint8 *protos;               /* TbProto by tap */
  guint n_taps;
} TbTour;

void tb_tour_init (TbTour *tour, TbPast *past, const TbProjectionOptions *options);
void tb_tour_clear (TbTour *tour);

/* Hands over what is wanted, oldest first. FALSE from func ends it. */
typedef gboolean (*TbTourFunc) (guint64 position, const TbEvent *event, gpointer data);
/* look (may be NULL) is handed each event some 16 384 events before func is. */
void tb_tour (const TbTour *tour, TbTourFunc look, TbTourFunc func, gpointer data);

/* Whether the filter lets it through. */
gboolean tb_tour_matches (const TbTour *tour, guint64 position, const TbEvent *event);

typedef struct
{
  const char *link, *from, *to; /* "save", "shop/1", "orders/1"; "outside" where nobody knows */
  guint link_index, from_index, to_index; /* G_MAXUINT: none */
  guint16 port;
  TbProto proto;
} TbTourTap;

TbTourTap tb_tour_tap (const TbTour *tour, guint32 row);
/* Of the world's clock. */
gint64 tb_tour_realtime_ns (const TbTour *tour, gint64 time_ns);
/* "2026-11-23T01:02:03.000004005Z" (transfer full) */
char *tb_tour_iso (const TbTour *tour, gint64 time_ns);
gboolean tb_tour_is_message (const TbEvent *event);
/* (transfer full) what was kept of it, NULL: nothing, or not wanted. */
GBytes *tb_tour_payload (const TbTour *tour, guint64 position);

/* Requests that wait for their replies, by connection and number. */
typedef struct
{
  guint64 position;
  TbEvent event;
} TbWaiting;
GHashTable *tb_waiting_new (void);
void tb_waiting_put (GHashTable *waiting, guint64 position, const TbEvent *event);
/* The request of a reply; FALSE where it was not seen. */
gboolean tb_waiting_take (GHashTable *waiting, const TbEvent *reply, TbWaiting *request);

/* ---- packet.c: IPv4 with TCP or UDP around some bytes, pure */

typedef enum
{
  TB_PACKET_FIN = 1,
  TB_PACKET_SYN = 2,
  TB_PACKET_RST = 4,
  TB_PACKET_PSH = 8,
  TB_PACKET_ACK = 16
} TbPacketFlags;

typedef struct
{
  guint32 from, to; /* addresses, host order */
  guint16 from_port, to_port;
  gboolean udp;
  guint32 sequence, acknowledged;
  guint flags;      /* TbPacketFlags */
  const guint8 *bytes;
  gsize n_bytes;    /* of it that are there */
  gsize size;       /* of what it carried */
} TbPacket;

#define TB_PACKET_HEAD_MAX 48
/* Most that one packet carries. */
#define TB_PACKET_BYTES_MAX 65495
/* Writes the headers (at most TB_PACKET_HEAD_MAX bytes) and returns how many bytes they are. */
gsize tb_packet_head (const TbPacket *packet, guint16 id, guint8 *head);

/* ---- One each */

gboolean tb_project_pcapng (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_ndjson (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_har (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_shiviz (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_jepsen (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_otlp (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_prometheus (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_report (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
/* The drawing at the moment that is asked for (transfer full); NULL with error. */
char *tb_project_picture_svg (TbPast *past, const TbProjectionOptions *options, gsize *size, GError **error);
gboolean tb_project_spacetime_svg (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_spacetime_pdf (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_svg (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_png (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
gboolean tb_project_pdf (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error);
