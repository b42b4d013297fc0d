/* Taps and the relays that people use, and what is put on them: for bench-tap. */
#pragma once

#include "taps-fixture.h"

enum
{
  ECHO_PORT = 7400, /* RESP: 100 bytes for 100 bytes */
  BULK_PORT = 7401, /* swallows, and answers a byte after BULK_BYTES */
  SHORT_PORT = 7402 /* one byte, a byte back, and it closes */
};

#define IDLE 9000

typedef enum
{
  VIA_DIRECT,
  VIA_HAPROXY,
  VIA_NGINX,
  VIA_SOCAT,
  VIA_TOXIPROXY,
  VIA_TAP,
  VIA_FRAMED,
  VIA_RUN,
  VIAS
} Via;

/* ---- tap-relays.c ---- */

extern const char *const relay_names[VIAS];

/* Starts those that are installed, and waits until each listens. */
void relays_start (Fixture *fx);
void relays_stop (void);
gboolean relay_is_there (Via via);
/* Where it listens; host order. */
uint32_t relay_address (const Fixture *fx, Via via);
double relay_cpu_seconds (Fixture *fx, Via via);
/* Memory of its own: neither libraries nor the ring of events, which is of one size. */
double relay_memory_kib (Via via);

/* ---- tap-loads.c ---- */

/* What a load process reports. */
typedef struct
{
  double amount, seconds;
  gint64 median_ns;
} Load;

extern Load *load_report; /* shared with the children */
extern gint64 load_pace_ns; /* of load_latency: from the beginning of one trip to that of the next */

void load_make_messages (void);

/* In a child; data: whose relay, as GUINT_TO_POINTER. */
int load_serve_echo (Fixture *fx, int ready, void *data);
int load_serve_bulk (Fixture *fx, int ready, void *data);
int load_round_trips (Fixture *fx, int ready, void *data);
int load_connects (Fixture *fx, int ready, void *data);
int load_bulk (Fixture *fx, int ready, void *data);
int load_latency (Fixture *fx, int ready, void *data);
/* Every connection has had an exchange before it lies idle. */
int load_idle (Fixture *fx, int ready, void *data);
