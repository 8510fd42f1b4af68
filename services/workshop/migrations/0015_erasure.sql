-- Where somebody lives is forgotten with the person; whoever is still to be visited is somewhere.
alter table service_request drop constraint service_request_check;
alter table service_request add constraint service_request_check check (
  service_location <> 'home' or address is not null
  or status in ('in_progress', 'completed', 'rejected', 'cancelled'));

select stay_erased('customer');
select stay_erased('vehicle');
select stay_erased('staff');
