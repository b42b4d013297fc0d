/* The streams of one HTTP/2 connection that are not over, found by their number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one side of a stream sends. */
typedef struct
{
  uint64_t start; /* of the message that is being read */
  int64_t first_ns;
  uint32_t left;     /* gRPC: bytes of its message that are to come */
  uint8_t prefix_n;  /* gRPC: of the five bytes before a message, how many came */
  char prefix[5];
  bool begun : 1;    /* its headers were seen */
  bool told : 1;     /* its request or reply was reported */
  bool ended : 1;
} TbStreamSide;

typedef struct
{
  uint32_t id; /* 0: a free place */
  uint32_t number; /* of the request; 0: nobody asked, the called side pushes */
  int64_t request_ns; /* when the request was whole */
  TbStreamSide side[2];
  uint16_t status;
  uint16_t grpc_status;
  bool grpc;
  char label[39];
  uint8_t trace_id[16], parent_id[8];
} TbStream;

/* Open addressing; the numbers of streams rise by two, so that each has a place of its own until the
 * table comes round. All zero is an empty one.
 *
 * Invariant: between a stream and the place its number asks for no place is free. */
typedef struct
{
  TbStream *places;
  uint32_t n, size; /* size: 0 or a power of two, at least 4/3 n */
} TbStreams;

TbStream *tb_streams_find (const TbStreams *streams, uint32_t id);
/* A new one, cleared but for its number, which must not be there; NULL when memory is out. Moves
 * the others. */
TbStream *tb_streams_add (TbStreams *streams, uint32_t id);
/* Moves others. */
void tb_streams_remove (TbStreams *streams, TbStream *stream);
void tb_streams_clear (TbStreams *streams);
