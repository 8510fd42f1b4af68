select stay_erased('customer');
