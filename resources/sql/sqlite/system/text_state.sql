-- SPDX-License-Identifier: Apache-2.0
-- How far the full-text index has come: items up to item_id, and changes up to event_id.
select item_id, event_id, event_ms, form from search.state
