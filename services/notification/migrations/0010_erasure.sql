select stay_erased('customer');
select stay_erased('vehicle');
select stay_erased('staff');
