/* What the frames (frame-http2.c) and the calls (http2-calls.c) of HTTP/2 share. */
#pragma once

#include "framer-private.h"
#include "hpack.h"
#include "http2-streams.h"

enum
{
  TB_H2_DATA,
  TB_H2_HEADERS,
  TB_H2_PRIORITY,
  TB_H2_RST_STREAM,
  TB_H2_SETTINGS,
  TB_H2_PUSH_PROMISE,
  TB_H2_PING,
  TB_H2_GOAWAY,
  TB_H2_WINDOW_UPDATE,
  TB_H2_CONTINUATION
};

#define TB_H2_END_STREAM 0x01

struct TbHttp2
{
  TbHpack table[2];
  TbStreams streams;
  uint32_t max_frame[2]; /* the largest frame that may come in that direction */
  uint32_t last_id;      /* of the streams that the caller began */
  uint32_t outstanding;  /* requests that were told and are not answered */
  bool settled[2];       /* its SETTINGS were seen, which come first */
  bool more[2];          /* a block of headers goes on in the next frame */
  bool prefaced;
  bool begins;              /* the headers that were read last began a request or a reply */
  char label[TB_LABEL_MAX]; /* of that */
  TbHpackOut block;         /* these headers, for tb_framer_feed_frames() */
};

/* Makes the connection's state where it is not there yet; false where it had to give up. */
bool tb_http2_ensure (TbFeed *feed);

/* --- http2-calls.c --- */

/* A whole block of headers came, of the frame feed->work->two. */
void tb_http2_headers (TbFeed *feed, const char *block, size_t n);
/* This frame was the direction's last of that stream. */
void tb_http2_stream_end (TbFeed *feed, TbStream *stream);
/* A message of gRPC is whole. */
void tb_http2_grpc_message (TbFeed *feed, TbStream *stream);
/* RST_STREAM: from the caller it takes a request back; from the called it is the answer, where there
 * is none. */
void tb_http2_reset (TbFeed *feed, uint32_t code);
void tb_http2_go_away (TbFeed *feed, uint32_t code);
