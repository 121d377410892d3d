/*
 * flow_events.h: what flows tell: their bytes go to their streams, and what befalls them becomes findings and transport events.
 */
#ifndef FLOW_EVENTS_H
#define FLOW_EVENTS_H

#include "net/flow.h"

/* Their user is a struct wsd_dissector. transport: somebody asks for transport events. */
const struct flow_ops *flow_events(bool transport);

#endif
