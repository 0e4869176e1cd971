-- SPDX-License-Identifier: Apache-2.0
-- A database as release 1 left it; see README.md.
CREATE TABLE migration (number integer primary key, name text not null, checksum text not null, applied_ms integer not null);
INSERT INTO migration VALUES(1,'migration/0001_foundation','29efdd78d1191bc267087ea74541acb7e048e78dd6ce329b1c6c3e2c5169e52f',1795416785582);
INSERT INTO migration VALUES(2,'migration/0002_class_terms','20fd053e1658cb1610fb44bcdf060a0e73ef4da1a954b754f2cbdadb7dcd8664',1795416785584);
INSERT INTO migration VALUES(3,'migration/0003_offers','fd68e74432f3f63994a3d8ec5687098c50935db93d72eac4fba98424d73cebb2',1795416785585);
INSERT INTO migration VALUES(5,'migration/0005_search','2ea07aa1e4040b31891e92e03841fd9c12cb7a832e0b28deb6a763e3d4a9b721',1795416785586);
CREATE TABLE tenant (
  id integer primary key,
  name text not null unique, 
  title text not null, 
  ccid text not null unique,
  created_ms integer not null
);
INSERT INTO tenant VALUES(1,'100','t100','48078762-82a6-4f9f-b3b3-90afb2e1837d',1795416785601);
CREATE TABLE config_object (
  tenant_id integer not null references tenant (id),
  kind integer not null,
  id text not null,
  version integer not null,
  created_ms integer not null,
  updated_ms integer not null,
  deleted_ms integer,
  document text not null,
  primary key (tenant_id, kind, id)
) without rowid;
INSERT INTO config_object VALUES(1,1,'general',1,1795416785716,1795416785716,NULL,'{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"general","leaseSeconds":300,"mode":"pull","name":"General","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1}');
INSERT INTO config_object VALUES(1,1,'second',1,1795416786063,1795416786063,NULL,'{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"second","leaseSeconds":300,"mode":"pull","name":"Second","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1}');
INSERT INTO config_object VALUES(1,2,'general',1,1795416785716,1795416785716,NULL,'{"calendar":null,"description":"Takes what no other category of the first level matches.","id":"general","name":"General","order":1000000,"parent":null,"queue":"general","rule":{},"schema":"standard"}');
INSERT INTO config_object VALUES(1,3,'standard',1,1795416785716,1795416785716,NULL,'{"age":"elapsed","autoComplete":false,"businessValueBands":[],"calendar":null,"curve":{"interpolation":"linear","points":[{"age":0,"priority":10},{"age":8,"priority":50},{"age":12,"priority":100},{"age":24,"priority":120}]},"description":"Rises slowly until the SLA ends after 8 hours, then fast.","excludeHoldTime":false,"id":"standard","managedPeriod":24,"name":"Standard","sla":8,"unit":"hours"}');
INSERT INTO config_object VALUES(1,4,'default',1,1795416785716,1795416785716,NULL,'{"defaultChannel":"","description":"Where items arrive that name no capture point.","enabled":true,"id":"default","name":"Default"}');
INSERT INTO config_object VALUES(1,5,'anna',1,1795416785998,1795416785998,NULL,'{"capacity":{"*":3},"groups":[],"id":"anna","name":"Anna","queues":[],"skills":{}}');
CREATE TABLE item (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  status integer not null,
  class_id integer references work_class (id),
  anchor_ms integer not null,
  version integer not null,
  captured_ms integer not null,
  business_value integer not null,
  agent_id text,
  assigned_ms integer,
  held_ms integer,
  final_ms integer,
  sla_met integer,
  error text
);
INSERT INTO item VALUES(1,1,4,1,1795416785970,2,1795416785970,0,'anna',1795416786049,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(2,1,2,2,1795416785984,1,1795416785984,20,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(3,1,1,2,1795416785984,1,1795416785984,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(4,1,2,2,1795416785984,1,1795416785984,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO item VALUES(5,1,2,2,1795416785984,1,1795416785984,0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE item_payload (
  item_id integer primary key references item (id),
  tenant_id integer not null,
  capture_point_id text not null,
  capture_id text,
  category_id text,
  queue_id text,
  created_ms integer not null,
  document text not null
, customer_key text);
INSERT INTO item_payload VALUES(1,1,'default','before the upgrade','general','general',1795416785970,'{"channel":"email","customerId":"Müller & Söhne","labels":["vip"],"custom":{"region":"süd"}}','müller & söhne');
INSERT INTO item_payload VALUES(2,1,'default','two','general','general',1795416785984,'{}',NULL);
INSERT INTO item_payload VALUES(3,1,'default','three','general','general',1795416785984,'{"activationDateTime":"2100-01-01T00:00:00.000Z"}',NULL);
INSERT INTO item_payload VALUES(4,1,'default','four','general','general',1795416785984,'{}',NULL);
INSERT INTO item_payload VALUES(5,1,'default','five','general','general',1795416785984,'{}',NULL);
CREATE TABLE item_timer (
  item_id integer not null references item (id),
  kind integer not null,
  tenant_id integer not null,
  at_ms integer not null,
  primary key (item_id, kind)
) without rowid;
INSERT INTO item_timer VALUES(3,0,1,4102444800000);
CREATE TABLE assignment (
  token integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  item_id integer not null unique references item (id),
  agent_id text not null,
  channel text not null,
  taken_ms integer not null,
  lease_ms integer not null,
  lease_until_ms integer not null
, offered integer not null default 0, weight integer not null default 1, queue_id text not null default '');
INSERT INTO assignment VALUES(1,1,1,'anna','email',1795416786049,300000,1795417086049,0,1,'general');
CREATE TABLE agent_status (
  tenant_id integer not null references tenant (id),
  agent_id text not null,
  state integer not null,
  reason text not null,
  since_ms integer not null, idle_since_ms integer not null default 0,
  primary key (tenant_id, agent_id)
) without rowid;
INSERT INTO agent_status VALUES(1,'anna',1,'',1795416786022,0);
CREATE TABLE event (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  item_id integer,
  at_ms integer not null,
  type integer not null,
  body text not null
);
INSERT INTO event VALUES(1,1,NULL,1795416785716,40,'{"time":"2026-11-23T06:53:05.716Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"defaultChannel":"","description":"Where items arrive that name no capture point.","enabled":true,"id":"default","kind":"capture-point","name":"Default"},"reason":null}');
INSERT INTO event VALUES(2,1,NULL,1795416785716,40,'{"time":"2026-11-23T06:53:05.716Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"general","kind":"queue","leaseSeconds":300,"mode":"pull","name":"General","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1},"reason":null}');
INSERT INTO event VALUES(3,1,NULL,1795416785716,40,'{"time":"2026-11-23T06:53:05.716Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"age":"elapsed","autoComplete":false,"businessValueBands":[],"calendar":null,"curve":{"interpolation":"linear","points":[{"age":0,"priority":10},{"age":8,"priority":50},{"age":12,"priority":100},{"age":24,"priority":120}]},"description":"Rises slowly until the SLA ends after 8 hours, then fast.","excludeHoldTime":false,"id":"standard","kind":"schema","managedPeriod":24,"name":"Standard","sla":8,"unit":"hours"},"reason":null}');
INSERT INTO event VALUES(4,1,NULL,1795416785716,40,'{"time":"2026-11-23T06:53:05.716Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"server","id":"iwd","name":"IWD"},"class":null,"times":null,"before":null,"after":{"calendar":null,"description":"Takes what no other category of the first level matches.","id":"general","kind":"category","name":"General","order":1000000,"parent":null,"queue":"general","rule":{},"schema":"standard"},"reason":null}');
INSERT INTO event VALUES(5,1,1,1795416785970,1,'{"time":"2026-11-23T06:53:05.970Z","type":"item.created","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.970Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"before the upgrade","capturePointId":"default","channel":"email","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.970Z","customerId":"Müller & Söhne","labels":["vip"],"custom":{"region":"süd"}},"reason":null}');
INSERT INTO event VALUES(6,1,1,1795416785970,2,'{"time":"2026-11-23T06:53:05.970Z","type":"item.captured","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":"email","capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.970Z","due":null,"sla":"2026-11-23T14:53:05.970Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO event VALUES(7,1,1,1795416785970,3,'{"time":"2026-11-23T06:53:05.970Z","type":"item.queued","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":"email","capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.970Z","due":null,"sla":"2026-11-23T14:53:05.970Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO event VALUES(8,1,2,1795416785984,1,'{"time":"2026-11-23T06:53:05.984Z","type":"item.created","item":"wi-2","captureId":"two","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"two","capturePointId":"default","status":"new","priorityShift":0,"businessValue":20,"createdDateTime":"2026-11-23T06:53:05.984Z"},"reason":null}');
INSERT INTO event VALUES(9,1,2,1795416785984,2,'{"time":"2026-11-23T06:53:05.984Z","type":"item.captured","item":"wi-2","captureId":"two","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":20,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":"2026-11-23T14:53:05.984Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO event VALUES(10,1,2,1795416785984,3,'{"time":"2026-11-23T06:53:05.984Z","type":"item.queued","item":"wi-2","captureId":"two","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":20,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":"2026-11-23T14:53:05.984Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO event VALUES(11,1,3,1795416785984,1,'{"time":"2026-11-23T06:53:05.984Z","type":"item.created","item":"wi-3","captureId":"three","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"three","capturePointId":"default","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.984Z","activationDateTime":"2100-01-01T00:00:00.000Z"},"reason":null}');
INSERT INTO event VALUES(12,1,3,1795416785984,2,'{"time":"2026-11-23T06:53:05.984Z","type":"item.captured","item":"wi-3","captureId":"three","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":"2026-11-23T14:53:05.984Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO event VALUES(13,1,4,1795416785984,1,'{"time":"2026-11-23T06:53:05.984Z","type":"item.created","item":"wi-4","captureId":"four","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"four","capturePointId":"default","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.984Z"},"reason":null}');
INSERT INTO event VALUES(14,1,4,1795416785984,2,'{"time":"2026-11-23T06:53:05.984Z","type":"item.captured","item":"wi-4","captureId":"four","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":"2026-11-23T14:53:05.984Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO event VALUES(15,1,4,1795416785984,3,'{"time":"2026-11-23T06:53:05.984Z","type":"item.queued","item":"wi-4","captureId":"four","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":"2026-11-23T14:53:05.984Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO event VALUES(16,1,5,1795416785984,1,'{"time":"2026-11-23T06:53:05.984Z","type":"item.created","item":"wi-5","captureId":"five","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":null,"assigned":null,"held":null,"completed":null},"before":null,"after":{"captureId":"five","capturePointId":"default","status":"new","priorityShift":0,"businessValue":0,"createdDateTime":"2026-11-23T06:53:05.984Z"},"reason":null}');
INSERT INTO event VALUES(17,1,5,1795416785984,2,'{"time":"2026-11-23T06:53:05.984Z","type":"item.captured","item":"wi-5","captureId":"five","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":"2026-11-23T14:53:05.984Z","assigned":null,"held":null,"completed":null},"before":{"category":null,"queue":null,"status":"new"},"after":{"category":"general","queue":"general","status":"captured"},"reason":null}');
INSERT INTO event VALUES(18,1,5,1795416785984,3,'{"time":"2026-11-23T06:53:05.984Z","type":"item.queued","item":"wi-5","captureId":"five","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":null,"capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.984Z","due":null,"sla":"2026-11-23T14:53:05.984Z","assigned":null,"held":null,"completed":null},"before":{"status":"captured"},"after":{"status":"queued"},"reason":null}');
INSERT INTO event VALUES(19,1,NULL,1795416785998,40,'{"time":"2026-11-23T06:53:05.998Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":null,"before":null,"after":{"capacity":{"*":3},"groups":[],"id":"anna","kind":"agent","name":"Anna","queues":[],"skills":{}},"reason":null}');
INSERT INTO event VALUES(20,1,NULL,1795416786022,30,'{"time":"2026-11-23T06:53:06.022Z","type":"agent.state_changed","item":null,"captureId":null,"actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":null,"before":{"state":"loggedOut"},"after":{"id":"anna","kind":"agent","state":"ready"},"reason":null}');
INSERT INTO event VALUES(21,1,1,1795416786049,10,'{"time":"2026-11-23T06:53:06.049Z","type":"item.assigned","item":"wi-1","captureId":"before the upgrade","actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":{"queue":"general","category":"general","schema":"standard","channel":"email","capturePointId":"default","businessValue":0,"band":0,"priorityShift":0,"priority":10},"times":{"created":"2026-11-23T06:53:05.970Z","due":null,"sla":"2026-11-23T14:53:05.970Z","assigned":"2026-11-23T06:53:06.049Z","held":null,"completed":null},"before":{"status":"queued","assignedDateTime":null,"assignedToUser":null},"after":{"status":"assigned","assignedDateTime":"2026-11-23T06:53:06.049Z","assignedToUser":"anna"},"reason":null}');
INSERT INTO event VALUES(22,1,NULL,1795416786063,40,'{"time":"2026-11-23T06:53:06.063Z","type":"config.created","item":null,"captureId":null,"actor":{"kind":"apiKey","id":"297a5cb2-8177-46fb-acbb-a05fd2a708c0","name":"First administrator"},"class":null,"times":null,"before":null,"after":{"calendar":null,"choice":"longestIdle","description":"","escalation":[],"id":"second","kind":"queue","leaseSeconds":300,"mode":"pull","name":"Second","offerLimit":null,"offerSeconds":30,"overflow":[],"refusalPauseSeconds":300,"relaxation":[],"requestedAgentSeconds":300,"requestedGroupSeconds":300,"requiredSkills":{},"segmentation":null,"state":"open","userData":{},"weight":1},"reason":null}');
CREATE TABLE api_key (
  id text primary key,
  tenant_id integer not null references tenant (id),
  name text not null,
  hash blob not null unique,
  scopes text not null,
  created_ms integer not null,
  expires_ms integer,
  revoked_ms integer
) without rowid;
INSERT INTO api_key VALUES('297a5cb2-8177-46fb-acbb-a05fd2a708c0',1,'First administrator',X'76d9ea9410515f3717d9b504bc80b14d9a6d943d107db7b2a48de004f80148fe','admin',1795416785716,NULL,NULL);
INSERT INTO api_key VALUES('key-0c1b3d06251746c7',1,'source',X'c8ffa82c24e3941d47c10674aec087dcbc80a4df2d5e079cac3234c2e4f2ab34','source',1795416786107,NULL,NULL);
CREATE TABLE user_account (
  tenant_id integer not null references tenant (id),
  name text not null,
  password_hash text not null,
  scopes text not null,
  failures integer not null default 0,
  locked_until_ms integer not null default 0,
  created_ms integer not null,
  primary key (tenant_id, name)
) without rowid;
INSERT INTO user_account VALUES(1,'admin','of nobody','admin',0,0,1795416785716);
CREATE TABLE session (
  hash blob primary key,
  tenant_id integer not null references tenant (id),
  user_name text not null,
  created_ms integer not null,
  expires_ms integer not null
) without rowid;
CREATE TABLE stored_answer (
  tenant_id integer not null references tenant (id),
  caller text not null,
  key text not null,
  at_ms integer not null,
  fingerprint blob not null,
  status integer not null,
  etag blob not null,
  location blob not null,
  body blob not null,
  primary key (tenant_id, caller, key)
) without rowid;
CREATE TABLE IF NOT EXISTS "work_class" (
  id integer primary key autoincrement,
  tenant_id integer not null references tenant (id),
  queue_id text not null,
  schema_id text not null,
  band integer not null,
  shift integer not null,
  anchor_kind integer not null,
  channel text not null,
  skills text not null,
  calendar_id text not null,
  requested_agent text not null,
  requested_group text not null,
  segment text not null,
  unique (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment)
);
INSERT INTO work_class VALUES(1,1,'general','standard',0,0,0,'email','[]','','','','');
INSERT INTO work_class VALUES(2,1,'general','standard',0,0,0,'','[]','','','','');
CREATE TABLE agent_channel_status (
  tenant_id integer not null references tenant (id),
  agent_id text not null,
  channel text not null,
  state integer not null,
  reason text not null,
  since_ms integer not null,
  primary key (tenant_id, agent_id, channel)
) without rowid;
CREATE TABLE refusal (
  item_id integer not null references item (id),
  agent_id text not null,
  tenant_id integer not null references tenant (id),
  until_ms integer not null,
  primary key (item_id, agent_id)
) without rowid;
CREATE TABLE segment_service (
  tenant_id integer not null references tenant (id),
  queue_id text not null,
  segment text not null,
  start integer not null,
  finish integer not null,
  primary key (tenant_id, queue_id, segment)
) without rowid;
CREATE INDEX item_waiting_idx on item (class_id, anchor_ms, id) where status = 2;
CREATE INDEX item_open_idx on item (tenant_id, status, id) where status in (0, 1, 3, 4, 5, 6);
CREATE UNIQUE INDEX item_payload_capture_idx on item_payload (tenant_id, capture_id, capture_point_id) where capture_id is not null;
CREATE INDEX item_timer_due_idx on item_timer (tenant_id, at_ms);
CREATE INDEX assignment_agent_idx on assignment (tenant_id, agent_id);
CREATE INDEX assignment_lease_idx on assignment (tenant_id, lease_until_ms);
CREATE INDEX event_item_idx on event (item_id, id) where item_id is not null;
CREATE INDEX stored_answer_age_idx on stored_answer (tenant_id, at_ms);
CREATE INDEX work_class_schema_idx on work_class (tenant_id, schema_id);
CREATE INDEX work_class_queue_idx on work_class (tenant_id, queue_id);
CREATE INDEX refusal_until_idx on refusal (tenant_id, until_ms);
CREATE INDEX item_payload_customer_idx on item_payload (tenant_id, customer_key) where customer_key is not null;
CREATE INDEX item_payload_queue_idx on item_payload (tenant_id, queue_id collate nocase) where queue_id is not null;
CREATE INDEX item_payload_category_idx on item_payload (tenant_id, category_id collate nocase) where category_id is not null;
CREATE INDEX item_payload_created_idx on item_payload (tenant_id, created_ms);
CREATE INDEX item_agent_idx on item (tenant_id, agent_id collate nocase) where agent_id is not null;
