-- Lines that were asked for at the completion, because more was used than was reserved: the card
-- does not wait for them, and they count as used only where the completion names them.
alter table parts_request_line add column at_completion boolean not null default false;
