-- Cases' own channels. A lane such as `slack/inc-12` is the house's own name for the channel of a case on a platform; which
-- channel that is there, the platform said once, when it was made.
create table venue (
    lane    text not null,
    channel text not null,
    constraint venue_pk primary key (lane)
);

-- The newest message of a lane is asked for at each start: what came after it was missed.
create index message_by_lane_said on message (lane, said_us);
