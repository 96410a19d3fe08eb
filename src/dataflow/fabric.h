/* src/dataflow/fabric.h - DataFabricEngine: rows, retention and other sources behind one object. */
#ifndef KL_DATAFLOW_FABRIC_H
#define KL_DATAFLOW_FABRIC_H

#include "database.h"

extern KL_API const kl_type kl_fabric_type; /* DataFabricEngine */

#endif
