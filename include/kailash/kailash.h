/* kailash/kailash.h - all public headers. Each may also be included alone, from C17 and C++17. */
#ifndef KAILASH_KAILASH_H
#define KAILASH_KAILASH_H

#include "kailash/array_view.h"
#include "kailash/base.h"
#include "kailash/crypto.h"
#include "kailash/data.h"
#include "kailash/dataflow.h"
#include "kailash/decimal.h"
#include "kailash/executor.h"
#include "kailash/host.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/log.h"
#include "kailash/match.h"
#include "kailash/node.h"
#include "kailash/object.h"
#include "kailash/time.h"
#include "kailash/type.h"
#include "kailash/value.h"
#include "kailash/wide.h"
#include "kailash/workflow.h"

#endif
