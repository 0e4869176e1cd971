-- SPDX-License-Identifier: Apache-2.0
select value from shared_secret where name = :name
