/* The index of a mapping that yaml.c has read: for yaml_get(), and to find keys that stand twice.
 */
#ifndef SG_CONF_YAML_NODE_H
#define SG_CONF_YAML_NODE_H

#include "conf/yaml.h"

/* Fills map->sorted and tells each key that stands again. False only when out of memory. */
SG_MUST_CHECK bool yaml_sort(struct arena *a, struct yaml_node *map, struct diags *d) SG_NONNULL;

#endif
