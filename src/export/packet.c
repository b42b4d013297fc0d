/* IPv4 with TCP or UDP around bytes that a tap read: headers with their sums. */
#include "projection-private.h"

#include <string.h>

#define IP_HEAD 20
#define TCP_HEAD 20
#define UDP_HEAD 8
#define SYN_OPTIONS 8 /* largest segment, window scale */
#define WINDOW_SCALE 14

static void
put16 (guint8 *at, guint16 value)
{
  at[0] = (guint8) (value >> 8);
  at[1] = (guint8) value;
}

static void
put32 (guint8 *at, guint32 value)
{
  put16 (at, (guint16) (value >> 16));
  put16 (at + 2, (guint16) value);
}

/* Of an even beginning: the last byte of an odd number counts as the high half. */
static guint32
sum (guint32 so_far, const guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      so_far += i % 2 == 0 ? (guint32) bytes[i] << 8 : bytes[i];
      so_far = (so_far & 0xffff) + (so_far >> 16);
    }
  return so_far;
}

static guint16
folded (guint32 value)
{
  while (value >> 16 != 0)
    value = (value & 0xffff) + (value >> 16);
  return (guint16) ~value;
}

/* Of TCP and UDP: over addresses, protocol and length too (RFC 9293, 3.1). Bytes that are not there count
 * as zero: who reads the packet sees that it was cut off, and does not look at the sum. */
static guint16
sum_of (const TbPacket *p, const guint8 *head, gsize n_head)
{
  guint8 pseudo[12] = { 0 };
  put32 (pseudo, p->from);
  put32 (pseudo + 4, p->to);
  pseudo[9] = p->udp ? 17 : 6;
  put16 (pseudo + 10, (guint16) (n_head + p->size));
  guint32 all = sum (0, pseudo, sizeof pseudo);
  all = sum (all, head, n_head);
  return folded (sum (all, p->bytes, p->n_bytes));
}

static gsize
tcp_head (const TbPacket *p, guint8 *head)
{
  static const guint8 options[SYN_OPTIONS] = { 2, 4, 0xff, 0xd7, 1, 3, 3, WINDOW_SCALE };
  gboolean syn = (p->flags & TB_PACKET_SYN) != 0;
  gsize n = TCP_HEAD + (syn ? SYN_OPTIONS : 0);
  memset (head, 0, n);
  put16 (head, p->from_port);
  put16 (head + 2, p->to_port);
  put32 (head + 4, p->sequence);
  put32 (head + 8, p->flags & TB_PACKET_ACK ? p->acknowledged : 0);
  head[12] = (guint8) (n / 4 << 4);
  head[13] = (guint8) p->flags;
  put16 (head + 14, p->flags & TB_PACKET_RST ? 0 : 65535);
  if (syn)
    memcpy (head + TCP_HEAD, options, SYN_OPTIONS);
  put16 (head + 16, sum_of (p, head, n));
  return n;
}

static gsize
udp_head (const TbPacket *p, guint8 *head)
{
  memset (head, 0, UDP_HEAD);
  put16 (head, p->from_port);
  put16 (head + 2, p->to_port);
  put16 (head + 4, (guint16) (UDP_HEAD + p->size));
  guint16 of_all = sum_of (p, head, UDP_HEAD);
  put16 (head + 6, of_all != 0 ? of_all : 0xffff);
  return UDP_HEAD;
}

gsize
tb_packet_head (const TbPacket *p, guint16 id, guint8 *head)
{
  g_assert (p->size <= TB_PACKET_BYTES_MAX && p->n_bytes <= p->size);
  gsize n = p->udp ? udp_head (p, head + IP_HEAD) : tcp_head (p, head + IP_HEAD);
  memset (head, 0, IP_HEAD);
  head[0] = 0x45;
  put16 (head + 2, (guint16) (IP_HEAD + n + p->size));
  put16 (head + 4, id);
  put16 (head + 6, 0x4000); /* not to be cut into pieces */
  head[8] = 64;
  head[9] = p->udp ? 17 : 6;
  put32 (head + 12, p->from);
  put32 (head + 16, p->to);
  put16 (head + 10, folded (sum (0, head, IP_HEAD)));
  return IP_HEAD + n;
}
