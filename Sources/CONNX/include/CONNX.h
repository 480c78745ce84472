// The C structures of the messages of schemas/ngraph.proto, and protobuf-c's functions on them.
#ifndef CONNX_H
#define CONNX_H

#include "ngraph.pb-c.h"

#endif
