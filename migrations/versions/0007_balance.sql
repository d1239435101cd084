-- What each perspective counts in the score beside the ordinary one, declared in the draft; campaigns made before have none.
alter table assess.campaign add column balance jsonb;
