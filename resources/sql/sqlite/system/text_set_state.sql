-- SPDX-License-Identifier: Apache-2.0
update search.state set item_id = :item_id, event_id = :event_id, event_ms = :event_ms
