-- The uploaded file of a garage owner's Emirates ID; customer-vehicle keeps it. An address of
-- another house names none, and stays with the garage alone.
alter table "user" add column emirates_id_file_id uuid;
