-- SPDX-License-Identifier: Apache-2.0
-- A database as release 1 left it; see README.md.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.agent_channel_status (
    tenant_id bigint NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C",
    state smallint NOT NULL,
    reason text NOT NULL,
    since_ms bigint NOT NULL
)
WITH (fillfactor='67');
ALTER TABLE ONLY public.agent_channel_status FORCE ROW LEVEL SECURITY;
CREATE TABLE public.agent_status (
    tenant_id bigint NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    state smallint NOT NULL,
    reason text NOT NULL,
    since_ms bigint NOT NULL,
    idle_since_ms bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='67');
ALTER TABLE ONLY public.agent_status FORCE ROW LEVEL SECURITY;
CREATE TABLE public.api_key (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id bigint NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    scopes text NOT NULL,
    created_ms bigint NOT NULL,
    expires_ms bigint,
    revoked_ms bigint
);
ALTER TABLE ONLY public.api_key FORCE ROW LEVEL SECURITY;
CREATE TABLE public.assignment (
    tenant_id bigint NOT NULL,
    token bigint NOT NULL,
    item_id bigint NOT NULL,
    taken_ms bigint NOT NULL,
    lease_ms bigint NOT NULL,
    lease_until_ms bigint NOT NULL,
    offered smallint NOT NULL,
    weight integer NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    channel text NOT NULL COLLATE pg_catalog."C",
    queue_id text NOT NULL COLLATE pg_catalog."C"
)
WITH (fillfactor='67', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.assignment FORCE ROW LEVEL SECURITY;
CREATE TABLE public.config_object (
    tenant_id bigint NOT NULL,
    kind smallint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    deleted_ms bigint,
    document text NOT NULL
);
ALTER TABLE ONLY public.config_object FORCE ROW LEVEL SECURITY;
CREATE TABLE public.event (
    tenant_id bigint NOT NULL,
    day bigint NOT NULL,
    id bigint NOT NULL,
    item_id bigint,
    at_ms bigint NOT NULL,
    type smallint NOT NULL,
    facts text NOT NULL,
    body text NOT NULL
)
PARTITION BY RANGE (day);
ALTER TABLE ONLY public.event FORCE ROW LEVEL SECURITY;
CREATE TABLE public.event_d20780 (
    tenant_id bigint NOT NULL,
    day bigint NOT NULL,
    id bigint NOT NULL,
    item_id bigint,
    at_ms bigint NOT NULL,
    type smallint NOT NULL,
    facts text NOT NULL,
    body text NOT NULL
);
ALTER TABLE ONLY public.event_d20780 FORCE ROW LEVEL SECURITY;
CREATE TABLE public.event_d20781 (
    tenant_id bigint NOT NULL,
    day bigint NOT NULL,
    id bigint NOT NULL,
    item_id bigint,
    at_ms bigint NOT NULL,
    type smallint NOT NULL,
    facts text NOT NULL,
    body text NOT NULL
);
ALTER TABLE ONLY public.event_d20781 FORCE ROW LEVEL SECURITY;
CREATE TABLE public.event_d20782 (
    tenant_id bigint NOT NULL,
    day bigint NOT NULL,
    id bigint NOT NULL,
    item_id bigint,
    at_ms bigint NOT NULL,
    type smallint NOT NULL,
    facts text NOT NULL,
    body text NOT NULL
);
ALTER TABLE ONLY public.event_d20782 FORCE ROW LEVEL SECURITY;
CREATE TABLE public.event_d20783 (
    tenant_id bigint NOT NULL,
    day bigint NOT NULL,
    id bigint NOT NULL,
    item_id bigint,
    at_ms bigint NOT NULL,
    type smallint NOT NULL,
    facts text NOT NULL,
    body text NOT NULL
);
ALTER TABLE ONLY public.event_d20783 FORCE ROW LEVEL SECURITY;
CREATE TABLE public.event_day (
    tenant_id bigint NOT NULL,
    day bigint NOT NULL,
    first_id bigint NOT NULL
);
ALTER TABLE ONLY public.event_day FORCE ROW LEVEL SECURITY;
CREATE TABLE public.item (
    tenant_id bigint NOT NULL,
    id bigint NOT NULL,
    class_id bigint,
    anchor_ms bigint NOT NULL,
    captured_ms bigint NOT NULL,
    business_value bigint NOT NULL,
    assigned_ms bigint,
    held_ms bigint,
    final_ms bigint,
    version bigint NOT NULL,
    status smallint NOT NULL,
    sla_met smallint,
    agent_id text COLLATE pg_catalog."C",
    error text
)
WITH (fillfactor='67', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.item FORCE ROW LEVEL SECURITY;
CREATE TABLE public.item_payload (
    tenant_id bigint NOT NULL,
    item_id bigint NOT NULL,
    created_ms bigint NOT NULL,
    capture_point_id text NOT NULL COLLATE pg_catalog."C",
    capture_id text COLLATE pg_catalog."C",
    category_id text COLLATE pg_catalog."C",
    queue_id text COLLATE pg_catalog."C",
    customer_key text COLLATE pg_catalog."C",
    document jsonb NOT NULL
)
WITH (fillfactor='90');
ALTER TABLE ONLY public.item_payload FORCE ROW LEVEL SECURITY;
CREATE TABLE public.item_timer (
    tenant_id bigint NOT NULL,
    item_id bigint NOT NULL,
    kind smallint NOT NULL,
    at_ms bigint NOT NULL
);
ALTER TABLE ONLY public.item_timer FORCE ROW LEVEL SECURITY;
CREATE TABLE public.migration (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_ms bigint NOT NULL
);
CREATE TABLE public.refusal (
    tenant_id bigint NOT NULL,
    item_id bigint NOT NULL,
    agent_id text NOT NULL COLLATE pg_catalog."C",
    until_ms bigint NOT NULL
);
ALTER TABLE ONLY public.refusal FORCE ROW LEVEL SECURITY;
CREATE TABLE public.segment_service (
    tenant_id bigint NOT NULL,
    queue_id text NOT NULL COLLATE pg_catalog."C",
    segment text NOT NULL COLLATE pg_catalog."C",
    start bigint NOT NULL,
    finish bigint NOT NULL
)
WITH (fillfactor='67');
ALTER TABLE ONLY public.segment_service FORCE ROW LEVEL SECURITY;
CREATE TABLE public.session (
    hash bytea NOT NULL,
    tenant_id bigint NOT NULL,
    user_name text NOT NULL COLLATE pg_catalog."C",
    created_ms bigint NOT NULL,
    expires_ms bigint NOT NULL
);
ALTER TABLE ONLY public.session FORCE ROW LEVEL SECURITY;
CREATE TABLE public.stored_answer (
    tenant_id bigint NOT NULL,
    caller text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    at_ms bigint NOT NULL,
    status integer NOT NULL,
    fingerprint bytea NOT NULL,
    etag bytea NOT NULL,
    location bytea NOT NULL,
    body bytea NOT NULL
);
ALTER TABLE ONLY public.stored_answer FORCE ROW LEVEL SECURITY;
CREATE TABLE public.tenant (
    id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    title text NOT NULL,
    ccid text NOT NULL COLLATE pg_catalog."C",
    created_ms bigint NOT NULL
);
ALTER TABLE ONLY public.tenant FORCE ROW LEVEL SECURITY;
ALTER TABLE public.tenant ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tenant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.tenant_state (
    tenant_id bigint NOT NULL,
    last_event bigint DEFAULT 0 NOT NULL,
    last_day bigint DEFAULT 0 NOT NULL,
    last_item bigint DEFAULT 0 NOT NULL,
    last_token bigint DEFAULT 0 NOT NULL,
    configuration_version bigint DEFAULT 0 NOT NULL,
    callers_version bigint DEFAULT 0 NOT NULL,
    writes bigint DEFAULT 0 NOT NULL,
    worker text DEFAULT ''::text NOT NULL,
    worker_until_ms bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='10');
ALTER TABLE ONLY public.tenant_state FORCE ROW LEVEL SECURITY;
CREATE TABLE public.user_account (
    tenant_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    password_hash text NOT NULL,
    scopes text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    locked_until_ms bigint DEFAULT 0 NOT NULL,
    created_ms bigint NOT NULL
);
ALTER TABLE ONLY public.user_account FORCE ROW LEVEL SECURITY;
CREATE TABLE public.work_class (
    id bigint NOT NULL,
    tenant_id bigint NOT NULL,
    queue_id text NOT NULL COLLATE pg_catalog."C",
    schema_id text NOT NULL COLLATE pg_catalog."C",
    band integer NOT NULL,
    shift integer NOT NULL,
    anchor_kind smallint NOT NULL,
    channel text NOT NULL COLLATE pg_catalog."C",
    skills text NOT NULL COLLATE pg_catalog."C",
    calendar_id text NOT NULL COLLATE pg_catalog."C",
    requested_agent text NOT NULL COLLATE pg_catalog."C",
    requested_group text NOT NULL COLLATE pg_catalog."C",
    segment text NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE ONLY public.work_class FORCE ROW LEVEL SECURITY;
ALTER TABLE public.work_class ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.work_class_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_d20780 FOR VALUES FROM ('20780') TO ('20781');
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_d20781 FOR VALUES FROM ('20781') TO ('20782');
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_d20782 FOR VALUES FROM ('20782') TO ('20783');
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_d20783 FOR VALUES FROM ('20783') TO ('20784');
INSERT INTO public.agent_status VALUES (1, 'anna', 1, '', 1795416785396, 0);
INSERT INTO public.api_key VALUES ('1e182b9c-184b-47ab-85ca-5b2cdc1d861e', 1, 'First administrator', '\x282629753da21815458dbcbfb84fa51cfdc9e230c53bbdee486e538beb15f8aa', 'admin', 1795416784999, NULL, NULL);
INSERT INTO public.api_key VALUES ('key-8b938ef125ab4883', 1, 'source', '\xc30d7e12f4225368915628611dba35a6eb36ca3766859b215bf79725482c209a', 'source', 1795416785500, NULL, NULL);
INSERT INTO public.assignment VALUES (1, 1, 1, 1795416785421, 300000, 1795417085421, 0, 1, 'anna', 'email', 'general');
INSERT INTO public.config_object VALUES (1, 4, 'default', 1, 1795416784999, 1795416784999, NULL, '{"defaultChannel":"","description":"Where items arrive that name no capture point.","enabled":true,"id":"default","name":"Default"}');
INSERT INTO public.config_object VALUES (1, 1, 'general', 1, 1795416784999, 1795416784999, NULL, '{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"general","leaseSeconds":300,"mode":"pull","name":"General","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1}');
INSERT INTO public.config_object VALUES (1, 3, 'standard', 1, 1795416784999, 1795416784999, NULL, '{"age":"elapsed","autoComplete":false,"businessValueBands":[],"calendar":null,"curve":{"interpolation":"linear","points":[{"age":0,"priority":10},{"age":8,"priority":50},{"age":12,"priority":100},{"age":24,"priority":120}]},"description":"Rises slowly until the SLA ends after 8 hours, then fast.","excludeHoldTime":false,"id":"standard","managedPeriod":24,"name":"Standard","sla":8,"unit":"hours"}');
INSERT INTO public.config_object VALUES (1, 2, 'general', 1, 1795416784999, 1795416784999, NULL, '{"calendar":null,"description":"Takes what no other category of the first level matches.","id":"general","name":"General","order":1000000,"parent":null,"queue":"general","rule":{},"schema":"standard"}');
INSERT INTO public.config_object VALUES (1, 5, 'anna', 1, 1795416785375, 1795416785375, NULL, '{"capacity":{"*":3},"groups":[],"id":"anna","name":"Anna","queues":[],"skills":{}}');
INSERT INTO public.config_object VALUES (1, 1, 'second', 1, 1795416785437, 1795416785437, NULL, '{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"second","leaseSeconds":300,"mode":"pull","name":"Second","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 1, NULL, 1795416784999, 40, '[null,null]', '{"time":"2026-11-23T06:53:04.999Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"defaultChannel":"","description":"Where items arrive that name no capture point.","enabled":true,"id":"default","kind":"capture-point","name":"Default"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 2, NULL, 1795416784999, 40, '[null,null]', '{"time":"2026-11-23T06:53:04.999Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"general","kind":"queue","leaseSeconds":300,"mode":"pull","name":"General","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 3, NULL, 1795416784999, 40, '[null,null]', '{"time":"2026-11-23T06:53:04.999Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"age":"elapsed","autoComplete":false,"businessValueBands":[],"calendar":null,"curve":{"interpolation":"linear","points":[{"age":0,"priority":10},{"age":8,"priority":50},{"age":12,"priority":100},{"age":24,"priority":120}]},"description":"Rises slowly until the SLA ends after 8 hours, then fast.","excludeHoldTime":false,"id":"standard","kind":"schema","managedPeriod":24,"name":"Standard","sla":8,"unit":"hours"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 4, NULL, 1795416784999, 40, '[null,null]', '{"time":"2026-11-23T06:53:04.999Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"calendar":null,"description":"Takes what no other category of the first level matches.","id":"general","kind":"category","name":"General","order":1000000,"parent":null,"queue":"general","rule":{},"schema":"standard"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 5, 1, 1795416785331, 1, '[null,[0,"","",1795416785331,null,false]]', '{"time":"2026-11-23T06:53:05.331Z","type":"item.created","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.331Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"before the upgrade","capturePointId":"default","channel":"email","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.331Z","customerId":"Müller & Söhne","labels":["vip"],"custom":{"region":"süd"}},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 6, 1, 1795416785331, 2, '[[0,"","",1795416785331,null,false],[1,"general","",1795416785331,null,false]]', '{"time":"2026-11-23T06:53:05.331Z","type":"item.captured","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":"email","capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.331Z","due":null,"sla":"2026-11-23T14:53:05.331Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 7, 1, 1795416785331, 3, '[[1,"general","",1795416785331,null,false],[2,"general","",1795416785331,null,false]]', '{"time":"2026-11-23T06:53:05.331Z","type":"item.queued","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":"email","capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.331Z","due":null,"sla":"2026-11-23T14:53:05.331Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 8, 2, 1795416785355, 1, '[null,[0,"","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.created","item":"wi-2","captureId":"two","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"two","capturePointId":"default","status":"new","priorityShift":0,"businessValue":20,"createdDateTime":"2026-11-23T06:53:05.355Z"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 9, 2, 1795416785355, 2, '[[0,"","",1795416785355,null,false],[1,"general","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.captured","item":"wi-2","captureId":"two","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":20,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":"2026-11-23T14:53:05.355Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 10, 2, 1795416785355, 3, '[[1,"general","",1795416785355,null,false],[2,"general","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.queued","item":"wi-2","captureId":"two","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":20,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":"2026-11-23T14:53:05.355Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 11, 3, 1795416785355, 1, '[null,[0,"","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.created","item":"wi-3","captureId":"three","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"three","capturePointId":"default","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.355Z","activationDateTime":"2100-01-01T00:00:00.000Z"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 12, 3, 1795416785355, 2, '[[0,"","",1795416785355,null,false],[1,"general","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.captured","item":"wi-3","captureId":"three","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":"2026-11-23T14:53:05.355Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 13, 4, 1795416785355, 1, '[null,[0,"","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.created","item":"wi-4","captureId":"four","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"four","capturePointId":"default","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.355Z"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 14, 4, 1795416785355, 2, '[[0,"","",1795416785355,null,false],[1,"general","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.captured","item":"wi-4","captureId":"four","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":"2026-11-23T14:53:05.355Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 15, 4, 1795416785355, 3, '[[1,"general","",1795416785355,null,false],[2,"general","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.queued","item":"wi-4","captureId":"four","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":"2026-11-23T14:53:05.355Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 16, 5, 1795416785355, 1, '[null,[0,"","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.created","item":"wi-5","captureId":"five","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"five","capturePointId":"default","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.355Z"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 17, 5, 1795416785355, 2, '[[0,"","",1795416785355,null,false],[1,"general","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.captured","item":"wi-5","captureId":"five","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":"2026-11-23T14:53:05.355Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 18, 5, 1795416785355, 3, '[[1,"general","",1795416785355,null,false],[2,"general","",1795416785355,null,false]]', '{"time":"2026-11-23T06:53:05.355Z","type":"item.queued","item":"wi-5","captureId":"five","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.355Z","due":null,"sla":"2026-11-23T14:53:05.355Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 19, NULL, 1795416785375, 40, '[null,null]', '{"time":"2026-11-23T06:53:05.375Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":null,"before":null,"after":{"capacity":{"*":3},"groups":[],"id":"anna","kind":"agent","name":"Anna","queues":[],"skills":{}},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 20, NULL, 1795416785396, 30, '[null,null]', '{"time":"2026-11-23T06:53:05.396Z","type":"agent.state_changed","item":null,"captureId":null,"actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":null,"before":{"state":"loggedOut"},"after":{"id":"anna","kind":"agent","state":"ready"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 21, 1, 1795416785421, 10, '[[2,"general","",1795416785331,null,false],[4,"general","anna",1795416785331,null,false]]', '{"time":"2026-11-23T06:53:05.421Z","type":"item.assigned","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":"email","capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.331Z","due":null,"sla":"2026-11-23T14:53:05.331Z","assigned":"2026-11-23T06:53:05.421Z","held":null,"completed":null},"before":{"status":"queued","assignedDateTime":null,"assignedToUser":null},"after":{"status":"assigned","assignedDateTime":"2026-11-23T06:53:05.421Z","assignedToUser":"anna"},"reason":null}');
INSERT INTO public.event_d20780 VALUES (1, 20780, 22, NULL, 1795416785437, 40, '[null,null]', '{"time":"2026-11-23T06:53:05.437Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"apiKey","id":"1e182b9c-184b-47ab-85ca-5b2cdc1d861e","name":"First administrator"},"class":null,"times":null,"before":null,"after":{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"second","kind":"queue","leaseSeconds":300,"mode":"pull","name":"Second","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1},"reason":null}');
INSERT INTO public.event_day VALUES (1, 20780, 1);
INSERT INTO public.item VALUES (1, 2, 2, 1795416785355, 1795416785355, 20, NULL, NULL, NULL, 1, 2, NULL, NULL, NULL);
INSERT INTO public.item VALUES (1, 3, 2, 1795416785355, 1795416785355, 0, NULL, NULL, NULL, 1, 1, NULL, NULL, NULL);
INSERT INTO public.item VALUES (1, 4, 2, 1795416785355, 1795416785355, 0, NULL, NULL, NULL, 1, 2, NULL, NULL, NULL);
INSERT INTO public.item VALUES (1, 5, 2, 1795416785355, 1795416785355, 0, NULL, NULL, NULL, 1, 2, NULL, NULL, NULL);
INSERT INTO public.item VALUES (1, 1, 1, 1795416785331, 1795416785331, 0, 1795416785421, NULL, NULL, 2, 4, NULL, 'anna', NULL);
INSERT INTO public.item_payload VALUES (1, 1, 1795416785331, 'default', 'before the upgrade', 'general', 'general', 'müller & söhne', '{"custom": {"region": "süd"}, "labels": ["vip"], "channel": "email", "customerId": "Müller & Söhne"}');
INSERT INTO public.item_payload VALUES (1, 2, 1795416785355, 'default', 'two', 'general', 'general', NULL, '{}');
INSERT INTO public.item_payload VALUES (1, 3, 1795416785355, 'default', 'three', 'general', 'general', NULL, '{"activationDateTime": "2100-01-01T00:00:00.000Z"}');
INSERT INTO public.item_payload VALUES (1, 4, 1795416785355, 'default', 'four', 'general', 'general', NULL, '{}');
INSERT INTO public.item_payload VALUES (1, 5, 1795416785355, 'default', 'five', 'general', 'general', NULL, '{}');
INSERT INTO public.item_timer VALUES (1, 3, 0, 4102444800000);
INSERT INTO public.migration VALUES (1, 'migration/0001_foundation', '0a72ba8fed402ea6dd1402f3be41b8c523a4c961031b8442653144cee7d57d2b', 1795416784754);
INSERT INTO public.tenant OVERRIDING SYSTEM VALUE VALUES (1, '100', 't100', 'c54e1628-dabf-4ba4-9dcc-f85a47756b6e', 1795416784810);
INSERT INTO public.tenant_state VALUES (1, 22, 20780, 5, 1, 3, 0, 8, 'cce41f0e-160d-46d3-a3e9-2cde71b1406b', 1795416790019);
INSERT INTO public.user_account VALUES (1, 'admin', 'of nobody', 'admin', 0, 0, 1795416784999);
INSERT INTO public.work_class OVERRIDING SYSTEM VALUE VALUES (1, 1, 'general', 'standard', 0, 0, 0, 'email', '[]', '', '', '', '');
INSERT INTO public.work_class OVERRIDING SYSTEM VALUE VALUES (2, 1, 'general', 'standard', 0, 0, 0, '', '[]', '', '', '', '');
SELECT pg_catalog.setval('public.tenant_id_seq', 1, true);
SELECT pg_catalog.setval('public.work_class_id_seq', 2, true);
ALTER TABLE ONLY public.agent_channel_status
    ADD CONSTRAINT agent_channel_status_pkey PRIMARY KEY (tenant_id, agent_id, channel);
ALTER TABLE ONLY public.agent_status
    ADD CONSTRAINT agent_status_pkey PRIMARY KEY (tenant_id, agent_id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (tenant_id, token);
ALTER TABLE ONLY public.config_object
    ADD CONSTRAINT config_object_pkey PRIMARY KEY (tenant_id, kind, id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (tenant_id, day, id);
ALTER TABLE ONLY public.event_d20780
    ADD CONSTRAINT event_d20780_pkey PRIMARY KEY (tenant_id, day, id);
ALTER TABLE ONLY public.event_d20781
    ADD CONSTRAINT event_d20781_pkey PRIMARY KEY (tenant_id, day, id);
ALTER TABLE ONLY public.event_d20782
    ADD CONSTRAINT event_d20782_pkey PRIMARY KEY (tenant_id, day, id);
ALTER TABLE ONLY public.event_d20783
    ADD CONSTRAINT event_d20783_pkey PRIMARY KEY (tenant_id, day, id);
ALTER TABLE ONLY public.event_day
    ADD CONSTRAINT event_day_pkey PRIMARY KEY (tenant_id, day);
ALTER TABLE ONLY public.item_payload
    ADD CONSTRAINT item_payload_pkey PRIMARY KEY (tenant_id, item_id);
ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.item_timer
    ADD CONSTRAINT item_timer_pkey PRIMARY KEY (tenant_id, item_id, kind);
ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.refusal
    ADD CONSTRAINT refusal_pkey PRIMARY KEY (tenant_id, item_id, agent_id);
ALTER TABLE ONLY public.segment_service
    ADD CONSTRAINT segment_service_pkey PRIMARY KEY (tenant_id, queue_id, segment);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.stored_answer
    ADD CONSTRAINT stored_answer_pkey PRIMARY KEY (tenant_id, caller, key);
ALTER TABLE ONLY public.tenant
    ADD CONSTRAINT tenant_ccid_key UNIQUE (ccid);
ALTER TABLE ONLY public.tenant
    ADD CONSTRAINT tenant_name_key UNIQUE (name);
ALTER TABLE ONLY public.tenant
    ADD CONSTRAINT tenant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tenant_state
    ADD CONSTRAINT tenant_state_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_pkey PRIMARY KEY (tenant_id, name);
ALTER TABLE ONLY public.work_class
    ADD CONSTRAINT work_class_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.work_class
    ADD CONSTRAINT work_class_tenant_id_queue_id_schema_id_band_shift_anchor_k_key UNIQUE (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment);
CREATE INDEX assignment_agent_idx ON public.assignment USING btree (tenant_id, agent_id);
CREATE UNIQUE INDEX assignment_item_idx ON public.assignment USING btree (tenant_id, item_id);
CREATE INDEX assignment_lease_idx ON public.assignment USING btree (tenant_id, lease_until_ms);
CREATE INDEX event_item_idx ON ONLY public.event USING btree (tenant_id, item_id, id) WHERE (item_id IS NOT NULL);
CREATE INDEX event_d20780_tenant_id_item_id_id_idx ON public.event_d20780 USING btree (tenant_id, item_id, id) WHERE (item_id IS NOT NULL);
CREATE INDEX event_d20781_tenant_id_item_id_id_idx ON public.event_d20781 USING btree (tenant_id, item_id, id) WHERE (item_id IS NOT NULL);
CREATE INDEX event_d20782_tenant_id_item_id_id_idx ON public.event_d20782 USING btree (tenant_id, item_id, id) WHERE (item_id IS NOT NULL);
CREATE INDEX event_d20783_tenant_id_item_id_id_idx ON public.event_d20783 USING btree (tenant_id, item_id, id) WHERE (item_id IS NOT NULL);
CREATE INDEX item_open_idx ON public.item USING btree (tenant_id, status, id) WHERE (status = ANY (ARRAY[0, 1, 3, 4, 5, 6]));
CREATE UNIQUE INDEX item_payload_capture_idx ON public.item_payload USING btree (tenant_id, capture_id, capture_point_id) WHERE (capture_id IS NOT NULL);
CREATE INDEX item_payload_created_idx ON public.item_payload USING btree (tenant_id, created_ms, item_id);
CREATE INDEX item_payload_customer_idx ON public.item_payload USING btree (tenant_id, customer_key) WHERE (customer_key IS NOT NULL);
CREATE INDEX item_timer_due_idx ON public.item_timer USING btree (tenant_id, at_ms, item_id);
CREATE INDEX item_waiting_idx ON public.item USING btree (class_id, anchor_ms, id) WHERE (status = 2);
CREATE INDEX refusal_until_idx ON public.refusal USING btree (tenant_id, until_ms);
CREATE INDEX session_end_idx ON public.session USING btree (tenant_id, expires_ms);
CREATE INDEX stored_answer_age_idx ON public.stored_answer USING btree (tenant_id, at_ms);
CREATE INDEX work_class_schema_idx ON public.work_class USING btree (tenant_id, schema_id);
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_d20780_pkey;
ALTER INDEX public.event_item_idx ATTACH PARTITION public.event_d20780_tenant_id_item_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_d20781_pkey;
ALTER INDEX public.event_item_idx ATTACH PARTITION public.event_d20781_tenant_id_item_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_d20782_pkey;
ALTER INDEX public.event_item_idx ATTACH PARTITION public.event_d20782_tenant_id_item_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_d20783_pkey;
ALTER INDEX public.event_item_idx ATTACH PARTITION public.event_d20783_tenant_id_item_id_id_idx;
ALTER TABLE ONLY public.agent_channel_status
    ADD CONSTRAINT agent_channel_status_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.agent_status
    ADD CONSTRAINT agent_status_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.config_object
    ADD CONSTRAINT config_object_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.event_day
    ADD CONSTRAINT event_day_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.segment_service
    ADD CONSTRAINT segment_service_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.stored_answer
    ADD CONSTRAINT stored_answer_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.tenant_state
    ADD CONSTRAINT tenant_state_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.work_class
    ADD CONSTRAINT work_class_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE public.agent_channel_status ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.agent_status ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.config_object ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_d20780 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_d20781 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_d20782 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_d20783 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.item ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.item_payload ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.item_timer ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_tenant ON public.agent_channel_status USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.agent_status USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.api_key USING (((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")) OR ( SELECT (current_setting('iwd.directory'::text, true) = 'on'::text))));
CREATE POLICY of_the_tenant ON public.assignment USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.config_object USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.event USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.event_d20780 USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.event_d20781 USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.event_d20782 USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.event_d20783 USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.event_day USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.item USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.item_payload USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.item_timer USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.refusal USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.segment_service USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.session USING (((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")) OR ( SELECT (current_setting('iwd.directory'::text, true) = 'on'::text))));
CREATE POLICY of_the_tenant ON public.stored_answer USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
CREATE POLICY of_the_tenant ON public.tenant USING (((id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")) OR ( SELECT (current_setting('iwd.directory'::text, true) = 'on'::text))));
CREATE POLICY of_the_tenant ON public.tenant_state USING (((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")) OR ( SELECT (current_setting('iwd.directory'::text, true) = 'on'::text))));
CREATE POLICY of_the_tenant ON public.user_account USING (((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")) OR ( SELECT (current_setting('iwd.directory'::text, true) = 'on'::text))));
CREATE POLICY of_the_tenant ON public.work_class USING ((tenant_id = ( SELECT (NULLIF(current_setting('iwd.tenant'::text, true), ''::text))::bigint AS "nullif")));
ALTER TABLE public.refusal ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.segment_service ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.session ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stored_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.user_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.work_class ENABLE ROW LEVEL SECURITY;
