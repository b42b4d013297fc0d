/* Inside the broker. One thread does it all, as there is little to compute and much to keep in
 * order:
 *
 *   broker.c          the loop: connections, bytes in and out, the clock
 *   broker-client.c   a connection's packets
 *   broker-topics.c   who has subscribed to what; what is retained; who gets a message
 *   broker-session.c  what waits for a client, and what it has not acknowledged yet
 *   broker-queue.c    messages, and queues of them
 *   broker-keep.c     what outlives the process
 *
 * A message of quality 1 or 2 goes
 *
 *   publisher --route()--> a session's queue, or a group's --pump()--> in flight at a session
 *                               ^                                          |
 *                               '-- the group's again, when its client goes'   --acknowledged--> gone
 *
 * Invariant 1: a message is acknowledged to its publisher only when it is where it outlives the
 *              publisher; a durable broker syncs before anything is sent (broker_flush).
 * Invariant 2: an entry of a group is in the group's queue or in flight at one session, never both. */
#pragma once

#include "mqtt.h"
#include "node-private.h"

#define INFLIGHT_MAX 64
#define PACKET_MAX (VALUE_MAX - 1024)
#define QUEUE_DEFAULT 10000          /* messages a queue holds */
#define BYTES_MAX (256u << 20)       /* of all messages */
#define FOR_EVER UINT32_MAX

/* A published message, shared by all that wait for it. */
typedef struct Message
{
  unsigned refs;
  uint32_t topic_n, props_n, payload_n;
  uint32_t capacity; /* of bytes */
  uint8_t qos;
  bool retain;
  int64_t expires_ns; /* 0: never */
  struct Message *next; /* free */
  char bytes[]; /* topic, properties, payload */
} Message;

typedef struct Group Group;
typedef struct Session Session;
typedef struct Client Client;

/* A message that waits, or is in flight. */
typedef struct
{
  Message *message; /* NULL: a free slot; in flight, also once a QoS 2 message was received */
  Group *group;     /* whose queue it came from, or NULL */
  uint64_t seq;     /* rises with every entry */
  uint32_t subscription; /* its number for the subscriber; 0: none */
  uint8_t qos;
  bool retain, dup;
  bool released; /* QoS 2: received, PUBREL was sent */
} Entry;

typedef struct
{
  Entry *ring;
  unsigned head, n, size;
} Queue;

/* Those who share a subscription: each message goes to one of them. */
struct Group
{
  char *name; /* "$share/NAME/FILTER" */
  Queue queue;
  Session **members;
  unsigned n_members, turn;
  Group *next;
};

typedef struct
{
  char *filter; /* without $share/NAME/ */
  Group *group; /* or NULL */
  uint32_t number;
  uint8_t qos;
  bool no_local, as_published;
} Subscription;

struct Session
{
  char *id;
  Client *client; /* NULL: away */
  uint32_t expiry_s; /* after the client has gone; FOR_EVER */
  int64_t gone_ns;
  Queue queue;
  Entry inflight[INFLIGHT_MAX]; /* packet number: index + 1 */
  unsigned n_inflight, window;
  uint16_t received[INFLIGHT_MAX]; /* QoS 2, not released yet; 0: free */
  Subscription *subscriptions;
  unsigned n_subscriptions;
  /* while a message is routed */
  uint64_t matched;
  uint32_t matched_number;
  uint8_t matched_qos;
  bool matched_retain;
  Session *next, *next_matched;
};

struct Client
{
  int fd;
  unsigned level; /* of the protocol: 3, 4, 5; 0: not connected yet */
  Session *session;
  MqttBuffer out;
  size_t out_at; /* sent of it */
  char *held;    /* of a packet that is not whole */
  size_t held_n, held_size;
  int64_t last_ns, keepalive_ns;
  Message *will;
  bool ended;   /* to be closed once what it is told has been sent */
  bool waits;   /* for its socket to take more */
  bool dirty;
  Client *before, *after, *next_dirty;
};

typedef struct
{
  const Options *options;
  int epoll_fd, listen_fd, stop_fd;
  Client *clients, *dirty;
  Session *sessions;
  Group *groups;
  uint64_t seq, routed;
  size_t bytes; /* of messages */
  unsigned queue_max, n_clients;
  int64_t now_ns;
  uint64_t received, sent, dropped, connections;
} Broker;

extern Broker broker;

/* ---- broker.c ---- */

/* Whoever has something to send is flushed at the end of the round. */
void broker_touch (Client *c);
/* What was written so far is sent, and then it ends. */
void broker_end (Client *c);

/* ---- broker-client.c ---- */

/* One whole packet. */
void client_packet (Client *c, MqttReader *r);
/* Its connection has gone; its will is published unless it took leave. */
void client_gone (Client *c);
void client_write_publish (Client *c, const Entry *e, unsigned number);

/* ---- broker-topics.c ---- */

/* Gives a message to all that want it; false where a queue was too full for it. */
bool topics_publish (Message *m, const Session *from);
/* Returns the quality granted, 0x80 or above where it is refused. */
unsigned topics_subscribe (Session *s, TbSlice filter, unsigned options, uint32_t number);
bool topics_unsubscribe (Session *s, TbSlice filter);
void topics_unsubscribe_all (Session *s);
/* Also without a connection: what was kept from an earlier process. */
void topics_retain (Message *m);
/* Frees them all, whatever is kept of them. */
void topics_forget_retained (void);

/* ---- broker-session.c ---- */

/* Terminated; text may be followed by anything. For free(). */
char *broker_text (TbSlice text);
Session *session_find (TbSlice id);
Session *session_new (TbSlice id);
void session_free (Session *s);
/* Puts a message into its queue and sends what may be sent; false where there is no room. */
bool session_push (Session *s, Entry e);
bool group_push (Group *g, Entry e);
/* Sends what may be sent. */
void session_pump (Session *s);
void group_pump (Group *g);
/* A client has come: what it has not acknowledged is sent again. */
void session_begin (Session *s);
/* It has gone: what it had of groups goes back to them. */
void session_end (Session *s);
/* The subscriber has answered. */
void session_acknowledged (Session *s, unsigned number, unsigned type, unsigned reason);
Group *group_find (TbSlice name, bool make);
void group_leave (Group *g, Session *s);
/* Drops sessions whose time is over; the next moment one may be, or 0. */
void sessions_expire (void);

/* ---- broker-queue.c ---- */

/* NULL where there is no room for more; its owner has one reference. */
Message *message_new (TbSlice topic, TbSlice props, TbSlice payload, unsigned qos, bool retain);
Message *message_ref (Message *m);
void message_unref (Message *m);
TbSlice message_topic (const Message *m);
TbSlice message_props (const Message *m);
TbSlice message_payload (const Message *m);
bool message_is_expired (const Message *m);
bool queue_push (Queue *q, Entry e);
bool queue_push_front (Queue *q, Entry e);
/* NULL where it is empty. */
Entry *queue_first (Queue *q);
void queue_pop (Queue *q);
void queue_clear (Queue *q);

/* ---- broker-keep.c: nothing of it does anything unless the broker is durable ---- */

bool keep_open (const char *folder, char **error);
/* Everything so far is on disk; false where it could not be written. */
bool keep_sync (void);
void keep_retained (TbSlice topic, const Message *m); /* NULL: no longer */
void keep_session (const Session *s);
void keep_session_gone (const Session *s);
/* owner: the session's id or the group's name. */
void keep_entry (const char *owner, const Entry *e);
void keep_entry_gone (const char *owner, uint64_t seq);
void keep_received (const Session *s, unsigned number, bool is);
