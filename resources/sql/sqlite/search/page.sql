-- SPDX-License-Identifier: Apache-2.0
-- {source} is what leads: a list of candidates from an index, or a walk in the order that was asked for. {Parts} are the program's own text; values are bound.
select i.id {keys} from {source} where i.tenant_id = :tenant and {filter} order by {order} limit :limit
